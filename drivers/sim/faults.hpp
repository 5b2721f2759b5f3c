// What can be done to the plant while it runs, as text: from a script, or one line at a time over the control socket.
//
//   # a comment
//   at 20s chiller-1 stuck            compressor at full power, little cold
//   at 50s chiller-1 ok               repaired; also ends stops, silent, late, exception
//   at 1m  feed-a stops               its energy register stands still
//   at 1m  ups-out silent             answers nothing (a server: its BMC stands still)
//   at 1m  pumps late 800ms           answers that much later
//   at 1m  pumps exception 4          refuses every request with that code
//   at 0s  feed-b rolls-over 15s      its counter wraps that much later (at today's power)
//   at 2m  feed-a replaced 12.5kWh    another meter in its place: that counter, another serial number
//
// Times are real, since the start. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/model/result.hpp"

namespace pued::sim {

enum class Verb : std::uint8_t { stuck, ok, stops, silent, late, exception, rolls_over, replaced };

struct Command {
    std::string target;  // id of a device, chiller or server
    Verb verb = Verb::ok;
    double value = 0;  // late, rolls_over: seconds; exception: code; replaced: Wh
};

struct TimedCommand {
    double at_s = 0;
    Command command;
    unsigned line = 0;  // of the script, 1-based
};

// "chiller-1 stuck"
Result<Command> parse_command(std::string_view text);

// In order of time. An error begins with `FILE:LINE:`.
Result<std::vector<TimedCommand>> parse_script(std::string_view text, const std::string& file);

}  // namespace pued::sim
