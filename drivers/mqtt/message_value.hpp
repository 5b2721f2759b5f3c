// From a message to the report of one point: extraction, scale, what a quantity can be. Pure.
#pragma once

#include <string_view>

#include "drivers/mqtt/subscriber.hpp"

namespace pued {

// `retained`: the broker had kept it, so its age is unknown and its value only stale.
Report report_of(const MqttPoint& point, std::string_view payload, bool retained, BootTime at);

// "no message on rack/gpu for 60 s"; with why there is no connection, when there is none.
Report silence(const MqttPoint& point, std::string_view connection_problem, BootTime at);

}  // namespace pued
