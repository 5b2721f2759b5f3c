// Clock and adjtimex. A time daemon that was there earlier in this boot, before us, leaves its mark in /run.
#include "firmware/clock.hpp"

#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include <fstream>

namespace pued {

namespace {

static_assert(sizeof(time_t) == 8, "build with _TIME_BITS=64 and _FILE_OFFSET_BITS=64: time must not end in 2038");

constexpr std::chrono::seconds ask_again{1};
constexpr std::int64_t synced_limit_us = 1'000'000;
constexpr UtcTime year_2020{std::chrono::seconds{1577836800}};
// A preemption between two reads of the clocks would tie them together wrongly: read again.
constexpr Duration simultaneous = std::chrono::microseconds{200};
constexpr int attempts = 4;
const char* const timesyncd_mark = "/run/systemd/timesync/synchronized";

Duration read_clock(clockid_t id) {
    timespec t{};
    ::clock_gettime(id, &t);
    return std::chrono::seconds{t.tv_sec} + std::chrono::nanoseconds{t.tv_nsec};
}

Now read_both() {
    Now now;
    for (int i = 0; i < attempts; ++i) {
        const Duration before = read_clock(CLOCK_BOOTTIME);
        const Duration wall = read_clock(CLOCK_REALTIME);
        const Duration after = read_clock(CLOCK_BOOTTIME);
        now.boot = BootTime{before + (after - before) / 2};
        now.utc = UtcTime{std::chrono::floor<UtcTime::duration>(wall)};
        if (after - before <= simultaneous) break;
    }
    return now;
}

KernelClockState ask_kernel() {
    timex state{};
    const int answer = ::adjtimex(&state);
    if (answer < 0) return {};
    return {.known = true,
            .unsynchronised = answer == TIME_ERROR || (state.status & STA_UNSYNC) != 0,
            .max_error_us = state.maxerror};
}

}  // namespace

bool is_synced(const KernelClockState& kernel) {
    return kernel.known && !kernel.unsynchronised && kernel.max_error_us <= synced_limit_us;
}

ClockQuality quality_of(bool synced, UtcTime utc, bool was_synced) {
    if (utc < year_2020) return ClockQuality::unsynced;
    if (synced) return ClockQuality::synced;
    return was_synced ? ClockQuality::holdover : ClockQuality::unsynced;
}

std::string boot_id() {
    std::string out;
    std::ifstream{"/proc/sys/kernel/random/boot_id"} >> out;
    return out;
}

SystemClock::SystemClock() : was_synced_(::access(timesyncd_mark, F_OK) == 0), asked_(Duration::min().count()) {}

// Two threads may ask at once: both get an answer of now.
bool SystemClock::kernel_synced(BootTime now) const {
    const auto at = now.time_since_epoch().count();
    const auto asked = asked_.load();
    if (asked == Duration::min().count() || at - asked >= Duration{ask_again}.count()) {
        synced_ = is_synced(ask_kernel());
        asked_ = at;
    }
    return synced_;
}

Now SystemClock::now() const {
    Now now = read_both();
    now.quality = quality_of(kernel_synced(now.boot), now.utc, was_synced_);
    if (now.quality == ClockQuality::synced) was_synced_ = true;
    return now;
}

}  // namespace pued
