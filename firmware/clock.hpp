// The real clock: CLOCK_BOOTTIME for durations, CLOCK_REALTIME as a label, the kernel's opinion of the latter as its
// quality. Time comes by clock_gettime built with 64 bits, never through libstdc++ (32-bit ARM: its clocks end in
// 2038). Made by the composition root; now() is for any thread.
#pragma once

#include <atomic>
#include <string>

#include "agent/ports/clock.hpp"

namespace pued {

// What the kernel says about its wall clock (adjtimex).
struct KernelClockState {
    bool known = false;  // false: the kernel would not say
    bool unsynchronised = true;
    std::int64_t max_error_us = 0;
};

// The error is at most 1 s. Pure.
bool is_synced(const KernelClockState& kernel);
// A date before 2020 is a clock that was never set. Pure.
ClockQuality quality_of(bool synced, UtcTime utc, bool was_synced);

// Names this boot of the machine; empty where the kernel does not say.
std::string boot_id();

class SystemClock final : public Clock {
public:
    SystemClock();
    [[nodiscard]] Now now() const override;

private:
    [[nodiscard]] bool kernel_synced(BootTime now) const;

    mutable std::atomic<bool> was_synced_;  // in this boot
    // The kernel is asked at most once a second: its answer costs more than a request to a meter.
    mutable std::atomic<bool> synced_{false};
    mutable std::atomic<Duration::rep> asked_;  // boot time
};

}  // namespace pued
