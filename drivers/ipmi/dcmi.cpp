// DCMI Get Power Reading; see the header for what is refused and why. Pure.
#include "drivers/ipmi/dcmi.hpp"

namespace pued::ipmi {

namespace {

unsigned u16_at(Bytes data, std::size_t at) { return data[at] | static_cast<unsigned>(data[at + 1]) << 8; }

std::uint32_t u32_at(Bytes data, std::size_t at) {
    return u16_at(data, at) | static_cast<std::uint32_t>(u16_at(data, at + 2)) << 16;
}

}  // namespace

Result<DcmiPower> decode_power_reading(Bytes data) {
    constexpr std::uint32_t year_2000 = 946'684'800;
    constexpr unsigned active = 0x40;
    if (data.size() < 18) return Error{"the DCMI reply is cut short"};
    if (data[0] != 0xDC) return Error{"the reply is not DCMI's (no DCh in it)"};
    const DcmiPower power{.current_w = static_cast<double>(u16_at(data, 1)),
                          .minimum_w = static_cast<double>(u16_at(data, 3)),
                          .maximum_w = static_cast<double>(u16_at(data, 5)),
                          .average_w = static_cast<double>(u16_at(data, 7)),
                          .timestamp_s = u32_at(data, 9),
                          .period_ms = u32_at(data, 13)};
    if ((data[17] & active) == 0) return Error{"DCMI power measurement is deactivated in the BMC"};
    if (power.current_w == 0) return Error{"DCMI says 0 W, which a machine that answers cannot draw"};
    if (power.timestamp_s < year_2000) return Error{"DCMI stamps its answer in 1970: not a measurement, or no clock"};
    if (power.current_w > implausible_w) return Error{"DCMI says more than 60000 W"};
    return power;
}

}  // namespace pued::ipmi
