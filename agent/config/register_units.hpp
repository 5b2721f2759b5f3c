// The units in which devices state our quantities, and their exact conversion. Used by the register map loader only.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/model/quantity.hpp"

namespace pued {

// A number in some unit, times `multiply`, by `divide`, is the number in the unit of the quantity's name. Two numbers
// and not one, because 1/1000 is no double.
struct UnitFactor {
    double multiply = 1;
    double divide = 1;
};

// "kW" for power is {1000, 1}; nothing where the unit does not measure the quantity.
std::optional<UnitFactor> unit_factor(Quantity quantity, std::string_view unit);

// `"W", "mW", …` for messages, the unit of the name first.
std::string units_allowed(Quantity quantity);

double converted(double value, UnitFactor factor);

// How many microwatt-hours `scale` energy units of `factor` are; nothing unless that is a whole number from 1 to 2^53.
std::optional<std::int64_t> whole_microwatt_hours(double scale, UnitFactor factor);

}  // namespace pued
