// The ledger as plain data, so that a restart loses no energy: readings are labelled in UTC, devices by id.
#include <algorithm>

#include "agent/metering/calendar.hpp"
#include "agent/metering/ledger.hpp"

namespace pued {

namespace {

std::optional<DeviceIndex> index_of(const PointTable& table, const std::string& id) {
    for (DeviceIndex i = 0; i < table.devices.size(); ++i) {
        if (table.devices[i].id == id) return i;
    }
    return std::nullopt;
}

// Indexes of the old configuration become those of the new; devices that are gone fall out.
std::vector<IntervalEnergy> translate(const std::vector<IntervalEnergy>& energies, const std::vector<std::string>& ids,
                                      const PointTable& table) {
    std::vector<IntervalEnergy> result;
    for (IntervalEnergy energy : energies) {
        if (energy.device >= ids.size()) continue;
        const auto index = index_of(table, ids[energy.device]);
        if (!index) continue;
        energy.device = *index;
        result.push_back(energy);
    }
    std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.device < b.device; });
    return result;
}

}  // namespace

LedgerState Ledger::save(const Now& now) const {
    LedgerState state{settings_.interval, open_, {}, {waiting_.begin(), waiting_.end()}, {}};
    for (const Device& device : table_.devices) state.devices.push_back(device.id);
    for (const Meter& meter : meters_) {
        state.entries.push_back({table_.devices[meter.device].id, meter.frontier, meter.opening, meter.opening_exact,
                                 meter.account.save(now, settings_.interval), meter.opening_reg, meter.announced,
                                 meter.exchanged});
    }
    return state;
}

void Ledger::restore(const LedgerState& state, const Now& now) {
    const bool same_length = state.interval == settings_.interval;
    ready_since_ = now.boot;
    folded_at_ = now;
    if (!same_length && state.open && is_plausible(now)) open_ = floor_to_interval(now.utc);
    if (same_length) {
        open_ = state.open;
        for (const ClosedInterval& old : state.waiting) {
            waiting_.push_back({old.start, old.length, translate(old.by_device, state.devices, table_), false, {}});
        }
    }
    for (const LedgerState::Entry& entry : state.entries) {
        const auto index = index_of(table_, entry.device);
        Meter* meter = index ? find(*index) : nullptr;
        if (meter == nullptr) continue;
        meter->account.restore(entry.account, now);
        meter->announced = entry.announced;
        meter->exchanged = entry.exchanged;
        if (!same_length || meter->account.line().empty()) continue;
        meter->frontier = entry.frontier;
        meter->opening = entry.opening;
        meter->opening_exact = entry.opening_exact;
        meter->opening_reg = entry.opening_reg;
    }
}

}  // namespace pued
