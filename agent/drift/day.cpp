// One civil day of the site: its residual, what that says of a change, and where the year will end.
#include <algorithm>
#include <cmath>

#include "agent/drift/impl.hpp"

namespace pued {

namespace {

using std::chrono::days;
using std::chrono::hours;

constexpr double kLeastKnown = 0.95;
constexpr double kLambda = 0.05;
constexpr std::size_t kDaysKept = 366, kRecentDays = 28;
constexpr double kCeiling = 1.5;  // of h: after a repair S falls from there to the clear level in about ten days
constexpr days kNearOnset{2};

// The largest in amount of the parts that are metered, and the rest.
std::string component_of(const Pile& pile) {
    const double other = pile.excess - pile.cooling - pile.losses;
    if (std::abs(pile.cooling) >= std::abs(pile.losses) && std::abs(pile.cooling) >= std::abs(other)) return "cooling";
    return std::abs(pile.losses) >= std::abs(other) ? "losses" : "other";
}

UtcTime time_of(std::int64_t ms) { return UtcTime{std::chrono::milliseconds{ms}}; }

}  // namespace

Metric Drift::Impl::metric(std::string name, std::optional<double> value, std::string_view reason) const {
    Metric m;
    m.scope = "site";
    m.name = std::move(name);
    m.value = value && std::isfinite(*value) ? value : std::nullopt;
    m.start = state.day.span.start;
    m.end = state.day.span.end;
    m.coverage = state.day.hours > 0 ? state.day.coverage / state.day.hours : 0;
    m.method = "overhead-model";
    m.extra["baseline"] = std::string{to_string(baseline().kind)};
    if (m.value) {
        m.quality = quality::good;
    } else {
        m.extra["reason"] = std::string{reason};
    }
    return m;
}

// The most frequent one of its hours.
std::string Drift::Impl::day_reason() const {
    const auto& reasons = state.day.reasons;
    const auto most = std::max_element(reasons.begin(), reasons.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == reasons.end() ? "coverage" : most->first;
}

Metric Drift::Impl::residual_day(std::optional<double> value) const {
    Metric m = metric("pue-residual-day", value, day_reason());
    const auto part = [&](const char* name, const ResidualSum& sum) {
        if (value && sum.value()) m.extra[name] = *sum.value();
    };
    part("cooling", state.day.cooling);
    part("losses", state.day.losses);
    if (value) m.extra["excess_kwh"] = state.day.total.excess_kwh;
    return m;
}

void Drift::Impl::close_day(std::vector<Metric>& out) {
    const OpenDay& day = state.day;
    const auto length = static_cast<double>((day.span.end - day.span.start) / hours{1});
    const bool known = day.total.hours >= kLeastKnown * length && baseline().kind != BaselineKind::none;
    const auto residual = known ? day.total.value() : std::nullopt;
    out.push_back(residual_day(residual));
    out.push_back(judge_change(residual));
    if (residual && baseline().kind != BaselineKind::interim) state.level = ewma(state.level, *residual, kLambda);
    state.days.push_back(day.record);
    if (state.days.size() > kDaysKept) state.days.pop_front();
    if (settings.limit) tell_forecast(out);
    fit_if_due(day.span.end);
    state.day.hours = 0;  // closed
}

// A day that is not known changes nothing.
Metric Drift::Impl::judge_change(std::optional<double> residual) {
    Change& change = state.change;
    if (state.baseline.kind != BaselineKind::measured) return metric("change-score", std::nullopt, "learning");
    if (!residual) {
        change.last.reset();
        return metric("change-score", std::nullopt, day_reason());
    }
    pile_up(*residual);
    const double two_days = change.last ? std::min(std::abs(*residual), std::abs(*change.last)) : 0;
    change.last = residual;
    const double score = std::max(change.cusum.larger().s / settings.h, two_days / settings.shewhart);
    change.latch.step(score, 1, 0.5, 1, 2);
    Metric m = metric("change-score", score, {});
    if (change.cusum.larger().s > 0) describe_change(m);
    return m;
}

void Drift::Impl::pile_up(double residual) {
    Change& change = state.change;
    const OpenDay& day = state.day;
    const auto fresh = [](const CusumSide& side, Pile& pile) {
        if (side.s == 0) pile = {};
    };
    fresh(change.cusum.up, change.up);
    fresh(change.cusum.down, change.down);
    change.cusum.add(residual, settings.k, kCeiling * settings.h, day.span.start.time_since_epoch().count());
    for (Pile* pile : {&change.up, &change.down}) {
        pile->excess += day.total.excess_kwh;
        pile->cooling += day.cooling.excess_kwh;
        pile->losses += day.losses.excess_kwh;
    }
}

void Drift::Impl::describe_change(Metric& score) const {
    const Change& change = state.change;
    const Pile& pile = change.cusum.rising() ? change.up : change.down;
    const UtcTime onset = time_of(change.cusum.larger().onset);
    const bool metering = std::any_of(state.meter_events.begin(), state.meter_events.end(), [&](UtcTime at) {
        return at >= onset - kNearOnset && at < onset + days{1} + kNearOnset;
    });
    score.extra["onset"] = rfc3339(onset);
    score.extra["onset_day"] = rfc3339(std::chrono::sys_days{settings.zone.date(onset)}).substr(0, 10);
    score.extra["direction"] = std::string{change.cusum.rising() ? "worse" : "better"};
    score.extra["cause"] = std::string{metering ? "metering" : "plant"};
    score.extra["waste_kwh"] = pile.excess;
    if (state.baseline.cooling || state.baseline.losses) score.extra["component"] = component_of(pile);
}

std::optional<double> Drift::Impl::recent_it() const {
    double it = 0;
    int count = 0;
    const std::size_t first = state.days.size() > kRecentDays ? state.days.size() - kRecentDays : 0;
    for (std::size_t i = first; i < state.days.size(); ++i) {
        it += state.days[i].it_all;
        count += state.days[i].hours_all;
    }
    return count > 0 && it > 0 ? std::optional{it / count} : std::nullopt;
}

// Mean expectation and its slope over weather, over the days that are left; false where the climate of one is unknown.
bool Drift::Impl::mean_ahead(UtcTime from, double it, RestOfYear& rest) const {
    std::array<double, Climate::kSlices> left{};
    for (UtcTime day = from + hours{12}; day < state.year.end; day += days{1}) {
        left[Climate::slice_of(settings.zone.date(day))] += 1 / rest.days;
    }
    const Baseline& model = baseline();
    for (std::size_t slice = 0; slice < left.size(); ++slice) {
        if (left[slice] == 0) continue;
        const auto at = [&](double more) {
            return climate.mean(slice, [&](double t) { return model.expected(it, t + more) / it; });
        };
        const auto middle = at(0), warmer = at(0.5), colder = at(-0.5);
        if (!middle || !warmer || !colder) return false;
        rest.overhead += left[slice] * *middle;
        rest.weather_slope += left[slice] * (*warmer - *colder);
    }
    return true;
}

Drift::Impl::Rest Drift::Impl::rest_of_year(UtcTime from) const {
    const BaselineKind kind = baseline().kind;
    if (kind != BaselineKind::design && kind != BaselineKind::measured) return {{}, "no-baseline"};
    const auto it = recent_it();
    if (!it) return {{}, "no-load"};
    RestOfYear rest;
    rest.level = state.level;
    rest.days = std::round(static_cast<double>((state.year.end - from) / hours{1}) / 24);
    if (rest.days <= 0) return {rest, {}};
    rest.it_kwh = *it * 24 * rest.days;
    if (!mean_ahead(from, *it, rest)) return {{}, "no-climate"};
    return {rest, {}};
}

void Drift::Impl::tell_forecast(std::vector<Metric>& out) const {
    const double limit = *settings.limit;
    const auto [rest, why] = rest_of_year(state.day.span.end);
    const std::string_view reason = why.empty() && !(state.so_far.it_kwh > 0) ? "no-load" : why;
    std::optional<double> pue, p, allowed, headroom;
    double u = 0;
    if (reason.empty()) {
        const bool design_used = baseline().kind == BaselineKind::design;
        const double sigma = design_used ? settings.u_model : state.baseline.sigma_long_run;
        const double base = design_used ? settings.u_model : sigma / std::sqrt(365.0);
        const double level = sigma * std::sqrt(kLambda / (2 - kLambda));
        pue = pue_at_year_end(state.so_far, rest);
        u = forecast_deviation(state.so_far, rest, {level, base, settings.u_meter});
        p = probability_above(limit, *pue, u);
        allowed = pue_allowed_rest(limit, state.so_far, rest.it_kwh);
        headroom = headroom_left(limit, state.so_far, rest);
    }
    out.push_back(metric("pue-forecast", pue, reason));
    if (pue) out.back().u = u;
    out.push_back(metric("forecast-p", p, reason));
    if (p) out.back().extra.insert({{"forecast", *pue}, {"forecast_u", u}, {"allowed_rest", allowed.value_or(limit)}});
    out.push_back(metric("pue-allowed-rest", allowed, reason.empty() ? "year-over" : reason));
    out.push_back(metric("headroom", headroom, reason));
    out.back().unit = "kWh";
    out.push_back(metric("burn-pro-rata", burn_pro_rata(limit, state.so_far), "no-load"));
}

}  // namespace pued
