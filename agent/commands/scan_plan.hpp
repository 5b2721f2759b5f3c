// Which units `pued scan` asks, in which serial settings. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config/config.hpp"

namespace pued {

// "1-8,100,255": in that order, none twice. Nothing where it is no such list, or an id lies outside 0..255 (TCP) or
// 1..247 (RTU).
std::optional<std::vector<unsigned>> parse_units(std::string_view text, bool rtu);

// What is asked without --units. TCP: the ids that devices of their own have, then the first 32 behind a gateway. RTU:
// all there can be.
std::string_view default_units(bool rtu);

// Every speed with every parity, the usual ones first; without any, those of data-centre meters.
std::vector<LineConfig> serial_settings(const std::string& device, const std::vector<unsigned>& bauds,
                                        const std::vector<std::string>& parities);

}  // namespace pued
