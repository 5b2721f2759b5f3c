// What stands beside a window's PUE: its uncertainty (E10, E12, E13, E22 of the reference, through the windows), and
// the four numbers of coverage (D04) with the bounds of the worst case.
#include <algorithm>
#include <cmath>

#include "agent/metrics/windows.hpp"
#include "tests/unit/metering/plant.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::test;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr Classes k02s{MeterClass::c02s, CtClass::c02s, 0.3};
constexpr Classes k05s{MeterClass::c05s, CtClass::c05s, 0.3};
constexpr Classes k1{MeterClass::c1, CtClass::c1, 1.0};
constexpr double kU02s = 0.0017237685006225832;  // E01
constexpr double kU05s = 0.004405572296571051;   // E02
const double kUnknown = 0.2 / std::sqrt(3);      // of the declared constant, and of time that nobody can estimate

void close(double expected, double got) { DOUBLES_EQUAL(expected, got, 1e-12 * std::fabs(expected)); }

// So much of a whole in the i-th of n equal parts, the last with the rest.
std::int64_t part(std::int64_t whole, int i, int n) { return i == n - 1 ? whole - whole / n * (n - 1) : whole / n; }

}  // namespace

TEST_GROUP(WindowCoverage) {
    Plant plant;
    std::vector<IntervalEnergy> energies;
    std::vector<Metric> said;

    DeviceIndex meter(Role role, std::optional<Instrument> instrument, const char* rack = "", double rated_w = 0) {
        const auto id = "m" + std::to_string(plant.table.devices.size());
        const auto device = plant.add(id, role, true, rated_w, rack);
        plant.table.devices[device].instrument = instrument;
        return device;
    }
    void measured(DeviceIndex device, double mwh) {
        const Energy energy{std::llround(mwh)};
        energies.push_back({device, energy, energy, flag::measured, 1, true});
    }
    void estimated(DeviceIndex device, double mwh, EstimateMethod method, double at_least = 0) {
        const Energy credited{std::llround(at_least)};
        energies.push_back({device,
                            std::nullopt,
                            credited,
                            flag::missing,
                            0,
                            true,
                            {},
                            {},
                            Estimate{Energy{std::llround(mwh)}, method}});
    }
    void missing(DeviceIndex device, double at_least = 0) {
        energies.push_back({device, std::nullopt, Energy{std::llround(at_least)}, flag::missing, 0, true});
    }
    void closes(Windows & windows, int n, seconds length = seconds{900}, Tell tell = Tell::everything) {
        said = windows.add({year_2026 + length * n, length, energies, false, {}}, tell);
        energies.clear();
    }
    const Metric& get(const std::string& name, const std::string& scope = "site") {
        const auto found =
            std::find_if(said.begin(), said.end(), [&](const Metric& m) { return m.name == name && m.scope == scope; });
        CHECK_TRUE_TEXT(found != said.end(), name.c_str());
        return *found;
    }
    double number(const std::string& name, const std::string& key) { return std::get<double>(get(name).extra.at(key)); }
    std::string text(const std::string& name, const std::string& key) {
        return std::get<std::string>(get(name).extra.at(key));
    }
    bool tells(const std::string& name, const std::string& key) { return get(name).extra.count(key) > 0; }
    Windows windows(BalanceSettings settings = {}) { return Windows{plant.table, settings, Zone{minutes{480}}}; }
    // Two incomers and ten UPS outputs, MWh.
    void plant_of(const Classes& incomer, const Classes& output) {
        for (int i = 0; i < 2; ++i) meter(Role::feed, incomer);
        for (int i = 0; i < 10; ++i) meter(Role::ups_output, output);
    }
    void flows(double incomer_mwh, double output_mwh) {
        for (DeviceIndex i = 0; i < 2; ++i) measured(i, incomer_mwh);
        for (DeviceIndex i = 2; i < 12; ++i) measured(i, output_mwh);
    }
};

TEST(WindowCoverage, E10_each_window_carries_the_uncertainty_of_its_meters) {
    plant_of(k02s, k05s);
    auto site = windows();
    flows(10'240e6, 1'600e6);
    closes(site, 0);
    for (const char* name :
         {"pue-15min", "pue-cat1-15min", "pue-hour", "pue-day", "pue-month", "pue-ytd", "pue-rolling-12m"}) {
        close(0.006055420815969804, *get(name).u);
        close(0.012110841631939607, number(name, "U"));
        DOUBLES_EQUAL(2, number(name, "k"), 0);
        CHECK_FALSE(tells(name, "u_reason"));
    }
}

TEST(WindowCoverage, E22_one_type_on_both_sides_gets_no_credit) {
    plant_of(k05s, k05s);
    auto site = windows();
    flows(10'240e6, 1'600e6);
    closes(site, 0);
    close(0.007974937717537236, *get("pue-day").u);
}

TEST(WindowCoverage, E12_meters_on_both_sides_of_a_racks_pue) {
    for (int i = 0; i < 10; ++i) meter(Role::pdu, k05s, "r1");
    for (int i = 0; i < 2; ++i) meter(Role::cooling, k1, "r1");
    auto site = windows();
    for (DeviceIndex i = 0; i < 10; ++i) measured(i, 1600e6);
    measured(10, 3360e6);
    measured(11, 1120e6);
    closes(site, 0);
    close(1.28, *get("ppue-15min", "rack-r1").value);
    close(0.002758324557778366, *get("ppue-15min", "rack-r1").u);
}

TEST(WindowCoverage, E13_gaps_add_their_own_doubt) {
    plant_of(k02s, k05s);
    auto site = windows();
    for (int i = 0; i < 49; ++i) {  // 98 % of a window measured, and 2 % with E_DC by a model
        flows(10'240e6 / 50, 1'600e6 / 50);
        closes(site, i);
    }
    for (DeviceIndex i = 0; i < 2; ++i) estimated(i, 204.8e6, EstimateMethod::regression);
    for (DeviceIndex i = 2; i < 12; ++i) measured(i, 32e6);
    closes(site, 49);
    close(1.28, *get("pue-day").value);
    close(0.006392372428017661, *get("pue-day").u);
    close(0.02, number("pue-day", "estimated_facility"));
    DOUBLES_EQUAL(0, number("pue-day", "estimated_it"), 0);
    close(1.28, number("pue-day", "pue_filled"));
    STRCMP_EQUAL("B", text("pue-day", "grade").c_str());
}

TEST(WindowCoverage, errors_of_one_method_add_up_and_those_of_two_do_not) {
    const auto feed = meter(Role::feed, k02s);
    const auto ups = meter(Role::ups_output, k05s);
    auto site = windows();
    const auto quarter = [&](int i, EstimateMethod method, bool of_it) {
        measured(of_it ? feed : ups, of_it ? 1280 : 1000);
        estimated(of_it ? ups : feed, of_it ? 1000 : 1280, method);
        closes(site, i);
    };
    for (int i = 0; i < 96; ++i) {
        measured(feed, 1280);
        measured(ups, 1000);
        closes(site, i);
    }
    quarter(96, EstimateMethod::balance, false);
    quarter(97, EstimateMethod::balance, false);
    quarter(98, EstimateMethod::profile, false);
    quarter(99, EstimateMethod::redundant, true);
    const double q = 1.28;
    const double instruments = std::hypot(q * kU02s, q * kU05s);
    const double expected = std::hypot(std::hypot(instruments, 0.02 * 2 * q / 100), 0.10 * q / 100, 0.01 * q / 100);
    close(expected, *get("pue-ytd").u);
}

TEST(WindowCoverage, time_that_nobody_could_estimate_is_as_unsure_as_the_worst_case) {
    const auto feed = meter(Role::feed, k02s);
    const auto ups = meter(Role::ups_output, k05s);
    auto site = windows();
    for (int i = 0; i < 50; ++i) {
        if (i == 20) continue;  // never closed
        measured(feed, 1280);
        measured(ups, 1000);
        closes(site, i);
    }
    const double q = 1.28, lost = 0.02 * kUnknown * q;
    close(std::hypot(std::hypot(q * kU02s, q * kU05s), lost, lost), *get("pue-day").u);
    CHECK_FALSE(tells("pue-day", "pue_filled"));
    DOUBLES_EQUAL(900, number("pue-day", "unfilled_s"), 0);
}

TEST(WindowCoverage, a_certificate_stands_before_the_class) {
    const auto feed = meter(Role::feed, k02s);
    const auto ups = meter(Role::ups_output, std::nullopt);
    plant.table.devices[feed].u_rel = 0.0005;
    plant.table.devices[ups].u_rel = 0.001;
    auto site = windows();
    measured(feed, 1280);
    measured(ups, 1000);
    closes(site, 0);
    close(1.28 * std::hypot(0.0005, 0.001), *get("pue-15min").u);
}

TEST(WindowCoverage, a_correction_enters_every_figure) {
    const auto feed = meter(Role::feed, k02s);
    const auto ups = meter(Role::ups_output, k05s);
    plant.table.devices[feed].correction = 0.01;
    plant.table.devices[ups].correction = -0.02;
    auto site = windows();
    measured(feed, 1'000'000);
    measured(ups, 1'000'000);
    closes(site, 0);
    close(1.01 / 0.98, *get("pue-15min").value);
    close(1010, number("pue-15min", "facility_wh"));
    close(980, number("pue-15min", "it_wh"));
    estimated(feed, 1'000'000, EstimateMethod::profile);
    measured(ups, 1'000'000);
    closes(site, 1);
    close(1.01 / 0.98, number("pue-hour", "pue_filled"));
    close(0.5, number("pue-hour", "estimated_facility"));
}

TEST(WindowCoverage, a_meter_without_stated_accuracy_forbids_an_uncertainty_and_is_named) {
    const auto feed = meter(Role::feed, std::nullopt);
    const auto ups = meter(Role::ups_output, k05s);
    auto site = windows();
    measured(feed, 1280);
    measured(ups, 1000);
    closes(site, 0);
    CHECK_FALSE(get("pue-15min").u.has_value());
    STRCMP_EQUAL("meter \"m0\" states no accuracy", text("pue-15min", "u_reason").c_str());
    CHECK_FALSE(tells("pue-15min", "U"));
}

TEST(WindowCoverage, the_declared_constant_is_estimated_and_unsure) {
    const auto feed = meter(Role::feed, k02s);
    const auto ups = meter(Role::ups_output, k05s);
    auto site = windows({.unmeasured_w = 40});  // 10 Wh a quarter hour
    measured(feed, 1'270'000);
    measured(ups, 1'000'000);
    closes(site, 0);
    close(std::hypot(1.27 * kU02s, 1.28 * kU05s, 0.01 * kUnknown), *get("pue-15min").u);
    close(10.0 / 1280, number("pue-15min", "estimated_facility"));
}

TEST(WindowCoverage, D04_four_numbers) {
    const auto feed = meter(Role::feed, k02s);
    const auto ups = meter(Role::ups_output, k05s);
    auto site = windows();
    constexpr int joint = 8500, gap = 260;  // hours
    for (int i = 0, done = 0, lost = 0; i < joint + gap; ++i) {
        if (i % 33 == 5 && lost < gap) {
            estimated(feed, static_cast<double>(part(2'500'000'000, lost, gap)), EstimateMethod::profile);
            estimated(ups, static_cast<double>(part(2'000'000'000, lost, gap)), EstimateMethod::profile);
            ++lost;
        } else {
            measured(feed, static_cast<double>(part(118'000'000'000, done, joint)));
            measured(ups, static_cast<double>(part(94'000'000'000, done, joint)));
            ++done;
        }
        closes(site, i, hours{1}, i + 1 == joint + gap ? Tell::everything : Tell::nothing);
    }
    const Metric& year = get("pue-ytd");
    close(1.2553191489361701, *year.value);
    close(1.2552083333333333, number("pue-ytd", "pue_filled"));
    close(0.9703196347031964, year.coverage);
    close(0.02074688796680498, number("pue-ytd", "estimated_facility"));
    close(2.0 / 96, number("pue-ytd", "estimated_it"));
    STRCMP_EQUAL("B", text("pue-ytd", "grade").c_str());
    STRCMP_EQUAL("good", year.quality.c_str());
}

TEST(WindowCoverage, the_worst_case_takes_what_a_silent_feed_can_carry_and_what_a_register_credited) {
    const auto feed = meter(Role::feed, k02s, "", 8000);  // 2 kWh a quarter hour
    const auto ups = meter(Role::ups_output, k05s);
    auto site = windows();
    for (int i = 0; i < 18; ++i) {
        measured(feed, 1'300'000);
        measured(ups, 1'000'000);
        closes(site, i);
    }
    missing(feed);
    missing(ups, 950'000);
    closes(site, 18);
    close((18 * 1.3 + 2) / (18 + 0.95), number("pue-day", "pue_worst_case"));
    measured(feed, 1'300'000);
    missing(ups, 100'000);  // less than a fifth below the mean: that bounds the sum
    closes(site, 19);
    close((19 * 1.3 + 2) / (18 + 2 * 0.8), number("pue-day", "pue_worst_case"));
}

TEST(WindowCoverage, G10_the_load_factor_is_told_where_all_it_is_rated) {
    const auto feed = meter(Role::feed, k02s);
    const auto ups = meter(Role::ups_output, k05s, "", 2500);
    const auto pdu = meter(Role::pdu, k05s);
    auto site = windows();
    measured(feed, 600'000);
    measured(ups, 456'625);
    measured(pdu, 450'000);
    closes(site, 0);
    close(0.7306, number("pue-cat1-15min", "it_load_factor"));
    CHECK_FALSE(tells("pue-cat2-15min", "it_load_factor"));
}

TEST(WindowCoverage, a_value_of_which_too_much_is_estimated_is_withheld) {
    const auto feed = meter(Role::feed, k02s);
    const auto ups = meter(Role::ups_output, k05s);
    auto site = windows({.unmeasured_w = 600});  // 150 Wh a quarter hour
    measured(feed, 1'130'000);
    measured(ups, 1'000'000);
    closes(site, 0);
    CHECK_FALSE(get("pue-15min").value.has_value());
    CHECK_FALSE(get("pue-15min").u.has_value());
    STRCMP_EQUAL("insufficient", get("pue-15min").quality.c_str());
    STRCMP_EQUAL("", text("pue-15min", "grade").c_str());
    STRCMP_EQUAL("more than 10 % of the energy is estimated", text("pue-15min", "reason").c_str());
}

TEST(WindowCoverage, alerts_are_stepped_by_the_same_values_without_the_details) {
    plant_of(k02s, k05s);
    auto all = windows(), few = windows(), none = windows();
    for (int i = 0; i < 10; ++i) {
        flows(10'240e6 + i, 1'600e6);
        const ClosedInterval interval{year_2026 + seconds{900} * i, seconds{900}, energies, false, {}};
        energies.clear();
        const auto everything = all.add(interval), values = few.add(interval, Tell::values);
        CHECK_TRUE(none.add(interval, Tell::nothing).empty());
        CHECK_EQUAL(everything.size(), values.size());
        for (std::size_t k = 0; k < values.size(); ++k) {
            STRCMP_EQUAL(everything[k].name.c_str(), values[k].name.c_str());
            CHECK_TRUE(everything[k].value == values[k].value && everything[k].coverage == values[k].coverage);
            CHECK_TRUE(everything[k].quality == values[k].quality && everything[k].start == values[k].start);
        }
    }
    CHECK_TRUE(all.save() == few.save() && all.save() == none.save());
}

TEST(WindowCoverage, gaps_and_meters_survive_a_restart_into_another_configuration) {
    const auto feed = meter(Role::feed, k02s);
    const auto ups = meter(Role::ups_output, k05s);
    auto one = windows();
    for (int i = 0; i < 19; ++i) {
        measured(feed, 1280);
        measured(ups, 1000);
        closes(one, i);
    }
    estimated(feed, 1280, EstimateMethod::balance);
    measured(ups, 1000);
    closes(one, 19);
    const auto before = get("pue-day");
    const auto pdu = meter(Role::pdu, k05s);
    auto other = windows({.category = 1});
    other.restore(one.save());
    measured(feed, 1280);
    measured(ups, 1000);
    missing(pdu);
    closes(other, 20);
    const double instruments = 1.28 * std::hypot(kU02s, kU05s);
    close(std::hypot(instruments, 0.02 * 1.28 / 20), *before.u);
    close(std::hypot(instruments, 0.02 * 1.28 / 21), *get("pue-day").u);
    close(1.0 / 21, number("pue-day", "estimated_facility"));
}
