// What a sensor object says, as a value of its point: units that do not fit, readings that are none, sensors that are
// not there or broken are reasons, never numbers. Several sensors of one point are one value (adds_up), and
// one that is missing leaves none. Pure; owned by the source.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/model/quantity.hpp"
#include "agent/model/reading.hpp"
#include "agent/model/register_sum.hpp"
#include "agent/model/result.hpp"
#include "drivers/dbus/bus.hpp"

namespace pued::dbus {

// In the unit of the quantity, energy in J; `scale` is a correction of the sensor's own reading.
Result<double> value_of(Quantity quantity, double scale, const Properties& properties);

// The sample of a point from the values of its sensors. `energy`: from reading to reading, of this point.
Sample sample_of(PointIndex point, Quantity quantity, const std::vector<std::optional<double>>& values,
                 RegisterSum& energy);

}  // namespace pued::dbus
