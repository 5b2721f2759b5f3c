// Drift over synthetic years: what fires, what stays silent, the first year, guards, gaps, restarts.
#include <chrono>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "agent/drift/drift.hpp"
#include "tests/unit/drift/site.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::test;

namespace {

constexpr int kDay = 24, kYearHours = 8760;

DriftSettings settings_of() {
    DriftSettings s;
    s.limit = 1.30;
    return s;
}

using Change = std::function<void(Site&, int hour)>;
using Edit = std::function<void(DriftHour&, int hour)>;

struct Run {
    explicit Run(DriftSettings s = settings_of()) : drift(std::move(s)) {}

    void until(int end) {
        for (; next < end; ++next) {
            if (change) change(site, next);
            DriftHour h = site.hour(next);
            if (edit) edit(h, next);
            const auto told = drift.add(h);
            keep(latest, told);
            for (const Metric& m : told) {
                if (m.name == "change-score" && m.value && *m.value > 1 && first_change < 0) first_change = next;
                if (m.name == "budget-burn" && m.value && *m.value > 1 && first_burn < 0) first_burn = next;
            }
        }
    }

    Metric& at(const std::string& name) { return latest[name]; }
    std::string reason(const std::string& name) { return text(at(name), "reason"); }

    Drift drift;
    Site site;
    Change change;
    Edit edit;
    Latest latest;
    int next = 0, first_change = -1, first_burn = -1;
};

bool same(const Metric& a, const Metric& b) {
    return a.name == b.name && a.value == b.value && a.start == b.start && a.end == b.end && a.extra == b.extra &&
           a.coverage == b.coverage && a.quality == b.quality;
}

bool same(const std::vector<Metric>& a, const std::vector<Metric>& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (!same(a[i], b[i])) return false;
    }
    return true;
}

}  // namespace

TEST_GROUP(Drift){};

TEST(Drift, FirstYearWithoutCurveWaitsThenHelpsItselfThenKnows) {
    Run run;
    run.until(59 * kDay);
    STRCMP_EQUAL("no-baseline", run.reason("pue-residual-hour").c_str());
    STRCMP_EQUAL("learning", run.reason("change-score").c_str());
    STRCMP_EQUAL("learning", run.reason("budget-burn").c_str());
    STRCMP_EQUAL("no-baseline", run.reason("pue-forecast").c_str());
    CHECK(run.at("burn-pro-rata").value.has_value());
    run.until(61 * kDay);
    STRCMP_EQUAL("interim", text(run.at("pue-residual-hour"), "baseline").c_str());
    CHECK(run.at("pue-residual-hour").value.has_value());
    STRCMP_EQUAL("learning", run.reason("change-score").c_str());
    run.until(303 * kDay);
    STRCMP_EQUAL("learning", run.reason("change-score").c_str());
    run.until(305 * kDay);
    STRCMP_EQUAL("measured", text(run.at("pue-residual-hour"), "baseline").c_str());
    CHECK(run.at("change-score").value.has_value());
    LONGS_EQUAL(-1, run.first_change);
}

TEST(Drift, AnInterimBaselineSaysNothingBeyondTheWeatherItKnows) {
    Run run;
    run.until(70 * kDay);
    run.drift.take_baselines();
    DriftHour hot = run.site.hour(70 * kDay);
    hot.weather_c = 25;
    keep(run.latest, run.drift.add(hot));
    CHECK_FALSE(run.at("pue-residual-hour").value.has_value());
    STRCMP_EQUAL("weather-range", run.reason("pue-residual-hour").c_str());
}

TEST(Drift, ADesignCurveServesAcuteAndForecastFromTheFirstHour) {
    DriftSettings s = settings_of();
    s.design_curve = {{-20, 1.15}, {6, 1.16}, {18, 1.23}, {40, 1.45}};
    s.climate_c = {0, 2, 6, 13, 19, 24, 27, 25, 20, 13, 6, 1};
    Run run{s};
    run.until(3 * kDay);
    STRCMP_EQUAL("design", text(run.at("pue-residual-hour"), "baseline").c_str());
    CHECK(run.at("pue-residual-hour").value.has_value());
    STRCMP_EQUAL("learning", run.reason("change-score").c_str());
    CHECK(run.at("pue-forecast").value.has_value());
    CHECK(run.at("pue-forecast").u.value() >= s.u_model);
    CHECK(run.at("pue-allowed-rest").value.has_value());
}

TEST(Drift, TheBaselineIsJournaledWithItsCoefficients) {
    Run run;
    run.until(kYearHours);
    const auto events = run.drift.take_baselines();
    CHECK(events.size() >= 2);
    const std::string& last = events.back().text;
    for (const char* part :
         {"\"kind\":\"measured\"", "\"b0\":", "\"k2\":", "\"weather_c\":", "\"sigma_long_run\":", "\"cooling\":{",
          "\"siegmund\":", "\"suggested\":{\"h\":0.1,\"k\":0.01}", "\"false_alarm_days\":"}) {
        CHECK_TEXT(last.find(part) != std::string::npos, part);
    }
    CHECK(run.drift.take_baselines().empty());
}

TEST(Drift, AStepOfFivePointsIsSeenInTwoDaysWithOnsetComponentAndWaste) {
    Run run;
    const int from = kYearHours + 40 * kDay;
    run.change = [&](Site& site, int hour) { site.extra = hour >= from ? 0.05 : 0; };
    run.until(from);
    LONGS_EQUAL(-1, run.first_change);
    run.until(from + 10 * kDay);
    CHECK(run.first_change >= from && run.first_change <= from + 2 * kDay);
    const Metric& score = run.at("change-score");
    STRCMP_EQUAL(rfc3339(kNewYear + std::chrono::hours{from}).c_str(), text(score, "onset").c_str());
    STRCMP_EQUAL("cooling", text(score, "component").c_str());
    STRCMP_EQUAL("plant", text(score, "cause").c_str());
    DOUBLES_EQUAL(0.05 * 1800 * 24 * 10, std::get<double>(score.extra.at("waste_kwh")), 1500);
}

TEST(Drift, AMainMeterThatReadsLowIsSeenAndCalledMetering) {
    Run run;
    const int from = kYearHours + 100 * kDay;
    run.edit = [&](DriftHour& h, int hour) {
        if (hour < from) return;
        h.facility_kwh = *h.facility_kwh * 0.96;
        h.meter_event = hour == from + 20;
    };
    run.until(from + 5 * kDay);
    CHECK(run.first_change >= from && run.first_change <= from + 2 * kDay);
    STRCMP_EQUAL("metering", text(run.at("change-score"), "cause").c_str());
    STRCMP_EQUAL("other", text(run.at("change-score"), "component").c_str());
    CHECK(std::get<double>(run.at("change-score").extra.at("waste_kwh")) < 0);
}

TEST(Drift, AQuietYearFiresNothing) {
    Run run;
    run.until(2 * kYearHours);
    LONGS_EQUAL(-1, run.first_change);
    LONGS_EQUAL(-1, run.first_burn);
}

TEST(Drift, TheForecastOfAQuietYearIsNearWhatItBecomes) {
    Run run;
    run.until(kYearHours + 60 * kDay);
    const double told = *run.at("pue-forecast").value;
    const double u = run.at("pue-forecast").u.value();
    run.until(2 * kYearHours);
    const Metric& end = run.at("pue-forecast");
    DOUBLES_EQUAL(*end.value, told, 0.005);
    CHECK(u > 0.0005 && u < 0.02);
    DOUBLES_EQUAL((*end.value - 1) / 0.30, *run.at("burn-pro-rata").value, 1e-9);
    STRCMP_EQUAL("year-over", run.reason("pue-allowed-rest").c_str());
    DOUBLES_EQUAL(*end.value > 1.30 ? 1 : 0, *run.at("forecast-p").value, 0);
}

TEST(Drift, ALargeExcessBurnsTheHeadroomWithinADayAndNamesTheTier) {
    DriftSettings s = settings_of();
    s.limit = 1.24;  // some 0.02 above what the year will be
    Run run{s};
    const int from = kYearHours + 30 * kDay;
    run.change = [&](Site& site, int hour) { site.extra = hour >= from ? 0.15 : 0; };
    run.until(from + kDay);
    CHECK(run.first_burn > from && run.first_burn <= from + kDay);
    STRCMP_EQUAL("24h", text(run.at("budget-burn"), "tier").c_str());
}

TEST(Drift, APlanWithoutHeadroomDisablesTheBudget) {
    DriftSettings s = settings_of();
    s.limit = 1.15;
    Run run{s};
    run.until(kYearHours + 60 * kDay);
    STRCMP_EQUAL("no-headroom", run.reason("budget-burn").c_str());
    CHECK(*run.at("forecast-p").value > 0.99);
    CHECK(*run.at("headroom").value < 0);
}

TEST(Drift, WithoutALimitBudgetAndForecastStaySilent) {
    Run run{DriftSettings{}};
    run.until(3 * kDay);
    CHECK(run.latest.count("pue-residual-hour") == 1 && run.latest.count("change-score") == 1);
    LONGS_EQUAL(0, run.latest.count("budget-burn"));
    LONGS_EQUAL(0, run.latest.count("forecast-p"));
    LONGS_EQUAL(2, drift_watches(DriftSettings{}).size());
}

TEST(Drift, NoRefitOverAnOpenAlertButAfterIt) {
    Run run;
    const int from = kYearHours - 10 * kDay, mended = kYearHours + 40 * kDay;
    run.change = [&](Site& site, int hour) { site.extra = hour >= from && hour < mended ? 0.05 : 0; };
    run.until(from);
    run.drift.take_baselines();
    run.until(mended);
    CHECK(run.drift.take_baselines().empty());
    CHECK(*run.at("change-score").value > 1);
    DOUBLES_EQUAL(0.05, *run.at("pue-residual-day").value, 0.01);
    run.until(mended + 30 * kDay);
    LONGS_EQUAL(1, run.drift.take_baselines().size());
    CHECK(*run.at("change-score").value < 0.5);
    DOUBLES_EQUAL(0, *run.at("pue-residual-day").value, 0.01);
}

TEST(Drift, GuardedHoursAreUnknownAndChangeNothing) {
    Run run;
    const int from = kYearHours + 30 * kDay;
    run.change = [&](Site& site, int hour) { site.extra = hour >= from ? 0.3 : 0; };
    run.edit = [&](DriftHour& h, int hour) { h.guarded = hour >= from; };
    run.until(from + 5 * kDay);
    STRCMP_EQUAL("guarded", run.reason("pue-residual-hour").c_str());
    STRCMP_EQUAL("guarded", run.reason("change-score").c_str());
    LONGS_EQUAL(-1, run.first_change);
    LONGS_EQUAL(-1, run.first_burn);
}

TEST(Drift, AGapCountsAsUnknownHoursAndTheirDaysAreTold) {
    Run run;
    run.until(10 * kDay + 5);
    const auto told = run.drift.add(run.site.hour(13 * kDay + 5));
    int days = 0, hours = 0;
    for (const Metric& m : told) {
        days += m.name == "pue-residual-day";
        hours += m.name == "pue-residual-hour";
        if (m.name == "pue-residual-day") STRCMP_EQUAL("coverage", text(m, "reason").c_str());
    }
    LONGS_EQUAL(3, days);
    LONGS_EQUAL(1, hours);
    CHECK(run.drift.add(run.site.hour(12 * kDay)).empty());  // the past is closed
}

TEST(Drift, AGapOfDecadesEndsInTime) {
    Run run;
    run.until(2);
    CHECK_FALSE(run.drift.add(run.site.hour(400000)).empty());
}

TEST(Drift, ContinuingAfterARestoreIsTheSameToTheBit) {
    Run run;
    run.edit = [](DriftHour& h, int hour) {
        h.meter_event = hour % 3001 == 0;
        h.guarded = hour % 997 == 0;
        if (hour % 501 == 0) h.cooling_kwh.reset();
    };
    for (const int at : {0, 17, 70 * kDay + 3, 306 * kDay + 11, kYearHours + 40 * kDay}) {
        run.until(at);
        Drift copy{settings_of()};
        CHECK(copy.restore(run.drift.save()));
        Site site = run.site;
        Run ahead;
        CHECK(ahead.drift.restore(run.drift.save()));
        CHECK(ahead.drift.save() == run.drift.save());
        for (int i = at; i < at + 60 * kDay; ++i) {
            DriftHour h = site.hour(i);
            run.edit(h, i);
            CHECK(same(copy.add(h), ahead.drift.add(h)));
        }
        // and as the one that was never saved, for the last stretch
        if (at < kYearHours) continue;
        Drift again{settings_of()};
        CHECK(again.restore(run.drift.save()));
        for (int i = at; i < at + 60 * kDay; ++i) {
            DriftHour h = run.site.hour(i);
            run.edit(h, i);
            CHECK(same(run.drift.add(h), again.add(h)));
        }
        CHECK(run.drift.save() == again.save());
    }
}

TEST(Drift, ABaselineWaitsForMostOfTheClimatesWeather) {
    DriftSettings s = settings_of();
    s.climate_c = std::vector<double>(12, 10.0);
    s.climate_c[0] = -25;  // a winter that this year does not bring
    s.climate_c[6] = 25;
    Run run{s};
    run.until(310 * kDay);
    STRCMP_EQUAL("interim", text(run.at("pue-residual-hour"), "baseline").c_str());
    STRCMP_EQUAL("learning", run.reason("change-score").c_str());
}

TEST(Drift, LowLoadSaysNothingAndIsNotLearnt) {
    Run run;
    run.until(kYearHours + 10 * kDay);
    run.edit = [](DriftHour& h, int) {
        h.it_kwh = *h.it_kwh * 0.3;
        h.facility_kwh = *h.it_kwh + 600;
    };
    run.until(kYearHours + 20 * kDay);
    STRCMP_EQUAL("low-load", run.reason("pue-residual-hour").c_str());
    STRCMP_EQUAL("low-load", run.reason("pue-residual-day").c_str());
    LONGS_EQUAL(-1, run.first_change);
}

TEST(Drift, WhatIsNoNumberIsUnknownAndPoisonsNothing) {
    Run run;
    run.edit = [](DriftHour& h, int hour) {
        if (hour % 50 == 0) h.facility_kwh = NAN;
        if (hour % 50 == 1) h.cooling_kwh = INFINITY;
        if (hour % 50 == 2) h.weather_c = NAN;
    };
    run.until(kYearHours + 5 * kDay + 1);
    STRCMP_EQUAL("measured", text(run.at("pue-forecast"), "baseline").c_str());
    CHECK(run.at("pue-forecast").value.has_value());
    const auto text_of_fit = run.drift.take_baselines().back().text;
    CHECK(text_of_fit.find("null") == std::string::npos);
}

TEST(Drift, TheStateStaysUnderSixtyKilobytes) {
    Run run;
    run.until(2 * kYearHours - kDay);
    run.drift.take_baselines();
    const std::string bytes = run.drift.save();
    CHECK_TEXT(bytes.size() < 60000, std::to_string(bytes.size()).c_str());
}

TEST(Drift, BytesOfAnotherShapeAreRefusedAndLeaveTheStateAlone) {
    Run run;
    run.until(100);
    const std::string bytes = run.drift.save();
    for (std::size_t cut = 0; cut < bytes.size(); cut += 37) CHECK_FALSE(run.drift.restore(bytes.substr(0, cut)));
    CHECK_FALSE(run.drift.restore("\xa1\x67version\x02"));
    CHECK(run.drift.save() == bytes);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {  // whatever it says to damage, it survives it
        std::string damaged = bytes;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x41);
        Drift other{settings_of()};
        if (other.restore(damaged)) other.add(run.site.hour(101));
    }
}

TEST(Drift, WatchesCarryTheDefaultsOfTheSpecification) {
    const auto watches = drift_watches(settings_of());
    LONGS_EQUAL(5, watches.size());
    STRCMP_EQUAL("drift-acute", watches[0].rule.c_str());
    DOUBLES_EQUAL(0.08, watches[0].limit, 0);
    DOUBLES_EQUAL(0.04, watches[0].clear_level, 0);
    LONGS_EQUAL(3, watches[0].for_count);
    STRCMP_EQUAL("page", watches[0].severity.c_str());
    STRCMP_EQUAL("drift-change", watches[1].rule.c_str());
    LONGS_EQUAL(1, watches[1].for_count);
    LONGS_EQUAL(2, watches[1].clear_count);
    STRCMP_EQUAL("budget-burn", watches[2].metric.c_str());
    LONGS_EQUAL(7, watches[3].for_count);
    DOUBLES_EQUAL(0.9, watches[4].limit, 0);
    STRCMP_EQUAL("ticket", watches[4].severity.c_str());
}
