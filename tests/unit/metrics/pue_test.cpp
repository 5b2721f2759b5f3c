// Formulae of PUE: vectors D01 to D11 of the reference.
#include <string>
#include <vector>

#include "agent/metrics/pue.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

// facility and IT energy of twelve months, MWh
const std::vector<Totals> year{{1520, 1290}, {1370, 1165}, {1530, 1285}, {1560, 1280}, {1720, 1345}, {1790, 1350},
                               {1990, 1440}, {2010, 1450}, {1800, 1380}, {1690, 1370}, {1560, 1300}, {1570, 1330}};

}  // namespace

TEST_GROUP(Pue){};

TEST(Pue, D01_is_the_ratio_of_sums_and_no_mean) {
    DOUBLES_EQUAL(1.2580544260243978, *pue_of(std::span{year}), 1e-15);
    double mean = 0;
    for (const Totals& month : year) mean += *pue_of(month) / 12;
    DOUBLES_EQUAL(1.2545779157970818, mean, 1e-12);  // what it must not be
}

TEST(Pue, D02_decomposes_into_factors) {
    const Factors factors = factors_of(16000, 3360, 960, 160);
    DOUBLES_EQUAL(0.21, factors.cooling, 1e-15);
    DOUBLES_EQUAL(0.06, factors.power, 1e-15);
    DOUBLES_EQUAL(0.01, factors.other, 1e-15);
    DOUBLES_EQUAL(1.28, factors.pue(), 1e-12);
}

TEST(Pue, D03_attributes_a_change_to_rate_and_mix) {
    const std::vector<ZoneShare> a{{0.5, 1.2}, {0.5, 1.34}};
    const std::vector<ZoneShare> b{{0.4, 1.22}, {0.6, 1.35}};
    const Attribution change = attribute(a, b);
    DOUBLES_EQUAL(0.0145, change.rate, 1e-12);
    DOUBLES_EQUAL(0.0135, change.mix, 1e-12);
    DOUBLES_EQUAL(0.028, change.change(), 1e-12);
}

TEST(Pue, D04_coverage_is_four_numbers) {
    const Coverage coverage{{118000, 94000}, {2500, 2000}, 8500, 8760};
    DOUBLES_EQUAL(1.2553191489361701, *coverage.pue_measured(), 1e-15);
    DOUBLES_EQUAL(1.2552083333333333, *coverage.pue_filled(), 1e-15);
    DOUBLES_EQUAL(0.9703196347031964, coverage.time(), 1e-15);
    DOUBLES_EQUAL(0.02074688796680498, coverage.estimated_facility(), 1e-15);
    STRCMP_EQUAL("B", std::string{grade_of(coverage.time(), coverage.estimated_facility())}.c_str());
}

TEST(Pue, D05_five_conditions_stand_for_a_year) {
    const std::vector<TemperaturePoint> conditions{
        {0.1, 2150, 1800}, {0.22, 2200, 1800}, {0.3, 2290, 1800}, {0.28, 2420, 1800}, {0.1, 2560, 1800}};
    const Totals totals = five_conditions(conditions);
    DOUBLES_EQUAL(20319696.0, totals.facility, 1e-6);
    DOUBLES_EQUAL(15768000.0, totals.it, 1e-6);
    DOUBLES_EQUAL(1.2886666666666666, *pue_of(totals), 1e-12);
}

TEST(Pue, D06_little_load_makes_a_bad_pue) {
    const LoadLaw law{92, 0.21, 2e-5};
    DOUBLES_EQUAL(2.132, law.pue(100), 1e-12);
    DOUBLES_EQUAL(1.674, law.pue(200), 1e-12);
    DOUBLES_EQUAL(1.448, law.pue(400), 1e-12);
    DOUBLES_EQUAL(1.3302222222222222, law.pue(900), 1e-12);
    DOUBLES_EQUAL(1.297111111111111, law.pue(1800), 1e-12);
    DOUBLES_EQUAL(2144.7610589527217, law.best_power(), 1e-9);
    DOUBLES_EQUAL(1.295790442358109, law.best_pue(), 1e-12);
}

TEST(Pue, D07_below_a_least_load_no_alert_is_fair) {
    DOUBLES_EQUAL(1226.6666666666667, (LoadLaw{92, 0.21, 2e-5}.least_power(1.30)), 1e-9);
}

TEST(Pue, D08_zones_and_what_they_share_make_the_site) {
    const std::vector<Totals> zones{{690, 600}, {500, 400}};
    DOUBLES_EQUAL(1.15, *pue_of(zones[0]), 1e-15);
    DOUBLES_EQUAL(1.25, *pue_of(zones[1]), 1e-15);
    DOUBLES_EQUAL(1.24, *pue_of_zones(zones, 50), 1e-15);
}

TEST(Pue, D11_the_worst_case_needs_no_statistics) {
    DOUBLES_EQUAL(1.2656903765690377, *worst_case_pue({118000, 94000}, 1.2 * 2500, 0.8 * 2000), 1e-15);
}

TEST(Pue, G10_the_load_factor_is_mean_power_over_rated) {
    DOUBLES_EQUAL(0.7306, *it_load_factor(1826.5, 2500), 1e-12);
    CHECK_FALSE(it_load_factor(1826.5, 0).has_value());
}

TEST(Pue, dcie_is_the_inverse) { DOUBLES_EQUAL(0.8, *dcie_of({125, 100}), 1e-15); }

TEST(Pue, without_it_energy_there_is_none) {
    CHECK_FALSE(pue_of(Totals{100, 0}).has_value());
    CHECK_FALSE(pue_of(std::span<const Totals>{}).has_value());
    CHECK_FALSE(dcie_of({0, 0}).has_value());
}

TEST(Pue, grades_fall_with_coverage_and_estimates) {
    STRCMP_EQUAL("A", std::string{grade_of(0.99, 0.01)}.c_str());
    STRCMP_EQUAL("B", std::string{grade_of(0.999, 0.02)}.c_str());
    STRCMP_EQUAL("C", std::string{grade_of(0.90, 0)}.c_str());
    STRCMP_EQUAL("", std::string{grade_of(0.8999, 0)}.c_str());
    STRCMP_EQUAL("", std::string{grade_of(1, 0.11)}.c_str());
}
