// A little plant for ledger tests: devices with a register or a power point, reports made in one line, and a clock
// whose two axes can be moved apart.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "agent/metering/ledger.hpp"

namespace pued::test {

inline constexpr UtcTime year_2026{std::chrono::seconds{1767196800}};  // 2026-01-01 in China

struct Plant {
    PointTable table;

    DeviceIndex add(std::string id, Role role, bool with_register, double rated_w = 0, std::string rack = {}) {
        Device device;
        device.id = std::move(id);
        device.role = role;
        device.rack = std::move(rack);
        device.rated_w = rated_w;
        device.period = std::chrono::seconds{60};
        const auto index = static_cast<DeviceIndex>(table.devices.size());
        device.power = add_point(device, index, Quantity::power, "power_w");
        if (with_register) device.energy = add_point(device, index, Quantity::energy, "energy_wh");
        table.devices.push_back(std::move(device));
        return index;
    }

    PointIndex add_point(Device& device, DeviceIndex index, Quantity quantity, const std::string& name) {
        const auto point = static_cast<PointIndex>(table.points.size());
        table.points.push_back({device.id + "." + name, index, {"", 0, quantity, ""}});
        device.points.push_back(point);
        return point;
    }
};

inline Report report_of(DeviceIndex device, BootTime at) {
    Report report;
    report.device = device;
    report.at = at;
    report.state = DeviceState::good;
    return report;
}

// A register of 1 Wh counts that wraps at 2^32.
inline Report register_report(const Plant& plant, DeviceIndex device, BootTime at, std::uint64_t wh) {
    Report report = report_of(device, at);
    report.samples.push_back({*plant.table.devices[device].energy, Quality::good, static_cast<double>(wh),
                              Count{wh, 1'000'000, 1ULL << 32, 0}});
    return report;
}

// A register known only as a number of Wh, as recorded readings are.
inline Report number_report(const Plant& plant, DeviceIndex device, BootTime at, double wh) {
    Report report = report_of(device, at);
    report.samples.push_back({*plant.table.devices[device].energy, Quality::good, wh, std::nullopt});
    return report;
}

inline Report power_report(const Plant& plant, DeviceIndex device, BootTime at, double power_w) {
    Report report = report_of(device, at);
    report.samples.push_back({*plant.table.devices[device].power, Quality::good, power_w, std::nullopt});
    return report;
}

// Boot time zero is `utc`.
struct TwoClocks {
    UtcTime utc = year_2026;
    ClockQuality quality = ClockQuality::synced;

    [[nodiscard]] Now at(Duration boot) const {
        return {BootTime{boot}, to_utc({BootTime{}, utc, quality}, BootTime{boot}), quality};
    }
};

inline BootTime at_second(std::int64_t s) { return BootTime{std::chrono::seconds{s}}; }

// One feed of at most 100 kW, polled by hand into a ledger; what the ledger closes is kept. To be inherited by a test
// group.
struct OneFeed {
    Plant plant;
    TwoClocks clocks;
    DeviceIndex feed = plant.add("feed", Role::feed, true, 100e3);
    std::vector<ClosedInterval> closed;

    void poll(Ledger& ledger, int s, std::uint64_t wh, const std::string& serial = {}) {
        Report report = register_report(plant, feed, at_second(s), wh);
        report.identity = serial;
        ledger.accept(report);
        for (auto& interval : ledger.close(clocks.at(std::chrono::seconds{s}))) closed.push_back(std::move(interval));
    }
    const IntervalEnergy& of(std::size_t interval) const { return closed.at(interval).by_device.at(feed); }
};

}  // namespace pued::test
