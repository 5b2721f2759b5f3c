// What `pued check` says of the metering: for every limit on PUE that binds the site, up to which PUE compliance can be
// proven with the accuracy of the meters that are installed, by their certificates where they have one, and which of
// them to replace first; or what the proof lacks. Main thread.
#pragma once

#include <chrono>
#include <string>

#include "agent/config/installation.hpp"

namespace pued {

// One line; the strictest limit comes first, and the uncertainty is told at it.
std::string metering_line(const Installation& installation, std::chrono::year_month_day today);

}  // namespace pued
