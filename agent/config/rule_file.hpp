// Rules from TOML files (schema: config/rules/README.md). Strict: every row names its source and confidence, and what
// rests on memory or the press alone may only advise. Runs at start and on reload, on the caller's thread.
#pragma once

#include <string>
#include <vector>

#include "agent/config/config.hpp"
#include "agent/config/document.hpp"
#include "agent/rules/rule.hpp"

namespace pued {

// In the order of the files. An id of a later directory replaces that of an earlier one (the user's file wins over
// ours); twice in one directory is a problem. Sound only when no problem was added.
std::vector<Rule> load_rules(const std::vector<std::string>& files, Problems& problems);

SiteFacts site_facts(const SiteConfig& site);

}  // namespace pued
