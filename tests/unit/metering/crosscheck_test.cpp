// Meters against each other and against their own power (B10), what cannot be, and the signs of phases.
#include <algorithm>
#include <functional>

#include "agent/metering/crosscheck.hpp"
#include "tests/unit/metering/plant.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::test;
using std::chrono::hours;
using std::chrono::seconds;

TEST_GROUP(CrossChecks) {
    Plant plant;
    DeviceIndex feed = 0, ups = 0, rack = 0;
    UtcTime time = year_2026;

    void setup() override {
        feed = plant.add("feed", Role::feed, true);
        ups = plant.add("ups", Role::ups_output, true);
        rack = plant.add("rack", Role::pdu, true);
        plant.table.devices[rack].parent = ups;
    }
    static IntervalEnergy energy_of(DeviceIndex device, double wh, std::optional<double> power_wh = {},
                                    Flags flags = 0) {
        IntervalEnergy energy{device, Energy{std::llround(wh * 1000)}, {}, flags, 1, true};
        energy.flags = static_cast<Flags>(energy.flags | flag::measured);
        energy.at_least = *energy.energy;
        energy.power_wh = power_wh;
        energy.resolution_wh = 1;
        return energy;
    }
    // 1000 Wh and 800 Wh a quarter hour; the rack takes `rack_wh`.
    ClosedInterval interval(double rack_wh = 720, double ups_wh = 800) const {
        return {
            time, seconds{900}, {energy_of(feed, 1000), energy_of(ups, ups_wh), energy_of(rack, rack_wh)}, false, {}};
    }
    std::vector<Integrity> add(CrossChecks & checks, const ClosedInterval& interval) {
        time += seconds{900};
        return checks.add(interval);
    }
    using Make = std::function<ClosedInterval()>;
    // The findings of this kind while so many intervals pass.
    std::vector<Integrity> pass(CrossChecks & checks, int intervals, const Make& make, const std::string& check,
                                const std::string& scope) {
        std::vector<Integrity> found;
        for (int i = 0; i < intervals; ++i) {
            for (Integrity& finding : add(checks, make())) {
                if (finding.check == check && finding.scope == scope) found.push_back(std::move(finding));
            }
        }
        return found;
    }
    Make steady() {
        return [this] { return interval(); };
    }
};

TEST(CrossChecks, B10_a_register_against_its_integral_warns_after_three_hours) {
    CrossChecks checks{plant.table};
    // dE = 1212, q = 1, integral 1250 with u_samp 0.28 %: z = -2.93, not yet; with 1210 it is -3.08.
    const auto hour_of = [&](double counted_wh) {
        return [this, counted_wh] {
            auto made = interval();
            made.by_device[ups] = energy_of(ups, counted_wh / 4, 1250.0 / 4);
            made.by_device[ups].power_u = 2 * 0.0028;  // independent quarters: half of it in the hour
            return made;
        };
    };
    const auto near = pass(checks, 4 * 6, hour_of(1212), "counter-vs-power", "ups");
    CHECK_EQUAL(5U, near.size());  // the last hour is still open
    for (const Integrity& finding : near) {
        DOUBLES_EQUAL(0, *finding.score, 1e-12);
        DOUBLES_EQUAL(0.9696, finding.value, 1e-12);
    }
    const auto off = pass(checks, 4 * 4, hour_of(1210), "counter-vs-power", "ups");
    DOUBLES_EQUAL(0, *off[0].score, 1e-12);  // of the hour before
    DOUBLES_EQUAL(2.0 / 3, *off[2].score, 1e-12);
    CHECK_TRUE(off[2].text_en.empty());
    DOUBLES_EQUAL(1, *off[3].score, 1e-12);
    STRCMP_CONTAINS("ups", off[3].text_en.c_str());
    STRCMP_CONTAINS("CT", off[3].text_zh.c_str());
}

TEST(CrossChecks, a_wrong_scale_shows_after_a_day_of_clean_hours) {
    CrossChecks checks{plant.table};
    const auto make = [this] {
        auto made = interval();
        made.by_device[ups] = energy_of(ups, 800, 400);
        return made;
    };
    const auto found = pass(checks, 4 * 25, make, "scale", "ups");
    CHECK_EQUAL(24U, found.size());
    CHECK_FALSE(found[22].score.has_value());
    DOUBLES_EQUAL(2, found[23].value, 1e-12);
    CHECK_TRUE(*found[23].score > 30);
    STRCMP_CONTAINS("2.000", found[23].text_en.c_str());
}

TEST(CrossChecks, without_power_they_cannot_tell) {
    CrossChecks checks{plant.table};
    for (const Integrity& finding : pass(checks, 4 * 30, steady(), "counter-vs-power", "ups")) {
        CHECK_FALSE(finding.score.has_value());
    }
}

TEST(CrossChecks, a_meter_that_gets_worse_moves_the_balance_with_its_parent) {
    CrossChecks checks{plant.table};
    CHECK_TRUE(pass(checks, 96 * 20 + 1, steady(), "balance", "ups").back().score == 0.0);
    CHECK_FALSE(checks.meter_event_near(time));
    const UtcTime moved = time;
    const auto worse = [this] { return interval(720 * 0.97); };  // reads 3 % less: 2 % a day above k, h after three
    const auto found = pass(checks, 96 * 4, worse, "balance", "ups");
    CHECK_EQUAL(4U, found.size());
    CHECK_TRUE(*found[0].score < 1);
    CHECK_TRUE(*found[3].score >= 1);
    DOUBLES_EQUAL(0.873, found[3].value, 1e-3);
    DOUBLES_EQUAL(0.9, found[3].expected, 1e-3);
    STRCMP_CONTAINS("90.0 %", found[3].text_en.c_str());
    CHECK_TRUE(checks.meter_event_near(moved + hours{24}));
    CHECK_FALSE(checks.meter_event_near(moved - hours{24 * 4}));
}

TEST(CrossChecks, a_plant_that_gets_worse_moves_no_balance_below_the_ups) {
    CrossChecks checks{plant.table};
    pass(checks, 96 * 20, steady(), "balance", "ups");
    const auto worse = [this] {
        auto made = interval();
        made.by_device[feed] = energy_of(feed, 1150);
        return made;
    };
    for (const Integrity& finding : pass(checks, 96 * 5, worse, "balance", "ups")) CHECK_TRUE(*finding.score < 1);
}

TEST(CrossChecks, weather_moves_no_balance_where_cooling_is_not_metered) {
    CrossChecks checks{plant.table};  // feed, UPS and PDUs: nobody meters the cooling
    pass(checks, 96 * 20, steady(), "balance", "site");
    const auto summer = [this] {
        auto made = interval();
        made.by_device[feed] = energy_of(feed, 1300);
        return made;
    };
    for (const Integrity& finding : pass(checks, 96 * 20, summer, "balance", "site")) CHECK_TRUE(*finding.score < 1);
}

TEST(CrossChecks, children_above_their_parent_are_found_on_the_first_day) {
    CrossChecks checks{plant.table};
    const Make too_much = [this] { return interval(850); };
    const auto found = pass(checks, 32 + 97, too_much, "balance", "ups");
    CHECK_EQUAL(2U, found.size());
    CHECK_FALSE(found[0].score.has_value());  // eight hours tell nothing
    CHECK_TRUE(*found[1].score > 3);
    const auto levels = pass(checks, 96, too_much, "balance", "site");
    STRCMP_CONTAINS("the PDUs add up to 106.2 % of the UPS outputs", levels.back().text_en.c_str());
}

TEST(CrossChecks, a_site_that_takes_less_than_its_it_is_impossible) {
    CrossChecks checks{plant.table};
    const auto good = pass(checks, 5, steady(), "impossible", "site");
    CHECK_TRUE(*good.back().score < 1);
    DOUBLES_EQUAL(1.25, good.back().value, 1e-12);
    const auto bad = pass(
        checks, 8, [this] { return interval(720, 1100); }, "impossible", "site");
    CHECK_TRUE(*bad.back().score >= 1);
    const auto unknown = pass(
        checks, 9,
        [this] {
            auto made = interval();
            made.by_device[feed] = {feed, {}, {}, flag::missing, 0, true};
            return made;
        },
        "impossible", "site");
    CHECK_FALSE(unknown.back().score.has_value());
}

TEST(CrossChecks, a_negative_phase_at_a_load_is_a_reversed_clamp) {
    Device& device = plant.table.devices[rack];
    const PointIndex phase = plant.add_point(device, rack, Quantity::power, "power_l1_w");
    plant.table.points[phase].quantity.phase = "l1";
    const PointIndex factor = plant.add_point(device, rack, Quantity::power_factor, "power_factor");
    const PointIndex at_feed = plant.add_point(plant.table.devices[feed], feed, Quantity::power, "power_l1_w");
    plant.table.points[at_feed].quantity.phase = "l1";
    CrossChecks checks{plant.table};
    const auto hour_with = [&](PointIndex point, DeviceIndex device_index, double value, const std::string& scope) {
        for (int i = 0; i < 10; ++i) {
            Report report = report_of(device_index, BootTime{});
            report.samples.push_back({point, Quality::good, value, std::nullopt});
            checks.accept(report);
        }
        return pass(checks, 5, steady(), "reversed-ct", scope);
    };
    DOUBLES_EQUAL(2, *hour_with(phase, rack, -500, "rack").at(0).score, 1e-12);
    DOUBLES_EQUAL(0, *hour_with(phase, rack, 500, "rack").at(0).score, 1e-12);
    DOUBLES_EQUAL(2, *hour_with(factor, rack, 0.31, "rack").at(0).score, 1e-12);
    DOUBLES_EQUAL(0, *hour_with(factor, rack, 0, "rack").at(0).score, 1e-12);
    CHECK_EQUAL(0U, hour_with(at_feed, feed, -500, "feed").size());  // a feed may run backwards
}

TEST(CrossChecks, stuck_and_exchanged_meters_are_named) {
    CrossChecks checks{plant.table};
    add(checks, interval());
    auto stuck = interval();
    stuck.by_device[ups] = {ups, {}, {}, flag::missing | flag::stuck, 0, true};
    auto reset = interval();
    reset.by_device[rack] = {rack, {}, {}, flag::reset, 1, true};
    add(checks, stuck);
    add(checks, reset);
    bool saw_stuck = false, saw_change = false;
    for (int i = 0; i < 4; ++i) {
        for (const Integrity& finding : add(checks, interval())) {
            if (finding.check == "stuck") CHECK_EQUAL(finding.scope == "ups", finding.score == 1.0);
            if (finding.check == "meter-changed") CHECK_EQUAL(finding.scope == "rack", finding.score == 1.0);
            saw_stuck = saw_stuck || (finding.check == "stuck" && finding.score == 1.0);
            saw_change = saw_change || (finding.check == "meter-changed" && finding.score == 1.0);
        }
    }
    CHECK_TRUE(saw_stuck && saw_change);
    CHECK_TRUE(checks.meter_event_near(time));
    CHECK_TRUE(*pass(checks, 8, steady(), "stuck", "ups").back().score == 0);
    CHECK_TRUE(*pass(checks, 100, steady(), "meter-changed", "rack").back().score == 0);
}

TEST(CrossChecks, an_announced_exchange_is_an_event_and_no_alarm) {
    CrossChecks checks{plant.table};
    auto joined = interval();
    joined.by_device[rack] = energy_of(rack, 720, {}, flag::manual | flag::replaced);
    add(checks, joined);
    CHECK_TRUE(*pass(checks, 5, steady(), "meter-changed", "rack").back().score == 0);
    CHECK_TRUE(checks.meter_event_near(time));
}

TEST(CrossChecks, a_site_that_takes_less_than_any_level_of_its_it_is_impossible) {
    CrossChecks checks{plant.table};
    const auto bad = pass(
        checks, 8, [this] { return interval(1100); }, "impossible", "site");
    DOUBLES_EQUAL(1000.0 / 1100, bad.back().value, 1e-12);
    CHECK_TRUE(*bad.back().score >= 1);
}

TEST(CrossChecks, their_memory_survives_a_round_trip_and_refuses_nonsense) {
    CrossChecks checks{plant.table};
    pass(checks, 96 * 12 + 7, steady(), "balance", "ups");
    auto reset = interval();
    reset.by_device[rack] = {rack, {}, {}, flag::reset, 1, true};
    add(checks, reset);
    CrossChecks other{plant.table};
    CHECK_TRUE(other.restore(checks.save()));
    CHECK_TRUE(other.save() == checks.save());
    CHECK_TRUE(other.meter_event_near(time));
    CHECK_FALSE(other.restore("nonsense"));
    CHECK_TRUE(other.save() == checks.save());
}

TEST(CrossChecks, the_ledger_gives_them_the_integral_of_a_registers_own_power) {
    Ledger ledger{plant.table, {}};
    std::vector<ClosedInterval> closed;
    for (int s = 0; s <= 1800; s += 10) {
        const BootTime at{seconds{s}};
        Report report = register_report(plant, feed, at, static_cast<std::uint64_t>(5000 + s));
        report.samples.push_back({*plant.table.devices[feed].power, Quality::good, s % 20 == 0 ? 3500.0 : 3700.0, {}});
        ledger.accept(report);
        for (auto& one : ledger.close(TwoClocks{}.at(seconds{s + 200}))) closed.push_back(std::move(one));
    }
    const IntervalEnergy& energy = closed.at(1).by_device.at(feed);
    DOUBLES_EQUAL(900, *energy.power_wh, 0.5);
    DOUBLES_EQUAL(90, energy.power_samples, 1);
    CHECK_TRUE(energy.power_u > 0 && energy.power_u < 0.01);
    DOUBLES_EQUAL(1, energy.resolution_wh, 1e-12);
    CHECK_FALSE(closed.at(1).by_device.at(ups).power_wh.has_value());
}
