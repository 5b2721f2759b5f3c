// Formulae of PUE; see pue.hpp.
#include "agent/metrics/pue.hpp"

#include <algorithm>
#include <cmath>

namespace pued {

std::optional<double> pue_of(const Totals& totals) {
    return totals.it > 0 ? std::optional{totals.facility / totals.it} : std::nullopt;
}

std::optional<double> pue_of(std::span<const Totals> periods) {
    Totals sum;
    for (const Totals& period : periods) {
        sum.facility += period.facility;
        sum.it += period.it;
    }
    return pue_of(sum);
}

std::optional<double> dcie_of(const Totals& totals) {
    return totals.facility > 0 ? std::optional{totals.it / totals.facility} : std::nullopt;
}

std::optional<double> it_load_factor(double mean_w, double rated_w) {
    return rated_w > 0 ? std::optional{mean_w / rated_w} : std::nullopt;
}

Factors factors_of(double it, double cooling, double power_losses, double other) {
    return {cooling / it, power_losses / it, other / it};
}

Attribution attribute(std::span<const ZoneShare> a, std::span<const ZoneShare> b) {
    Attribution result;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        result.rate += (a[i].weight + b[i].weight) / 2 * (b[i].pue - a[i].pue);
        result.mix += (b[i].weight - a[i].weight) * (a[i].pue + b[i].pue) / 2;
    }
    return result;
}

std::optional<double> pue_of_zones(std::span<const Totals> zones, double shared) {
    Totals sum{shared, 0};
    for (const Totals& zone : zones) {
        sum.facility += zone.facility;
        sum.it += zone.it;
    }
    return pue_of(sum);
}

std::optional<double> Coverage::pue_filled() const {
    return pue_of(Totals{measured.facility + filled.facility, measured.it + filled.it});
}

namespace {

double share(double part, double rest) { return part + rest > 0 ? part / (part + rest) : 0; }

}  // namespace

double Coverage::estimated_facility() const { return share(filled.facility, measured.facility); }
double Coverage::estimated_it() const { return share(filled.it, measured.it); }

std::optional<double> worst_case_pue(const Totals& measured, double facility_gap_upper, double it_gap_lower) {
    return pue_of(Totals{measured.facility + facility_gap_upper, measured.it + it_gap_lower});
}

std::string_view grade_of(double coverage, double estimated_share) {
    if (coverage >= 0.99 && estimated_share <= 0.01) return "A";
    if (coverage >= 0.97 && estimated_share <= 0.03) return "B";
    if (coverage >= withheld_below && estimated_share <= estimated_at_most) return "C";
    return "";
}

Totals five_conditions(std::span<const TemperaturePoint> conditions) {
    constexpr double hours_a_year = 8760;
    Totals mean_kw;
    for (const TemperaturePoint& condition : conditions) {
        mean_kw.facility += condition.share * condition.facility_kw;
        mean_kw.it += condition.share * condition.it_kw;
    }
    return {hours_a_year * mean_kw.facility, hours_a_year * mean_kw.it};
}

double LoadLaw::best_power() const { return std::sqrt(a0 / a2); }
double LoadLaw::best_pue() const { return 1 + a1 + 2 * std::sqrt(a0 * a2); }

}  // namespace pued
