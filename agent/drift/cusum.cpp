// The formulae; see cusum.hpp.
#include "agent/drift/cusum.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace pued {

namespace {

double mean_of(std::span<const double> series) {
    return std::accumulate(series.begin(), series.end(), 0.0) / static_cast<double>(series.size());
}

double covariance(std::span<const double> series, double mean, std::size_t lag) {
    double sum = 0;
    for (std::size_t i = lag; i < series.size(); ++i) sum += (series[i] - mean) * (series[i - lag] - mean);
    return sum / static_cast<double>(series.size());
}

}  // namespace

CusumSide advance(CusumSide side, double residual, double k, double ceiling, std::int64_t day) {
    const double next = std::clamp(side.s + residual - k, 0.0, ceiling);
    return {next, side.s > 0 ? side.onset : day};
}

void Cusum::add(double residual, double k, double ceiling, std::int64_t day) {
    up = advance(up, residual, k, ceiling, day);
    down = advance(down, -residual, k, ceiling, day);
}

double ewma(double level, double value, double lambda) { return level + lambda * (value - level); }

double siegmund_run_length(double shift, double k, double h) {
    const double d = shift - k, b = h + 1.166;
    if (std::abs(d) < 1e-9) return b * b;
    return (std::exp(-2 * d * b) + 2 * d * b - 1) / (2 * d * d);
}

double deviation(std::span<const double> series) {
    return series.empty() ? 0 : std::sqrt(covariance(series, mean_of(series), 0));
}

double long_run_deviation(std::span<const double> series, std::size_t lags) {
    if (series.empty()) return 0;
    const double mean = mean_of(series);
    double variance = covariance(series, mean, 0);
    for (std::size_t lag = 1; lag <= lags; ++lag) {
        const double weight = 1 - static_cast<double>(lag) / static_cast<double>(lags + 1);
        variance += 2 * weight * covariance(series, mean, lag);
    }
    return std::sqrt(std::max(0.0, variance));
}

}  // namespace pued
