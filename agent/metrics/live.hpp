// The view of this moment: powers as last read, of every meter, and the PUE they indicate (metering.md 2.1
// "instantaneous"). Only from fresh powers, at most two polls old; otherwise unknown, with the names of those that are
// missing. Owned by the engine, on its thread; pure. Powers in W.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "agent/metrics/balance.hpp"
#include "agent/metrics/metric.hpp"
#include "agent/model/topology.hpp"

namespace pued {

class LivePower {
public:
    // Keeps a reference to the table.
    LivePower(const PointTable& table, BalanceSettings settings);

    // Powers; of a meter without one, the slope of its register over at least a minute.
    void accept(const Report& report);

    // A round is over when every device of those polled most often that still speaks has spoken after `since`: then the
    // view is as new as it gets.
    [[nodiscard]] bool round_is_over(BootTime since, BootTime now) const;
    // Of a round: how often those devices are polled; 10 s where there are none.
    [[nodiscard]] Duration period() const { return period_; }

    // "pue" (indicative), "facility-power", "it-power" for the site; "it-power" for each rack.
    [[nodiscard]] std::vector<Metric> live(const Now& now) const;
    // The device's power, while fresh.
    [[nodiscard]] std::optional<double> power_w(DeviceIndex device, BootTime now) const;

private:
    struct Latest {
        BootTime at{};
        BootTime spoke{};
        std::optional<double> power_w;
        BootTime base_at{};  // of the register reading that the slope starts from
        std::optional<Count> base;
    };
    struct PowerSum {
        double power_w = 0;
        unsigned meters = 0;
        std::string missing;  // names, comma separated
        BootTime oldest = BootTime::max();

        [[nodiscard]] bool complete() const { return meters > 0 && missing.empty(); }
    };

    void accept_count(Latest& latest, BootTime at, const Count& count);
    [[nodiscard]] Duration fresh_for(const Device& device) const;
    void add(PowerSum& sum, DeviceIndex device, int sign, BootTime now) const;
    [[nodiscard]] Metric metric(std::string scope, std::string name, const PowerSum& sum, const Now& now) const;
    [[nodiscard]] Metric pue(const PowerSum& facility, const PowerSum& it, std::optional<std::size_t> category,
                             const Now& now) const;
    void add_racks(std::vector<Metric>& out, const Now& now) const;

    const PointTable& table_;
    BalanceSettings settings_;
    std::vector<Latest> latest_;  // by device
    std::vector<DeviceIndex> fastest_;
    Duration period_ = std::chrono::seconds{10};
};

}  // namespace pued
