// Sums of an interval by role; see balance.hpp.
#include "agent/metrics/balance.hpp"

#include <algorithm>
#include <cmath>
#include <map>

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

RackSums rack_sums(const std::string& name, const RackParts& parts) {
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

SiteSums balance(const std::vector<IntervalEnergy>& by_device, UtcTime start, std::chrono::seconds length,
                 const PointTable& table, const BalanceSettings& settings) {
    SiteSums sums;
    sums.start = start;
    sums.length = length;
    const auto length_s = static_cast<double>(length.count());
    sums.declared = {std::llround(settings.unmeasured_w * length_s / 3.6)};
    std::map<std::string, RackParts> racks;
    bool imports = false;
    for (const IntervalEnergy& energy : by_device) {
        if (energy.device >= table.devices.size()) continue;
        const Device& device = table.devices[energy.device];
        const int sign = facility_sign(device.role);
        if (sign != 0) sums.facility.add(energy.energy, sign);
        imports = imports || sign > 0;
        add_to_site(sums, device.role, energy.energy);
        if (!device.rack.empty()) add_to_rack(racks[device.rack], device.role, energy.energy);
    }
    finish_facility(sums.facility, imports, sums.declared);
    for (const auto& [name, parts] : racks) sums.racks.push_back(rack_sums(name, parts));
    return sums;
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
