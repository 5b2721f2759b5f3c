// Growth of the rest after failures.
#include "drivers/modbus/schedule.hpp"

namespace pued {

void Backoff::failed(BootTime now, Duration least) {
    constexpr Duration first = std::chrono::seconds{1};
    constexpr unsigned most_doublings = 3;
    ++failures_;
    Duration rest{};
    if (failures_ > 1) {
        const Duration full = first * (1U << std::min(failures_ - 2, most_doublings));
        rest = full - full / 100 * static_cast<Duration::rep>(random_() % 21);
    }
    until_ = now + std::max(rest, least);
}

}  // namespace pued
