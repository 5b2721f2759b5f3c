// PUE and its relatives as formulae (metering.md 2): ratios of sums, decomposition, attribution, coverage and the
// worst case. Pure functions on plain numbers in any one unit of energy or power; windows.hpp applies them.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace pued {

struct Totals {  // of one period, month or zone
    double facility = 0;
    double it = 0;
};

// Nothing where there was no IT energy.
std::optional<double> pue_of(const Totals& totals);
// Rule 0: the ratio of the sums, never a mean of ratios.
std::optional<double> pue_of(std::span<const Totals> periods);
// Data centre infrastructure efficiency, 1 / PUE.
std::optional<double> dcie_of(const Totals& totals);

// ITLF: mean IT power over what the IT meters are rated for; nothing where that is unknown.
std::optional<double> it_load_factor(double mean_w, double rated_w);

// PUE = 1 + CLF + PLF + OLF.
struct Factors {
    double cooling = 0;
    double power = 0;
    double other = 0;
    [[nodiscard]] double pue() const { return 1 + cooling + power + other; }
};
Factors factors_of(double it, double cooling, double power_losses, double other);

// Change of a weighted PUE from A to B by midpoints: which zones (or hours) got worse, and how much IT moved to worse
// ones. Weights are shares of IT energy; both spans have the same length and order.
struct ZoneShare {
    double weight = 0;
    double pue = 0;
};
struct Attribution {
    double rate = 0;
    double mix = 0;
    [[nodiscard]] double change() const { return rate + mix; }
};
Attribution attribute(std::span<const ZoneShare> a, std::span<const ZoneShare> b);

// Site PUE from zone totals and what they share: sum of w pPUE + shared / IT.
std::optional<double> pue_of_zones(std::span<const Totals> zones, double shared);

// The four numbers of coverage.
struct Coverage {
    Totals measured;       // over the jointly measured intervals
    Totals filled;         // estimates for the others
    double joint = 0;      // intervals measured on both sides
    double intervals = 0;  // of the window
    [[nodiscard]] std::optional<double> pue_measured() const { return pue_of(measured); }
    [[nodiscard]] std::optional<double> pue_filled() const;
    [[nodiscard]] double time() const { return intervals > 0 ? joint / intervals : 0; }
    [[nodiscard]] double estimated_facility() const;  // shares of E_DC and E_IT that are estimates
    [[nodiscard]] double estimated_it() const;
};
// Needs no statistics: gaps of E_DC at their physical upper, those of E_IT at their lower bound.
inline constexpr double worst_case_share = 0.2;  // how far a gap may lie from the running mean
std::optional<double> worst_case_pue(const Totals& measured, double facility_gap_upper, double it_gap_lower);

// "A" at 99 % and 1 % estimated, "B" 97 and 3, "C" 90 and 10; else empty: the value is withheld.
inline constexpr double withheld_below = 0.90;
inline constexpr double estimated_at_most = 0.10;
std::string_view grade_of(double coverage, double estimated_share);

// GB 40879 five-condition method: energies of a year, kWh, from mean powers in kW at five outdoor conditions and the
// share of the year that each takes.
struct TemperaturePoint {
    double share = 0;
    double facility_kw = 0;
    double it_kw = 0;
};
Totals five_conditions(std::span<const TemperaturePoint> conditions);

// Overhead a0 + a1 P + a2 P^2 at IT power P.
struct LoadLaw {
    double a0 = 0;
    double a1 = 0;
    double a2 = 0;
    [[nodiscard]] double pue(double it_power) const { return 1 + a0 / it_power + a1 + a2 * it_power; }
    [[nodiscard]] double best_power() const;
    [[nodiscard]] double best_pue() const;
    // Below this the fixed losses alone eat a quarter of what the limit allows.
    [[nodiscard]] double least_power(double limit) const { return a0 / (0.25 * (limit - 1)); }
};

}  // namespace pued
