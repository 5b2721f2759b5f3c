// The checks that take more than one table: ids, lines and profiles that exist, addresses used once, roles that can be
// filled, values and alerts that name something. What one table alone can tell, load.hpp has told. Pure: reads no file.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/config/config.hpp"
#include "agent/config/problems.hpp"
#include "agent/model/redfish_profile.hpp"
#include "agent/model/register_map.hpp"

namespace pued {

// What may be named besides devices. A list that is absent is not known, and not checked against.
struct KnownIds {
    std::optional<std::set<std::string>> accelerators;  // ids of config/accelerators
    std::optional<std::set<std::string>> rules;         // ids of config/rules
    std::set<std::string> regions{};                    // used by rules, besides China's provinces
    std::set<std::string>
        unread_maps{};          // names, without ".toml", of maps and profiles that have problems of their own
    RedfishProfiles redfish{};  // of config/redfish
    std::vector<std::string> searched{};  // the data directories, for messages
};

// Adds a problem, at its place in the file, for everything that does not fit together.
void check(const Config& config, const std::map<std::string, RegisterMap>& maps, const KnownIds& known,
           Problems& problems);

}  // namespace pued
