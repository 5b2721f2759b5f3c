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
    const Rule* source = nullptr;  // null: the operator's own threshold
};

struct AlertChange {
    std::string rule, scope;
    AlertPhase from = AlertPhase::inactive, to = AlertPhase::inactive;
    Message message;
};

// Why a rule is not watched.
struct Unwatched {
    std::string rule;
    Applicability applicability;
};

class AlertBook {
public:
    // Keeps a reference to the installation. `today` is the civil date at the site.
    AlertBook(const Installation& installation, std::chrono::year_month_day today);

    // Steps the alerts that watch this metric of this scope.
    std::vector<AlertChange> evaluate(std::string_view scope, std::string_view metric, const Evaluation& evaluation,
                                      const Now& now);
    // The verdict of a rule over its own period; told with its alert from here on.
    void set_judgement(const std::string& rule, Judgement judgement);

    [[nodiscard]] const std::vector<Watch>& watches() const { return watches_; }
    [[nodiscard]] const std::vector<Unwatched>& unwatched() const { return unwatched_; }
    // Alerts that are firing or pending, as they stand: to be published again after a restart.
    [[nodiscard]] std::vector<Message> standing() const;

    // What survives a restart, by "scope/rule".
    struct Entry {
        AlertState state;
        Evaluation latest;
    };
    using Entries = std::map<std::string, Entry>;
    [[nodiscard]] Entries save() const;
    // Alerts whose limit is no longer watched, or is another now, are told as resolved.
    std::vector<AlertChange> restore(Entries saved, const Now& now);

private:
    void watch_rules(std::chrono::year_month_day today);
    void watch_rule(const Rule& rule, double limit, std::string_view severity);
    void watch_own();
    void add(Watch watch);
    [[nodiscard]] Message message(const Watch& watch, const Entry& entry) const;
    [[nodiscard]] AlertChange ended(const std::string& key, Entry entry, const Now& now) const;

    const Installation& installation_;
    Topics topics_;
    std::vector<Watch> watches_;
    std::vector<Entry> entries_;  // of watches_, same index
    std::vector<Unwatched> unwatched_;
    std::map<std::string, Judgement> judgements_;  // by rule
};

}  // namespace pued
