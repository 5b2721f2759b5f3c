// Which of a meter's own rates a field falls under. Pure.
//
//   rates = { energy_wh = 60, voltage_v = 10 } holds for energy_wh, outlet-7.energy_wh, voltage_v, voltage_l1_v …; a
//   key that says more ("voltage_l1_v", "outlet-7.energy_wh") goes before one that says less.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "agent/config/config.hpp"

namespace pued {

// Whether the key of a rate speaks of the field.
bool rate_covers(std::string_view key, std::string_view field);

// Its period; 0 where the field has none of its own and is read with every poll.
Milliseconds rate_of(const std::map<std::string, Milliseconds>& rates, std::string_view field);

}  // namespace pued
