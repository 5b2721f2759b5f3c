// What the wall clock did: steps of 0.1 s and more, and the time during which it was never set (metering.md 1.7). Owned
// by the engine; pure.
#pragma once

#include <chrono>
#include <optional>

#include "agent/model/time.hpp"

namespace pued {

// Before this the clock was never set: a board without a battery wakes in 1970.
inline constexpr UtcTime oldest_plausible{std::chrono::sys_days{std::chrono::year{2024} / 1 / 1}};

inline bool is_set(const Now& now) { return now.quality != ClockQuality::unsynced || now.utc >= oldest_plausible; }

class ClockWatch {
public:
    struct Step {
        std::chrono::milliseconds before{}, after{};  // UTC minus boot time
    };
    struct Undated {
        BootTime from, to;
    };

    // A step since the last look.
    std::optional<Step> step(const Now& now);
    // A quarter hour of boot time that ended while the clock was never set.
    std::optional<Undated> undated(const Now& now, std::chrono::seconds length);
    // True once, when the clock was set after undated time.
    bool dated(const Now& now);
    // Error of the label, ms: 50 ppm since it was last synchronised; unknown_error where nobody saw that.
    static constexpr std::uint32_t unknown_error = 0xFFFFFFFF;
    [[nodiscard]] std::uint32_t error_ms(const Now& now) const;

private:
    std::optional<std::chrono::milliseconds> offset_;
    std::optional<BootTime> undated_from_;
    std::optional<BootTime> synced_at_;
    bool was_undated_ = false;
};

}  // namespace pued
