// Picking points; see thinning.hpp.
#include "agent/metering/thinning.hpp"

#include <algorithm>

#include "agent/metering/calendar.hpp"

namespace pued {

namespace {

// Marks `room` of the points that have this rank, evenly spread.
void choose_of(const std::vector<unsigned>& ranks, unsigned rank, std::size_t room, std::vector<bool>& chosen) {
    const auto all = static_cast<std::size_t>(std::count(ranks.begin(), ranks.end(), rank));
    std::size_t seen = 0;
    for (std::size_t i = 0; i < ranks.size(); ++i) {
        if (ranks[i] != rank) continue;
        ++seen;
        if (all <= room || seen * room / all > (seen - 1) * room / all) chosen[i] = true;
    }
}

}  // namespace

std::vector<bool> choose(const std::vector<unsigned>& ranks, std::size_t most) {
    std::vector<bool> chosen(ranks.size(), false);
    for (unsigned rank = 4; rank-- > 0;) {
        const auto taken = static_cast<std::size_t>(std::count(chosen.begin(), chosen.end(), true));
        choose_of(ranks, rank, most - taken, chosen);
    }
    return chosen;
}

bool boundary_between(const Now& now, BootTime a, BootTime c, std::chrono::seconds interval) {
    if (interval.count() <= 0) return false;
    const UtcTime last_end = floor_to(to_utc(now, c), interval);
    return to_boot(now, last_end) >= a - std::chrono::milliseconds{1};  // labels are rounded
}

}  // namespace pued
