// Who measures what, and where it stands in the site: site -> feed -> UPS -> PDU -> server. Plain tables, built once
// from the configuration (agent/config), read by everybody, changed by nobody.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/accuracy.hpp"
#include "agent/model/quantity.hpp"
#include "agent/model/reading.hpp"

namespace pued {

// Where a device's energy enters the balance (metering.md 2.1). d = +1: counts into E_DC; -1: is taken out of it.
enum class Role : std::uint8_t {
    none,        // read and shown, in no balance
    feed,        // utility import, d = +1
    generator,   // at its output, d = +1
    onsite,      // PV or other on-site generation used, d = +1
    export_,     // fed back, d = -1
    non_dc,      // behind the feed but not part of the data centre, d = -1
    ups_input,   // for losses
    ups_output,  // E_IT category 1
    pdu,         // E_IT category 2
    server,      // E_IT category 3
    cooling,     // CLF
    lighting,    // OLF
    auxiliary,   // OLF
};

struct Point {
    std::string name;  // "a1.power_w", "pdu-3.outlet-7.power_w"
    DeviceIndex device = 0;
    QuantityName quantity;
    Duration period{};  // where it is read less often than its device is polled
};

struct Device {
    std::string id;
    Role role = Role::none;
    std::string rack;                      // empty: none
    double rated_w = 0;                    // Pmax of the metering point, W; 0: unknown, …
    double assumed_w = 0;                  // … then what nothing of its kind exceeds; 0: nobody can tell
    Duration period{};                     // poll period
    std::optional<Instrument> instrument;  // how well it measures; absent: nobody says
    std::optional<double> u_rel{};         // from a calibration certificate: then instead of the instrument's class
    double correction = 0;                 // … and its correction as a fraction, applied to energies in figures
    std::optional<DeviceIndex> parent{};   // the metering point upstream, for the balance of parents and children
    std::vector<PointIndex> points;
    std::optional<PointIndex> energy;  // the register that counts for the balance
    std::optional<PointIndex> power;   // power of the same thing
    std::optional<PointIndex> activity;
    std::optional<PointIndex> clock;
};

struct PointTable {
    std::vector<Device> devices;
    std::vector<Point> points;
};

// How often this point of the device is renewed. It may come from another source (an MQTT value that belongs to a
// server), and then it is that source's period; 10 s where none is stated.
inline Duration period_of(const PointTable& table, const Device& device, std::optional<PointIndex> point) {
    const bool known = point && *point < table.points.size() && table.points[*point].device < table.devices.size();
    if (known && table.points[*point].period > Duration{}) return table.points[*point].period;
    const Duration period = known ? table.devices[table.points[*point].device].period : device.period;
    return period > Duration{} ? period : std::chrono::seconds{10};
}

}  // namespace pued
