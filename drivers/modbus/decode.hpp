// From the words of one field to its value, and for energy registers to the exact count. Pure: no clock, no socket,
// no throwing; any words give an answer. Values come out in the unit of the field's name, energies in Wh.
//
// Word order, also for BCD and MOD10: abcd and badc carry the most significant word first, cdab and dcba the least
// significant; badc and dcba have the two bytes of each word swapped. So a MOD10 register that sends its lowest four
// digits first (Schneider: 4567, 0123, 0, 0 is 1 234 567) is `cdab`.
//
// A float below the least normal one (1.2e-38, of a double 2.2e-308) is no value: 230.0 with its words exchanged looks
// like that, and 32-bit integers from 17 to 8 388 607. Zero is one, and so are the sixteen least steps next to it, at
// which the filters of some meters stop.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "agent/model/reading.hpp"
#include "agent/model/register_map.hpp"

namespace pued {

// Why a field has no value.
enum class NoValue : std::uint8_t {
    none,           // it has one
    unread,         // too few words
    marked,         // by one of the map's marks
    no_number,      // NaN, infinity, digits that are none
    subnormal,      // a float next to 0
    unscaled,       // a helper is missing, or no exponent
    out_of_bounds,  // of the map
    below_zero,     // an energy
    uncountable     // an energy whose scale is 0 or less, or beyond all counting
};

struct Decoded {
    Quality quality = Quality::invalid;
    NoValue why = NoValue::unread;
    double value = 0;            // 0 when invalid
    std::optional<Count> count;  // energy fields that are good
};

using HelperValues = std::map<std::string, double>;  // decoded helper registers, by name; a bad one is absent

// `words` are the field's own registers in wire order; too few are invalid. A helper that the field needs and that
// is not in `helpers` makes it invalid.
Decoded decode(const Field& field, std::span<const std::uint16_t> words, const HelperValues& helpers);

// The serial number as text; empty where the words hold none (zero, a mark, letters that are none).
std::string decode_identity(const IdentityField& field, std::span<const std::uint16_t> words);

}  // namespace pued
