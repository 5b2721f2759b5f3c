// Get Sensor Reading; see the header. Pure.
#include "drivers/ipmi/sensor_reading.hpp"

namespace pued::ipmi {

Result<std::uint8_t> decode_sensor_reading(Bytes data) {
    constexpr unsigned scanning = 0x40, unavailable = 0x20;
    if (data.size() < 2) return Error{"the sensor's reply is cut short"};
    if ((data[1] & unavailable) != 0) return Error{"reading unavailable"};
    if ((data[1] & scanning) == 0) return Error{"the BMC does not scan this sensor"};
    return data[0];
}

}  // namespace pued::ipmi
