// From readings to figures: the ledger, what fills its gaps and doubts its meters, the windows, compute per watt and
// the drift model, kept together because one record of a closed interval moves them all. The engine settles what the
// ledger closed; a restart folds what the journal recorded, and comes to the same state. Owned by the engine, on its
// thread; pure.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/config/installation.hpp"
#include "agent/drift/drift.hpp"
#include "agent/metering/crosscheck.hpp"
#include "agent/metering/ledger.hpp"
#include "agent/metrics/compute.hpp"
#include "agent/metrics/filler.hpp"
#include "agent/metrics/windows.hpp"
#include "agent/runtime/drift_feed.hpp"
#include "agent/runtime/interval_record.hpp"
#include "agent/runtime/weather.hpp"

namespace pued {

// What one closed or amended interval comes to.
struct Outcome {
    ClosedInterval interval;
    IntervalExtras extras;
    SiteSums site;
    std::optional<std::size_t> category;  // where its IT energy was taken
    std::vector<Metric> metrics;
    std::vector<Integrity> integrity;
    std::vector<BaselineEvent> baselines;
};

struct AccountingState {
    std::vector<std::string> points;  // ids of the devices, by index in the records that follow
    LedgerState ledger;
    WindowsState windows;
    ComputeState compute;
    DriftFeedState feed;
    std::string filler, checks, drift;  // bytes that only their owners read
};

class Accounting {
public:
    // Keeps references to the installation. `limit`: of the year's PUE, for the drift model.
    explicit Accounting(const Installation& installation);

    // A report of which the device is the owner of the points.
    void accept(const Report& report);
    // A report as it came: sensors belong to nobody.
    void accept_weather(const Report& report);
    // Devices whose integrity is in doubt, and "site": marked in the intervals that close, and no residual of such an
    // hour alerts anybody.
    void set_doubted(std::set<std::string> scopes) { doubted_ = std::move(scopes); }
    void set_limit(std::optional<double> limit, double u_meter);

    std::vector<ClosedInterval> close(const Now& now) { return ledger_.close(now); }
    Outcome settle(ClosedInterval interval, Tell tell, const Now& now);
    // An amendment of an interval that nobody remembers changes the ledger only.
    Outcome fold(RecordedInterval recorded, const Now& now);
    void end_fold() { folded_.clear(); }
    void fold(const MeterEpoch& epoch) { ledger_.fold(epoch); }

    [[nodiscard]] Ledger& ledger() { return ledger_; }
    [[nodiscard]] const ComputeLedger& compute() const { return compute_; }
    // After set_limit().
    [[nodiscard]] std::vector<DriftWatch> drift_watches() const;

    [[nodiscard]] AccountingState save(const Now& now) const;
    void restore(const AccountingState& state, const Now& now);

private:
    void mark_doubted(ClosedInterval& interval) const;
    void work_up(Outcome& out, Tell tell);
    void feed_drift(Outcome& out);
    [[nodiscard]] bool maintained(UtcTime start, UtcTime end) const;

    const Installation& installation_;
    Zone zone_;
    DriftSettings settings_;
    Ledger ledger_;
    Filler filler_;
    CrossChecks checks_;
    Windows windows_;
    ComputeLedger compute_;
    Weather weather_;
    DriftFeed feed_;
    std::optional<Drift> drift_;  // made with its first hour, when the limit is known
    std::string drift_before_;    // its state, until then
    std::set<std::string> doubted_;
    std::map<UtcTime, std::vector<IntervalEnergy>> folded_;  // as told, for the amendments that a fold meets
};

BalanceSettings balance_settings(const Config& config);
Zone zone_of(const Config& config);

}  // namespace pued
