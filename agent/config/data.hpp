// Where data files are: register maps, Redfish profiles, accelerators and rules, in folders devices/, redfish/,
// accelerators/ and rules/ below each data directory. The installation's own come first, then the machine's, then those
// that the configuration names: what comes later wins, so that an operator corrects a shipped file by one of the same
// name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/config/config.hpp"

namespace pued {

// share/pued below the prefix of the installation (/usr/share/pued), /etc/pued, then the configuration's
// data_directories; none twice (its last place counts).
std::vector<std::string> data_directories(const Config& config);

// The files DIRECTORY/KIND/*SUFFIX of all directories, in their order and by name within each; of two with the same
// name only that of the later directory. Directories that are not there are skipped.
std::vector<std::string> find_files(const std::vector<std::string>& directories, std::string_view kind,
                                    std::string_view suffix);

}  // namespace pued
