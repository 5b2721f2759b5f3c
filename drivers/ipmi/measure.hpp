// One measurement from a BMC: the commands it takes, and a number or the reason why there is none. Runs on the BMC's
// thread; blocks as long as the link does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "drivers/ipmi/sdr.hpp"
#include "drivers/ipmi/transport.hpp"

namespace pued::ipmi {

struct Measured {
    std::optional<double> value;
    std::string why;         // when there is no value
    bool link_lost = false;  // no reply came: the session is gone
    bool not_there = false;  // CBh: the BMC no longer knows this sensor
};

// DCMI Get Power Reading, W.
Measured measure_dcmi_power(Transport& transport);

// Get Sensor Reading from the record's LUN, in the record's unit.
Measured measure_sensor(Transport& transport, const SensorRecord& record);

}  // namespace pued::ipmi
