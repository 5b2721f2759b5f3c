// The configuration file, from TOML to the structs of config.hpp. Strict: unknown keys, wrong types and values out of
// range are problems, all collected in one pass with line and column. Called on the main thread, at start and at
// SIGHUP.
//
// What one table alone can tell is checked here; what takes two (a meter's line, its profile, ids) in check.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/config/config.hpp"
#include "agent/config/problems.hpp"

namespace pued {

// Nothing where the text is no TOML. Otherwise a configuration, complete only when no problem was added: with problems
// it is good for check() to find the others, and for nothing else. Relative file names in it are resolved against the
// folder of `file`.
std::optional<Config> parse_config(std::string_view text, std::string file, Problems& problems);

// The same from a file.
std::optional<Config> load_config(const std::string& path, Problems& problems);

}  // namespace pued
