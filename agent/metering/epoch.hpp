// Epochs of a metering point: the stretches in which one register counts on without a break (metering.md 1.3). Plain
// data, made by EnergyAccount and handed through the Ledger to the journal. Energies in mWh.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/model/energy.hpp"
#include "agent/model/reading.hpp"
#include "agent/model/time.hpp"

namespace pued {

enum class EpochReason : std::uint8_t {
    first,     // the point's first reading
    reset,     // the register began anew
    jump,      // forward too far, three times in agreement
    backward,  // back, likewise
    scale,     // another resolution or modulus
    serial,    // the meter names another serial number
    exchange,  // announced: the join is exact
};

std::string_view to_string(EpochReason reason);

// E(t) = offset + (R(t) - first) q, from `at` on.
struct MeterEpoch {
    DeviceIndex device = 0;
    std::uint32_t epoch = 0;
    EpochReason reason = EpochReason::first;
    std::optional<Count> last;  // high-water reading of the epoch before
    Count first;
    Energy offset;  // E at `first`, with what the join credits
    BootTime at;    // of `first`
    std::string
        serial{};  // of the meter, as far as it has told; a `first` with a number that was told later comes again

    friend bool operator==(const MeterEpoch&, const MeterEpoch&) = default;
};

// An operator's word on an exchange of the meter: what both displays showed.
struct Exchange {
    BootTime at;
    Energy old_final;
    Energy new_first;
};

// What became of it when it was announced. old: nobody remembers the readings around then.
enum class Announcement : std::uint8_t { awaited, joined, refused, old };

// The same, as it is kept over a restart.
struct Announced {
    UtcTime at;
    Energy old_final;
    Energy new_first;

    friend bool operator==(const Announced&, const Announced&) = default;
};

}  // namespace pued
