// One alert machine for each of drift_watches(), fed as the daemon feeds them.
#include "tests/bench/drift/watch.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace pued::bench {

namespace {

double or_nan(const std::optional<double>& value) { return value.value_or(NAN); }

double extra(const Metric& m, const std::string& key) {
    const auto found = m.extra.find(key);
    return found != m.extra.end() && std::holds_alternative<double>(found->second) ? std::get<double>(found->second)
                                                                                   : NAN;
}

std::string note_of(const DriftWatch& watch, const Metric& m, int hour) {
    char head[96];
    std::snprintf(head, sizeof head, "%s day %.1f (%.2f)", watch.rule.c_str(), (hour + 1) / 24.0, *m.value);
    std::string note = head;
    for (const char* key : {"onset", "cause", "component", "tier"}) {
        const auto found = m.extra.find(key);
        if (found != m.extra.end()) note += std::string{" "} + key + "=" + std::get<std::string>(found->second);
    }
    return note;
}

}  // namespace

Watched::Watched(DriftSettings settings) : settings_(settings), drift_(settings) {
    for (const DriftWatch& watch : drift_watches(settings_)) alerts_.push_back({watch});
}

Watched Watched::fork() const {
    Watched copy(settings_);
    if (!copy.drift_.restore(drift_.save())) std::abort();
    copy.alerts_ = alerts_;
    return copy;
}

void Watched::tell(const Metric& metric, int hour, Told& told) {
    for (std::size_t i = 0; i < alerts_.size(); ++i) {
        Alert& alert = alerts_[i];
        if (alert.watch.metric != metric.name) continue;
        AlertSettings settings;
        settings.for_count = alert.watch.for_count;
        settings.clear_count = alert.watch.clear_count;
        const Condition condition =
            classify(metric.value, alert.watch.limit, alert.watch.clear_level, Direction::at_most);
        const Now now{BootTime{metric.end.time_since_epoch()}, metric.end, ClockQuality::synced};
        auto step = advance(std::move(alert.state), condition, now, settings);
        alert.state = std::move(step.state);
        if (alert.state.phase != AlertPhase::firing || step.from == AlertPhase::firing) continue;
        ++told.fired[i];
        if (told.notes.size() < 12) told.notes.push_back(note_of(alert.watch, metric, hour));
    }
    if (metric.name == "change-score") told.unknown_days += !metric.value;
    if (metric.name == "pue-forecast") {
        told.forecast.push_back(or_nan(metric.value));
        told.deviation.push_back(metric.u.value_or(0));
    }
    if (metric.name == "burn-pro-rata") {
        told.year_to_date.push_back(1 + or_nan(metric.value) * (settings_.limit.value_or(NAN) - 1));
    }
}

Told Watched::run(const std::vector<DriftHour>& hours) {
    Told told;
    for (std::size_t hour = 0; hour < hours.size(); ++hour) {
        for (const Metric& metric : drift_.add(hours[hour])) tell(metric, static_cast<int>(hour), told);
        bool any = false;
        for (std::size_t i = 0; i < alerts_.size(); ++i) {
            const bool on = alerts_[i].state.phase == AlertPhase::firing;
            told.on[i].push_back(on);
            any = any || (on && i != kAtRisk);
        }
        if (any && (told.on[kAll].empty() || !told.on[kAll].back())) ++told.fired[kAll];
        told.on[kAll].push_back(any);
    }
    for (const BaselineEvent& event : drift_.take_baselines()) {
        told.sigma_day = nlohmann::json::parse(event.text).at("sigma_day");
    }
    return told;
}

}  // namespace pued::bench
