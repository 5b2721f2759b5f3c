// What `pued scan` was told to do: where, in which protocol, whom to ask, in which serial settings, how long to wait.
// Pure: from the command line's options, before anything is opened.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/commands/commands.hpp"
#include "agent/config/config.hpp"
#include "agent/model/result.hpp"
#include "agent/model/time.hpp"
#include "drivers/dlt645/frame.hpp"

namespace pued {

struct ScanTarget {
    bool serial = false;             // a line of this machine; else TCP
    bool dlt645 = false;             // DL/T 645; else Modbus
    Framing framing = Framing::tcp;  // Modbus over TCP
    std::string text;                // as the user gave it
    std::string host;                // TCP
    std::uint16_t port = 502;

    // Behind it is a serial line with Modbus RTU frames.
    [[nodiscard]] bool rtu_frames() const { return !dlt645 && (serial || framing == Framing::rtu); }
};

struct ScanPlan {
    ScanTarget target;
    std::vector<unsigned> units;             // Modbus
    std::vector<dlt645::Address> addresses;  // DL/T 645; none: whoever answers
    std::vector<LineConfig> settings;        // serial: to be tried in turn until somebody answers; one, unused, for TCP
    Duration timeout{};                      // for an answer
};

// The error is a wrong usage, to be told as it is.
Result<ScanPlan> planned(const ScanOptions& options);

// "9600 8N1"
std::string setting_text(const LineConfig& line);

}  // namespace pued
