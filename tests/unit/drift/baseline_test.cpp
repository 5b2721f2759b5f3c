// The fit with change points, against plants that are known; the guards of an hour; the climate's means.
#include <cmath>
#include <string>
#include <vector>

#include "agent/drift/climate.hpp"
#include "agent/drift/cusum.hpp"
#include "agent/drift/residual.hpp"
#include "tests/unit/drift/site.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::test;

namespace {

// Straight least squares over the hours themselves, change points given: what the sums must agree with.
double squares_left(const std::vector<DriftHour>& hours, const HingeModel& model) {
    double sum = 0;
    for (const DriftHour& h : hours) {
        const double e = *h.facility_kwh - *h.it_kwh - model.predict(*h.it_kwh, *h.weather_c);
        sum += e * e;
    }
    return sum;
}

std::vector<DriftHour> year_of(Site site) {
    std::vector<DriftHour> hours;
    for (int i = 0; i < 8760; ++i) hours.push_back(site.hour(i));
    return hours;
}

HingeSums sums_of(const std::vector<DriftHour>& hours) {
    HingeSums sums;
    for (const DriftHour& h : hours) sums.add(*h.it_kwh, *h.weather_c, *h.facility_kwh - *h.it_kwh);
    return sums;
}

DriftHour good_hour() {
    DriftHour h;
    h.facility_kwh = 1260;
    h.it_kwh = 1000;
    h.weather_c = 15;
    h.coverage = 1;
    return h;
}

std::string why(const DriftHour& h) { return std::string{unusable(h, 1000, 0.4)}; }

}  // namespace

TEST_GROUP(Baseline){};

TEST(Baseline, FindsThePlantThatMadeTheData) {
    Site site;
    site.ripple = 0;
    const auto fit = sums_of(year_of(site)).fit();
    CHECK(fit.has_value());
    DOUBLES_EQUAL(90, fit->model.b0, 0.01);
    DOUBLES_EQUAL(0.11, fit->model.b1, 1e-5);
    DOUBLES_EQUAL(0.006, fit->model.b2, 1e-6);
    DOUBLES_EQUAL(0.004, fit->model.b3, 1e-6);
    DOUBLES_EQUAL(6, fit->model.k1, 0);
    DOUBLES_EQUAL(18, fit->model.k2, 0);
    LONGS_EQUAL(8760, fit->hours);
    CHECK(fit->rms_kwh < 0.1);
}

TEST(Baseline, NoNeighbourOfTheFitLeavesLess) {
    const auto hours = year_of(Site{});
    const auto fit = sums_of(hours).fit();
    const double least = squares_left(hours, fit->model);
    DOUBLES_EQUAL(std::sqrt(least / 8760), fit->rms_kwh, 1e-3);
    for (const double step : {-1e-3, 1e-3}) {
        HingeModel m = fit->model;
        m.b0 += 100 * step;
        CHECK(squares_left(hours, m) > least);
        m = fit->model;
        m.b1 += step;
        CHECK(squares_left(hours, m) > least);
        m = fit->model;
        m.b2 += step;
        CHECK(squares_left(hours, m) > least);
        m = fit->model;
        m.b3 += step;
        CHECK(squares_left(hours, m) > least);
    }
}

TEST(Baseline, SteadyLoadGivesNoWildConstant) {
    HingeSums sums;
    for (int i = 0; i < 2000; ++i) sums.add(1000, 5 + i % 20, 250 + (i % 20) * 2);
    const auto fit = sums.fit();
    DOUBLES_EQUAL(0, fit->model.b0, 0);
    DOUBLES_EQUAL(250, fit->model.predict(1000, 5), 5);
}

TEST(Baseline, WinterAloneGivesNoSlopeForSummer) {
    HingeSums sums;
    for (int i = 0; i < 2000; ++i) sums.add(1000 + 50 * (i % 3), -10 + i % 11, 200);
    const auto fit = sums.fit();
    DOUBLES_EQUAL(0, fit->model.b3, 0);
    DOUBLES_EQUAL(200, fit->model.predict(1050, 30), 1);
}

TEST(Baseline, UnderTwoDaysOfHoursThereIsNoFit) {
    HingeSums sums;
    CHECK_FALSE(sums.fit().has_value());
    for (int i = 0; i < 47; ++i) sums.add(1000, 10, 200);
    CHECK_FALSE(sums.fit().has_value());
    sums.add(1000, 400, 200);  // not weather
    LONGS_EQUAL(47, sums.hours());
}

TEST(Baseline, EachGuardSaysItsReason) {
    STRCMP_EQUAL("", why(good_hour()).c_str());
    DriftHour h = good_hour();
    h.guarded = true;
    STRCMP_EQUAL("guarded", why(h).c_str());
    h = good_hour();
    h.coverage = 0.94;
    STRCMP_EQUAL("coverage", why(h).c_str());
    h = good_hour();
    h.it_kwh.reset();
    STRCMP_EQUAL("coverage", why(h).c_str());
    h = good_hour();
    h.facility_kwh = 999;
    STRCMP_EQUAL("impossible", why(h).c_str());
    h = good_hour();
    h.weather_c.reset();
    STRCMP_EQUAL("no-weather", why(h).c_str());
    h = good_hour();
    h.weather_c = NAN;
    STRCMP_EQUAL("no-weather", why(h).c_str());
    h = good_hour();
    h.it_kwh = 399;
    STRCMP_EQUAL("low-load", why(h).c_str());
}

TEST(Baseline, WeatherMoreThanOneDegreeBeyondTheBaselineIsUnknown) {
    const Baseline baseline = design_baseline({{5, 1.18}, {20, 1.25}, {28, 1.35}});
    DriftHour h = good_hour();
    h.weather_c = 29;
    DOUBLES_EQUAL(0.26 - 0.35, *residual_of(h, {}, baseline).value, 1e-12);
    h.weather_c = 29.1;
    CHECK_FALSE(residual_of(h, {}, baseline).value.has_value());
    STRCMP_EQUAL("weather-range", std::string{residual_of(h, {}, baseline).reason}.c_str());
    h.weather_c = 12.5;
    DOUBLES_EQUAL(0.26 - 0.215, *residual_of(h, {}, baseline).value, 1e-12);
    STRCMP_EQUAL("no-baseline", std::string{residual_of(h, {}, Baseline{}).reason}.c_str());
}

TEST(Baseline, LongRunDeviationCountsTheMemoryOfASeries) {
    std::vector<double> steady, slow;
    for (int i = 0; i < 360; ++i) {
        steady.push_back(i % 2 ? 0.01 : -0.01);
        slow.push_back((i / 20) % 2 ? 0.01 : -0.01);
    }
    DOUBLES_EQUAL(0.01, deviation(steady), 1e-12);
    DOUBLES_EQUAL(0.01, deviation(slow), 1e-12);
    CHECK(long_run_deviation(steady, 45) < 0.003);
    CHECK(long_run_deviation(slow, 10) > 0.025);
    DOUBLES_EQUAL(0, long_run_deviation({}, 45), 0);
}

TEST_GROUP(DriftClimate){static double itself(double t){return t;
}
static double above_ten(double t) { return std::max(0.0, t - 10); }
}
;

TEST(DriftClimate, NothingConfiguredAndNothingLearntIsUnknown) {
    Climate climate{{}};
    CHECK_FALSE(climate.mean(0, itself).has_value());
    for (int i = 0; i < 119; ++i) climate.learn(0, 4);
    CHECK_FALSE(climate.mean(0, itself).has_value());
    climate.learn(0, 4);
    DOUBLES_EQUAL(4.25, *climate.mean(0, itself), 1e-12);  // the middle of its half degree
}

TEST(DriftClimate, MeansOfMonthsGetTheSpreadThatWasLearnt) {
    Climate climate{std::vector<double>(12, 10.0)};
    DOUBLES_EQUAL(0, *climate.mean(0, above_ten), 1e-12);
    for (int i = 0; i < 200; ++i) climate.learn(0, i % 2 ? 2.1 : 8.1);  // mean 5.25 of the half degrees' middles
    DOUBLES_EQUAL(10, *climate.mean(0, itself), 1e-9);
    DOUBLES_EQUAL(1.5, *climate.mean(0, above_ten), 1e-9);
}

TEST(DriftClimate, AYearOfHoursIsItsOwnSpread) {
    std::vector<double> hours(8760, 0.0);
    for (std::size_t i = 0; i < 240; ++i) hours[i] = i % 2 ? 5.1 : 15.1;  // the first ten days of January
    const Climate climate{hours};
    DOUBLES_EQUAL(10.25, *climate.mean(0, itself), 1e-9);
    DOUBLES_EQUAL(0.25, *climate.mean(1, itself), 1e-9);
    DOUBLES_EQUAL(15.1, climate.configured_range()->second, 1e-12);
}

TEST(DriftClimate, StullsExampleOfTwentyDegreesAtHalfHumidity) { DOUBLES_EQUAL(13.7, wet_bulb_c(20, 50), 0.05); }
