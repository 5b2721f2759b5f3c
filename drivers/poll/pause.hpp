// A waiting time between attempts that doubles with every failure up to a cap and carries chance on top, so that a rack
// of BMCs that lost power together, or the agents of a restarted broker, do not come back in one moment. Pure; the seed
// is the owner's, and each owner has one.
#pragma once

#include <algorithm>
#include <random>

#include "agent/model/time.hpp"

namespace pued {

class Pause {
public:
    // `chance`: up to so much of the wait comes on top of it.
    Pause(Duration first, Duration cap, double chance, unsigned seed)
        : first_(first), cap_(cap), next_(first), chance_(0.0, chance), random_(seed) {}

    // Never shorter than the first wait.
    Duration next() {
        const Duration wait = next_;
        next_ = std::min(cap_, next_ * 2);
        return wait + Duration{static_cast<Duration::rep>(static_cast<double>(wait.count()) * chance_(random_))};
    }

    void reset() { next_ = first_; }

private:
    Duration first_, cap_, next_;
    std::uniform_real_distribution<double> chance_;
    std::minstd_rand random_;
};

}  // namespace pued
