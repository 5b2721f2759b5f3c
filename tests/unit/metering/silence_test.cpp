// Meters that tell nothing (the check "silent").
#include "tests/unit/metering/interval_maker.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::test;

TEST_GROUP(Silence) {
    Plant plant;
    DeviceIndex feed = 0, roof = 0, rack = 0;

    void setup() override {
        feed = plant.add("feed", Role::feed, true);
        roof = plant.add("roof", Role::none, true);
        rack = plant.add("rack", Role::pdu, true);
    }
    auto with(IntervalEnergy energy) {
        return [this, energy] { return Energies{measured(feed, 1000), without_energy(roof), energy}; };
    }
};

TEST(Silence, a_meter_without_energy_for_an_hour_is_named_and_once_measured_again_it_is_well) {
    CrossChecks checks{plant.table};
    Quarters quarters{checks};
    for (const auto& finding : quarters.pass(10, with(measured(rack, 700)), "silent", "rack")) {
        DOUBLES_EQUAL(0, *finding.score, 1e-12);
    }
    CHECK_FALSE(any_bad(quarters.pass(3, with(without_energy(rack)), "silent", "rack")));
    const auto silent = quarters.pass(1, with(without_energy(rack)), "silent", "rack");
    CHECK_EQUAL(1U, silent.size());
    CHECK_TRUE(is_bad(silent[0]));
    STRCMP_EQUAL(
        "rack has told no energy since 2026-01-01T02:30:00.000Z. Look at its power supply and wiring, at its "
        "address, "
        "and at its gateway.",
        silent[0].text_en.c_str());
    STRCMP_CONTAINS("rack 自 2026-01-01T02:30:00.000Z 起没有电能数据", silent[0].text_zh.c_str());
    CrossChecks restarted{plant.table};
    CHECK_TRUE(restarted.restore(checks.save()));
    Quarters on{restarted, quarters.time};
    CHECK_TRUE(is_bad(on.pass(6, with(without_energy(rack)), "silent", "rack").back()));
    const auto back = on.pass(1, with(measured(rack, 700)), "silent", "rack");
    CHECK_FALSE(is_bad(back.back()));
    CHECK_FALSE(any_bad(on.pass(20, with(measured(rack, 700)), "silent", "rack")));
}

TEST(Silence, a_meter_never_seen_since_the_start_is_silent_too) {
    CrossChecks checks{plant.table};
    Quarters quarters{checks};
    CHECK_TRUE(is_bad(quarters.pass(4, with(without_energy(rack)), "silent", "rack").back()));
}

TEST(Silence, of_a_point_in_no_balance_and_of_a_stuck_register_nothing_is_said) {
    CrossChecks checks{plant.table};
    Quarters quarters{checks};
    CHECK_EQUAL(0U, quarters.pass(20, with(measured(rack, 700)), "silent", "roof").size());
    CHECK_FALSE(any_bad(quarters.pass(20, with(without_energy(rack, flag::missing | flag::stuck)), "silent", "rack")));
}

TEST(Silence, of_a_meter_that_answers_the_text_blames_its_register) {
    CrossChecks checks{plant.table};
    Quarters quarters{checks};
    quarters.pass(3, with(without_energy(rack)), "silent", "rack");
    Report report;
    report.device = rack;
    report.state = DeviceState::good;
    checks.accept(report);
    const auto silent = quarters.pass(1, with(without_energy(rack)), "silent", "rack");
    CHECK_TRUE(is_bad(silent.back()));
    STRCMP_CONTAINS("rack answers, but has told no energy that can be counted since 2026-01-01T00:00:00.000Z",
                    silent.back().text_en.c_str());
    STRCMP_CONTAINS("word order in its register map", silent.back().text_en.c_str());
    STRCMP_CONTAINS("rack 有应答，但自 2026-01-01T00:00:00.000Z 起没有可计入的电能", silent.back().text_zh.c_str());
    const auto later = quarters.pass(8, with(without_energy(rack)), "silent", "rack");
    STRCMP_CONTAINS("rack has told no energy since", later.back().text_en.c_str());  // it answers no more
}
