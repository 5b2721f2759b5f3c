// From the bytes of one DL/T 645 value to a number in the unit of the field's name, and for energies to the exact
// count. Pure; any bytes give an answer. Packed BCD, lowest byte first; where the map says so the topmost bit is the
// sign. What is no BCD (meters send FF for "none") is invalid.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "agent/model/reading.hpp"
#include "agent/model/register_map.hpp"

namespace pued::dlt645 {

// What the meter's figures are multiplied by: it measures behind the transformers and knows nothing of them.
struct Ratios {
    double ct = 1, pt = 1;
};

struct Decoded {
    Quality quality = Quality::invalid;
    double value = 0;            // 0 when invalid
    std::optional<Count> count;  // energy fields that are good
};

// `data` is all that the meter sent for field.item.
Decoded decode(const Field& field, std::span<const std::uint8_t> data, const Ratios& ratios);

// Why decode() finds no value there, for people, its bytes in the order of digits: "FFFFFF are no digits"; empty where
// it finds one.
std::string no_value_text(const Field& field, std::span<const std::uint8_t> data, const Ratios& ratios);

}  // namespace pued::dlt645
