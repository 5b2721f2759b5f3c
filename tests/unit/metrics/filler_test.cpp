// Estimates: which method stands for a missing meter, what it has to have learnt first, and that an amendment and a
// restart change nothing of it.
#include "agent/metrics/filler.hpp"
#include "tests/unit/metering/plant.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::test;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

IntervalEnergy wh(DeviceIndex device, std::optional<std::int64_t> value) {
    if (!value) return {device, std::nullopt, {}, flag::missing, 0, true};
    return {device, Energy{*value * 1000}, Energy{*value * 1000}, flag::measured, 1, true};
}

}  // namespace

TEST_GROUP(Filler) {
    Plant plant;

    DeviceIndex meter(const char* id, std::optional<DeviceIndex> parent = {}, double rated_w = 0) {
        const DeviceIndex device = plant.add(id, Role::pdu, true, rated_w);
        plant.table.devices[device].parent = parent;
        return device;
    }
    // Energies in Wh by device index; nothing: not measured.
    ClosedInterval quarter(int n, std::vector<std::optional<std::int64_t>> energies) {
        ClosedInterval out{year_2026 + seconds{900} * n, seconds{900}, {}, false, {}};
        for (const auto& energy : energies)
            out.by_device.push_back(wh(static_cast<DeviceIndex>(out.by_device.size()), energy));
        return out;
    }
    ClosedInterval filled(Filler & filler, ClosedInterval interval) {
        filler.fill(interval);
        return interval;
    }
    void gives(const ClosedInterval& interval, DeviceIndex device, EstimateMethod method, std::int64_t mwh) {
        const auto& estimate = interval.by_device.at(device).estimate;
        CHECK_TRUE(estimate.has_value());
        STRCMP_EQUAL(std::string{name_of(method)}.c_str(), std::string{name_of(estimate->method)}.c_str());
        CHECK_EQUAL(mwh, estimate->energy.mwh);
        CHECK_TRUE(has(interval.by_device.at(device).flags, flag::estimated));
        CHECK_FALSE(interval.by_device.at(device).measured());
    }
    void gives_nothing(const ClosedInterval& interval, DeviceIndex device) {
        CHECK_FALSE(interval.by_device.at(device).estimate.has_value());
        CHECK_FALSE(has(interval.by_device.at(device).flags, flag::estimated));
    }
};

TEST(Filler, the_parent_less_the_siblings_comes_first) {
    const auto parent = meter("ups");
    meter("a", parent);
    const auto lost = meter("b", parent);
    Filler filler{plant.table};
    for (int i = 0; i < 4; ++i) filled(filler, quarter(i, {1000, 500, 450}));  // 5 % are lost on the way
    gives(filled(filler, quarter(4, {2000, 900, {}})), lost, EstimateMethod::balance, 1'000'000);
}

TEST(Filler, a_parent_is_its_children_and_what_is_lost) {
    const auto parent = meter("ups");
    meter("a", parent);
    meter("b", parent);
    Filler filler{plant.table};
    for (int i = 0; i < 4; ++i) filled(filler, quarter(i, {1000, 500, 450}));
    gives(filled(filler, quarter(4, {{}, 1000, 900})), parent, EstimateMethod::balance, 2'000'000);
}

TEST(Filler, two_meters_in_a_row_stand_for_each_other) {
    const auto first = meter("first");
    const auto second = meter("second", first);
    Filler filler{plant.table};
    for (int i = 0; i < 4; ++i) filled(filler, quarter(i, {1000, 990}));
    gives(filled(filler, quarter(4, {2000, {}})), second, EstimateMethod::redundant, 1'980'000);
    gives(filled(filler, quarter(5, {{}, 990})), first, EstimateMethod::redundant, 1'000'000);
}

TEST(Filler, a_ratio_needs_an_hour_to_be_learnt) {
    const auto first = meter("first");
    const auto second = meter("second", first);
    Filler filler{plant.table};
    for (int i = 0; i < 3; ++i) filled(filler, quarter(i, {1000, 990}));
    gives(filled(filler, quarter(3, {2000, {}})), second, EstimateMethod::profile, 990'000);
}

TEST(Filler, a_small_part_of_a_large_parent_is_no_difference) {
    const auto parent = meter("ups");
    meter("a", parent);
    const auto lost = meter("b", parent);
    Filler filler{plant.table};
    for (int i = 0; i < 4; ++i) filled(filler, quarter(i, {1000, 920, 80}));
    gives(filled(filler, quarter(96, {1000, 910, {}})), lost, EstimateMethod::profile, 80'000);
}

TEST(Filler, without_siblings_the_model_speaks_before_the_past) {
    const auto alone = meter("alone");
    Filler filler{plant.table, [](DeviceIndex, UtcTime) { return std::optional{Energy{777'000}}; }};
    filled(filler, quarter(0, {1000}));
    gives(filled(filler, quarter(1, {std::nullopt})), alone, EstimateMethod::regression, 777'000);
    Filler silent{plant.table, [](DeviceIndex, UtcTime) { return std::optional<Energy>{}; }};
    filled(silent, quarter(0, {1000}));
    gives(filled(silent, quarter(1, {std::nullopt})), alone, EstimateMethod::profile, 1'000'000);
}

TEST(Filler, the_past_is_the_median_of_this_hour_in_four_weeks) {
    const auto alone = meter("alone");
    Filler filler{plant.table};
    const std::int64_t weekly[] = {9000, 100, 200, 400, 310};  // the first is forgotten
    for (int week = 0; week < 5; ++week) {
        for (int i = 0; i < 4; ++i) filled(filler, quarter(week * 672 + i, {weekly[week]}));
        for (int i = 4; i < 8; ++i) filled(filler, quarter(week * 672 + i, {50}));  // another hour
    }
    gives(filled(filler, quarter(5 * 672, {std::nullopt})), alone, EstimateMethod::profile, 255'000);
    filled(filler, quarter(5 * 672 + 1, {500}));
    gives(filled(filler, quarter(5 * 672 + 2, {std::nullopt})), alone, EstimateMethod::profile, 355'000);
    gives(filled(filler, quarter(8 * 672, {std::nullopt})), alone, EstimateMethod::profile, 405'000);  // 310 and 500
}

TEST(Filler, in_its_first_week_the_same_hour_of_other_days_stands_for_it) {
    const auto alone = meter("alone");
    Filler filler{plant.table};
    for (int day = 0; day < 3; ++day) filled(filler, quarter(96 * day, {100 + day}));
    gives(filled(filler, quarter(96 * 3 + 1, {std::nullopt})), alone, EstimateMethod::profile, 101'000);
    gives_nothing(filled(filler, quarter(96 * 3 + 4, {std::nullopt})), alone);  // an hour never seen
}

TEST(Filler, a_meter_never_seen_has_no_estimate) {
    const auto parent = meter("ups");
    meter("a", parent);
    const auto dead = meter("dead", parent);
    Filler filler{plant.table};
    for (int i = 0; i < 100; ++i) gives_nothing(filled(filler, quarter(i, {1000, 500, {}})), dead);
}

TEST(Filler, what_cannot_flow_is_no_estimate) {
    const auto parent = meter("ups");
    meter("a", parent);
    const auto lost = meter("b", parent, 2000);  // 500 Wh a quarter hour
    Filler filler{plant.table};
    for (int i = 0; i < 4; ++i) filled(filler, quarter(i, {1000, 600, 400}));
    gives(filled(filler, quarter(96, {2000, 1400, {}})), lost, EstimateMethod::balance, 600'000);
    gives(filled(filler, quarter(97, {2001, 1400, {}})), lost, EstimateMethod::profile, 400'000);
    gives(filled(filler, quarter(98, {1000, 1100, {}})), lost, EstimateMethod::profile, 400'000);  // below nothing
}

TEST(Filler, what_the_register_has_credited_is_the_least) {
    const auto alone = meter("alone");
    Filler filler{plant.table};
    filled(filler, quarter(0, {100}));
    auto interval = quarter(1, {std::nullopt});
    interval.by_device[0].at_least = Energy{150'000};
    gives(filled(filler, interval), alone, EstimateMethod::profile, 150'000);
}

TEST(Filler, an_amendment_is_learnt_and_tells_what_stood_there) {
    const auto alone = meter("alone");
    Filler filler{plant.table};
    filled(filler, quarter(0, {100}));
    const auto before = filled(filler, quarter(1, {std::nullopt}));
    auto amended = quarter(1, {300});
    amended.amends = true;
    amended.before = quarter(1, {std::nullopt}).by_device;  // as the ledger has it: without the estimate
    filler.fill(amended);
    CHECK_TRUE(amended.before == before.by_device);
    CHECK_FALSE(amended.by_device[0].estimate.has_value());
    gives(filled(filler, quarter(2, {std::nullopt})), alone, EstimateMethod::profile, 200'000);
    // A measured value that is replaced leaves nothing behind.
    auto corrected = quarter(1, {100});
    corrected.amends = true;
    corrected.before = quarter(1, {300}).by_device;
    filler.fill(corrected);
    gives(filled(filler, quarter(2, {std::nullopt})), alone, EstimateMethod::profile, 100'000);
}

TEST(Filler, an_amendment_older_than_its_memory_teaches_nothing) {
    const auto alone = meter("alone");
    Filler filler{plant.table};
    for (int week = 0; week < 6; ++week) filled(filler, quarter(week * 672, {100}));
    auto old = quarter(0, {9000});
    old.amends = true;
    old.before = quarter(0, {std::nullopt}).by_device;
    filler.fill(old);
    gives(filled(filler, quarter(6 * 672, {std::nullopt})), alone, EstimateMethod::profile, 100'000);
}

TEST(Filler, its_bytes_carry_everything_to_another_configuration) {
    const auto parent = meter("ups");
    meter("a", parent);
    const auto lost = meter("b", parent);
    Filler one{plant.table};
    for (int i = 0; i < 8; ++i) filled(one, quarter(i, {1000, 500, 450}));
    const auto before = filled(one, quarter(8, {2000, 900, {}}));
    Filler same{plant.table};
    CHECK_TRUE(same.restore(one.save()));
    STRCMP_EQUAL(one.save().c_str(), same.save().c_str());
    CHECK_EQUAL(one.save().size(), same.save().size());
    auto amended = quarter(8, {2000, 900, 1001});
    amended.amends = true;
    amended.before = quarter(8, {2000, 900, {}}).by_device;
    same.fill(amended);
    CHECK_TRUE(amended.before == before.by_device);
    gives(filled(same, quarter(9, {2000, 900, {}})), lost, EstimateMethod::balance,
          1'000'207);  // the ratio has moved a little

    Plant moved;  // the same meters at other places, and a new one
    const auto fresh = moved.add("new", Role::pdu, true);
    moved.add("b", Role::pdu, true);
    Filler other{moved.table};
    CHECK_TRUE(other.restore(one.save()));
    const auto seen = filled(other, quarter(96, {{}, {}}));
    gives(seen, 1, EstimateMethod::profile, 450'000);
    gives_nothing(seen, fresh);
}

TEST(Filler, bytes_of_another_shape_change_nothing) {
    const auto alone = meter("alone");
    Filler filler{plant.table};
    filled(filler, quarter(0, {100}));
    CHECK_FALSE(filler.restore("nonsense"));
    CHECK_FALSE(filler.restore(""));
    std::string cut = filler.save();
    cut.resize(cut.size() / 2);
    CHECK_FALSE(filler.restore(cut));
    gives(filled(filler, quarter(1, {std::nullopt})), alone, EstimateMethod::profile, 100'000);
}

TEST(Filler, each_method_states_how_well_it_knows) {
    DOUBLES_EQUAL(0.02, relative_uncertainty(EstimateMethod::balance), 0);
    DOUBLES_EQUAL(0.01, relative_uncertainty(EstimateMethod::redundant), 0);
    DOUBLES_EQUAL(0.08, relative_uncertainty(EstimateMethod::regression), 0);
    DOUBLES_EQUAL(0.10, relative_uncertainty(EstimateMethod::profile), 0);
}
