// How a serial line is set that the configuration says nothing of: Modbus lines as config.hpp has it, lines of DL/T 645
// meters as that standard has it, 2400 baud with even parity. Only the register maps know who speaks what. Pure; called
// once, between reading the maps and the checks.
#pragma once

#include <map>
#include <string>

#include "agent/config/config.hpp"

namespace pued {

void settle_lines(Config& config, const std::map<std::string, RegisterMap>& maps);

}  // namespace pued
