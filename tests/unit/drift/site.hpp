// A small site for the tests of drift: a plant that follows the model exactly but for a ripple, weather with seasons.
// kWh of one hour, degrees Celsius; UTC+8.
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "agent/drift/drift.hpp"

namespace pued::test {

inline const UtcTime kNewYear{std::chrono::sys_days{std::chrono::year{2025} / 1 / 1} - std::chrono::hours{8}};

struct Site {
    double ripple = 0.004;  // points of PUE, without trend
    double extra = 0;       // points of PUE
    std::uint32_t state = 1;

    double noise() {  // -1..1, the same on every machine
        state = state * 1664525U + 1013904223U;
        return static_cast<double>(state >> 8) / 8388608.0 - 1;
    }

    static double weather(std::int64_t hour) {
        const double year = static_cast<double>(hour % 8760) / 8760, day = static_cast<double>(hour % 24) / 24;
        const double wave = std::sin(static_cast<double>(hour) / 53);  // passing fronts
        return 13 - 13 * std::cos(2 * M_PI * (year - 0.05)) - 3 * std::cos(2 * M_PI * (day - 0.1)) + 3 * wave;
    }

    DriftHour hour(std::int64_t index) {
        DriftHour h;
        h.start = kNewYear + std::chrono::hours{index};
        const double t = weather(index);
        const double it = 1800 + 90 * std::sin(2 * M_PI * static_cast<double>(index % 24) / 24) + 60 * noise();
        const double cooling = 40 + it * (0.06 + 0.006 * std::max(0.0, t - 6) + 0.004 * std::max(0.0, t - 18) + extra);
        h.it_kwh = it;
        h.cooling_kwh = cooling + it * ripple * noise();
        h.losses_kwh = 30 + 0.05 * it;
        h.facility_kwh = it + *h.cooling_kwh + *h.losses_kwh + 20;
        h.coverage = 1;
        h.weather_c = t;
        return h;
    }
};

// The latest metric of each name.
using Latest = std::map<std::string, Metric>;

inline void keep(Latest& latest, const std::vector<Metric>& metrics) {
    for (const Metric& m : metrics) latest[m.name] = m;
}

inline std::string text(const Metric& m, const std::string& key) {
    const auto found = m.extra.find(key);
    if (found == m.extra.end() || !std::holds_alternative<std::string>(found->second)) return {};
    return std::get<std::string>(found->second);
}

}  // namespace pued::test
