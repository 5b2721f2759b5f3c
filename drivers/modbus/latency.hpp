// How long a device takes to begin its reply, learnt from the replies themselves: the median of each window of replies.
// Owned by the device's unit; pure.
//
//   31 replies, the median 20 ms where 2 ms were planned with: `planned` is 20 ms from now on, and plans are made anew.
//   Later medians between 15 and 25 ms change nothing.
#pragma once

#include <array>
#include <cstddef>

#include "agent/model/time.hpp"

namespace pued {

class Latency {
public:
    static constexpr std::size_t window = 31;  // replies

    explicit Latency(Duration assumed) : planned_(assumed) {}

    // One more reply; true where plans by what was thought so far are no longer the best.
    bool add(Duration latency);
    [[nodiscard]] Duration planned() const { return planned_; }
    // How long it is not worth looking for a reply: somewhat less than the quickest of the last whole window, so that a
    // device that has become quicker is noticed; 0 before there is a window.
    [[nodiscard]] Duration dead_time() const;

private:
    std::array<Duration, window> seen_{};
    std::size_t count_ = 0;
    Duration planned_, least_{};
};

}  // namespace pued
