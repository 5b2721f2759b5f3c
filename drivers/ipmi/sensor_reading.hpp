// The reply to Get Sensor Reading (IPMI 2.0 section 35.14): a raw byte, or the reason why it is none. Pure.
#pragma once

#include <cstdint>

#include "agent/model/result.hpp"
#include "drivers/ipmi/transport.hpp"

namespace pued::ipmi {

// The raw byte; an error when the BMC marks it unavailable or does not scan the sensor: never 0 for absent.
Result<std::uint8_t> decode_sensor_reading(Bytes data);

}  // namespace pued::ipmi
