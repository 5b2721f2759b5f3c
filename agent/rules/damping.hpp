// Flap damping after RFC 2439: every fire adds a penalty that halves each hour; above a threshold notifications stop
// until it has decayed. The alert's state goes on as ever. Pure; plain data that survives a restart. Durations come
// from UTC labels, because boot time does not; a clock set back counts as no time passed.
#pragma once

#include "agent/model/time.hpp"

namespace pued {

struct DampingSettings {
    double penalty_per_fire = 1000;
    Duration half_life = std::chrono::hours{1};
    double suppress_above = 3000;
    double reuse_below = 1000;
};

struct Damping {
    double penalty = 0;  // at time `at`
    UtcTime at{};
    bool suppressed = false;
};

// One more fire at `now`.
Damping after_fire(Damping damping, UtcTime now, const DampingSettings& settings);

// The same, decayed to `now`; suppression ends below reuse_below.
Damping decayed(Damping damping, UtcTime now, const DampingSettings& settings);

// How long from damping.at until suppression ends; zero when not suppressed (vector F11).
Duration release_after(const Damping& damping, const DampingSettings& settings);

}  // namespace pued
