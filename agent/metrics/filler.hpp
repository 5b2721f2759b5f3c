// What stands for the energy of a meter in an interval that it did not measure (metering.md 1.5, 2.3): out of the
// meters around it, else out of its own past. An estimate is never part of a measured figure. A meter that was never
// seen gets none. Owned by the engine, on its thread; pure. Energies in mWh, as the meters show them (without
// corrections); the memory in whole Wh.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/metering/ledger.hpp"
#include "agent/model/topology.hpp"

namespace pued {

inline constexpr std::size_t estimate_methods = 4;

// k = 1, of all energy that one method stands for.
double relative_uncertainty(EstimateMethod method);
std::string_view name_of(EstimateMethod method);  // "balance", "redundant", "regression", "profile"

// The energy of this meter in the interval that begins then, by a model of the plant; nothing where it has none.
using Regression = std::function<std::optional<Energy>(DeviceIndex device, UtcTime start)>;

class Filler {
public:
    // Keeps a reference to the table.
    explicit Filler(const PointTable& table, Regression regression = {});

    // Sets estimate and flag::estimated where energy is missing, and learns from what was measured. Of an amendment
    // also in `before` what stood there, so that sums can take it out again.
    void fill(ClosedInterval& interval);

    // All state as bytes (CBOR), and back; false where the bytes are of another shape. Devices are matched by id.
    [[nodiscard]] std::string save() const;
    bool restore(const std::string& bytes);

private:
    static constexpr std::size_t hours_a_week = 168;
    static constexpr std::size_t weeks = 4;
    static constexpr std::size_t slots = hours_a_week * weeks;

    // A meter upstream and all that hangs on it: how much of its energy they saw, of late.
    struct Family {
        DeviceIndex parent = 0;
        std::vector<DeviceIndex> children;
        double children_wh = 0, parent_wh = 0;  // decaying sums over intervals where all were measured
        std::uint32_t intervals = 0;            // so many of them

        [[nodiscard]] std::optional<double> ratio() const;
        [[nodiscard]] EstimateMethod method() const;
    };
    // What was given, until the interval can no longer be amended.
    struct Given {
        UtcTime start;
        std::vector<std::pair<DeviceIndex, Estimate>> estimates;
    };
    using Energies = std::vector<const IntervalEnergy*>;  // by device; nullptr: not there
    // What flowed in one hour of the last four weeks as far as it was measured: by device, and empty until then.
    struct Hour {
        std::int32_t week = 0;  // since 1970; 0: none
        std::vector<std::int32_t> wh;
        std::vector<std::uint16_t> seconds;

        void begin(std::int32_t of_week);
        void make_room(std::size_t devices);
    };

    [[nodiscard]] Energies by_index(const std::vector<IntervalEnergy>& energies) const;
    void estimate_missing(ClosedInterval& interval, const Energies& all) const;
    [[nodiscard]] std::optional<Estimate> estimate(const Energies& all, const IntervalEnergy& meter,
                                                   const ClosedInterval& interval) const;
    [[nodiscard]] std::optional<Estimate> by_families(const Energies& all, DeviceIndex device) const;
    [[nodiscard]] std::optional<double> child_wh(const Family& family, const Energies& all, DeviceIndex child) const;
    [[nodiscard]] std::optional<Energy> by_profile(DeviceIndex device, const ClosedInterval& interval) const;
    [[nodiscard]] std::optional<double> median_w(DeviceIndex device, std::size_t hour, std::size_t step,
                                                 std::int64_t week) const;
    void learn(const ClosedInterval& interval, const Energies& all);
    void learn_profile(const ClosedInterval& interval, const std::vector<IntervalEnergy>& energies, Hour& hour,
                       int sign) const;
    void learn_family(Family& family, const Energies& now, const Energies& before) const;
    void remember(const ClosedInterval& interval);
    void recall(ClosedInterval& interval) const;

    const PointTable& table_;
    Regression regression_;
    std::vector<Hour> hours_;  // by slot
    std::vector<Family> families_;
    std::deque<Given> given_;  // by rising start
};

}  // namespace pued
