// From one interval to what is summed of it: which series and which meters a site has, and their terms; see
// windows.hpp. Pure. Energies in mWh.
#include <algorithm>
#include <cmath>

#include "agent/metering/uncertainty.hpp"
#include "agent/metrics/windows.hpp"

namespace pued {
namespace {

RatioSum ratio_term(const SiteSums& sums, const std::optional<Energy>& numerator,
                    const std::optional<Energy>& denominator, Energy estimated = {}) {
    RatioSum sum;
    const std::int64_t length_s = sums.length.count();
    if (numerator) sum.all_numerator = *numerator, sum.numerator_s = length_s;
    if (denominator) sum.all_denominator = *denominator, sum.denominator_s = length_s;
    if (!numerator || !denominator) return sum;
    sum.numerator = *numerator;
    sum.denominator = *denominator;
    sum.estimated = estimated;
    sum.joint_s = length_s;
    return sum;
}

// Less facility than IT energy cannot be: a meter is wrong, and the interval proves nothing.
RatioSum facility_term(const SiteSums& sums, std::size_t category) {
    const auto facility = sums.facility.measured();
    const auto it = sums.it.at(category).measured();
    if (facility && it && *facility < *it) {
        RatioSum wrong;
        wrong.impossible = 1;
        return wrong;
    }
    return ratio_term(sums, facility, it, sums.declared);
}

std::optional<Energy> remainder(const SiteSums& sums, std::size_t category) {
    const auto facility = sums.facility.measured();
    const auto it = sums.it.at(category).measured();
    const auto cooling = sums.cooling.measured();
    const auto losses = sums.losses(category);
    if (!facility || !it || !cooling || !losses) return std::nullopt;
    return *facility - *it - *cooling - *losses;
}

bool is_overhead(Role role) { return role == Role::cooling || role == Role::lighting || role == Role::auxiliary; }

bool is_metered(const Device& device) { return device.energy || device.power; }

}  // namespace

// Energies of an interval by device index: by_device may leave some out.
struct Windows::Lookup {
    Lookup(const std::vector<IntervalEnergy>& by_device, std::size_t devices) : of(devices) {
        for (const IntervalEnergy& energy : by_device) {
            if (energy.device < devices) of[energy.device] = &energy;
        }
    }
    std::vector<const IntervalEnergy*> of;
};

// What the meters of this site permit, fixed for its life: one series for each ratio of each category and each rack.
void Windows::list_series() {
    std::vector<IntervalEnergy> all;
    for (DeviceIndex i = 0; i < table_.devices.size(); ++i) {
        if (is_metered(table_.devices[i])) all.push_back({i, Energy{}, {}, flag::measured, 1, false});
    }
    const SiteSums shape = plan_.sum(all, {}, {});
    for (std::size_t category = 0; category < categories; ++category) {
        if (shape.it[category].meters == 0) continue;
        const bool facility = shape.facility.meters > 0;
        const bool cooling = shape.cooling.meters > 0;
        const bool losses = shape.ups_input.meters > 0;
        if (facility) series_.push_back({"site", Kind::pue, category});
        if (cooling) series_.push_back({"site", Kind::clf, category});
        if (losses) series_.push_back({"site", Kind::plf, category});
        if (facility && cooling && losses) series_.push_back({"site", Kind::olf, category});
    }
    for (std::size_t i = 0; i < shape.racks.size(); ++i) {
        if (shape.racks[i].total.meters == 0) continue;
        series_.push_back({rack_scope(shape.racks[i].rack), Kind::ppue, 0, i});
    }
    for (Series& series : series_) list_members(series);
}

// How a meter enters the PUE of this series: not at all where both are 0. A rack's PDUs, or its servers where it has
// none, stand on both sides.
Windows::Member Windows::member_of(const Series& series, DeviceIndex index, bool rack_has_pdus) const {
    const Device& device = table_.devices[index];
    Member out{index, 0, 0, 0, instrument_type(device)};
    if (series.kind != Kind::ppue) {
        out.d = facility_sign(device.role);
        out.t = category_of(device.role) == series.category ? 1 : 0;
        return out;
    }
    if (device.rack != plan_.racks()[series.rack]) return out;
    out.t = device.role == (rack_has_pdus ? Role::pdu : Role::server) ? 1 : 0;
    out.d = out.t != 0 || is_overhead(device.role) ? 1 : 0;
    return out;
}

// The physical meters of a PUE.
void Windows::list_members(Series& series) {
    series.first_member = members_.size();
    if (series.kind == Kind::pue) series.gap = gaps_++;
    if (series.kind != Kind::pue && series.kind != Kind::ppue) return;
    const auto is_pdu_here = [&](const Device& d) {
        return d.role == Role::pdu && is_metered(d) && d.rack == plan_.racks()[series.rack];
    };
    const bool pdus =
        series.kind == Kind::ppue && std::any_of(table_.devices.begin(), table_.devices.end(), is_pdu_here);
    bool rated = true;
    for (DeviceIndex i = 0; i < table_.devices.size(); ++i) {
        const Device& device = table_.devices[i];
        Member member = is_metered(device) ? member_of(series, i, pdus) : Member{};
        if (member.d == 0 && member.t == 0) continue;
        const auto u = relative_uncertainty(device);
        if (!u && series.u_reason.empty()) series.u_reason = "meter \"" + device.id + "\" states no accuracy";
        member.u_rel = u.value_or(0);
        rated = rated && (member.t == 0 || device.rated_w > 0);
        if (member.t != 0) series.rated_it_w += device.rated_w;
        members_.push_back(member);
        ++series.members;
    }
    if (!rated) series.rated_it_w = 0;
}

WindowSums Windows::empty() const {
    return {std::vector<RatioSum>(series_.size()), std::vector<GapSum>(gaps_), std::vector<Energy>(members_.size())};
}

RatioSum Windows::term(const Series& series, const SiteSums& sums) const {
    const auto it = sums.it.at(series.category).measured();
    switch (series.kind) {
        case Kind::pue: return facility_term(sums, series.category);
        case Kind::clf: return ratio_term(sums, sums.cooling.measured(), it);
        case Kind::plf: return ratio_term(sums, sums.losses(series.category), it);
        case Kind::olf: return ratio_term(sums, remainder(sums, series.category), it);
        case Kind::ppue: break;
    }
    const RackSums& rack = sums.racks.at(series.rack);
    return ratio_term(sums, rack.total.measured(), rack.it.measured());
}

namespace {

// One side of the balance in an interval that was not measured there.
struct SideGap {
    Energy filled, credited, upper;
    std::array<Energy, estimate_methods> by{};
    bool known = true;    // every silent meter has an estimate
    bool bounded = true;  // … states what it can carry at most

    void add(const IntervalEnergy& meter, const Device& device, int sign, std::chrono::seconds length) {
        const auto signed_energy = [&](Energy energy) {
            const Energy figure = corrected(energy, device.correction);
            return sign < 0 ? -figure : figure;
        };
        const Energy measured = signed_energy(meter.energy.value_or(meter.at_least));
        credited += measured;
        if (meter.energy) {
            filled += measured;
            upper += measured;
            return;
        }
        known = known && meter.estimate.has_value();
        if (meter.estimate) {
            filled += signed_energy(meter.estimate->energy);
            by.at(static_cast<std::size_t>(meter.estimate->method)) +=
                corrected(meter.estimate->energy, device.correction);
        }
        bounded = bounded && (sign < 0 || device.rated_w > 0);
        const Energy most{std::llround(device.rated_w * static_cast<double>(length.count()) / 3.6)};
        upper += sign < 0 ? measured : std::max(most, measured);
    }
};

}  // namespace

GapSum Windows::gap_term(const Series& series, const SiteSums& sums, const Lookup& energies) const {
    GapSum out;
    const bool no_facility = !sums.facility.measured();
    const bool no_it = !sums.it.at(series.category).measured();
    SideGap facility, it;
    for (std::size_t i = 0; i < series.members; ++i) {
        const Member& member = members_[series.first_member + i];
        const IntervalEnergy* meter = energies.of[member.device];
        if (meter == nullptr) continue;
        const Device& device = table_.devices[member.device];
        if (member.d != 0) facility.add(*meter, device, member.d, sums.length);
        if (member.t != 0) it.add(*meter, device, member.t, sums.length);
    }
    const std::int64_t length_s = sums.length.count();
    if (no_facility && facility.known) {
        out.facility = facility.filled + sums.declared;
        out.facility_by = facility.by;
        out.facility_s = length_s;
    }
    if (no_facility && facility.bounded) {
        out.facility_upper = facility.upper + sums.declared;
        out.facility_upper_s = length_s;
    }
    if (no_it && it.known) {
        out.it = it.filled;
        out.it_by = it.by;
        out.it_s = length_s;
    }
    if (no_it) out.it_lower = it.credited;
    return out;
}

void Windows::add_joint_meters(const Series& series, const Lookup& energies, std::vector<Energy>& out) const {
    for (std::size_t i = series.first_member; i < series.first_member + series.members; ++i) {
        const IntervalEnergy* meter = energies.of[members_[i].device];
        if (meter == nullptr || !meter->energy) continue;
        out[i] += corrected(*meter->energy, table_.devices[members_[i].device].correction);
    }
}

bool Windows::doubted(const Series& series, const Lookup& energies) const {
    for (std::size_t i = series.first_member; i < series.first_member + series.members; ++i) {
        const IntervalEnergy* meter = energies.of[members_[i].device];
        if (meter != nullptr && has(meter->flags, flag::doubted)) return true;
    }
    return false;
}

WindowSums Windows::terms(const std::vector<IntervalEnergy>& by_device, const ClosedInterval& interval) const {
    if (by_device.empty()) return {};
    WindowSums out = empty();
    const Lookup energies{by_device, table_.devices.size()};
    const SiteSums sums = plan_.sum(by_device, interval.start, interval.length);
    for (std::size_t i = 0; i < series_.size(); ++i) {
        const Series& series = series_[i];
        out.ratios[i] = term(series, sums);
        if (out.ratios[i].joint_s > 0) {
            add_joint_meters(series, energies, out.meters);
            if (doubted(series, energies)) out.ratios[i].doubted_s = out.ratios[i].joint_s;
        } else if (series.kind == Kind::pue && out.ratios[i].impossible == 0) {
            out.gaps[series.gap] = gap_term(series, sums, energies);
        }
    }
    return out;
}

}  // namespace pued
