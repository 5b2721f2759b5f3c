// Sums of an interval by role; see balance.hpp.
#include "agent/metrics/balance.hpp"

#include <algorithm>
#include <cmath>

namespace pued {

void Sum::add(const std::optional<Energy>& part, int sign) {
    ++meters;
    if (!part) {
        ++missing;
    } else {
        energy += sign < 0 ? -*part : *part;
    }
}

int facility_sign(Role role) {
    switch (role) {
        case Role::feed:
        case Role::generator:
        case Role::onsite: return 1;
        case Role::export_:
        case Role::non_dc: return -1;
        default: return 0;
    }
}

std::optional<std::size_t> category_of(Role role) {
    switch (role) {
        case Role::ups_output: return 0;
        case Role::pdu: return 1;
        case Role::server: return 2;
        default: return std::nullopt;
    }
}

std::optional<Energy> SiteSums::losses(std::size_t category) const {
    const auto into = ups_input.measured();
    const auto out = it.at(category).measured();
    if (!into || !out || *into < *out) return std::nullopt;
    return *into - *out;
}

namespace {

bool is_overhead(Role role) { return role == Role::cooling || role == Role::lighting || role == Role::auxiliary; }

void add_to_site(SiteSums& sums, Role role, const std::optional<Energy>& energy) {
    if (const auto category = category_of(role)) sums.it[*category].add(energy);
    switch (role) {
        case Role::cooling: sums.cooling.add(energy); break;
        case Role::lighting:
        case Role::auxiliary: sums.other.add(energy); break;
        case Role::ups_input: sums.ups_input.add(energy); break;
        default: break;
    }
}

struct RackParts {
    Sum pdus, servers, overhead;
};

RackSums rack_sums(std::string_view name, const RackParts& parts) {
    RackSums rack{name, parts.pdus.meters > 0 ? parts.pdus : parts.servers, {}};
    if (parts.overhead.meters > 0 && rack.it.meters > 0) {
        rack.total = {rack.it.energy + parts.overhead.energy, rack.it.meters + parts.overhead.meters,
                      rack.it.missing + parts.overhead.missing};
    }
    return rack;
}

void add_to_rack(RackParts& rack, Role role, const std::optional<Energy>& energy) {
    if (role == Role::pdu) rack.pdus.add(energy);
    if (role == Role::server) rack.servers.add(energy);
    if (is_overhead(role)) rack.overhead.add(energy);
}

// A site without any import has no E_DC, however many meters subtract from it.
void finish_facility(Sum& facility, bool imports, Energy declared) {
    if (!imports) facility = {};
    facility.energy += declared;
}

}  // namespace

Energy corrected(Energy shown, double correction) {
    if (correction == 0) return shown;
    return {std::llround(static_cast<double>(shown.mwh) * (1 + correction))};
}

BalancePlan::BalancePlan(const PointTable& table, BalanceSettings settings) : table_(table), settings_(settings) {
    for (const Device& device : table.devices) {
        if (!device.rack.empty()) racks_.push_back(device.rack);
    }
    std::sort(racks_.begin(), racks_.end());
    racks_.erase(std::unique(racks_.begin(), racks_.end()), racks_.end());
    for (const Device& device : table.devices) {
        const auto found = std::lower_bound(racks_.begin(), racks_.end(), device.rack);
        rack_of_.push_back(device.rack.empty() ? no_rack : static_cast<std::size_t>(found - racks_.begin()));
    }
}

SiteSums BalancePlan::sum(const std::vector<IntervalEnergy>& by_device, UtcTime start,
                          std::chrono::seconds length) const {
    SiteSums sums;
    sums.start = start;
    sums.length = length;
    sums.declared = {std::llround(settings_.unmeasured_w * static_cast<double>(length.count()) / 3.6)};
    std::vector<RackParts> racks(racks_.size());
    bool imports = false;
    for (const IntervalEnergy& interval : by_device) {
        if (interval.device >= rack_of_.size()) continue;
        const Device& device = table_.devices[interval.device];
        auto energy = interval.energy;
        if (energy) energy = corrected(*energy, device.correction);
        const int sign = facility_sign(device.role);
        if (sign != 0) sums.facility.add(energy, sign);
        imports = imports || sign > 0;
        add_to_site(sums, device.role, energy);
        if (const auto rack = rack_of_[interval.device]; rack != no_rack) add_to_rack(racks[rack], device.role, energy);
    }
    finish_facility(sums.facility, imports, sums.declared);
    for (std::size_t i = 0; i < racks.size(); ++i) sums.racks.push_back(rack_sums(racks_[i], racks[i]));
    return sums;
}

SiteSums balance(const std::vector<IntervalEnergy>& by_device, UtcTime start, std::chrono::seconds length,
                 const PointTable& table, const BalanceSettings& settings) {
    return BalancePlan{table, settings}.sum(by_device, start, length);
}

std::optional<std::size_t> best_category(const std::array<std::optional<double>, categories>& it, unsigned fixed) {
    if (fixed >= 1 && fixed <= categories) return it[fixed - 1] ? std::optional<std::size_t>{fixed - 1} : std::nullopt;
    double largest = 0;
    for (const auto& energy : it) largest = std::max(largest, energy.value_or(0));
    for (std::size_t category = categories; category-- > 0;) {
        if (it[category] && *it[category] > 0 && *it[category] >= covers_all_it * largest) return category;
    }
    return std::nullopt;
}

}  // namespace pued
