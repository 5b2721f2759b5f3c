// The ledger: every metering point's account, cut into intervals that begin at UTC multiples of their length
// (metering.md 1.5, 1.7, 1.8). accept() each report, then close() now and then (each second is fine); what close()
// returns is final, except that an interval whose device was silent comes once more, as an amendment, when the
// device's register tells what flowed meanwhile. Boundaries follow the wall clock while an interval is open; energy
// then moves between neighbours and is never lost. Owned by the engine, on its thread; pure. Energies in mWh.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/metering/account.hpp"
#include "agent/model/topology.hpp"

namespace pued {

struct LedgerSettings {
    std::chrono::seconds interval{900};
    std::chrono::seconds grace{180};  // wait for late readings
    Duration max_gap{};               // of samples; 0: three polls of each device
    std::size_t max_amendable = 192;  // closed intervals that still wait for a silent device
    std::size_t max_backlog = 35136;  // intervals closed after an outage (a year); older ones are skipped
    std::size_t closes_at_once = 96;  // by one close(), so that one tick stays short
};

// A wall clock that falls back further than this was wrong before: intervals then begin again, earlier.
inline constexpr std::chrono::hours longest_wait_for_clock{24};

// How the energy of a gap was found (metering.md 1.5), best first; each has a relative standard uncertainty.
enum class EstimateMethod : std::uint8_t { balance, redundant, regression, profile };

struct Estimate {
    Energy energy;
    EstimateMethod method = EstimateMethod::profile;

    friend bool operator==(const Estimate&, const Estimate&) = default;
};

struct IntervalEnergy {
    DeviceIndex device = 0;
    std::optional<Energy> energy;  // only when measured
    Energy at_least;               // what has been credited; telescopes over the intervals whatever happened
    Flags flags = 0;
    double coverage = 0;  // share of the interval that readings span, without gaps of samples
    bool from_register = false;
    // The register's high-water counts of the last readings not after begin and end; the end of one interval is the
    // begin of the next, unless an epoch began. Absent where there is no register or no reading.
    std::optional<std::uint64_t> reg_start{}, reg_end{};
    // Set by agent/metrics/filler where the energy was not measured: what stands for it, and how it was found. Never
    // part of a measured figure.
    std::optional<Estimate> estimate{};
    // For the cross-check, where the point has a register: the integral of its power, if samples cover the interval,
    // how many they were, and how uncertain that makes it (relative); and the register's effective resolution.
    std::optional<double> power_wh{};
    std::uint32_t power_samples = 0;
    double power_u = 0;
    double resolution_wh = 0;

    [[nodiscard]] bool measured() const { return has(flags, flag::measured); }
    friend bool operator==(const IntervalEnergy&, const IntervalEnergy&) = default;
};

struct ClosedInterval {
    UtcTime start;
    std::chrono::seconds length{};
    std::vector<IntervalEnergy> by_device;  // of every metering point, by rising device index
    bool amends = false;                    // replaces what was returned for this start before
    std::vector<IntervalEnergy> before;     // then: what it was

    [[nodiscard]] UtcTime end() const { return start + length; }
    friend bool operator==(const ClosedInterval&, const ClosedInterval&) = default;
};

// A step that somebody should hear of: neither advance nor jitter; or an announced exchange that was refused.
struct StepEvent {
    DeviceIndex device = 0;
    StepKind kind = StepKind::advance;
    BootTime at;
    Count reading;
};

struct LedgerState {
    struct Entry {
        std::string device;               // id: indexes change with the configuration
        std::optional<UtcTime> frontier;  // begin of its first interval without energy
        Energy opening;                   // E there
        bool opening_exact = false;
        AccountState account;
        std::optional<std::uint64_t> opening_reg{};  // the register there
        std::optional<Announced> announced{};        // an exchange that has not been seen yet
        std::optional<UtcTime> exchanged{};          // exchanges up to then have been dealt with

        friend bool operator==(const Entry&, const Entry&) = default;
    };
    std::chrono::seconds interval{};
    std::optional<UtcTime> open;          // begin of the open interval
    std::vector<std::string> devices;     // names of the indexes in `waiting`
    std::vector<ClosedInterval> waiting;  // closed, may be amended
    std::vector<Entry> entries;

    friend bool operator==(const LedgerState&, const LedgerState&) = default;
};

// How the account of a device's metering point is kept, out of what the configuration says of the device.
AccountSettings account_settings(const Device& device, Duration max_gap);

class Ledger {
public:
    // Keeps a reference to the table.
    Ledger(const PointTable& table, LedgerSettings settings);

    void accept(const Report& report);
    // Oldest first. Call again when it returned closes_at_once or more. Nothing while the clock is evidently wrong.
    std::vector<ClosedInterval> close(const Now& now);

    [[nodiscard]] const EnergyAccount* account(DeviceIndex device) const;
    [[nodiscard]] std::optional<UtcTime> open_start() const { return open_; }
    // At most 256 since the last call; more are dropped.
    std::vector<StepEvent> take_events() { return std::exchange(events_, {}); }
    // Epochs begun since the last call, to be journaled.
    std::vector<MeterEpoch> take_epochs() { return std::exchange(epochs_, {}); }
    // The operator exchanged the meter: energies as on the two displays. The step around then is joined exactly; a
    // `refused` event says that the readings contradict it or that the interval is settled. May be said again at every
    // start: what was joined or refused, and what lies more than a day behind, is passed over.
    void announce(DeviceIndex device, UtcTime at, Energy old_final, Energy new_first);
    // What flowed between two boot times, for records of a boot that has no dates yet; changes nothing.
    [[nodiscard]] std::vector<IntervalEnergy> undated(BootTime from, BootTime to) const;

    [[nodiscard]] LedgerState save(const Now& now) const;
    // Only into a fresh ledger, before any report. Devices are matched by id; a state of another interval length
    // keeps the accounts and forgets the open interval.
    void restore(const LedgerState& state, const Now& now);
    // After restore(), before any report: what the journal tells of later, in its order. Brings the ledger to where it
    // was when it had closed that interval; readings after the last boundary are not in records and so are not here.
    void fold(const ClosedInterval& interval, const Now& now);
    void fold(const MeterEpoch& epoch);
    // A closed interval that may still be amended, as it was told; null: it is not.
    [[nodiscard]] const ClosedInterval* waiting(UtcTime start) const;

private:
    struct Meter {
        DeviceIndex device = 0;
        bool awaited = false;  // takes part in a balance: intervals wait for it
        Duration max_gap{};
        EnergyAccount account;
        std::optional<UtcTime> frontier;
        Energy opening;
        bool opening_exact = false;
        std::optional<std::uint64_t> opening_reg{};
        std::optional<Announced> announced{};
        std::optional<UtcTime> exchanged{};
    };

    Meter* find(DeviceIndex device);
    void accept_sample(Meter& meter, const Device& device, const Report& report, const Sample& sample);
    void accept_count(Meter& meter, BootTime at, const Count& count);
    [[nodiscard]] bool siblings_moved(const Meter& meter) const;
    void tell(StepEvent event);
    void collect_epochs(Meter& meter);
    void announce(Meter& meter);

    [[nodiscard]] UtcTime floor_to_interval(UtcTime time) const;
    [[nodiscard]] bool nothing_to_do(const Now& now) const;
    void coarsen(const Now& now);
    void place_open(const Now& now);
    void skip_to(UtcTime start);
    [[nodiscard]] std::optional<UtcTime> first_known(const Now& now) const;
    void place_frontiers(const Now& now);

    [[nodiscard]] bool closable(UtcTime start, const Now& now) const;
    ClosedInterval close_one(UtcTime start, const Now& now);
    void amend(const Now& now, std::vector<ClosedInterval>& out);
    void amend_meter(Meter& meter, const Now& now);
    void catch_up(Meter& meter, UtcTime start, const Now& now) const;
    [[nodiscard]] bool reached(const Meter& meter, UtcTime end, const Now& now) const;
    [[nodiscard]] IntervalEnergy settle(Meter& meter, const Now& now) const;
    [[nodiscard]] static bool doubtful(const Meter& meter, BootTime from, Energy energy, const Now& now);
    void fold_settled(Meter& meter, const ClosedInterval& interval, const IntervalEnergy& energy, const Now& now);
    void fold_waiting(const ClosedInterval& interval);
    void drop_waiting();

    const PointTable& table_;
    LedgerSettings settings_;
    std::vector<Meter> meters_;  // by rising device index
    std::optional<UtcTime> open_;
    BootTime ready_since_ = BootTime::min();  // grace does not begin before the agent itself
    std::deque<ClosedInterval> waiting_;
    std::vector<StepEvent> events_;
    std::vector<MeterEpoch> epochs_;
    std::optional<Now> anchor_;  // of the last close
    std::optional<Now> looked_;  // of the last close that looked at every meter
    BootTime next_coarsening_ = BootTime::min();
    bool news_ = false;  // since then: a reading of a meter that has no place in the open interval yet
    Now folded_at_{};    // of the restore
};

}  // namespace pued
