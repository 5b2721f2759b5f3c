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

// The metric's name of the window that the operator chose for the rules' alerts.
std::string watched_metric(const Config& config) {
    if (config.rules.window != "interval") return "pue-" + config.rules.window;
    return config.metering.interval == std::chrono::seconds{900} ? "pue-15min" : "pue-interval";
}

AlertChange change_of(const Watch& watch, const AlertStep& step, Message message) {
    return {watch.rule, watch.scope, step.from, step.state.phase, std::move(message)};
}

}  // namespace

AlertBook::AlertBook(const Installation& installation, std::chrono::year_month_day today)
    : installation_(installation), topics_(installation.config) {
    watch_rules(today);
    watch_own();
}

void AlertBook::add(Watch watch) {
    AlertState state;
    state.dedup = dedup_key(watch.rule, watch.scope, watch.limit, sha256_hex);
    watches_.push_back(std::move(watch));
    entries_.push_back({std::move(state), {}});
}

void AlertBook::watch_rules(std::chrono::year_month_day today) {
    const auto& wanted = installation_.config.rules;
    const auto site = site_facts(installation_.config.site);
    for (const auto& rule : installation_.rules) {
        if (!wanted.only.empty() && !contains(wanted.only, rule.id)) continue;
        if (contains(wanted.skip, rule.id)) continue;
        auto applicability = applies(rule, site, today);
        const auto binding = binding_limit(rule, site);
        if (applicability.answer == Answer::applies && binding) {
            watch_rule(rule, binding->limit.value, severity(rule, binding->confidence));
        } else {
            unwatched_.push_back({rule.id, std::move(applicability)});
        }
    }
}

void AlertBook::watch_rule(const Rule& rule, double limit, std::string_view severity) {
    const auto& settings = installation_.config.rules;
    Watch watch{rule.id, "site", {}, limit, limit, rule.limit.direction, std::string{severity}, {}, &rule};
    if (rule.metric == RuleMetric::compute_per_watt_rated) {
        watch.metric = std::string{to_string(rule.metric)} + '-' + std::string{to_string(rule.precision)};
        watch.settings.for_count = watch.settings.clear_count = 1;  // a data sheet does not flicker
        for (const auto& server : installation_.config.servers) {
            if (server.accelerators.empty()) continue;
            watch.scope = server.id;
            add(watch);
        }
        return;
    }
    watch.metric = watched_metric(installation_.config);
    watch.clear_level =
        limit + (rule.limit.direction == Direction::at_most ? -settings.hysteresis : settings.hysteresis);
    watch.settings.for_count = settings.for_count;
    watch.settings.clear_count = settings.clear_count;
    add(std::move(watch));
}

void AlertBook::watch_own() {
    for (const auto& own : installation_.config.alerts) {
        const auto direction = own.above ? Direction::at_most : Direction::at_least;
        const double limit = own.above ? *own.above : own.below.value_or(0);
        Watch watch{own.id,    own.scope,    own.metric, limit,  own.clear.value_or(limit),
                    direction, own.severity, {},         nullptr};
        watch.settings.for_count = own.for_count;
        watch.settings.clear_count = own.clear_count;
        add(std::move(watch));
    }
}

Message AlertBook::message(const Watch& watch, const Entry& entry) const {
    const auto judgement = judgements_.find(watch.rule);
    const auto* verdict = judgement == judgements_.end() ? nullptr : &judgement->second;
    return {topics_.alert(watch.scope, watch.rule), alert_payload(watch, entry.state, entry.latest, verdict)};
}

std::vector<AlertChange> AlertBook::evaluate(std::string_view scope, std::string_view metric,
                                             const Evaluation& evaluation, const Now& now) {
    std::vector<AlertChange> out;
    for (std::size_t i = 0; i < watches_.size(); ++i) {
        const auto& watch = watches_[i];
        if (watch.scope != scope || watch.metric != metric) continue;
        auto& entry = entries_[i];
        const auto condition = classify(evaluation.value, watch.limit, watch.clear_level, watch.direction);
        auto step = advance(entry.state, condition, now, watch.settings);
        entry.state = step.state;
        entry.latest = evaluation;
        if (step.publish) out.push_back(change_of(watch, step, message(watch, entry)));
        if (step.retract) out.push_back(change_of(watch, step, {topics_.alert(watch.scope, watch.rule), {}}));
    }
    return out;
}

void AlertBook::set_judgement(const std::string& rule, Judgement judgement) {
    judgements_[rule] = std::move(judgement);
}

std::vector<Message> AlertBook::standing() const {
    std::vector<Message> out;
    for (std::size_t i = 0; i < watches_.size(); ++i) {
        const auto phase = entries_[i].state.phase;
        if (phase == AlertPhase::pending || phase == AlertPhase::firing)
            out.push_back(message(watches_[i], entries_[i]));
    }
    return out;
}

AlertBook::Entries AlertBook::save() const {
    Entries out;
    for (std::size_t i = 0; i < watches_.size(); ++i) out.emplace(key_of(watches_[i]), entries_[i]);
    return out;
}

AlertChange AlertBook::ended(const std::string& key, Entry entry, const Now& now) const {
    const auto slash = key.find('/');
    const Watch gone{key.substr(slash + 1), key.substr(0, slash), {}, 0, 0, Direction::at_most, "ticket", {}, nullptr};
    const auto from = entry.state.phase;
    entry.state.phase = AlertPhase::resolved;
    entry.state.since = now.utc;
    ++entry.state.rev;
    return {gone.rule, gone.scope, from, AlertPhase::resolved, message(gone, entry)};
}

std::vector<AlertChange> AlertBook::restore(Entries saved, const Now& now) {
    const auto is_open = [](const AlertState& state) {
        return state.phase == AlertPhase::pending || state.phase == AlertPhase::firing;
    };
    std::vector<AlertChange> out;
    for (std::size_t i = 0; i < watches_.size(); ++i) {
        const auto found = saved.extract(key_of(watches_[i]));
        if (found.empty()) continue;
        const auto& old = found.mapped();
        if (old.state.dedup == entries_[i].state.dedup) {
            entries_[i] = old;
            continue;
        }
        entries_[i].state.rev = old.state.rev + 1;  // another limit is another alert, but rev goes on in this topic
        if (is_open(old.state)) out.push_back(ended(found.key(), old, now));
    }
    for (const auto& [key, entry] : saved) {
        if (is_open(entry.state)) out.push_back(ended(key, entry, now));
    }
    return out;
}

}  // namespace pued
