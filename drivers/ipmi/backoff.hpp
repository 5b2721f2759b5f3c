// A waiting time that doubles with every failure up to a cap and carries up to a quarter of chance on top, so that a
// rack of BMCs that lost power together is not asked again in one moment. Pure; the seed is the owner's.
#pragma once

#include <algorithm>
#include <random>

#include "agent/model/time.hpp"

namespace pued::ipmi {

class Backoff {
public:
    Backoff(Duration first, Duration cap, unsigned seed) : first_(first), cap_(cap), next_(first), random_(seed) {}

    // Never shorter than the first wait.
    Duration next() {
        const Duration wait = next_;
        next_ = std::min(cap_, next_ * 2);
        return wait + Duration{static_cast<Duration::rep>(static_cast<double>(wait.count()) * share_(random_))};
    }

    void reset() { next_ = first_; }

private:
    Duration first_, cap_, next_;
    std::mt19937 random_;
    std::uniform_real_distribution<double> share_{0.0, 0.25};
};

}  // namespace pued::ipmi
