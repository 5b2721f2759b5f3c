// Which limits are watched, and the alert of each: the rules that bind this site on the window the operator chose, the
// chips' level on each server, and the operator's own thresholds. Owned by the engine, on its thread. What it returns
// is ready for the sink; what it keeps survives restarts by save() and restore().
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/config/installation.hpp"
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

    // Chooses what is watched on this civil date of the site. Called again when the date changes: rules begin and end.
    // Alerts whose limit is watched no more, or is another now, are told as resolved.
    std::vector<AlertChange> lay_out(std::chrono::year_month_day today, const Now& now);
    // Steps the alerts that watch this metric of this scope.
    std::vector<AlertChange> evaluate(std::string_view scope, std::string_view metric, const Evaluation& evaluation,
                                      const Now& now);
    // The verdict of a rule on a scope over the rule's own period; told again where it changes under an open alert.
    std::vector<AlertChange> set_judgement(std::string_view scope, std::string_view rule, const Judgement& judgement);

    [[nodiscard]] const std::vector<Watch>& watches() const { return watches_; }
    // Every alert that was ever told and not yet taken away, as it was told last: to be published again after a
    // restart.
    [[nodiscard]] std::vector<Message> standing() const;

    [[nodiscard]] const Entries& save() const { return entries_; }
    // Before lay_out().
    void restore(Entries saved) { entries_ = std::move(saved); }

private:
    void watch_rules(std::chrono::year_month_day today);
    void watch_rule(const Rule& rule, double limit, Confidence confidence);
    void watch_chips(Watch watch);
    void watch_own();
    [[nodiscard]] bool watched(const std::string& key) const;
    AlertChange publish(const Watch& watch, AlertEntry& entry, AlertPhase from) const;
    AlertChange end(const std::string& key, AlertEntry& entry, const Now& now) const;

    const Installation& installation_;
    Topics topics_;
    std::vector<Watch> watches_;
    Entries entries_;  // also of watches that are gone, until they are taken away
};

}  // namespace pued
