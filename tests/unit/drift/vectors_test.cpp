// The vectors of metering.md 7 that concern drift: F01 to F08, F12 to F14.
#include <cmath>
#include <string>
#include <vector>

#include "agent/drift/budget.hpp"
#include "agent/drift/cusum.hpp"
#include "agent/drift/forecast.hpp"
#include "agent/drift/residual.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

const std::vector<double> kResiduals{0.004, -0.006, 0.011, 0.008, -0.002, 0.052, 0.047, 0.055, 0.049, 0.051};
const YearSoFar kYear{9150, 7300};
const RestOfYear kRest{8700, 2700.0 / 8700, 0, 0, 180};
constexpr double kLimit = 1.30;

void same(double expected, double actual) { DOUBLES_EQUAL(expected, actual, 1e-12 * std::abs(expected)); }

Baseline model_of_f13() {
    Baseline baseline;
    baseline.kind = BaselineKind::measured;
    baseline.overhead = {98, 0.150, 0.0098, 0.004, 6, 20};
    baseline.coldest = -5;
    baseline.hottest = 30;
    return baseline;
}

DriftHour hour(double it, double overhead, double weather) {
    DriftHour h;
    h.it_kwh = it;
    h.facility_kwh = it + overhead;
    h.weather_c = weather;
    h.coverage = 1;
    return h;
}

HourResidual residual(double it, double overhead, double weather) {
    return residual_of(hour(it, overhead, weather), {}, model_of_f13());
}

}  // namespace

TEST_GROUP(DriftVectors){};

TEST(DriftVectors, F01BudgetViewOfAYearHalfGone) {
    same(0.8447488584474884, *burn_pro_rata(kLimit, kYear));
    same(1.284375, pue_at_year_end(kYear, kRest));
    DOUBLES_EQUAL(250.0, headroom_left(kLimit, kYear, kRest), 1e-9);
}

TEST(DriftVectors, F02BurnOfAWindowAgainstTheWholeBudget) {
    DOUBLES_EQUAL(1.2, *burn_pro_rata(kLimit, {1360, 1000}), 1e-12);
}

TEST(DriftVectors, F03TiersOfTheHeadroom) {
    const double needed[] = {4730, 9460, 23650, 47300};
    const double pace[] = {197.08333333333334, 131.38888888888889, 70.38690476190477, 43.796296296296305};
    const double burn[] = {3.65, 2.4333333333333336, 1.3035714285714286, 0.8111111111111111};
    for (std::size_t i = 0; i < kBudgetTiers.size(); ++i) {
        same(needed[i], kBudgetTiers[i].needed(473000));
        same(pace[i], kBudgetTiers[i].pace(473000));
        same(burn[i], kBudgetTiers[i].share * 8760 / static_cast<double>(kBudgetTiers[i].long_hours));
    }
    LONGS_EQUAL(2, kBudgetTiers[0].short_hours);
    LONGS_EQUAL(72, kBudgetTiers[3].short_hours);
}

TEST(DriftVectors, F04ProbabilityOfEndingAboveTheLimit) {
    same(0.014998162952696736, probability_above(kLimit, pue_at_year_end(kYear, kRest), 0.0072));
}

TEST(DriftVectors, F05CusumFiresOnDayNineAndNamesDayFive) {
    const double expected[] = {0, 0, 0, 0, 0, 0.037, 0.069, 0.109, 0.143, 0.179};
    Cusum cusum;
    for (std::size_t day = 0; day < kResiduals.size(); ++day) {
        cusum.add(kResiduals[day], 0.015, 1, static_cast<std::int64_t>(day));
        DOUBLES_EQUAL(expected[day], cusum.up.s, 1e-12);
        CHECK_EQUAL(day == 9, cusum.up.s > 0.15);
    }
    LONGS_EQUAL(5, cusum.up.onset);
}

TEST(DriftVectors, F06EwmaOfTheSameSeries) {
    const double expected[] = {0.000400000, -0.000240000, 0.000884000, 0.001595600, 0.001236040,
                               0.006312436, 0.010381192,  0.014843073, 0.018258766, 0.021532889};
    double level = 0;
    for (std::size_t day = 0; day < kResiduals.size(); ++day) {
        level = ewma(level, kResiduals[day], 0.1);
        DOUBLES_EQUAL(expected[day], level, 5e-10);
    }
}

TEST(DriftVectors, F07SiegmundInControl) {
    same(338.09316715655797, siegmund_run_length(0, 0.5, 4));
    same(938.2223641163949, siegmund_run_length(0, 0.5, 5));
    same(169.04658357827898, siegmund_run_length(0, 0.5, 4) / 2);
    same(469.11118205819747, siegmund_run_length(0, 0.5, 5) / 2);
}

TEST(DriftVectors, F08SiegmundDelayForOneDeviation) { same(10.336199235393469, siegmund_run_length(1, 0.5, 5)); }

TEST(DriftVectors, F12PueTheRestOfTheYearMayHave) {
    same(1.339080459770115, *pue_allowed_rest(kLimit, kYear, kRest.it_kwh));
    CHECK_FALSE(pue_allowed_rest(kLimit, kYear, 0).has_value());
}

TEST(DriftVectors, F13ModelPredictsAndLeavesAResidual) {
    same(714.3199999999999, model_of_f13().expected(1800, 24));
    const HourResidual found = residual(1800, 760, 24);
    same(714.3199999999999, found.expected);
    same(0.02537777777777781, *found.value);
}

TEST(DriftVectors, F14DailyResidualIsWeightedByEnergy) {
    const HourResidual busy = residual(1800, 760, 24), quiet = residual(900, 285, 10);
    ResidualSum day;
    day.add(busy.it, busy.excess);
    day.add(quiet.it, quiet.excess);
    same(0.023111111111111145, *day.value());
    same(0.02197777777777781, (*busy.value + *quiet.value) / 2);
}
