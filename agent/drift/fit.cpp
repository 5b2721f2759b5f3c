// When a baseline is fitted, and what is journaled of it (metering.md 4.2, first year).
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "agent/drift/impl.hpp"

namespace pued {

namespace {

using std::chrono::days;
using Json = nlohmann::json;

constexpr days kWeek{7}, kTenMonths{304}, kYear{365};
constexpr std::int64_t kInterimHours = 60 * 24;
constexpr double kLeastKnown = 0.8;  // of the hours of ten months
constexpr double kLeastRange = 0.8;  // of the climate's weather
constexpr std::size_t kLags = 45;
constexpr double kLambda = 0.05;
// What the site's own scatter suggests for k and h (metering.md 4.4): advice for who has tried it on a past year.
constexpr double kSuggestedK = 1.75, kSuggestedH = 17.5, kLeastK = 0.010, kLeastH = 0.10;
constexpr double kLongest = 1e6;  // days; a run length beyond means never
constexpr double kShift = 0.05;   // for which the journal says how long a detection should take

Json json_of(const HingeModel& m) {
    return {{"b0", m.b0}, {"b1", m.b1}, {"b2", m.b2}, {"b3", m.b3}, {"k1", m.k1}, {"k2", m.k2}};
}

Json json_of(const std::optional<HingeModel>& m) { return m ? json_of(*m) : Json{}; }

std::optional<HingeModel> model_of(const std::optional<HingeFit>& fit) {
    return fit ? std::optional{fit->model} : std::nullopt;
}

double mean_per_it(const HingeModel& model, const DayRecord& day) {
    double sum = 0;
    for (const std::uint8_t bin : day.bins) sum += model.per_it(degree_edge(bin) + kDegreeStep / 2);
    return sum / static_cast<double>(day.bins.size());
}

}  // namespace

bool Drift::Impl::enough_for_year(UtcTime now) const {
    const HingeSums::State& sums = state.collection.overhead.state();
    const double least_hours = kLeastKnown * 24 * static_cast<double>(kTenMonths.count());
    if (now - *state.collection.since < kTenMonths || static_cast<double>(sums.hours) < least_hours) return false;
    const auto range = climate.configured_range();
    if (!range || range->second <= range->first) return true;
    const double seen = std::min(sums.hottest, range->second) - std::max(sums.coldest, range->first);
    return seen >= kLeastRange * (range->second - range->first);
}

bool Drift::Impl::alert_open() const {
    return state.acute.open || state.change.latch.open || state.change.cusum.larger().s > settings.h / 2;
}

void Drift::Impl::fit_if_due(UtcTime now) {
    const bool enough = enough_for_year(now);
    if (state.baseline.kind == BaselineKind::measured) {
        const bool whole = now - *state.collection.since >= kYear;
        if (!whole || !enough || alert_open() || !fit(BaselineKind::measured, now)) return;
        settle();
        state.collection = {{}, {}, {}, now};
        return;
    }
    if (enough) {
        if (fit(BaselineKind::measured, now)) settle();
        return;
    }
    if (design.kind != BaselineKind::none || state.collection.overhead.hours() < kInterimHours) return;
    const bool first = state.baseline.kind == BaselineKind::none;
    if (first || (now - state.fitted >= kWeek && !state.acute.open)) fit(BaselineKind::interim, now);
}

bool Drift::Impl::fit(BaselineKind kind, UtcTime now) {
    const auto found = state.collection.overhead.fit();
    if (!found) return false;
    Baseline next;
    next.kind = kind;
    next.overhead = found->model;
    next.cooling = model_of(state.collection.cooling.fit());
    next.losses = model_of(state.collection.losses.fit());
    next.coldest = found->coldest;
    next.hottest = found->hottest;
    next.reference_it = found->mean_it;
    next.hours = found->hours;
    next.at = now;
    next.version = state.baseline.version + 1;
    state.baseline = std::move(next);
    state.fitted = now;
    const auto residuals = residuals_of_days();
    state.baseline.sigma_day = deviation(residuals);
    state.baseline.sigma_long_run = long_run_deviation(residuals, kLags);
    state.events.push_back({now, describe(*found, now)});
    return true;
}

// All that was measured against the old baseline begins anew; the level as if the new one had always been.
void Drift::Impl::settle() {
    state.change = {};
    state.acute = {};
    state.level = 0;
    for (const double residual : residuals_of_days()) state.level = ewma(state.level, residual, kLambda);
}

// Of the days that are kept, on the load of the day and the weather of its hours.
std::vector<double> Drift::Impl::residuals_of_days() const {
    std::vector<double> residuals;
    const HingeModel& model = state.baseline.overhead;
    for (const DayRecord& day : state.days) {
        if (day.bins.size() < 12) continue;
        const double expected = model.b0 * static_cast<double>(day.bins.size()) + day.it * mean_per_it(model, day);
        residuals.push_back((day.overhead - expected) / day.it);
    }
    return residuals;
}

std::string Drift::Impl::describe(const HingeFit& fit, UtcTime now) const {
    const Baseline& b = state.baseline;
    Json text{
        {"kind", to_string(b.kind)},
        {"version", b.version},
        {"overhead", json_of(b.overhead)},
        {"cooling", json_of(b.cooling)},
        {"losses", json_of(b.losses)},
        {"weather_c", {b.coldest, b.hottest}},
        {"hours", b.hours},
        {"from", rfc3339(*state.collection.since)},
        {"to", rfc3339(now)},
        {"mean_it_kwh", b.reference_it},
        {"rms_kwh", fit.rms_kwh},
        {"sigma_day", b.sigma_day},
        {"sigma_long_run", b.sigma_long_run},
        {"suggested",
         {{"k", std::max(kLeastK, kSuggestedK * b.sigma_day)}, {"h", std::max(kLeastH, kSuggestedH * b.sigma_day)}}}};
    if (b.sigma_long_run > 0) {
        const double k = settings.k / b.sigma_long_run, h = settings.h / b.sigma_long_run;
        text["siegmund"] = {{"false_alarm_days", std::min(kLongest, siegmund_run_length(0, k, h) / 2)},
                            {"detection_days", siegmund_run_length(kShift / b.sigma_long_run, k, h)},
                            {"of_shift", kShift}};
    }
    return text.dump();
}

}  // namespace pued
