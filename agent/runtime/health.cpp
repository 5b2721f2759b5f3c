// The three states of a source and the transitions between them.
#include "agent/runtime/health.hpp"

#include <algorithm>

namespace pued {

std::string_view name_of(SourceHealth health) {
    static constexpr std::string_view kNames[] = {"unknown", "good", "stale", "failed"};
    return kNames[static_cast<std::size_t>(health)];
}

Health::Health(const PointTable& table, BootTime start) : devices_(table.devices.size()) {
    for (auto& device : devices_) device.since = start;
    for (const auto& device : table.devices) {
        silent_by_nature_.push_back(device.points.empty());
        patience_.push_back(std::max<Duration>(3 * device.period, std::chrono::seconds{3}));
    }
}

std::optional<HealthChange> Health::change(DeviceIndex index, SourceHealth to, BootTime at, std::string error) {
    auto& device = devices_[index];
    const bool same = device.state == to;
    HealthChange out{index, device.state, to, error, in_seconds(at - device.since)};
    device.error = std::move(error);
    if (same) return std::nullopt;
    device.state = to;
    device.since = at;
    return out;
}

std::optional<HealthChange> Health::accept(const Report& report) {
    if (report.device >= devices_.size()) return std::nullopt;
    if (report.state == DeviceState::good) {
        devices_[report.device].last_good = report.at;
        return change(report.device, SourceHealth::good, report.at, report.error);
    }
    ++devices_[report.device].failures;
    return change(report.device, SourceHealth::failed, report.at, report.error);
}

std::vector<HealthChange> Health::tick(BootTime now) {
    std::vector<HealthChange> out;
    for (DeviceIndex i = 0; i < devices_.size(); ++i) {
        const auto& device = devices_[i];
        if (device.state != SourceHealth::good || now - *device.last_good <= patience_[i]) continue;
        if (auto changed = change(i, SourceHealth::stale, now, "no report for longer than three polls"))
            out.push_back(*changed);
    }
    return out;
}

HealthCounts Health::counts() const {
    HealthCounts out;
    for (std::size_t i = 0; i < devices_.size(); ++i) {
        if (silent_by_nature_[i]) continue;
        switch (devices_[i].state) {
            case SourceHealth::good: ++out.good; break;
            case SourceHealth::failed: ++out.failed; break;
            default: ++out.stale; break;
        }
    }
    return out;
}

}  // namespace pued
