// The reply to DCMI Get Power Reading (DCMI 1.5 section 6.6.1) with the lies taken out. Pure; watts.
//
// An answer is no measurement when
//   - the group extension is not echoed or the reply is shorter than 18 bytes: mangled, or another command's;
//   - the state bit says that power measurement is not active ("deactivated");
//   - it says 0 W: the machine that answers is drawing power (OpenBMC without a power sensor says so);
//   - it is stamped before 2000: that comes from firmware which fills the reply without measuring, or from a BMC that
//     has not started up (OpenBMC: 319 W, "Thu Jan 1 00:00:00 1970"). FFFFFFFFh, "no time", is honest and passes;
//   - it says more than 60,000 W, which no machine in one chassis draws: 65,535 is a saturated or unset field.
// Minimum, maximum and average are NOT judged against the current power: BMCs set them to the same number, to 0, to
// FFFFh before the first sample, or renew them hours later, so a step of load would make honest answers look false.
#pragma once

#include "agent/model/result.hpp"
#include "drivers/ipmi/transport.hpp"

namespace pued::ipmi {

struct DcmiPower {
    double current_w = 0;
    double minimum_w = 0, maximum_w = 0, average_w = 0;  // as told; see above
    std::uint32_t timestamp_s = 0;                       // the BMC's own clock, POSIX seconds
    std::uint32_t period_ms = 0;                         // of the statistics, as told
};

constexpr double implausible_w = 60'000;

// The data after the completion code, the group extension DCh first.
Result<DcmiPower> decode_power_reading(Bytes data);

// Data of the request: group extension, mode "system power statistics", two reserved bytes.
inline constexpr std::uint8_t power_reading_request[] = {0xDC, 0x01, 0x00, 0x00};

}  // namespace pued::ipmi
