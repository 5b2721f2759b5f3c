// Sending and receiving over a descriptor that does not block: what a serial port and a socket have in common.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "agent/model/result.hpp"
#include "agent/model/time.hpp"

namespace pued::dlt645 {

// Whether the descriptor is ready for `events` (of poll) within `wait`.
bool wait_for(int fd, short events, Duration wait);

enum class Kind : std::uint8_t { file, socket };

// Errors say what happened, not to whom: "gone (unplugged?)", "closed by the other side".
Result<void> send_all(int fd, Kind kind, std::span<const std::uint8_t> bytes);
Result<std::size_t> receive_some(int fd, std::span<std::uint8_t> room, Duration wait);

std::string error_text(int number);  // strerror is not safe with threads

}  // namespace pued::dlt645
