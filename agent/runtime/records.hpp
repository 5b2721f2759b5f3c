// The records that are no intervals: configuration, alerts, epochs of meters, the clock, baselines, reports. What each
// holds in key 12 is written here and read by agent/report and agent/runtime. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/config/installation.hpp"
#include "agent/drift/drift.hpp"
#include "agent/journal/record.hpp"
#include "agent/metering/ledger.hpp"
#include "agent/runtime/alert_book.hpp"
#include "agent/runtime/interval_record.hpp"
#include "agent/runtime/verdicts.hpp"

namespace pued {

Record config_record(const Installation& installation, const Now& now);
// The ids of its points, by index; empty where it is none.
std::vector<std::string> points_of(const Record& config);
PointMapping mapping_of(const std::vector<std::string>& ids, const PointTable& table);

Record alert_record(const AlertChange& change, const AlertEntry& entry, const Now& now);
struct RecordedAlert {
    std::string scope, rule;
    AlertPhase to = AlertPhase::inactive;
    AlertEntry entry;
};
Result<RecordedAlert> recorded_alert(const Record& record);

Record meter_epoch_record(const MeterEpoch& epoch, const PointTable& table, const Now& now);
Result<MeterEpoch> recorded_epoch(const Record& record, const PointTable& table, const Now& now);
Record exchange_record(const std::string& device, const MeterExchange& exchange, const Now& now);

Record boot_record(const std::string& boot_id, const Now& now);
Record time_step_record(std::chrono::milliseconds before, std::chrono::milliseconds after, const Now& now);
Record undated_record(const std::vector<IntervalEnergy>& by_device, BootTime from, std::chrono::seconds length,
                      const std::string& boot_id);
Record dating_record(const std::string& boot_id, const Now& now);
Record baseline_record(const BaselineEvent& event, const Now& now);
Record note_record(const std::string& note, const Now& now);
// What the daemon makes of a month or a year that has closed.
Record report_record(const std::string& period, const Metric& figure, const std::vector<RuleVerdict>& verdicts,
                     bool integrity_alarm, const Now& now);

}  // namespace pued
