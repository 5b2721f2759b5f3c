// Sensors of the management controller that pued runs on, over OpenBMC's D-Bus: every sensor is asked each period (a
// service that hangs sends no signals and would look like a steady load), and what it tells of its own accord in
// between is taken, too, not more often than five times a period. Used by the thread that calls step(), only.
#pragma once

#include <memory>
#include <vector>

#include "agent/config/config.hpp"
#include "agent/model/reading.hpp"
#include "agent/ports/clock.hpp"
#include "agent/ports/source.hpp"

namespace pued {

struct DbusPoint {
    DbusSensor config;
    PointIndex point = 0;  // several sensors may share one
};

struct DbusPoll {
    DeviceIndex device = 0;
    std::vector<DbusPoint> sensors;
    Duration period{};
    Duration timeout{};  // of a call; 0: a second
};

// The clock must outlive the source. Connects to nothing yet.
std::unique_ptr<Source> make_dbus_source(DbusPoll poll, const Clock& clock);

}  // namespace pued
