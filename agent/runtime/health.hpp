// How the sources are: good, stale (silent for longer than three polls) or failed, since when and why. Owned by the
// engine; pure. Logs and status messages are made from the transitions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/reading.hpp"
#include "agent/model/topology.hpp"

namespace pued {

enum class SourceHealth : std::uint8_t { unknown, good, stale, failed };
std::string_view name_of(SourceHealth health);

struct DeviceHealth {
    SourceHealth state = SourceHealth::unknown;
    BootTime since;
    std::optional<BootTime> last_good;
    std::string error;           // of the last bad report
    std::uint64_t failures = 0;  // since start
};

struct HealthChange {
    DeviceIndex device = 0;
    SourceHealth from = SourceHealth::unknown, to = SourceHealth::unknown;
    std::string error;
    double lasted_s = 0;  // how long `from` was
};

struct HealthCounts {
    unsigned good = 0, stale = 0, failed = 0;  // unknown counts as stale; devices without points not at all
};

class Health {
public:
    Health(const PointTable& table, BootTime start);
    std::optional<HealthChange> accept(const Report& report);
    std::vector<HealthChange> tick(BootTime now);
    [[nodiscard]] HealthCounts counts() const;
    [[nodiscard]] const DeviceHealth& of(DeviceIndex device) const { return devices_[device]; }

private:
    std::optional<HealthChange> change(DeviceIndex device, SourceHealth to, BootTime at, std::string error);

    std::vector<DeviceHealth> devices_;
    std::vector<bool> silent_by_nature_;  // devices without points of their own: no source serves them
    std::vector<Duration> patience_;      // silence after which a device is stale
};

}  // namespace pued
