// Joules as what the ledger counts: GPUs and management controllers count joules, pued watt-hours. Exact in integers,
// so that differences telescope: a reading is floored to a microwatt-hour, and no two readings add up their errors.
// Pure.
#pragma once

#include <cstdint>

#include "agent/model/reading.hpp"

namespace pued {

// A millijoule is 10/36 of a microwatt-hour.
constexpr std::uint64_t microwatt_hours(std::uint64_t millijoules) {
    return millijoules / 36 * 10 + millijoules % 36 * 10 / 36;
}

inline Count count_of_millijoules(std::uint64_t millijoules) {
    return {.counts = microwatt_hours(millijoules), .q_uwh = 1};
}

inline double watt_hours_of(const Count& count) {
    return static_cast<double>(count.counts) * 1e-6 * static_cast<double>(count.q_uwh);
}

}  // namespace pued
