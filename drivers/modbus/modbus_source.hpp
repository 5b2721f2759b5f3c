// The two doors of this folder: sources that poll Modbus devices over TCP and over one serial line. Each is owned by
// the runtime and stepped on one thread; the Clock must outlive it. Reads only (function codes 3 and 4).
#pragma once

#include <memory>
#include <vector>

#include "agent/config/config.hpp"
#include "agent/model/register_map.hpp"
#include "agent/ports/clock.hpp"
#include "agent/ports/source.hpp"

namespace pued {

// One device to poll. Its samples are published_names(map, config.counts) in order: sample i has point first_point + i.
struct ModbusPoll {
    DeviceIndex device = 0;
    PointIndex first_point = 0;
    ModbusDevice config;
    std::shared_ptr<const RegisterMap> map;
    Duration period = std::chrono::seconds{10};
};

// All TCP devices on one thread. Devices with the same host and port (units behind a gateway) share one connection.
// Numeric addresses are taken as they are; names are resolved by a helper thread, at first use and again after every
// failed connection, while the last known addresses stay in use.
std::unique_ptr<Source> make_tcp_source(std::vector<ModbusPoll> devices, const Clock& clock);

// The units of one serial line, one after the other.
std::unique_ptr<Source> make_rtu_source(LineConfig line, std::vector<ModbusPoll> devices, const Clock& clock);

}  // namespace pued
