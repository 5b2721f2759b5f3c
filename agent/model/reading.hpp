// What a source says: one Report for each poll of one device, with a Sample for each point. Made by a driver on its
// own thread, moved through the queue, consumed by the engine. Values are in the unit of the point's name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/time.hpp"

namespace pued {

using PointIndex = std::uint32_t;   // into PointTable::points
using DeviceIndex = std::uint32_t;  // into PointTable::devices

// good: just measured. stale: measured once, not now. invalid: the device says so, or the value cannot be.
enum class Quality : std::uint8_t { good, stale, invalid };

// An energy register as it stands in the meter: exact, so that the ledger can telescope (metering.md 1.2).
struct Count {
    std::uint64_t counts = 0;
    std::int64_t q_uwh = 0;     // one count, in microwatt-hours (0.1 kWh = 100'000'000); > 0
    std::uint64_t modulus = 0;  // counts at which the register wraps; 0: never in practice
    double ulp_wh = 0;          // effective resolution of a float register in Wh; 0 for integers

    friend bool operator==(const Count&, const Count&) = default;
};

struct Sample {
    PointIndex point = 0;
    Quality quality = Quality::invalid;
    double value = 0;            // meaningful only when good or stale
    std::optional<Count> count;  // energy registers only
};

enum class DeviceState : std::uint8_t { good, failed };

struct Report {
    DeviceIndex device = 0;
    BootTime at;  // midpoint of request and reply (metering.md 1.4)
    Duration round_trip{};
    DeviceState state = DeviceState::failed;
    std::string error;            // why, when failed or when some samples are bad; empty when all is well
    std::vector<Sample> samples;  // empty when failed
    std::string identity{};     // the meter's own serial number, with the first report after a (re)connection; or empty
    std::uint32_t skipped = 0;  // polls of this device left out since its last report: the line was busy
};

}  // namespace pued
