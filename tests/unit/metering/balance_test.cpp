// Balances over weeks: a fault is not learnt, an exchanged meter is, and what nobody meters raises no alarm.
#include <cmath>
#include <numbers>

#include "tests/unit/metering/interval_maker.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::test;

TEST_GROUP(Balance) {
    Plant plant;

    static double wave(int day) { return std::sin(2 * std::numbers::pi * day / 11); }
};

TEST(Balance, an_alarm_stays_until_the_ratio_is_back) {
    const DeviceIndex ups = plant.add("ups", Role::ups_output, true), rack = plant.add("rack", Role::pdu, true);
    plant.table.devices[rack].parent = ups;
    CrossChecks checks{plant.table};
    Quarters quarters{checks};
    double factor = 1;
    const auto make = [&] { return Energies{measured(ups, 1000), measured(rack, 980 * factor)}; };
    CHECK_FALSE(any_bad(quarters.days(40, make, "ups")));
    factor = 0.96;
    const auto low = quarters.days(90, make, "ups");
    for (std::size_t i = 4; i < low.size(); ++i) {
        CHECK_TRUE(is_bad(low[i]));
        DOUBLES_EQUAL(0.98, low[i].expected, 1e-9);
    }
    factor = 1;
    const auto back = quarters.days(20, make, "ups");
    CHECK_TRUE(is_bad(back[0]));
    CHECK_FALSE(is_bad(back[8]));
    CHECK_FALSE(is_bad(back.back()));
}

TEST(Balance, an_exchanged_meter_lets_it_learn_anew_and_an_amendment_tells_it_only_once) {
    const DeviceIndex ups = plant.add("ups", Role::ups_output, true), rack = plant.add("rack", Role::pdu, true);
    plant.table.devices[rack].parent = ups;
    CrossChecks checks{plant.table};
    Quarters quarters{checks};
    double factor = 1;
    const auto make = [&] { return Energies{measured(ups, 1000), measured(rack, 980 * factor)}; };
    quarters.days(20, make, "ups");
    factor = 0.95;
    CHECK_TRUE(is_bad(quarters.days(20, make, "ups").back()));
    CHECK_TRUE(is_bad(quarters.days(1, make, "ups").back()));
    const ClosedInterval exchanged{quarters.time,
                                   std::chrono::seconds{900},
                                   {measured(ups, 1000), measured(rack, 931, flag::manual | flag::replaced)},
                                   true,
                                   {}};
    quarters.add(exchanged.by_device);
    CHECK_FALSE(any_bad(quarters.days(20, make, "ups")));
    factor = 0.90;
    quarters.days(3, make, "ups");
    checks.add(exchanged);
    CHECK_TRUE(is_bad(quarters.days(3, make, "ups").back()));
    quarters.add(
        {measured(ups, 1000), measured(rack, 882, flag::reset)});  // a register that began anew is no other meter
    CHECK_TRUE(is_bad(quarters.days(2, make, "ups").back()));
}

TEST(Balance, a_few_pdus_below_a_ups_are_only_checked_for_excess) {
    const DeviceIndex ups = plant.add("ups", Role::ups_output, true), rack = plant.add("rack", Role::pdu, true);
    plant.table.devices[rack].parent = ups;
    CrossChecks checks{plant.table};
    Quarters quarters{checks};
    int day = 0;
    double share = 0.026;
    const auto make = [&] {
        return Energies{measured(ups, 1000), measured(rack, 1000 * share * (1 + 0.2 * wave(day)))};
    };
    for (; day < 60; ++day) CHECK_FALSE(any_bad(quarters.days(1, make, "ups")));
    share = 1.3;
    CHECK_TRUE(any_bad(quarters.days(2, make, "ups")));
}

TEST(Balance, a_feed_is_judged_by_its_usual_ratio_only_with_all_the_cooling_below_it) {
    for (const bool complete : {true, false}) {
        Plant site;
        const DeviceIndex feed = site.add("feed", Role::feed, true), ups = site.add("ups", Role::ups_input, true);
        const DeviceIndex panel = site.add("panel", Role::none, true),
                          chiller = site.add("chiller", Role::cooling, true);
        site.table.devices[ups].parent = feed;
        site.table.devices[panel].parent = feed;
        if (complete) site.table.devices[chiller].parent = panel;
        CrossChecks checks{site.table};
        Quarters quarters{checks};
        int day = 0;
        double factor = 1;
        const auto make = [&] {
            const double cooling = 60 + 40 * wave(day);
            return Energies{measured(feed, 1000 + cooling + 20), measured(ups, 1000 * factor),
                            measured(panel, complete ? cooling : 5), measured(chiller, cooling)};
        };
        for (; day < 60; ++day) CHECK_FALSE(any_bad(quarters.days(1, make, "feed")));
        factor = 0.96;
        CHECK_EQUAL(complete, any_bad(quarters.days(10, make, "feed")));
        factor = 1.15;
        CHECK_TRUE(any_bad(quarters.days(2, make, "feed")));
    }
}

// 1.5 % of the rating and 2.5 % of the load are lost.
TEST(Balance, the_load_of_a_ups_raises_no_alarm_and_a_meter_4_percent_off_is_found_in_ten_days) {
    const DeviceIndex in = plant.add("in", Role::ups_input, true), out = plant.add("out", Role::ups_output, true);
    plant.table.devices[out].parent = in;
    const auto loaded = [&](double load, double factor) {
        return [=] { return Energies{measured(in, 1025 * load + 15), measured(out, 1000 * load * factor)}; };
    };
    for (const auto& [before, after] : {std::pair{1.0, 0.3}, {0.3, 1.0}, {0.6, 0.3}, {0.5, 1.0}, {0.3, 0.3}}) {
        CrossChecks checks{plant.table};
        Quarters quarters{checks};
        for (const char* scope : {"in", "site"}) {
            CHECK_FALSE(any_bad(quarters.days(40, loaded(before, 1), scope)));
            CHECK_FALSE(any_bad(quarters.days(60, loaded(after, 1), scope)));
        }
        for (int day = 0; day < 60; ++day) {
            CHECK_FALSE(any_bad(quarters.days(1, loaded(day % 2 == 0 ? before : after, 1), "in")));
        }
    }
    for (const double factor : {0.96, 1.04}) {
        CrossChecks checks{plant.table};
        Quarters quarters{checks};
        quarters.days(40, loaded(0.6, 1), "in");
        const auto found = quarters.days(60, loaded(0.6, factor), "in");
        CHECK_TRUE(is_bad(found[10]));
        CHECK_TRUE(is_bad(found.back()));
    }
}

TEST(Balance, another_list_of_meters_begins_another_memory) {
    const DeviceIndex ups = plant.add("ups", Role::ups_output, true), rack = plant.add("rack", Role::pdu, true);
    plant.table.devices[rack].parent = ups;
    CrossChecks checks{plant.table};
    Quarters quarters{checks};
    const auto make = [&] { return Energies{measured(ups, 1000), measured(rack, 980)}; };
    quarters.days(20, make, "ups");
    Plant more = plant;
    const DeviceIndex other = more.add("rack-2", Role::pdu, true);
    more.table.devices[other].parent = ups;
    const auto with_other = [&] { return Energies{measured(ups, 1000), measured(rack, 890), measured(other, 10)}; };
    CrossChecks after{more.table};
    CHECK_TRUE(after.restore(checks.save()));
    Quarters later{after, quarters.time};
    CHECK_FALSE(any_bad(later.days(10, with_other, "ups")));
    CrossChecks same{plant.table};
    CHECK_TRUE(same.restore(checks.save()));
    Quarters on{same, quarters.time};
    CHECK_TRUE(any_bad(on.days(
        10,
        [&] {
            return Energies{measured(ups, 1000), measured(rack, 900)};
        },
        "ups")));
}

TEST(Balance, its_chinese_keeps_a_space_beside_letters_and_none_elsewhere) {
    const Integrity finding{"ups-2-in", "balance", 1.0, 0.922, 0.96, {}, {}};
    const auto zh_of = [&](const char* what) { return text_of(finding, what).zh; };
    STRCMP_CONTAINS("ups-2-in 下级各表合计为 ups-2-in 的 92.2 %，预期 96.0 %。", zh_of("children").c_str());
    STRCMP_CONTAINS("PDU 合计为 UPS 输出的 92.2 %", zh_of("pdu/ups-output").c_str());
    STRCMP_CONTAINS("服务器合计为 PDU 的 92.2 %", zh_of("server/pdu").c_str());
    STRCMP_CONTAINS("UPS 输入、制冷及辅助设备合计为市电进线的 92.2 %", zh_of("ups-input/site").c_str());
    STRCMP_CONTAINS("倍率被更改", zh_of("children").c_str());
}
