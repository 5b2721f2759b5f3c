// The median of a window, and when it is another one.
#include "drivers/modbus/latency.hpp"

#include <algorithm>

namespace pued {
namespace {

constexpr Duration alike = std::chrono::milliseconds{1};  // differences below it are not worth another plan

}  // namespace

Duration Latency::dead_time() const { return std::max(least_ - least_ / 8 - alike, Duration{}); }

bool Latency::add(Duration latency) {
    seen_[count_++] = std::max(latency, Duration{});
    if (count_ < window) return false;
    count_ = 0;
    std::ranges::sort(seen_);
    least_ = seen_.front();
    const Duration median = seen_[window / 2];
    const Duration change = median > planned_ ? median - planned_ : planned_ - median;
    if (change <= std::max(planned_ / 4, alike)) return false;
    planned_ = median;
    return true;
}

}  // namespace pued
