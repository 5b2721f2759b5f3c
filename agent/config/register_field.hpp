// One field of a register map file: the inline table behind `power_w = { address = 52, … }`, read strictly and
// converted to the unit of its name. Part of the register map loader (register_map_file.hpp).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config/document.hpp"
#include "agent/model/register_map.hpp"

namespace pued {

// The word order that `key` names; `fallback` where it is absent or wrong (which is reported).
WordOrder read_word_order(Table& table, std::string_view key, WordOrder fallback);

// What the map as a whole says about its fields.
struct FieldRules {
    MapProtocol protocol = MapProtocol::modbus;
    std::uint8_t function = 3;
    WordOrder order = WordOrder::abcd;
    unsigned max_words = 125;
    std::string kind;                  // of the device, for what its values can be
    bool documented = true;            // no field of low confidence
    std::vector<std::string> helpers;  // names in [registers]
};

// What [identity] and [[identify]] read as fields do.
std::optional<std::uint16_t> read_address(Table& table);
void check_confidence(Table& table, const FieldRules& rules);
// A raw value that means "none" may be written as the number or as the bits; it is kept as the bits of its width.
std::vector<std::uint64_t> read_invalid(Table& table, RegisterType type);

// True when `name` may name a published field; else a problem at that key of `parent`.
bool check_quantity_name(Table& parent, const std::string& name);

// The same for a helper register: a-z, 0-9, _, and no quantity.
bool check_helper_name(Table& parent, const std::string& name);

// Nothing where address or type is missing. Neither calls table.finish(): the caller may know more keys.
std::optional<Field> read_quantity_field(Table& table, const std::string& name, const FieldRules& rules);
std::optional<Field> read_helper_field(Table& table, const std::string& name, const FieldRules& rules);

}  // namespace pued
