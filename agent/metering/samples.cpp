// Integration of sampled power and its error bounds; see samples.hpp.
#include "agent/metering/samples.hpp"

#include <algorithm>
#include <cmath>

#include "agent/metering/counter.hpp"

namespace pued {

double Integral::coverage() const {
    const double all = in_seconds(covered + uncovered);
    return all > 0 ? in_seconds(covered) / all : 0;
}

namespace {

double step_power(const PowerSample& a, const PowerSample& b, Hold hold) {
    switch (hold) {
        case Hold::left: return a.power_w;
        case Hold::right: return b.power_w;
        default: return (a.power_w + b.power_w) / 2;
    }
}

}  // namespace

Integral integrate(std::span<const PowerSample> samples, Duration max_gap, Hold hold) {
    Integral sum;
    for (std::size_t i = 1; i < samples.size(); ++i) {
        const Duration dt = samples[i].at - samples[i - 1].at;
        if (dt > max_gap) {
            sum.uncovered += dt;
        } else {
            sum.covered += dt;
            sum.wh += step_power(samples[i - 1], samples[i], hold) * in_seconds(dt) / 3600;
        }
    }
    return sum;
}

double slope_bound(double slope, double h_s, double end_difference) {
    const double used = end_difference / (slope * h_s);
    return slope * h_s * h_s / 4 * (1 - used * used);
}

double range_bound(double pmin, double pmax, double mean, double h_s) {
    return h_s * std::max(pmax - mean, mean - pmin);
}

double langevin(double x) {
    if (std::abs(x) < 1e-3) return x / 3;  // the two terms cancel there
    return 1 / std::tanh(x) - 1 / x;
}

double sampling_u(double sigma, double tau_s, double h_s, double n) {
    return sigma * std::sqrt(langevin(h_s / (2 * tau_s)) / n);
}

double correlation_time_s(double h_s, double r) {
    if (r <= 0 || r >= 1) return 0;
    return -h_s / std::log(r);
}

Agreement register_against_integral(double register_e, double integral_e, double q, double u_sampling, double u_scale) {
    const double u_integral = std::hypot(u_sampling * integral_e, u_scale * integral_e);
    const double u = std::hypot(quantisation_u(q), u_integral);
    return {register_e / integral_e, (register_e - integral_e) / u};
}

double holdover_error_s(double ppm, Duration elapsed) { return ppm * 1e-6 * in_seconds(elapsed); }

double unaligned_bound(double h_s, double interval_s) { return 2 * h_s / interval_s; }

}  // namespace pued
