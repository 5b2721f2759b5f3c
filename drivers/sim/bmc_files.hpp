// The texts that ipmi_sim and sdrcomp want for one BMC. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "drivers/sim/bmc.hpp"

namespace pued::sim {

std::string lan_conf(const BmcSetup& setup, std::uint16_t port);  // users, port, DCMI module
std::string emulator_commands(const BmcSetup& setup);             // the management controller and its sensors
std::string sensor_records();                                     // for sdrcomp

}  // namespace pued::sim
