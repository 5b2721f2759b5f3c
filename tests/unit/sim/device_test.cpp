// What goes wrong with a meter: counters that stand, wrap or are another's.
#include "drivers/sim/device.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued::sim;

TEST_GROUP(Devices) {
    Flow flow{36'000, 0};
    Device meter{"feed-b", *find_model("circutor-cvm-e3-mini"), 100, [this] { return flow; }};

    unsigned long register_wh(double now_s) {
        const auto words = meter.image(now_s).read(60, 2).value();
        return static_cast<unsigned long>(words[0]) << 16U | words[1];
    }
};

TEST(Devices, the_counter_follows_the_flow) {
    const auto before = register_wh(0);
    flow.energy_wh += 500;
    LONGS_EQUAL(500, register_wh(1) - before);
}

TEST(Devices, a_stopped_counter_stands_while_power_goes_on_and_what_it_missed_stays_missed) {
    const auto before = register_wh(0);
    meter.stop_counter();
    flow = {40'000, 800};
    LONGS_EQUAL(before, register_wh(1));
    LONGS_EQUAL(40'000, meter.image(1).read(31, 1).value().at(0));
    meter.go_on();
    LONGS_EQUAL(before, register_wh(2));
    flow.energy_wh += 10;
    LONGS_EQUAL(before + 10, register_wh(3));
}

TEST(Devices, a_preset_counter_wraps_after_the_given_time) {
    meter.preset_near_wrap(5);  // 36 kW: 50 Wh
    LONGS_EQUAL(0xFFFFFFFF - 49, register_wh(0));
    flow.energy_wh += 60;
    LONGS_EQUAL(10, register_wh(1));
}

TEST(Devices, a_replaced_meter_has_another_counter_and_another_serial_number) {
    const auto serial = meter.measured().serial;
    meter.replace(12'500);
    LONGS_EQUAL(12'500, register_wh(0));
    CHECK(meter.measured().serial != serial);
    flow.energy_wh += 1;
    LONGS_EQUAL(12'501, register_wh(1));
}

TEST(Devices, a_pdu_renews_its_registers_every_five_seconds_only) {
    Device pdu("pdu-1", *find_model("clever-mpdu"), 1, [this] { return flow; });
    const auto power = [&pdu](double now_s) { return pdu.image(now_s).read(19, 1).value().at(0); };
    LONGS_EQUAL(36'000, power(0));
    flow.power_w = 20'000;
    LONGS_EQUAL(36'000, power(4.9));
    LONGS_EQUAL(20'000, power(5));
}
