// Quantities that a device tells in parts only, such as the power of a UPS by its phases, made of what a poll has read.
// Pure.
#pragma once

#include <span>
#include <vector>

#include "drivers/modbus/decode.hpp"
#include "drivers/modbus/field_list.hpp"

namespace pued {

// Nothing where one of the parts is nothing, and as stale as the stalest.
Decoded summed(std::span<const Decoded> parts);

// Behind the samples of a poll the sums of which all parts are among them. The list's first field is `first_point`.
void add_sums(const FieldList& list, PointIndex first_point, std::vector<Sample>& samples);

}  // namespace pued
