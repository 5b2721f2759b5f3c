// Energy from samples of power, and what sampling costs in accuracy (metering.md 1.4 to 1.7). Pure functions, any
// thread. Powers in W (bounds and ratios: any consistent unit), times on the boot clock, results in Wh.
#pragma once

#include <cstddef>
#include <span>

#include "agent/model/time.hpp"

namespace pued {

struct PowerSample {
    BootTime at;
    double power_w = 0;
};

struct Integral {
    double wh = 0;
    Duration covered{};
    Duration uncovered{};  // gaps longer than max_gap: not integrated, not zero
    [[nodiscard]] double coverage() const;
};

enum class Hold : char { trapezoid, left, right };

// Sums the steps between neighbours; a step longer than max_gap is left out and counted as uncovered. `left` (zero
// order hold) is right only for what is by nature a last set value.
Integral integrate(std::span<const PowerSample> samples, Duration max_gap, Hold hold = Hold::trapezoid);

// Hard bound of one trapezoid step when |dP/dt| <= slope: slope h^2/4 (1 - (dP/(slope h))^2), in unit of P times s.
double slope_bound(double slope, double h_s, double end_difference);
// The same when only pmin <= P <= pmax is known; `mean` is the mean of the end points.
double range_bound(double pmin, double pmax, double mean, double h_s);

// coth x - 1/x
double langevin(double x);
// Relative standard uncertainty of the mean of n samples, h apart, of a load with relative deviation sigma and
// correlation time tau: sigma sqrt(L(h / 2 tau) / n).
double sampling_u(double sigma, double tau_s, double h_s, double n);
// tau from the lag-1 autocorrelation r of samples h apart; 0 for r <= 0.
double correlation_time_s(double h_s, double r);

// Register against integral of the same device (B10). All in one unit of energy; q is the register's resolution.
struct Agreement {
    double ratio = 0;
    double z = 0;
};
Agreement register_against_integral(double register_e, double integral_e, double q, double u_sampling,
                                    double u_scale = 0.01);

// Clock error after running free for `elapsed` at `ppm`, in s; and the worst relative error of an interval's energy
// when raw readings h apart are used instead of interpolated boundaries (C06).
double holdover_error_s(double ppm, Duration elapsed);
double unaligned_bound(double h_s, double interval_s);

}  // namespace pued
