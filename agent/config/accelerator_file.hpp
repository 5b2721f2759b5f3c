// Accelerators from TOML files (schema: config/accelerators/README.md). Strict: every row names its source and
// confidence. Runs at start and on reload, on the caller's thread.
#pragma once

#include <string>
#include <vector>

#include "agent/config/document.hpp"
#include "agent/rules/accelerator.hpp"

namespace pued {

// In the order of the files. An id of a later directory replaces that of an earlier one; twice in one directory is a
// problem. Sound only when no problem was added.
std::vector<Accelerator> load_accelerators(const std::vector<std::string>& files, Problems& problems);

}  // namespace pued
