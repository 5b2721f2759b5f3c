// Synthetic years of data centres for the evaluation of the drift alerts: sites of different size, climate, plant and
// load; weather that differs from year to year; a plant that is not of the family of the model that is to explain it
// (smooth bends, operating regimes, fouling, correlated noise, registers with steps). Same numbers on every machine.
// kWh of one hour, degrees Celsius, points of PUE; civil years of UTC+8.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "agent/drift/drift.hpp"

namespace pued::bench {

class Dice {
public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}
    double uniform(double low, double high);
    double normal();

private:
    std::mt19937_64 engine_;
};

struct SiteTraits {
    double it_kw, level, daily, weekly, growth, load_noise, job_noise;            // load
    double mean_c, season_c, daily_c, front_c;                                    // climate
    double fixed, cooling, slope1, slope2, bend1, bend2, softness;                // cooling, per IT but for `fixed`
    double loss_fixed, loss_linear, loss_square;                                  // of nominal power
    double noise, regime, regime_days, fouling, fouling_days, slow_noise, humid;  // what no model explains
};
SiteTraits site_of(std::uint64_t seed);
// The same site with this much more, or less, of what no model explains.
SiteTraits noisier(SiteTraits site, double factor);

enum class Scenario { none, heat_wave, step_winter, step_summer, slow_drift, acute, it_meter, main_meter };

constexpr int kHoursOfYear = 8760;

struct Year {
    std::vector<DriftHour> hours;
    int fault_from = kHoursOfYear;  // hour of the year
};

// A year of this site. The same seed gives the same weather, load and noise whatever the scenario.
Year year_of(const SiteTraits& site, std::uint64_t seed, UtcTime start, Scenario scenario);

// Without noise, in the climate's mean: what the site was built to be.
double typical_pue(const SiteTraits& site);
std::vector<double> monthly_climate(const SiteTraits& site);

}  // namespace pued::bench
