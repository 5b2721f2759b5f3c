// What no value of a quantity can be, whatever a device says: the bounds of a register map's field that states none of
// its own. They are there to catch a wrong word order, scale or address, not to judge a plant. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "agent/model/quantity.hpp"

namespace pued {

struct PossibleRange {
    double min = 0, max = 0;  // in the unit of the quantity's name
};

// Of a device of this kind ("meter", "psu", …); nothing for energy, whose counts the ledger judges.
std::optional<PossibleRange> possible_range(Quantity quantity, std::string_view kind);

}  // namespace pued
