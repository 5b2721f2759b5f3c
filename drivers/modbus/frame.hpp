// Modbus read requests and their replies as bytes: Modbus TCP, and RTU frames on a serial line or in a TCP stream
// (serial servers). Our own because libmodbus 3.1 sends raw requests with transaction id 0, accepts TCP replies with a
// foreign unit or a false length, and refuses units above 247. Pure, knows function codes 3 and 4 only; nothing here
// can write to a device.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pued {

struct ReadRequest {
    std::uint8_t unit = 1;
    std::uint8_t function = 3;  // 3 holding, 4 input
    std::uint16_t address = 0;  // 0-based
    std::uint16_t words = 1;    // 1..125
};

inline constexpr std::size_t longest_tcp_frame = 260;

using TcpRequest = std::array<std::uint8_t, 12>;
TcpRequest encode_tcp(std::uint16_t transaction, const ReadRequest& request);

using RtuRequest = std::array<std::uint8_t, 8>;  // with its CRC
RtuRequest encode_rtu(const ReadRequest& request);

enum class FrameState : std::uint8_t { incomplete, whole, bad };

struct Frame {
    FrameState state = FrameState::incomplete;
    std::uint8_t exception = 0;        // whole: the device's refusal, 0 for none
    std::vector<std::uint16_t> words;  // whole without exception: exactly as many as were asked for
    std::string error;                 // bad: why
};

// What has arrived so far, judged against the one request in flight; bad as early as it can be told. Bytes after the
// end of the frame make it bad too: nobody asked for them.
Frame parse_tcp(std::span<const std::uint8_t> bytes, std::uint16_t transaction, const ReadRequest& request);

// The same for an RTU frame with its CRC.
Frame parse_rtu(std::span<const std::uint8_t> bytes, const ReadRequest& request);

// What is certainly no Modbus but another service's first words: "a web server answers (HTTP)". Empty for all else.
std::string_view other_service(std::span<const std::uint8_t> bytes);

// Of the RTU reply that begins here, as soon as it can be told; 0: not yet. Functions that nobody asks for have none.
std::optional<std::size_t> rtu_length(std::span<const std::uint8_t> bytes);

// RTU frames carry no transaction id. How many bytes at the front are a whole reply, CRC and all, that answers an
// earlier request: of another unit, or of this one with `late_words` registers, which is not as many as are asked for
// now.
std::size_t late_rtu_reply(std::span<const std::uint8_t> bytes, const ReadRequest& request,
                           std::optional<std::uint16_t> late_words);

// "exception 2 (illegal data address)"
std::string exception_text(std::uint8_t code);

// "input register 52", "holding registers 0-9"
std::string registers_text(const ReadRequest& request);

}  // namespace pued
