// Loading a configuration for a command, with its problems printed to stderr one a line.
#pragma once

#include <optional>
#include <string>

#include "agent/config/installation.hpp"

namespace pued {

// Prints every problem; returns 1, the exit code for them.
int complain(const Problems& problems);
// The installation, or nothing after the problems have been printed.
std::optional<Installation> load_or_complain(const std::string& config_file);

}  // namespace pued
