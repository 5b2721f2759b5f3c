// Exponential decay, and the two thresholds.
#include "agent/rules/damping.hpp"

#include <algorithm>
#include <cmath>

namespace pued {

Damping decayed(Damping damping, UtcTime now, const DampingSettings& settings) {
    const auto passed = std::max(UtcTime::duration::zero(), now - damping.at);
    damping.penalty *= std::exp2(-in_seconds(passed) / in_seconds(settings.half_life));
    damping.at = now;
    if (damping.penalty < settings.reuse_below) damping.suppressed = false;
    return damping;
}

Damping after_fire(Damping damping, UtcTime now, const DampingSettings& settings) {
    damping = decayed(damping, now, settings);
    damping.penalty += settings.penalty_per_fire;
    if (damping.penalty > settings.suppress_above) damping.suppressed = true;
    return damping;
}

Duration release_after(const Damping& damping, const DampingSettings& settings) {
    if (!damping.suppressed || damping.penalty <= settings.reuse_below) return Duration::zero();
    const double half_lives = std::log2(damping.penalty / settings.reuse_below);
    return std::chrono::duration_cast<Duration>(half_lives * std::chrono::duration<double>(settings.half_life));
}

}  // namespace pued
