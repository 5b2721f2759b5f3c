// The two clocks. BootTime (CLOCK_BOOTTIME, ns) measures durations and deadlines; UtcTime (POSIX ms) is only a
// label. An Anchor ties one to the other. Pure: nobody here asks what time it is; firmware/ owns the real clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace pued {

struct BootClock {
    using duration = std::chrono::duration<std::int64_t, std::nano>;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<BootClock>;
    static constexpr bool is_steady = true;
};

using Duration = BootClock::duration;
using BootTime = BootClock::time_point;
// 64 bits on every target, also where libstdc++'s own system_clock::now() ends in 2038.
using UtcTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::duration<std::int64_t, std::milli>>;

// synced: error at most 1 s. holdover: was synced in this boot. unsynced: never since boot (a BMC may think it is
// 1970).
enum class ClockQuality : std::uint8_t { synced, holdover, unsynced };

// UTC = utc + (boot time - boot); taken anew at every step of the wall clock.
struct Anchor {
    BootTime boot;
    UtcTime utc;
    ClockQuality quality = ClockQuality::unsynced;
};

// One look at both clocks; what the pure code gets as `now`.
using Now = Anchor;

UtcTime to_utc(const Anchor& anchor, BootTime boot);
BootTime to_boot(const Anchor& anchor, UtcTime utc);

// "2026-11-22T06:05:00.000Z"
std::string rfc3339(UtcTime time);

constexpr double in_seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

}  // namespace pued
