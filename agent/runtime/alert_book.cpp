// Laying out the watches, and stepping their alerts.
#include "agent/runtime/alert_book.hpp"

#include <algorithm>

#include "agent/config/rule_file.hpp"
#include "agent/config/sha256.hpp"
#include "agent/rules/identity.hpp"
#include "agent/runtime/alert_payload.hpp"

namespace pued {
namespace {

std::string key_of(const Watch& watch) { return watch.scope + '/' + watch.rule; }

bool contains(const std::vector<std::string>& list, const std::string& word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_open(const AlertState& state) {
    return state.phase == AlertPhase::pending || state.phase == AlertPhase::firing;
}

// The metric's name of the window that the operator chose for the rules' alerts.
std::string watched_metric(const Config& config) {
    if (config.rules.window != "interval") return "pue-" + config.rules.window;
    return config.metering.interval == std::chrono::seconds{900} ? "pue-15min" : "pue-interval";
}

}  // namespace

void AlertBook::watch_rules(std::chrono::year_month_day today) {
    const auto& wanted = installation_.config.rules;
    const auto site = site_facts(installation_.config.site);
    for (const auto& rule : installation_.rules) {
        if (!wanted.only.empty() && !contains(wanted.only, rule.id)) continue;
        if (contains(wanted.skip, rule.id)) continue;
        const auto binding = binding_limit(rule, site);
        if (applies(rule, site, today).answer != Answer::applies || !binding) continue;
        watch_rule(rule, binding->limit.value, binding->confidence);
    }
}

void AlertBook::watch_rule(const Rule& rule, double limit, Confidence confidence) {
    const auto& settings = installation_.config.rules;
    Watch watch{rule.id, "site", {},        limit, limit, rule.limit.direction, std::string{severity(rule, confidence)},
                {},      &rule,  confidence};
    if (rule.metric == RuleMetric::compute_per_watt_rated) return watch_chips(std::move(watch));
    watch.metric = watched_metric(installation_.config);
    watch.clear_level =
        limit + (rule.limit.direction == Direction::at_most ? -settings.hysteresis : settings.hysteresis);
    watch.settings.for_count = settings.for_count;
    watch.settings.clear_count = settings.clear_count;
    watches_.push_back(std::move(watch));
}

void AlertBook::watch_chips(Watch watch) {
    watch.metric = std::string{to_string(watch.source->metric)} + '-' + std::string{to_string(watch.source->precision)};
    watch.settings.for_count = watch.settings.clear_count = 1;  // a data sheet does not flicker
    for (const auto& server : installation_.config.servers) {
        if (server.accelerators.empty()) continue;
        watch.scope = server.id;
        watches_.push_back(watch);
    }
}

void AlertBook::watch_own() {
    for (const auto& own : installation_.config.alerts) {
        const auto direction = own.above ? Direction::at_most : Direction::at_least;
        const double limit = own.above ? *own.above : own.below.value_or(0);
        Watch watch{own.id,    own.scope,    own.metric, limit,   own.clear.value_or(limit),
                    direction, own.severity, {},         nullptr, {}};
        watch.settings.for_count = own.for_count;
        watch.settings.clear_count = own.clear_count;
        watches_.push_back(std::move(watch));
    }
}

bool AlertBook::watched(const std::string& key) const {
    return std::any_of(watches_.begin(), watches_.end(), [&](const Watch& watch) { return key_of(watch) == key; });
}

std::vector<AlertChange> AlertBook::lay_out(std::chrono::year_month_day today, const Now& now) {
    watches_.clear();
    watch_rules(today);
    watch_own();
    std::vector<AlertChange> out;
    for (const auto& watch : watches_) {
        auto& entry = entries_[key_of(watch)];
        const auto dedup = dedup_key(watch.rule, watch.scope, watch.limit, sha256_hex);
        if (entry.state.dedup != dedup) {
            // Another limit is another alert; rev goes on in this topic.
            if (is_open(entry.state)) out.push_back(end(key_of(watch), entry, now));
            const auto rev = entry.state.rev;
            entry = {};
            entry.state.dedup = dedup;
            entry.state.rev = rev;
        }
        entry.metric = watch.metric;
        entry.severity = watch.severity;
        entry.limit = watch.limit;
        entry.direction = watch.direction;
        if (watch.source == nullptr) entry.verdict = Verdict::not_applicable;
    }
    for (auto& [key, entry] : entries_) {
        if (is_open(entry.state) && !watched(key)) out.push_back(end(key, entry, now));
    }
    std::erase_if(entries_, [this](const auto& one) { return one.second.payload.empty() && !watched(one.first); });
    return out;
}

AlertChange AlertBook::publish(const Watch& watch, AlertEntry& entry, AlertPhase from) const {
    entry.payload = alert_payload(watch, entry);
    return {watch.rule, watch.scope, from, entry.state.phase, {topics_.alert(watch.scope, watch.rule), entry.payload}};
}

// The watch is gone: nothing will ever resolve this alert, so it is told that it has ended and why.
AlertChange AlertBook::end(const std::string& key, AlertEntry& entry, const Now& now) const {
    const auto slash = key.find('/');
    Watch gone{key.substr(slash + 1), key.substr(0, slash), entry.metric, entry.limit, entry.limit,
               entry.direction,       entry.severity,       {},           nullptr,     {}};
    for (const auto& rule : installation_.rules) {
        if (rule.id != gone.rule) continue;
        gone.source = &rule;
        gone.confidence = rule.standard.confidence;
    }
    const auto from = entry.state.phase;
    entry.state.phase = AlertPhase::inactive;
    entry.state.since = now.utc;
    entry.state.ended = now.utc;
    ++entry.state.rev;
    entry.payload = closed_payload(gone, entry);
    return {gone.rule, gone.scope, from, AlertPhase::resolved, {topics_.alert(gone.scope, gone.rule), entry.payload}};
}

std::vector<AlertChange> AlertBook::evaluate(std::string_view scope, std::string_view metric,
                                             const Evaluation& evaluation, const Now& now) {
    std::vector<AlertChange> out;
    for (const auto& watch : watches_) {
        if (watch.scope != scope || watch.metric != metric) continue;
        auto& entry = entries_[key_of(watch)];
        const auto condition = classify(evaluation.value, watch.limit, watch.clear_level, watch.direction);
        auto step = advance(entry.state, condition, now, watch.settings);
        entry.state = step.state;
        entry.latest = evaluation;
        if (step.publish) out.push_back(publish(watch, entry, step.from));
        if (!step.retract) continue;
        entry.payload.clear();
        out.push_back(
            {watch.rule, watch.scope, step.from, entry.state.phase, {topics_.alert(watch.scope, watch.rule), {}}});
    }
    return out;
}

std::vector<AlertChange> AlertBook::set_judgement(std::string_view scope, std::string_view rule,
                                                  const Judgement& judgement) {
    std::vector<AlertChange> out;
    for (const auto& watch : watches_) {
        if (watch.scope != scope || watch.rule != rule) continue;
        auto& entry = entries_[key_of(watch)];
        const bool changed = entry.verdict != judgement.verdict;
        entry.verdict = judgement.verdict;
        entry.p_conform = judgement.p_conform;
        if (!changed || !is_open(entry.state)) continue;
        ++entry.state.rev;
        out.push_back(publish(watch, entry, entry.state.phase));
    }
    return out;
}

std::vector<Message> AlertBook::standing() const {
    std::vector<Message> out;
    for (const auto& [key, entry] : entries_) {
        const auto slash = key.find('/');
        if (!entry.payload.empty())
            out.push_back({topics_.alert(key.substr(0, slash), key.substr(slash + 1)), entry.payload});
    }
    return out;
}

}  // namespace pued
