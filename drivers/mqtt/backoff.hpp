// How long to wait before the next attempt to connect: doubling, with jitter, so that a thousand agents do not come
// back to a restarted broker in the same second. Pure; each connection loop owns one.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

#include "agent/model/time.hpp"

namespace pued {

class Backoff {
public:
    explicit Backoff(std::uint32_t seed, Duration min = std::chrono::seconds{1},
                     Duration max = std::chrono::seconds{60})
        : random_(seed), min_(min), max_(max) {}

    // Between half and the whole of 2, 4, 8 … times the minimum, up to the maximum: 1…2 s, 2…4 s, … 30…60 s.
    Duration next() {
        reach_ = std::min(max_, reach_ == Duration{} ? 2 * min_ : 2 * reach_);
        return Duration{std::uniform_int_distribution<Duration::rep>{reach_.count() / 2, reach_.count()}(random_)};
    }
    // After a connection that lasted.
    void reset() { reach_ = {}; }

private:
    std::minstd_rand random_;
    Duration min_, max_;
    Duration reach_{};
};

}  // namespace pued
