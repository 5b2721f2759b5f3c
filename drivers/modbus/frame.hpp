// Modbus read requests and their replies as bytes: the whole of Modbus TCP, of RTU frames in a TCP stream (serial
// servers), and of RTU on a line of our own what remains once libmodbus has checked the CRC. Our own because
// libmodbus 3.1 sends raw requests with transaction id 0 and accepts TCP replies with a foreign unit or a false length.
// Pure, knows function codes 3 and 4 only; nothing here can write to a device.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pued {

struct ReadRequest {
    std::uint8_t unit = 1;
    std::uint8_t function = 3;  // 3 holding, 4 input
    std::uint16_t address = 0;  // 0-based
    std::uint16_t words = 1;    // 1..125
};

inline constexpr std::size_t longest_tcp_frame = 260;

using RawRequest = std::array<std::uint8_t, 6>;  // unit, function, address, count: as libmodbus wants it for RTU
RawRequest encode_raw(const ReadRequest& request);

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

// A whole RTU reply without its CRC.
Frame parse_rtu(std::span<const std::uint8_t> bytes, const ReadRequest& request);

// The same as parse_tcp for an RTU frame with its CRC.
Frame parse_rtu_stream(std::span<const std::uint8_t> bytes, const ReadRequest& request);

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
