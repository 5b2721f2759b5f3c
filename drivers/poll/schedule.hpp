// When to poll a device next, and how long to leave a failing one alone. Pure: `now` is an argument.
//
//   period 1 s, due at 0: polls at 0, 1, 2 …; held up from 2.0 until 5.3, the next poll is at once (it stands for the
//   slot of 5.0), slots 3 and 4 are counted as skipped, and the one after is at 6.0: never bunched, never drifting.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>

#include "agent/model/time.hpp"

namespace pued {

class Schedule {
public:
    // Without `first` the first poll is due at any time, and the slots count from when it is taken.
    explicit Schedule(Duration period, std::optional<BootTime> first = {})
        : next_(first), period_(std::max<Duration>(period, std::chrono::milliseconds{10})) {}

    [[nodiscard]] BootTime next() const { return next_.value_or(BootTime::min()); }
    [[nodiscard]] bool due(BootTime now) const { return next() <= now; }
    // Takes the newest slot that is due; answers how many older ones are skipped.
    std::uint32_t take(BootTime now);

private:
    std::optional<BootTime> next_;
    Duration period_;
};

// After the first failure no rest; from the second 1, 2, 4, 7 s and never more, each shortened by up to a fifth at
// random so that many do not come back in step. With a second for a poll that began just before it was mended, and one
// until the next slot, a device polled each second is back within ten.
class Backoff {
public:
    explicit Backoff(unsigned seed) : random_(seed) {}

    [[nodiscard]] bool resting(BootTime now) const { return now < until_; }
    [[nodiscard]] unsigned failures() const { return failures_; }
    void succeeded() {
        failures_ = 0;
        until_ = {};
    }
    // At least `least` of rest, whatever the count.
    void failed(BootTime now, Duration least = {});

private:
    std::minstd_rand random_;
    unsigned failures_ = 0;
    BootTime until_;
};

}  // namespace pued
