// Loads register maps from TOML (config/devices/*.toml, documented in config/devices/README.md) into the structs of
// agent/model/register_map.hpp, units converted to those of our quantity names. Strict: every problem is collected
// with its place, and a map with a problem is no map.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config/document.hpp"
#include "agent/model/register_map.hpp"

namespace pued {

std::optional<RegisterMap> parse_register_map(std::string_view text, std::string file, Problems& problems);
std::optional<RegisterMap> load_register_map(const std::string& path, Problems& problems);

// By id. A map replaces an earlier one of the same id from another folder, as an operator's own corrects a shipped one;
// twice in one folder is a problem.
std::map<std::string, RegisterMap> load_register_maps(const std::vector<std::string>& files, Problems& problems);

}  // namespace pued
