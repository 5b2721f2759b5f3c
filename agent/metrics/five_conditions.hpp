// The other way to the annual ratio of GB 40879-2021: measured at five outdoor conditions and weighted by the share of
// the year that each takes (D05). A test's result beside the measured year, never instead of it. Pure. Powers in kW.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "agent/metrics/metric.hpp"
#include "agent/metrics/pue.hpp"

namespace pued {

inline constexpr std::size_t five = 5;

// What makes it no such test: not five conditions, shares that are no whole year, no IT power; empty: it is one.
std::string five_condition_fault(std::span<const TemperaturePoint> conditions);

// "pue-five-condition" of the site for the year [start, end); `source`: where the shares come from. Nothing where there
// is a fault.
std::optional<Metric> five_condition_metric(std::span<const TemperaturePoint> conditions, const std::string& source,
                                            UtcTime start, UtcTime end);

}  // namespace pued
