// Expectation and guards; see residual.hpp.
#include "agent/drift/residual.hpp"

#include <algorithm>

namespace pued {

namespace {

constexpr double kLeastCoverage = 0.95;
constexpr double kRangeMargin = 1;  // degrees beyond the weather that the baseline has seen

// Level beyond its ends.
double on_curve(const Curve& curve, double weather_c) {
    const auto after = std::upper_bound(curve.begin(), curve.end(), weather_c,
                                        [](double t, const auto& point) { return t < point.first; });
    if (after == curve.begin()) return curve.front().second;
    if (after == curve.end()) return curve.back().second;
    const auto& [t0, q0] = *(after - 1);
    return q0 + (after->second - q0) * (weather_c - t0) / (after->first - t0);
}

bool in_range(const Baseline& baseline, double weather_c) {
    return weather_c >= baseline.coldest - kRangeMargin && weather_c <= baseline.hottest + kRangeMargin;
}

}  // namespace

std::string_view to_string(BaselineKind kind) {
    switch (kind) {
        case BaselineKind::interim: return "interim";
        case BaselineKind::design: return "design";
        case BaselineKind::measured: return "measured";
        default: return "none";
    }
}

double Baseline::expected(double it_kwh, double weather_c) const {
    if (kind == BaselineKind::design) return it_kwh * (on_curve(curve, weather_c) - 1);
    return overhead.predict(it_kwh, weather_c);
}

Baseline design_baseline(const Curve& curve) {
    Baseline baseline;
    if (curve.empty()) return baseline;
    baseline.kind = BaselineKind::design;
    baseline.curve = curve;
    baseline.coldest = curve.front().first;
    baseline.hottest = curve.back().first;
    return baseline;
}

std::string_view unusable(const DriftHour& hour, double reference_it, double least_load) {
    if (hour.guarded) return "guarded";
    if (!hour.facility_kwh || !hour.it_kwh || !(hour.coverage >= kLeastCoverage)) return "coverage";
    if (!(*hour.it_kwh > 0) || !(*hour.facility_kwh >= *hour.it_kwh)) return "impossible";
    if (!hour.weather_c || !degree_bin(*hour.weather_c)) return "no-weather";
    if (*hour.it_kwh < least_load * reference_it) return "low-load";
    return {};
}

HourResidual residual_of(const DriftHour& hour, std::string_view unusable_reason, const Baseline& baseline) {
    HourResidual result;
    result.reason = unusable_reason;
    if (result.reason.empty() && baseline.kind == BaselineKind::none) result.reason = "no-baseline";
    if (result.reason.empty() && !in_range(baseline, *hour.weather_c)) result.reason = "weather-range";
    if (!result.reason.empty()) return result;
    result.it = *hour.it_kwh;
    result.expected = baseline.expected(result.it, *hour.weather_c);
    result.excess = *hour.facility_kwh - result.it - result.expected;
    result.value = result.excess / result.it;
    return result;
}

}  // namespace pued
