// Civil time for windows: hours, days, months and years of the site, as half-open spans of UTC (metering.md 0, 1.7).
// A zone is its changes of offset, given by the configuration: one for China (UTC+8 for ever), two a year where
// summer time is kept. Quarter hours tile every zone whose offsets are multiples of 15 minutes. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include "agent/model/time.hpp"

namespace pued {

enum class Window : std::uint8_t { hour, day, month, year };

struct Span {
    UtcTime start;
    UtcTime end;  // not in it

    [[nodiscard]] bool contains(UtcTime time) const { return start <= time && time < end; }
    friend bool operator==(const Span&, const Span&) = default;
};

// The latest UTC multiple of this length at or before `time`.
UtcTime floor_to(UtcTime time, std::chrono::seconds length);

// Whether this clock can label anything: a board without a battery wakes in 1970, and labels made then would be lies.
bool is_plausible(const Now& now);

// How many whole intervals are in it.
std::int64_t intervals_in(const Span& span, std::chrono::seconds interval);

class Zone {
public:
    struct Change {
        UtcTime from;
        std::chrono::minutes offset;
    };

    explicit Zone(std::chrono::minutes offset) : first_(offset) {}
    // `changes` by rising time; `before` holds until the first.
    Zone(std::chrono::minutes before, std::vector<Change> changes) : first_(before), changes_(std::move(changes)) {}

    [[nodiscard]] std::chrono::minutes offset_at(UtcTime time) const;
    // The window of this kind in which `time` lies.
    [[nodiscard]] Span window(Window kind, UtcTime time) const;
    // The beginning of the twelve months of which the last is the one that `end` closes or lies in.
    [[nodiscard]] UtcTime twelve_months_before(UtcTime end) const;
    // The local calendar date.
    [[nodiscard]] std::chrono::year_month_day date(UtcTime time) const;

private:
    // The instant at which local clocks show this; the earlier one where they show it twice.
    [[nodiscard]] UtcTime to_utc(std::chrono::sys_seconds local) const;

    std::chrono::minutes first_;
    std::vector<Change> changes_;
};

}  // namespace pued
