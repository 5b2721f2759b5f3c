// Everything that is read from files at start, together: the configuration and what it names (register maps, Redfish
// profiles, rules, accelerators), checked across, with the points laid out. Immutable afterwards; a reload makes a new
// one.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/config/config.hpp"
#include "agent/config/document.hpp"
#include "agent/model/redfish_profile.hpp"
#include "agent/model/register_map.hpp"
#include "agent/rules/accelerator.hpp"
#include "agent/rules/rule.hpp"

namespace pued {

struct Installation {
    Config config;
    std::map<std::string, RegisterMap> maps;  // by id
    RedfishProfiles redfish;
    std::vector<Rule> rules;
    std::map<std::string, Accelerator> accelerators;  // by id
    PointTable points;
};

// Nothing when the configuration itself cannot be read; otherwise an installation that is sound only if no problem was
// added.
std::optional<Installation> load_installation(const std::string& config_file, Problems& problems);

}  // namespace pued
