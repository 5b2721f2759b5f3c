// [identity] and [[identify]] of a register map file: the register of a device's own serial number, and the registers
// by which `pued scan` tells this family of devices from others. Part of the register map loader
// (register_map_file.hpp).
#pragma once

#include <optional>

#include "agent/config/document.hpp"
#include "agent/config/register_field.hpp"
#include "agent/model/register_map.hpp"

namespace pued {

// Nothing where the table is absent, or lacks address or type. The caller calls table.finish().
std::optional<IdentityField> read_identity(Table& table, const FieldRules& rules);

// Nothing where address or type is missing or wrong. Reports unknown keys itself.
std::optional<IdentifyProbe> read_probe(Table& table, const FieldRules& rules);

}  // namespace pued
