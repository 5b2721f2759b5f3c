// Statistics of a series of daily residuals: CUSUM, EWMA, Siegmund's run lengths, Newey and West's deviation
// (metering.md 4.3, 4.4; F05 to F08). Pure; residuals in points of PUE, time in days.
#pragma once

#include <cstdint>
#include <span>

namespace pued {

// One side of a CUSUM: how much residual beyond k has piled up, and from which day on.
struct CusumSide {
    double s = 0;
    std::int64_t onset = 0;  // the first day after the last zero; meaningful while s > 0
};

// A ceiling keeps an alarm from outliving its repair by months: beyond it the amount says nothing more about "whether".
CusumSide advance(CusumSide side, double residual, double k, double ceiling, std::int64_t day);

struct Cusum {
    CusumSide up, down;

    void add(double residual, double k, double ceiling, std::int64_t day);
    [[nodiscard]] bool rising() const { return up.s >= down.s; }
    [[nodiscard]] const CusumSide& larger() const { return rising() ? up : down; }
};

double ewma(double level, double value, double lambda);

// Mean samples to the alarm of a one-sided CUSUM while the mean is `shift`; all in standard deviations. The two-sided
// one has half of that while nothing has shifted.
double siegmund_run_length(double shift, double k, double h);

// Deviation of one sample as it counts in means over long spans: autocovariances with Bartlett weights up to `lags`.
double long_run_deviation(std::span<const double> series, std::size_t lags);
double deviation(std::span<const double> series);

}  // namespace pued
