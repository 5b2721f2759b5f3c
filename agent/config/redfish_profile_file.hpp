// Loads Redfish profiles from TOML (config/redfish/*.toml, documented in config/redfish/README.md) into the structs of
// agent/model/redfish_profile.hpp. Strict: every problem is collected with its place, and a profile with a problem is
// none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/config/document.hpp"
#include "agent/model/redfish_profile.hpp"

namespace pued {

std::optional<RedfishProfile> parse_redfish_profile(std::string_view text, std::string file, Problems& problems);

// By id. A profile replaces an earlier one of the same id from another folder; twice in one folder is a problem.
RedfishProfiles load_redfish_profiles(const std::vector<std::string>& files, Problems& problems);

}  // namespace pued
