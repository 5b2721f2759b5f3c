// Readings in, means out.
#include "agent/runtime/weather.hpp"

#include <algorithm>
#include <cmath>

#include "agent/drift/drift.hpp"

namespace pued {
namespace {

std::optional<PointIndex> find_point(const PointTable& table, const std::string& name) {
    for (PointIndex i = 0; i < table.points.size(); ++i) {
        if (table.points[i].name == name) return i;
    }
    return std::nullopt;
}

}  // namespace

Weather::Weather(const WeatherConfig& config, const PointTable& table)
    : wet_(find_point(table, config.wet_bulb)),
      dry_(find_point(table, config.dry_bulb)),
      humidity_(find_point(table, config.humidity)) {}

void Weather::accept(const Report& report) {
    if (!wet_ && !dry_) return;
    std::optional<double> dry;
    for (const auto& sample : report.samples) {
        if (sample.quality != Quality::good || !std::isfinite(sample.value)) continue;
        if (humidity_ == sample.point) humidity_percent_ = sample.value;
        if (dry_ == sample.point) dry = sample.value;
        if (wet_ == sample.point) readings_.push_back({report.at, sample.value});
    }
    // With a humidity sensor configured, the dry bulb alone would be another quantity.
    if (dry && !wet_ && (!humidity_ || humidity_percent_)) {
        readings_.push_back({report.at, humidity_ ? wet_bulb_c(*dry, *humidity_percent_) : *dry});
    }
    if (readings_.size() < most_readings) return;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < readings_.size(); i += 2) readings_[kept++] = readings_[i];
    readings_.resize(kept);
}

std::optional<double> Weather::mean(BootTime from, BootTime to) {
    double sum = 0;
    std::size_t n = 0;
    for (const auto& reading : readings_) {
        if (reading.at < from || reading.at >= to) continue;
        sum += reading.value_c;
        ++n;
    }
    std::erase_if(readings_, [&](const Reading& reading) { return reading.at < to; });
    return n > 0 ? std::optional{sum / static_cast<double>(n)} : std::nullopt;
}

}  // namespace pued
