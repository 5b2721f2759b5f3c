// Slots, and the growth of the rest after failures.
#include "drivers/poll/schedule.hpp"

namespace pued {

std::uint32_t Schedule::take(BootTime now) {
    if (!next_) next_ = now;
    const auto skipped = now < *next_ ? 0 : (now - *next_) / period_;
    *next_ += period_ * (skipped + 1);
    return static_cast<std::uint32_t>(skipped);
}

void Backoff::failed(BootTime now, Duration least) {
    constexpr Duration first = std::chrono::seconds{1}, longest = std::chrono::seconds{7};
    constexpr unsigned most_doublings = 3;
    ++failures_;
    Duration rest{};
    if (failures_ > 1) {
        const Duration full = std::min(first * (1U << std::min(failures_ - 2, most_doublings)), longest);
        rest = full - full / 100 * static_cast<Duration::rep>(random_() % 21);
    }
    until_ = now + std::max(rest, least);
}

}  // namespace pued
