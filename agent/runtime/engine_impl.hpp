// The engine's inside, shared by the files that implement it (engine.cpp, engine_records.cpp, engine_figures.cpp,
// engine_commands.cpp) and by nobody else.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/journal/registers.hpp"
#include "agent/metrics/live.hpp"
#include "agent/runtime/accounting.hpp"
#include "agent/runtime/alert_book.hpp"
#include "agent/runtime/clock_watch.hpp"
#include "agent/runtime/engine.hpp"
#include "agent/runtime/health.hpp"
#include "agent/runtime/records.hpp"
#include "agent/runtime/snapshot.hpp"
#include "agent/runtime/step_log.hpp"
#include "agent/runtime/topics.hpp"
#include "agent/runtime/value_log.hpp"

namespace pued {

struct Engine::Impl {
    Impl(const Installation& from, EngineDoors through, const Now& now);

    // engine.cpp: what comes and what goes
    void count(const Report& report);
    void send(Message message);
    void flush();
    void log_health(const HealthChange& change);
    void tell_status(const Now& now, const Surroundings& surroundings);
    void retract(const std::set<std::string>& before);

    // engine_records.cpp: the journal
    std::optional<Stamp> record(Record record);
    void commit(const Now& now, bool sign);
    void snapshot_if_wanted(const Now& now);
    void snapshot(const Now& now);
    void start(const Now& now);
    void begin_records(const Now& now);
    void fold(const Record& record, std::uint32_t epoch, const Now& now);
    void fold_interval(const Record& record, const Now& now);
    void fold_alert(const Record& record, std::uint32_t epoch);
    void watch_clock(const Now& now);
    [[nodiscard]] Books books(const Now& now) const;
    void apply(Books books, const Now& now);
    void settle_expected(const Now& now);
    void doubt_journal(const std::string& why, const Now& now);

    // engine_figures.cpp: intervals, alerts, verdicts
    std::vector<AlertChange> lay_out(std::chrono::year_month_day date, const Now& now);
    void lay_out_alerts(const Now& now);
    void close_intervals(const Now& now);
    void publish_outcome(const Outcome& outcome, bool whole, const Now& now);
    void tell(AlertChange change, const Now& now);
    void evaluate(const Metric& metric, const Now& now, std::vector<AlertChange>& out);
    void doubt();
    std::vector<AlertChange> evaluate_all(const Outcome& outcome, bool folded, const Now& now);
    void judge(const Metric& year, const Now& now);
    void tell(const RuleVerdict& verdict, const Now& now);
    void report_closed(const Outcome& outcome, const Now& now);
    void tell_live(const Now& now);
    void hasten_live(const Now& now);
    void tell_chips(const Now& now);
    [[nodiscard]] Metric worst_chip(const Watch& watch, const Now& now) const;
    [[nodiscard]] bool is_closed(const Metric& metric) const;

    // engine_commands.cpp: people and witnesses
    std::string overlay(const std::string& name, const std::string& payload, const Now& now);
    std::string rebirth();
    std::string cosign(const std::string& payload, const Now& now);

    const Installation& installation;
    EngineDoors doors;
    Journal* journal = nullptr;
    Topics topics;
    std::vector<DeviceIndex> owner;
    Health health;
    Accounting accounting;
    LivePower live;
    StepLog steps;
    ValueLog values;
    AlertBook alerts;
    Zone zone;
    ClockWatch clock;
    std::optional<std::chrono::year_month_day> today;  // the alerts are laid out for
    std::set<std::string> retained;                    // topics that the broker keeps for us
    std::set<std::string> topics_before;               // … for the engine before us
    std::string reported;                              // last month of a report record: "2026-10"
    std::set<std::string> exchanges;                   // of meters, that are on record: "feed-a@1767196800"
    RegisterChain registers;                           // of what is written
    PointMapping points;                               // of the records that are folded
    std::map<std::string, AlertChange> expected;       // that folded intervals caused and no record confirmed yet
    std::optional<Outcome> due_report;                 // of a month that closed and no record tells of yet
    std::string config_before;                         // SHA-256 of the configuration that the books are of
    std::string last_cosigned;                         // note
    std::vector<Message> held;                         // until the records behind them are committed
    UtcTime since;
    BootTime told_live, next_live, next_live_message, next_status, next_chips, next_commit;
    std::string journal_error;
    bool live_wanted = false;
    bool live_watched = false;       // an alert acts on the powers of this moment
    bool live_news = false;          // something was read since they were looked at
    std::set<std::string> hastened;  // "rack-r01/it-power": evaluated before this round's end
    bool status_due = true;
};

}  // namespace pued
