// The doors of this folder: sources that poll DL/T 645-2007 meters on one serial line, and behind one serial server.
// Each is owned by the runtime and stepped on one thread of its own; the Clock must outlive it. Reads only (0x11,
// 0x12).
#pragma once

#include <memory>
#include <vector>

#include "agent/config/config.hpp"
#include "agent/model/register_map.hpp"
#include "agent/ports/clock.hpp"
#include "agent/ports/source.hpp"

namespace pued::dlt645 {

// One meter to poll. Its samples are map.fields in order: sample i has point first_point + i.
struct Poll {
    DeviceIndex device = 0;
    PointIndex first_point = 0;
    ModbusDevice config;
    RegisterMap map;
    Duration period = std::chrono::seconds{10};
};

std::unique_ptr<Source> make_line_source(const LineConfig& line, const std::vector<Poll>& meters, const Clock& clock);

// All of the same host and port.
std::unique_ptr<Source> make_tcp_source(const std::vector<Poll>& meters, const Clock& clock);

}  // namespace pued::dlt645
