// The ways by which a server's values come: its BMC, Redfish, OpenBMC's D-Bus, NVML. The first that is given is the
// server's own source, under its own id; each further one is a source and a device of its own, called ID-redfish,
// ID-dbus or ID-nvml. All of their points are named after the server, and no two alike: what two ways could give is
// asked of the first. Pure. Used by points.hpp to lay out the table, by the checks, and by the composition of sources.
#pragma once

#include <string>
#include <vector>

#include "agent/config/config.hpp"
#include "agent/model/redfish_profile.hpp"

namespace pued {

enum class Way : std::uint8_t { bmc, redfish, dbus, nvml };

struct Feed {
    Way way = Way::bmc;
    std::string device;                   // id of the source and of its device in the point table
    std::vector<std::string> quantities;  // in the order of the device's points: "power_w", "gpu-1.energy_wh"
};

// In the order bmc, redfish, dbus, nvml; none where only MQTT feeds the server. A Redfish profile that is not in
// `profiles` gives nothing (check.hpp has said so).
std::vector<Feed> feeds_of(const ServerConfig& server, const RedfishProfiles& profiles);

// How many elements a server has, of what a profile or NVML knows: its accelerators, as {"gpu", 8}.
std::map<std::string, unsigned> elements_of(const ServerConfig& server);

}  // namespace pued
