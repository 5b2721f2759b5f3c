// From the configuration to the point table: which devices there are, what each publishes, and which of its points is
// the energy, the power, the activity of its place in the balance. Pure; built once on the main thread.
//
// Devices: the meters, the servers, further sources of servers (feeds.hpp), the mqtt-values, each kind in file order.
// The points of one device stand together, a meter's in the order of published_names() or names_of(), a server's in
// that of its feed, so that its driver needs to know only the first.
#pragma once

#include <map>
#include <string>

#include "agent/config/config.hpp"
#include "agent/model/redfish_profile.hpp"
#include "agent/model/register_map.hpp"
#include "agent/model/topology.hpp"

namespace pued {

// A device whose profile is in neither gets no points (check.hpp has said so).
PointTable build_points(const Config& config, const std::map<std::string, RegisterMap>& maps,
                        const RedfishProfiles& redfish = {});

}  // namespace pued
