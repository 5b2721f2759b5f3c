// Which of many points are saved when a restart may not lose what an open interval needs; used by the energy and the
// work lines. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "agent/model/time.hpp"

namespace pued {

// Picks `most` of the items at most: higher ranks (0..3) first, those of one rank evenly spread.
std::vector<bool> choose(const std::vector<unsigned>& ranks, std::size_t most);

// Whether a UTC multiple of `interval` lies at or between these two times; never for an interval of 0.
bool boundary_between(const Now& now, BootTime a, BootTime c, std::chrono::seconds interval);

}  // namespace pued
