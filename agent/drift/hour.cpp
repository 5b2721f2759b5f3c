// One hour: gaps become unknown hours, each hour feeds the day, the year, the next fit and the budget's windows.
#include <algorithm>
#include <cmath>

#include "agent/drift/impl.hpp"

namespace pued {

namespace {

using std::chrono::days;
using std::chrono::hours;

constexpr days kLongestGap{366};  // beyond it nothing that was open is worth continuing
constexpr std::size_t kMeterEvents = 64;

int quarter_of(std::chrono::year_month_day date) {
    return 4 * static_cast<int>(date.year()) + static_cast<int>((static_cast<unsigned>(date.month()) - 1) / 3);
}

// What is no number is not known.
DriftHour sound(DriftHour hour) {
    for (std::optional<double>* kwh : {&hour.facility_kwh, &hour.it_kwh, &hour.cooling_kwh, &hour.losses_kwh}) {
        if (*kwh && !std::isfinite(**kwh)) kwh->reset();
    }
    return hour;
}

}  // namespace

void Latch::step(double value, double fire, double clear, int for_count, int clear_count) {
    const bool towards = open ? value <= clear : value > fire;
    count = towards ? count + 1 : 0;
    if (count < (open ? clear_count : for_count)) return;
    open = !open;
    count = 0;
}

Drift::Impl::Impl(DriftSettings s)
    : settings(std::move(s)), design(design_baseline(settings.design_curve)), climate(settings.climate_c) {}

const Baseline& Drift::Impl::baseline() const {
    const bool own = state.baseline.kind == BaselineKind::measured || design.kind == BaselineKind::none;
    return own ? state.baseline : design;
}

double Drift::Impl::reference_it() const {
    if (state.baseline.kind == BaselineKind::measured) return state.baseline.reference_it;
    return state.it_hours > 0 ? state.it_sum / static_cast<double>(state.it_hours) : 0;
}

std::vector<Metric> Drift::Impl::add(const DriftHour& hour) {
    std::vector<Metric> out;
    if (state.next && hour.start < *state.next) return out;  // an hour is judged once
    if (state.next && hour.start - *state.next > kLongestGap) state.next = hour.start - kLongestGap;
    while (state.next && *state.next + hours{1} <= hour.start) {
        DriftHour unknown;
        unknown.start = *state.next;
        std::vector<Metric> told;
        step(unknown, told);
        std::erase_if(told, [](const Metric& m) { return m.end - m.start <= hours{1}; });
        out.insert(out.end(), told.begin(), told.end());
    }
    step(sound(hour), out);
    return out;
}

void Drift::Impl::step(const DriftHour& hour, std::vector<Metric>& out) {
    if (hour.start >= state.day.span.end) {
        if (state.day.hours > 0) close_day(out);
        begin_day(hour.start);
    }
    state.next = hour.start + hours{1};
    const std::string_view reason = unusable(hour, reference_it(), settings.least_load);
    const HourResidual residual = residual_of(hour, reason, baseline());
    if (reason.empty() || reason == "low-load") note_usable(hour);
    note_residual(hour, residual);
    if (reason.empty()) collect(hour);
    tell_hour(hour, residual, out);
    if (*state.next >= state.day.span.end) close_day(out);
}

void Drift::Impl::begin_day(UtcTime start) {
    state.day = {};
    state.day.span = settings.zone.window(Window::day, start);
    if (start >= state.year.end) roll_year(start);
    if (!state.collection.since) state.collection.since = start;
    plan_budget(state.day.span.start);
}

void Drift::Impl::roll_year(UtcTime start) {
    state.year = settings.zone.window(Window::year, start);
    state.so_far = {};
}

// Load and weather are known; also a low load says what the load is before any fit does.
void Drift::Impl::note_usable(const DriftHour& hour) {
    state.it_sum += *hour.it_kwh;
    ++state.it_hours;
    climate.learn(Climate::slice_of(settings.zone.date(hour.start)), *hour.weather_c);
}

void Drift::Impl::collect(const DriftHour& hour) {
    const bool measured = state.baseline.kind == BaselineKind::measured;
    if (measured && (state.acute.open || state.change.latch.open)) return;  // a fault is not learnt
    const double it = *hour.it_kwh, weather = *hour.weather_c, overhead = *hour.facility_kwh - it;
    state.collection.overhead.add(it, weather, overhead);
    if (hour.cooling_kwh) state.collection.cooling.add(it, weather, *hour.cooling_kwh);
    if (hour.losses_kwh) state.collection.losses.add(it, weather, *hour.losses_kwh);
    DayRecord& record = state.day.record;
    record.it += it;
    record.overhead += overhead;
    record.bins.push_back(static_cast<std::uint8_t>(degree_bin(weather).value_or(0)));
}

void Drift::Impl::note_residual(const DriftHour& hour, const HourResidual& residual) {
    OpenDay& day = state.day;
    ++day.hours;
    day.coverage += hour.coverage;
    if (hour.facility_kwh && hour.it_kwh) {
        state.so_far.facility_kwh += *hour.facility_kwh;
        state.so_far.it_kwh += *hour.it_kwh;
        day.record.it_all += *hour.it_kwh;
        ++day.record.hours_all;
    }
    if (hour.meter_event) {
        state.meter_events.push_back(hour.start);
        if (state.meter_events.size() > kMeterEvents) state.meter_events.erase(state.meter_events.begin());
    }
    const Baseline& used = baseline();
    const bool measured = used.kind == BaselineKind::measured;
    state.excess.add(measured && residual.value ? std::optional{residual.excess} : std::nullopt);
    if (!residual.value) {
        ++day.reasons[std::string{residual.reason}];
        return;
    }
    day.total.add(residual.it, residual.excess);
    const auto part = [&](const auto& kwh, const auto& model, ResidualSum& sum) {
        if (kwh && model) sum.add(residual.it, *kwh - model->predict(residual.it, *hour.weather_c));
    };
    part(hour.cooling_kwh, used.cooling, day.cooling);
    part(hour.losses_kwh, used.losses, day.losses);
    if (!hour.climate) state.acute.step(*residual.value, settings.acute, settings.acute_clear, 3, 3);
}

void Drift::Impl::tell_hour(const DriftHour& hour, const HourResidual& residual, std::vector<Metric>& out) const {
    const Span span{hour.start, hour.start + hours{1}};
    const auto told = hour.climate ? std::nullopt : residual.value;
    Metric e = metric("pue-residual-hour", told, hour.climate ? "climate" : residual.reason);
    e.start = span.start;
    e.end = span.end;
    e.coverage = hour.coverage;
    if (told) e.extra["expected"] = 1 + residual.expected / residual.it;
    out.push_back(std::move(e));
    if (settings.limit) out.push_back(burn_metric(span, hour.coverage));
}

Metric Drift::Impl::burn_metric(const Span& span, double coverage) const {
    const BudgetPlan& plan = state.plan;
    const bool learning = state.baseline.kind != BaselineKind::measured;
    const auto burn =
        plan.headroom && !learning ? state.excess.burn(std::max(*plan.headroom, *plan.least)) : std::nullopt;
    const std::string_view reason = learning ? "learning" : plan.headroom ? "coverage" : std::string_view{plan.reason};
    Metric m = metric("budget-burn", burn ? std::optional{burn->value} : std::nullopt, reason);
    m.start = span.start;
    m.end = span.end;
    m.coverage = coverage;
    if (burn) m.extra["tier"] = std::string{burn->tier->name};
    if (plan.headroom) m.extra["headroom_kwh"] = *plan.headroom;
    return m;
}

// At the year's start, each quarter, and with each new baseline: a plan that waits for weather or load is tried daily.
void Drift::Impl::plan_budget(UtcTime from) {
    if (!settings.limit || state.baseline.kind != BaselineKind::measured) return;
    const int quarter = quarter_of(settings.zone.date(from));
    const bool made = state.plan.headroom || state.plan.reason == "no-headroom";
    if (made && state.plan.quarter == quarter && state.plan.baseline == state.baseline.version) return;
    state.plan = {quarter, state.baseline.version, std::nullopt, std::nullopt, {}};
    auto [rest, reason] = rest_of_year(from);
    state.plan.reason = reason;
    if (!reason.empty()) return;
    rest.level = 0;  // the plan is the model's: today's drift must not enlarge what may be burnt
    const double left = headroom_left(*settings.limit, state.so_far, rest);
    state.plan.reason = left > 0 ? "" : "no-headroom";
    if (left <= 0) return;
    state.plan.headroom = left;
    state.plan.least = least_headroom(state.so_far.it_kwh + rest.it_kwh, settings.k);
}

}  // namespace pued
