// Laying out the watches, and stepping their alerts.
#include "agent/runtime/alert_book.hpp"

#include <algorithm>

#include "agent/config/rule_file.hpp"
#include "agent/journal/digest.hpp"
#include "agent/rules/alert_overlay.hpp"
#include "agent/rules/identity.hpp"
#include "agent/runtime/alert_payload.hpp"

namespace pued {
namespace {

std::string key_of(const Watch& watch) { return watch.scope + '/' + watch.rule; }

bool contains(const std::vector<std::string>& list, const std::string& word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

constexpr std::string_view kIntegrity = "integrity-";

// A silent meter is missing, which coverage says; journal and evidence say nothing of meters.
bool doubts_meters(std::string_view rule) {
    return rule.starts_with(kIntegrity) && rule != "integrity-journal" && rule != "integrity-evidence" &&
           rule != "integrity-silent";
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

void AlertBook::watch_drift() {
    for (const auto& layer : drift_) {
        Watch watch{
            layer.rule, "site",  layer.metric, layer.limit, layer.clear_level, Direction::at_most, layer.severity,
            {},         nullptr, {},           true};
        watch.settings.for_count = layer.for_count;
        watch.settings.clear_count = layer.clear_count;
        watches_.push_back(std::move(watch));
    }
}

void AlertBook::index() {
    by_metric_.clear();
    keys_.clear();
    for (std::size_t i = 0; i < watches_.size(); ++i) {
        by_metric_[watches_[i].scope + '/' + watches_[i].metric].push_back(i);
        keys_.insert(key_of(watches_[i]));
    }
}

// Integrity is watched wherever there is something to doubt.
bool AlertBook::watched(const std::string& key) const {
    if (keys_.contains(key)) return true;
    const auto slash = key.find('/');
    if (!key.substr(slash + 1).starts_with(kIntegrity)) return false;
    const auto scope = key.substr(0, slash);
    const auto& devices = installation_.points.devices;
    return scope == "site" ||
           std::any_of(devices.begin(), devices.end(), [&](const Device& device) { return device.id == scope; });
}

bool AlertBook::watches_metric(std::string_view scope, std::string_view metric) const {
    return by_metric_.contains(std::string{scope} + '/' + std::string{metric});
}

bool AlertBook::would_turn(std::string_view scope, std::string_view metric, std::optional<double> value) const {
    const auto found = by_metric_.find(std::string{scope} + '/' + std::string{metric});
    if (found == by_metric_.end()) return false;
    return std::any_of(found->second.begin(), found->second.end(), [&](std::size_t i) {
        const auto& watch = watches_[i];
        const auto entry = entries_.find(key_of(watch));
        const bool open = entry != entries_.end() && is_open(entry->second.state);
        const bool ending = open && entry->second.state.clear_count > 0;
        const auto condition = classify(value, watch.limit, watch.clear_level, watch.direction);
        return open ? condition == Condition::clear && !ending : condition == Condition::over;
    });
}

// The entry of this watch, made where there is none. Another limit is another alert; rev goes on in this topic.
void AlertBook::adopt(const Watch& watch, const Now& now, std::vector<AlertChange>& out) {
    auto& entry = entries_[key_of(watch)];
    const auto dedup = dedup_key(watch.rule, watch.scope, watch.limit, sha256_hex);
    if (entry.state.dedup != dedup) {
        if (is_open(entry.state)) out.push_back(end(key_of(watch), entry, now));
        AlertEntry fresh;
        fresh.state.dedup = dedup;
        fresh.state.rev = entry.state.rev;
        fresh.payload = std::move(entry.payload);  // the end of the other is still to be heard
        entry = std::move(fresh);
    }
    entry.metric = watch.metric;
    entry.severity = watch.severity;
    entry.limit = watch.limit;
    entry.direction = watch.direction;
    if (watch.source == nullptr) entry.verdict = Verdict::not_applicable;
}

std::vector<AlertChange> AlertBook::lay_out(std::chrono::year_month_day today, const Now& now) {
    watches_.clear();
    watch_rules(today);
    watch_drift();
    watch_own();
    index();
    std::vector<AlertChange> out;
    for (const auto& watch : watches_) {
        if (!watch.lazy || entries_.contains(key_of(watch))) adopt(watch, now, out);
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

// As far as the entry still knows it.
Watch AlertBook::watch_of(const std::string& key, const AlertEntry& entry) const {
    const auto slash = key.find('/');
    Watch out{key.substr(slash + 1), key.substr(0, slash), entry.metric, entry.limit, entry.limit,
              entry.direction,       entry.severity,       {},           nullptr,     {}};
    for (const auto& rule : installation_.rules) {
        if (rule.id != out.rule) continue;
        out.source = &rule;
        out.confidence = rule.standard.confidence;
    }
    return out;
}

// The watch is gone: nothing will ever resolve this alert, so it is told that it has ended and why.
AlertChange AlertBook::end(const std::string& key, AlertEntry& entry, const Now& now) const {
    const auto gone = watch_of(key, entry);
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
    const auto found = by_metric_.find(std::string{scope} + '/' + std::string{metric});
    if (found == by_metric_.end()) return out;
    for (const auto i : found->second) step(watches_[i], evaluation, now, out);
    return out;
}

std::vector<AlertChange> AlertBook::evaluate(const IntegrityFinding& finding, const Now& now) {
    std::vector<AlertChange> out;
    Watch watch{std::string{kIntegrity} + finding.check,
                finding.scope,
                "integrity-" + finding.check,
                1,
                1,
                Direction::at_most,
                "ticket",
                {},
                nullptr,
                {},
                true};
    watch.settings.for_count = watch.settings.clear_count = 1;
    // What was lost stays lost, and the alarm until somebody knows; a score of exactly one is bad already.
    auto score = finding.score;
    if (score && *score >= 1) score = std::max(*score, 1 + 1e-9);
    step(watch, {score, "", now.utc, now.utc, score ? 1.0 : 0.0, {}, finding.text}, now, out);
    return out;
}

void AlertBook::step(const Watch& watch, const Evaluation& evaluation, const Now& now, std::vector<AlertChange>& out) {
    const auto condition = classify(evaluation.value, watch.limit, watch.clear_level, watch.direction);
    const auto key = key_of(watch);
    if (watch.lazy && !entries_.contains(key)) {
        if (condition != Condition::over) return;
        adopt(watch, now, out);
    }
    auto& entry = entries_[key];
    auto next = advance(entry.state, condition, now, watch.settings);
    entry.state = next.state;
    entry.latest = evaluation;
    if (next.publish) out.push_back(publish(watch, entry, next.from));
    if (!next.retract) return;
    entry.payload.clear();
    out.push_back(
        {watch.rule, watch.scope, next.from, entry.state.phase, {topics_.alert(watch.scope, watch.rule), {}}});
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

Message AlertBook::set_evidence(const std::string& scope, const std::string& rule, const Stamp& stamp) {
    auto& payload = entries_[scope + '/' + rule].payload;
    payload = with_evidence(std::move(payload), stamp);
    return {topics_.alert(scope, rule), payload};
}

Result<AlertChange> AlertBook::acknowledge(const std::string& scope, const std::string& rule, const Acknowledgement& by,
                                           const Now& now) {
    const auto found = entries_.find(scope + '/' + rule);
    if (found == entries_.end()) return Error{"no alert " + scope + "/" + rule};
    return overlay(scope, rule, pued::acknowledge(found->second.state, by, now));
}

Result<AlertChange> AlertBook::shelve(const std::string& scope, const std::string& rule, const Shelf& shelf,
                                      const Now& now) {
    const auto found = entries_.find(scope + '/' + rule);
    if (found == entries_.end()) return Error{"no alert " + scope + "/" + rule};
    return overlay(scope, rule, pued::shelve(found->second.state, shelf, now));
}

Result<AlertChange> AlertBook::overlay(const std::string& scope, const std::string& rule, Result<AlertState> next) {
    if (!next) return Error{next.error()};
    const auto key = scope + '/' + rule;
    auto& entry = entries_[key];
    entry.state = *next;
    return publish(watch_of(key, entry), entry, entry.state.phase);
}

std::vector<std::pair<std::string, std::string>> AlertBook::doubts() const {
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& [key, entry] : entries_) {
        const auto slash = key.find('/');
        const auto rule = std::string_view{key}.substr(slash + 1);
        if (entry.state.phase != AlertPhase::firing || !doubts_meters(rule)) continue;
        out.emplace_back(key.substr(0, slash), rule.substr(kIntegrity.size()));
    }
    return out;
}

bool AlertBook::firing(const std::string& scope, const std::string& rule) const {
    const auto found = entries_.find(scope + '/' + rule);
    return found != entries_.end() && found->second.state.phase == AlertPhase::firing;
}

void AlertBook::put(const std::string& scope, const std::string& rule, AlertEntry entry) {
    entries_[scope + '/' + rule] = std::move(entry);
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
