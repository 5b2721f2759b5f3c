// The weather of an interval: the mean of the sensor's readings in it, as wet bulb where humidity is known too. Owned
// by Accounting, on the engine's thread; pure. Temperatures in degrees Celsius.
#pragma once

#include <optional>
#include <vector>

#include "agent/config/config.hpp"
#include "agent/model/reading.hpp"
#include "agent/model/topology.hpp"

namespace pued {

class Weather {
public:
    Weather(const WeatherConfig& config, const PointTable& table);

    void accept(const Report& report);
    // Whether there is a sensor at all.
    [[nodiscard]] bool measured() const { return wet_ || dry_; }
    // Mean of the readings between; nothing without any. Forgets what is older than `to`.
    std::optional<double> mean(BootTime from, BootTime to);

private:
    struct Reading {
        BootTime at;
        double value_c = 0;
    };

    std::optional<PointIndex> wet_, dry_, humidity_;
    std::optional<double> humidity_percent_;
    std::vector<Reading> readings_;  // at most most_readings; then every second one is dropped
    static constexpr std::size_t most_readings = 4096;
};

}  // namespace pued
