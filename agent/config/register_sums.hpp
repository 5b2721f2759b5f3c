// A quantity that a device tells in parts only, and that is their sum: `power_w = { sum = ["power_l1_w", …] }` in
// [fields]. Part of the register map loader (register_map_file.hpp).
#pragma once

#include <string>

#include "agent/config/document.hpp"
#include "agent/model/register_map.hpp"

namespace pued {

// The sum, checked against the fields of `map`, which have all been read. `all_known`: none of them had a problem of
// its own, so that a part that is not there is a mistake of the sum.
FieldSum read_sum(Table& table, const std::string& name, const RegisterMap& map, bool all_known);

}  // namespace pued
