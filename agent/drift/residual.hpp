// What an hour's overhead should have been and whether that may be asked: the baseline in use (configured, provisional
// or measured) and the guards of metering.md 4.2. Owned by Drift, engine thread; pure. kWh of one hour, degrees
// Celsius, residuals in points of PUE.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/drift/baseline.hpp"
#include "agent/drift/drift.hpp"

namespace pued {

// interim: fitted on at least 60 days, good for ACUTE only. design: the configured curve. measured: ten months or more.
enum class BaselineKind : std::uint8_t { none, interim, design, measured };
std::string_view to_string(BaselineKind kind);

using Curve = std::vector<std::pair<double, double>>;  // (degrees, PUE), by rising temperature

struct Baseline {
    BaselineKind kind = BaselineKind::none;
    Curve curve;          // of design
    HingeModel overhead;  // of interim and measured
    std::optional<HingeModel> cooling, losses;
    double coldest = 0, hottest = 0;
    double reference_it = 0;                   // mean of the hours it was fitted on
    double sigma_day = 0, sigma_long_run = 0;  // of daily residuals on the hours it was fitted on
    std::int64_t hours = 0;
    UtcTime at{};
    int version = 0;

    [[nodiscard]] double expected(double it_kwh, double weather_c) const;
};

Baseline design_baseline(const Curve& curve);

// Energy-weighted (F14): sums over the hours of a window.
struct ResidualSum {
    double it_kwh = 0, excess_kwh = 0;
    int hours = 0;

    void add(double it, double excess) {
        it_kwh += it;
        excess_kwh += excess;
        ++hours;
    }
    [[nodiscard]] std::optional<double> value() const {
        return it_kwh > 0 ? std::optional{excess_kwh / it_kwh} : std::nullopt;
    }
};

// Why the hour says nothing; empty: it does. First what the hour itself lacks ("coverage", "no-weather", "guarded",
// "impossible"), then "low-load".
std::string_view unusable(const DriftHour& hour, double reference_it, double least_load);

struct HourResidual {
    std::optional<double> value;
    std::string_view reason;  // beside those of unusable(): "no-baseline", "weather-range"
    double it = 0, excess = 0, expected = 0;
};
HourResidual residual_of(const DriftHour& hour, std::string_view unusable_reason, const Baseline& baseline);

}  // namespace pued
