// Which limits are watched, and the alert of each: the rules that bind this site on the window the operator chose, the
// chips' level on each server, the four layers of drift, the integrity of meters, clock and journal, and the operator's
// own thresholds. Owned by the engine, on its thread. What it returns
// is ready for the sink; what it keeps survives restarts by save() and restore().
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "agent/config/installation.hpp"
#include "agent/drift/drift.hpp"
#include "agent/journal/journal.hpp"
#include "agent/ports/sink.hpp"
#include "agent/rules/alert_machine.hpp"
#include "agent/rules/judge.hpp"
#include "agent/runtime/topics.hpp"

namespace pued {

// One value of one metric, as far as an alert needs it.
struct Evaluation {
    std::optional<double> value;  // absent: unknown, which never resolves an alert
    std::string unit;
    UtcTime start, end;
    double coverage = 0;  // 0..1
    std::optional<double> u;
    Bilingual text;  // what people should read; empty: made from value and limit
};

// Whether something can be trusted; score 1 and above: no.
struct IntegrityFinding {
    std::string scope;  // device id or "site"
    std::string check;  // "balance": the alert's rule is "integrity-balance"
    std::optional<double> score;
    Bilingual text;
};

// A limit on a metric of a scope.
struct Watch {
    std::string rule;  // last part of the topic
    std::string scope;
    std::string metric;  // "pue-hour"
    double limit = 0;
    double clear_level = 0;
    Direction direction = Direction::at_most;
    std::string severity;
    AlertSettings settings;
    const Rule* source = nullptr;                  // null: the operator's own threshold
    Confidence confidence = Confidence::recalled;  // of the limit that binds here
    bool lazy = false;                             // no entry until it is over the limit for the first time
};

// An alert with everything that its next message needs, also when its watch is gone. What survives a restart.
struct AlertEntry {
    AlertState state;
    Evaluation latest;
    std::string metric, severity;
    double limit = 0;
    Direction direction = Direction::at_most;
    Verdict verdict = Verdict::insufficient_data;  // of the rule over its own period
    std::optional<double> p_conform;
    std::string payload;  // as last published: what a restart publishes again, so that one rev has one content
};

struct AlertChange {
    std::string rule, scope;
    AlertPhase from = AlertPhase::inactive, to = AlertPhase::inactive;
    Message message;
};

class AlertBook {
public:
    using Entries = std::map<std::string, AlertEntry>;  // by "scope/rule"

    // Keeps a reference to the installation. Watches nothing until lay_out().
    explicit AlertBook(const Installation& installation) : installation_(installation), topics_(installation.config) {}

    // The layers of drift to be watched from the next lay_out() on.
    void set_drift(std::vector<DriftWatch> layers) { drift_ = std::move(layers); }

    // Chooses what is watched on this civil date of the site. Called again when the date changes: rules begin and end.
    // Alerts whose limit is watched no more, or is another now, are told as resolved.
    std::vector<AlertChange> lay_out(std::chrono::year_month_day today, const Now& now);
    // Steps the alerts that watch this metric of this scope.
    std::vector<AlertChange> evaluate(std::string_view scope, std::string_view metric, const Evaluation& evaluation,
                                      const Now& now);
    std::vector<AlertChange> evaluate(const IntegrityFinding& finding, const Now& now);
    // The verdict of a rule on a scope over the rule's own period; told again where it changes under an open alert.
    std::vector<AlertChange> set_judgement(std::string_view scope, std::string_view rule, const Judgement& judgement);

    // The record that holds this alert's latest change: its payload says so from here on. The message to publish.
    Message set_evidence(const std::string& scope, const std::string& rule, const Stamp& stamp);
    // What people do: nothing but the overlay changes. The error says why not.
    Result<AlertChange> acknowledge(const std::string& scope, const std::string& rule, const Acknowledgement& by,
                                    const Now& now);
    Result<AlertChange> shelve(const std::string& scope, const std::string& rule, const Shelf& shelf, const Now& now);

    [[nodiscard]] const std::vector<Watch>& watches() const { return watches_; }
    [[nodiscard]] bool watches_metric(std::string_view scope, std::string_view metric) const;
    // Whether this value would begin a breach, or the end of one: worth an evaluation before its time.
    [[nodiscard]] bool would_turn(std::string_view scope, std::string_view metric, std::optional<double> value) const;
    // Integrity alarms that are open on meters: scope (device id, or "site") and check.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> doubts() const;
    [[nodiscard]] bool firing(const std::string& scope, const std::string& rule) const;
    // Every alert that was ever told and not yet taken away, as it was told last: to be published again after a
    // restart.
    [[nodiscard]] std::vector<Message> standing() const;

    // From a record, which knows better than what was there.
    void put(const std::string& scope, const std::string& rule, AlertEntry entry);
    [[nodiscard]] const Entries& save() const { return entries_; }
    // Before lay_out().
    void restore(Entries saved) { entries_ = std::move(saved); }

private:
    void watch_rules(std::chrono::year_month_day today);
    void watch_rule(const Rule& rule, double limit, Confidence confidence);
    void watch_chips(Watch watch);
    void watch_drift();
    void watch_own();
    void index();
    void adopt(const Watch& watch, const Now& now, std::vector<AlertChange>& out);
    void step(const Watch& watch, const Evaluation& evaluation, const Now& now, std::vector<AlertChange>& out);
    Result<AlertChange> overlay(const std::string& scope, const std::string& rule, Result<AlertState> next);
    [[nodiscard]] Watch watch_of(const std::string& key, const AlertEntry& entry) const;
    [[nodiscard]] bool watched(const std::string& key) const;
    AlertChange publish(const Watch& watch, AlertEntry& entry, AlertPhase from) const;
    AlertChange end(const std::string& key, AlertEntry& entry, const Now& now) const;

    const Installation& installation_;
    Topics topics_;
    std::vector<DriftWatch> drift_;
    std::vector<Watch> watches_;
    std::unordered_map<std::string, std::vector<std::size_t>> by_metric_;  // "scope/metric" -> watches
    std::set<std::string> keys_;                                           // of the watches
    Entries entries_;  // also of watches that are gone, until they are taken away
};

}  // namespace pued
