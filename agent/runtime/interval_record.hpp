// A closed interval as a record of the journal, and back (metering.md 6.2). What is not energy but belongs to the
// interval stands in the extras, key 12. Pure. Energies in mWh, weather in degrees Celsius.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/journal/record.hpp"
#include "agent/metering/ledger.hpp"
#include "agent/metrics/balance.hpp"
#include "agent/metrics/compute.hpp"
#include "agent/model/result.hpp"

namespace pued {

// What the drift model said of the civil day that ended, for the report's burn-down.
struct DriftDay {
    std::optional<double> residual, headroom_kwh, forecast, forecast_p;

    friend bool operator==(const DriftDay&, const DriftDay&) = default;
};

struct IntervalExtras {
    std::optional<double> weather_c;
    bool climate = false;  // the weather is the configured climate, no measurement
    ComputeLedger::Sums compute;
    std::optional<DriftDay> day;
    std::string reason;  // of an amendment
};

struct RecordedInterval {
    ClosedInterval interval;
    IntervalExtras extras;
};

// Which device of today a point of the record is; nothing: the configuration has it no more.
using PointMapping = std::vector<std::optional<DeviceIndex>>;

// Where this interval took its IT energy: the category that stands for the site (balance.hpp); nothing where none was
// measured.
std::optional<std::size_t> it_category(const SiteSums& site, unsigned fixed_category);

Record interval_record(const ClosedInterval& interval, const IntervalExtras& extras, const SiteSums& site,
                       std::optional<std::size_t> category, const Now& now);
Result<RecordedInterval> recorded_interval(const Record& record, const PointMapping& points);

}  // namespace pued
