// What the ledger saves where a thousand meters are read each second: looks that would find nothing, and readings that
// no boundary will need. See ledger.hpp.
#include <algorithm>
#include <chrono>

#include "agent/metering/ledger.hpp"

namespace pued {

namespace {

constexpr std::chrono::milliseconds clock_jitter{10};
constexpr std::chrono::seconds coarsen_every{30}, near_boundary{60};
constexpr int coarse_points = 60;  // of an interval

}  // namespace

// Inside the open interval, where every meter that spoke has its place and the clock runs on as it did: a thousand
// meters need not be looked at ten times a second.
bool Ledger::nothing_to_do(const Now& now) const {
    if (!looked_ || !open_ || news_ || now.utc < *open_ || now.utc >= *open_ + settings_.interval) return false;
    const auto step = to_utc(*looked_, now.boot) - now.utc;
    return now.quality == looked_->quality && std::chrono::abs(step) <= clock_jitter;
}

// A thousand meters that are read each second would fill 40 MB in a quarter of an hour. What a boundary needs, also one
// that a corrected clock moves by up to a minute, stays as it was read.
void Ledger::coarsen(const Now& now) {
    next_coarsening_ = now.boot + coarsen_every;
    if (!open_) return;
    const auto from = to_boot(now, *open_) + near_boundary;
    const auto to = std::min(now.boot, to_boot(now, *open_ + settings_.interval)) - near_boundary;
    for (Meter& meter : meters_) meter.account.coarsen(from, to, Duration{settings_.interval} / coarse_points);
}

}  // namespace pued
