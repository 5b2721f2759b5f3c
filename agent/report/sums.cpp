// Sums of intervals, by category of PUE.
#include "agent/report/sums.hpp"

#include <algorithm>

#include "agent/metrics/pue.hpp"

namespace pued {
namespace {

void add_joint(CategorySums& sums, const IntervalSides& sides, std::size_t category,
               std::span<const PointEnergy> energies, std::size_t slots) {
    const double it = sides.it.at(category).measured_mwh;
    sums.facility_mwh += sides.facility.measured_mwh;
    sums.it_mwh += it;
    sums.declared_mwh += sides.declared_mwh;
    sums.joint_s += sides.seconds;
    sums.by_slot.resize(std::max(sums.by_slot.size(), slots));
    for (const PointEnergy& energy : energies) {
        if (energy.measured) sums.by_slot[energy.slot] += energy.mwh;
    }
    const auto pair = [&](Pair& into, double part) {
        into.part_mwh += part;
        into.it_mwh += it;
        into.seconds += sides.seconds;
    };
    if (sides.cooling.measured()) pair(sums.cooling, sides.cooling.measured_mwh);
    if (sides.ups_input.measured() && sides.ups_input.measured_mwh >= it) {
        pair(sums.losses, sides.ups_input.measured_mwh - it);
    }
}

// Outside J: what is known of either side, and how much of that is estimated.
void add_rest(CategorySums& sums, const IntervalSides& sides, std::size_t category) {
    const Side& it = sides.it.at(category);
    sums.rest_s += sides.seconds;
    if (!sides.facility.known() || !it.known()) {
        sums.unfilled_s += sides.seconds;
        return;
    }
    sums.rest_facility_mwh += sides.facility.best();
    sums.rest_it_mwh += it.best();
    for (std::size_t method = 0; method < estimate_methods; ++method) {
        sums.facility_by_method.at(method) += sides.facility.by_method.at(method);
        sums.it_by_method.at(method) += it.by_method.at(method);
    }
}

}  // namespace

void Side::add(const PointEnergy& energy, int sign) {
    ++meters;
    if (energy.measured) {
        measured_mwh += sign * energy.mwh;
        return;
    }
    ++missing;
    if (!energy.estimate_mwh) {
        ++unknown;
        return;
    }
    estimated_mwh += sign * *energy.estimate_mwh;
    by_method.at(energy.method) += sign * *energy.estimate_mwh;
}

bool IntervalSides::impossible(std::size_t category) const {
    return facility.measured() && it.at(category).measured() && facility.measured_mwh < it.at(category).measured_mwh;
}

bool IntervalSides::joint(std::size_t category) const {
    return facility.measured() && it.at(category).measured() && !impossible(category);
}

IntervalSides sides_of(std::span<const PointEnergy> energies, const std::vector<FoldPoint>& points, double unmeasured_w,
                       double seconds) {
    IntervalSides sides;
    sides.seconds = seconds;
    sides.declared_mwh = unmeasured_w * seconds / 3.6;
    bool imports = false;
    for (const PointEnergy& energy : energies) {
        const Role role = points[energy.slot].role;
        const int sign = facility_sign(role);
        if (sign != 0) sides.facility.add(energy, sign);
        imports = imports || sign > 0;
        if (const auto category = category_of(role)) sides.it.at(*category).add(energy);
        if (role == Role::cooling) sides.cooling.add(energy);
        if (role == Role::ups_input) sides.ups_input.add(energy);
    }
    if (!imports) sides.facility = {};
    sides.facility.measured_mwh += sides.declared_mwh;
    return sides;
}

std::optional<double> CategorySums::pue() const { return pue_of(Totals{facility_mwh, it_mwh}); }

void FigureSums::add(const IntervalSides& sides, std::span<const PointEnergy> energies, std::size_t slots) {
    for (std::size_t category = 0; category < categories; ++category) {
        if (sides.it.at(category).meters == 0) continue;
        CategorySums& sums = sums_.at(category);
        if (sides.impossible(category)) ++sums.impossible;
        if (sides.joint(category)) {
            add_joint(sums, sides, category, energies, slots);
        } else {
            add_rest(sums, sides, category);
        }
    }
}

// As agent/metrics/windows: one that is measured much more rarely than another cannot stand for the window.
std::array<std::optional<double>, categories> FigureSums::it_means() const {
    std::array<std::optional<double>, categories> means;
    double most_s = 0;
    for (const auto& sums : sums_) most_s = std::max(most_s, sums.joint_s);
    for (std::size_t i = 0; i < categories; ++i) {
        const CategorySums& sums = sums_.at(i);
        if (sums.joint_s > 0 && sums.joint_s >= withheld_below * most_s) means.at(i) = sums.it_mwh / sums.joint_s;
    }
    return means;
}

}  // namespace pued
