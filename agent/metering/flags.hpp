// What is known about a piece of energy, as a set of bits that travels from the account to the journal and the report
// (metering.md 1.8). Pure, header only.
#pragma once

#include <cstdint>

namespace pued {

using Flags = std::uint16_t;

namespace flag {
inline constexpr Flags measured = 1U << 0;      // from a register or from covered samples, both ends known
inline constexpr Flags interpolated = 1U << 1;  // a boundary lies between two readings
inline constexpr Flags allocated = 1U << 2;     // … that are farther apart than max_gap: only the split is assumed
inline constexpr Flags rollover = 1U << 3;      // the register wrapped
inline constexpr Flags reset = 1U << 4;         // the register began anew: what was credited is a lower bound
inline constexpr Flags replaced = 1U << 5;      // a new epoch for another reason: scale, exchange, confirmed jump
inline constexpr Flags stuck = 1U << 6;    // the register stood still although power flowed, and never made good for it
inline constexpr Flags gap = 1U << 7;      // samples of power are missing for longer than max_gap
inline constexpr Flags partial = 1U << 8;  // begins before the first reading
inline constexpr Flags missing = 1U << 9;  // no reading reached the end of the interval
inline constexpr Flags time_uncertain = 1U << 10;  // closed while the clock was never synchronised in this boot
inline constexpr Flags estimated = 1U << 11;       // not measured: Estimate stands for it
inline constexpr Flags crosscheck = 1U << 12;      // an integrity finding was open on this meter
inline constexpr Flags manual = 1U << 13;          // joined by an announced exchange of the meter
inline constexpr Flags late = 1U << 14;            // readings older than the last one were dropped
inline constexpr Flags doubted = 1U << 15;         // an integrity alarm was open on this meter when it closed
}  // namespace flag

constexpr bool has(Flags set, Flags any_of) { return (set & any_of) != 0; }

}  // namespace pued
