// From sums to the figure of a window: value, uncertainty of meters and gaps, filled and worst case, coverage, grade.
#include <algorithm>
#include <cmath>

#include "agent/metering/uncertainty.hpp"
#include "agent/metrics/pue.hpp"
#include "agent/report/sums.hpp"

namespace pued {
namespace {

constexpr double mwh_per_kwh = 1e6;

int it_sign(const FoldPoint& point, std::size_t category) { return category_of(point.role) == category ? 1 : 0; }

// Nothing where a meter that contributes states no accuracy: no uncertainty is better than an invented one.
std::optional<double> meters_u(const CategorySums& sums, std::size_t category, const std::vector<FoldPoint>& points) {
    std::vector<Contribution> meters;
    for (std::size_t slot = 0; slot < sums.by_slot.size(); ++slot) {
        const int d = facility_sign(points[slot].role);
        const int t = it_sign(points[slot], category);
        if ((d == 0 && t == 0) || sums.by_slot[slot] == 0) continue;
        if (!points[slot].u_rel) return std::nullopt;
        meters.push_back({d, t, sums.by_slot[slot], *points[slot].u_rel, points[slot].type});
    }
    const Instrument guess = WithoutPapers::estimate;
    if (sums.declared_mwh > 0) {
        meters.push_back({1, 0, sums.declared_mwh, *relative_uncertainty(guess), instrument_type(guess)});
    }
    const auto u = pue_uncertainty(meters);
    return u ? std::optional{u->u} : std::nullopt;
}

// Errors of one method add up over its gaps; those of two methods, and of the two sides, are independent.
double gaps_variance(const CategorySums& sums, double pue) {
    double variance = 0;
    for (std::size_t method = 0; method < estimate_methods; ++method) {
        const double r = method_u.at(method);
        variance += std::pow(r * sums.facility_by_method.at(method) / sums.it_mwh, 2);
        variance += std::pow(r * pue * sums.it_by_method.at(method) / sums.it_mwh, 2);
    }
    return variance;
}

double total(const std::array<double, estimate_methods>& by_method) {
    double sum = 0;
    for (const double energy : by_method) sum += energy;
    return sum;
}

double share(double part, double whole) { return whole > 0 ? std::clamp(part / whole, 0.0, 1.0) : 0; }

// What the part came to over all of J, from the intervals in which it was measured too.
std::optional<double> scaled_kwh(const Pair& pair, const CategorySums& sums) {
    if (pair.it_mwh <= 0 || pair.seconds < withheld_below * sums.joint_s) return std::nullopt;
    return pair.part_mwh / pair.it_mwh * sums.it_mwh / mwh_per_kwh;
}

// What is missing of the facility runs a fifth above the mean, what is missing of IT a fifth below (D11).
std::optional<double> worst_case(const CategorySums& sums, double missing_s) {
    if (sums.joint_s <= 0) return std::nullopt;
    const double stretch = missing_s / sums.joint_s;
    return worst_case_pue({sums.facility_mwh, sums.it_mwh}, 1.2 * stretch * sums.facility_mwh,
                          0.8 * stretch * sums.it_mwh);
}

void add_parts(ReportFigure& figure, const CategorySums& sums) {
    figure.cooling_kwh = scaled_kwh(sums.cooling, sums);
    figure.losses_kwh = scaled_kwh(sums.losses, sums);
    if (!figure.cooling_kwh || !figure.losses_kwh) return;
    figure.other_kwh = figure.facility_kwh - figure.it_kwh - *figure.cooling_kwh - *figure.losses_kwh;
}

}  // namespace

ReportFigure FigureSums::figure(std::size_t category, double watched_s, const std::vector<FoldPoint>& points) const {
    const CategorySums& sums = sums_.at(category);
    ReportFigure figure;
    figure.facility_kwh = sums.facility_mwh / mwh_per_kwh;
    figure.it_kwh = sums.it_mwh / mwh_per_kwh;
    figure.coverage = share(sums.joint_s, watched_s);
    const double facility = sums.facility_mwh + sums.rest_facility_mwh;
    const double it = sums.it_mwh + sums.rest_it_mwh;
    figure.estimated_facility = share(total(sums.facility_by_method) + sums.declared_mwh, facility);
    figure.estimated_it = share(total(sums.it_by_method), it);
    figure.grade = grade_of(figure.coverage, std::max(figure.estimated_facility, figure.estimated_it));
    const auto pue = sums.pue();
    if (!pue) {
        figure.grade.clear();
        return figure;
    }
    const double missing_s = std::max(0.0, watched_s - sums.joint_s);
    // A second of tolerance for windows that are cut at milliseconds.
    const bool all_filled = sums.unfilled_s == 0 && sums.joint_s + sums.rest_s > watched_s - 1;
    if (all_filled) figure.filled = pue_of(Totals{facility, it});
    figure.worst_case = worst_case(sums, missing_s);
    add_parts(figure, sums);
    if (figure.grade.empty()) return figure;
    figure.value = pue;
    if (const auto u = meters_u(sums, category, points)) figure.u = std::sqrt(*u * *u + gaps_variance(sums, *pue));
    return figure;
}

}  // namespace pued
