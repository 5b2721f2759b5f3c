// The view of this moment: fresh powers only, reasons otherwise.
#include <algorithm>

#include "agent/metrics/live.hpp"
#include "tests/unit/metering/plant.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::test;
using std::chrono::seconds;

TEST_GROUP(Live) {
    Plant plant;
    TwoClocks clocks;
    DeviceIndex feed = 0;
    DeviceIndex pdu = 0;
    DeviceIndex server = 0;

    void setup() override {  // polled every 60 s
        feed = plant.add("feed", Role::feed, true);
        pdu = plant.add("pdu", Role::pdu, true, 0, "r1");
        server = plant.add("server", Role::server, false, 0, "r1");
    }
    Metric get(const LivePower& live, seconds now, const std::string& name, const std::string& scope = "site") {
        for (const Metric& metric : live.live(clocks.at(now))) {
            if (metric.name == name && metric.scope == scope) return metric;
        }
        FAIL(name.c_str());
        return {};
    }
    void power(LivePower & live, DeviceIndex device, seconds at, double power_w) {
        live.accept(power_report(plant, device, BootTime{at}, power_w));
    }
    static std::string reason(const Metric& metric) { return std::get<std::string>(metric.extra.at("reason")); }
};

TEST(Live, fresh_powers_indicate_a_pue) {
    LivePower live{plant.table, {.unmeasured_w = 500}};
    power(live, feed, seconds{0}, 129'500);
    power(live, pdu, seconds{20}, 100'000);
    power(live, server, seconds{30}, 40'000);
    const Metric pue = get(live, seconds{40}, "pue");
    DOUBLES_EQUAL(1.3, *pue.value, 1e-12);
    STRCMP_EQUAL("indicative", pue.quality.c_str());
    DOUBLES_EQUAL(40, std::get<double>(pue.extra.at("age_s")), 1e-9);
    DOUBLES_EQUAL(2, std::get<double>(pue.extra.at("category")), 0);  // one server is not all IT
    DOUBLES_EQUAL(130'000, *get(live, seconds{40}, "facility-power").value, 1e-9);
    DOUBLES_EQUAL(100'000, *get(live, seconds{40}, "it-power").value, 1e-9);
    DOUBLES_EQUAL(100'000, *get(live, seconds{40}, "it-power", "rack-r1").value, 1e-9);
}

TEST(Live, a_power_older_than_two_polls_is_unknown_and_named) {
    LivePower live{plant.table, {}};
    power(live, feed, seconds{0}, 130'000);
    power(live, pdu, seconds{100}, 100'000);
    power(live, server, seconds{100}, 100'000);
    DOUBLES_EQUAL(1.3, *get(live, seconds{120}, "pue").value, 1e-12);
    const Metric pue = get(live, seconds{121}, "pue");
    CHECK_FALSE(pue.value.has_value());
    STRCMP_EQUAL("unknown", pue.quality.c_str());
    STRCMP_EQUAL("no fresh power from feed", reason(pue).c_str());
    CHECK_FALSE(get(live, seconds{121}, "facility-power").value.has_value());
    CHECK_TRUE(get(live, seconds{121}, "it-power").value.has_value());
}

TEST(Live, nothing_is_known_before_the_first_report) {
    const LivePower live{plant.table, {}};
    STRCMP_EQUAL("no fresh power from pdu", reason(get(live, seconds{0}, "it-power")).c_str());
    CHECK_FALSE(get(live, seconds{0}, "pue").value.has_value());
}

TEST(Live, failed_polls_and_bad_samples_renew_nothing) {
    LivePower live{plant.table, {}};
    Report failed = power_report(plant, feed, BootTime{}, 5);
    failed.state = DeviceState::failed;
    live.accept(failed);
    Report stale = power_report(plant, feed, BootTime{}, 5);
    stale.samples[0].quality = Quality::stale;
    live.accept(stale);
    CHECK_FALSE(live.power_w(feed, BootTime{}).has_value());
    CHECK_FALSE(live.power_w(99, BootTime{}).has_value());
}

TEST(Live, a_register_alone_gives_power_by_its_slope) {
    plant.table.devices[feed].power.reset();
    LivePower live{plant.table, {}};
    for (int s = 0; s <= 120; s += 30) {  // 1 Wh counts at 72 kW: 600 Wh in half a minute
        live.accept(register_report(plant, feed, BootTime{seconds{s}}, 5000 + 20U * static_cast<unsigned>(s)));
        CHECK_EQUAL(s >= 60, live.power_w(feed, BootTime{seconds{s}}).has_value());
    }
    DOUBLES_EQUAL(72'000, *live.power_w(feed, BootTime{seconds{120}}), 1e-6);
    // After a reset the slope begins anew instead of turning negative.
    live.accept(register_report(plant, feed, BootTime{seconds{200}}, 3));
    DOUBLES_EQUAL(72'000, *live.power_w(feed, BootTime{seconds{200}}), 1e-6);
    live.accept(register_report(plant, feed, BootTime{seconds{260}}, 603));
    DOUBLES_EQUAL(36'000, *live.power_w(feed, BootTime{seconds{260}}), 1e-6);
}

TEST(Live, a_site_without_a_feed_has_it_power_only) {
    Plant small;
    const DeviceIndex only = small.add("server", Role::server, false);
    LivePower live{small.table, {.unmeasured_w = 100}};
    live.accept(power_report(small, only, BootTime{}, 400));
    const auto metrics = live.live(clocks.at(seconds{0}));
    CHECK_FALSE(metrics[0].value.has_value());
    STRCMP_EQUAL("no meter of a feed", reason(metrics[0]).c_str());
    CHECK_FALSE(metrics[1].value.has_value());
    DOUBLES_EQUAL(400, *metrics[2].value, 0);
}

TEST(Live, no_it_power_is_no_infinite_pue) {
    LivePower live{plant.table, {}};
    power(live, feed, seconds{0}, 1000);
    power(live, pdu, seconds{0}, 0);
    power(live, server, seconds{0}, 0);
    CHECK_FALSE(get(live, seconds{1}, "pue").value.has_value());
}

TEST(Live, a_round_is_over_when_all_that_still_speak_have_spoken) {
    LivePower live{plant.table, {}};
    const auto over = [&](seconds since, seconds now) { return live.round_is_over(BootTime{since}, BootTime{now}); };
    CHECK_FALSE(over(seconds{0}, seconds{1}));  // nobody has spoken yet
    power(live, feed, seconds{60}, 130'000);
    power(live, pdu, seconds{61}, 100'000);
    CHECK_TRUE(over(seconds{30}, seconds{61}));  // the server never spoke
    power(live, server, seconds{62}, 40'000);
    power(live, feed, seconds{120}, 130'000);
    CHECK_FALSE(over(seconds{62}, seconds{121}));
    power(live, pdu, seconds{121}, 100'000);
    CHECK_FALSE(over(seconds{62}, seconds{150}));
    CHECK_TRUE(over(seconds{62}, seconds{153}));  // the server is silent for more than one and a half polls
}
