// What a Modbus client asks, cut out of a stream of bytes, and what a device has to say to it. libmodbus writes the
// replies (modbus_server.cpp); whole requests are recognised here, because its own receiving blocks. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "drivers/sim/device.hpp"

namespace pued::sim {

enum class Medium : std::uint8_t { tcp, rtu };

struct Request {
    std::uint8_t unit = 0;
    std::uint8_t function = 0;
    std::uint16_t address = 0;
    std::uint16_t count = 0;
    std::size_t bytes = 0;  // of the whole frame
};

// The request at the start of `bytes`; nothing while it is not whole. `broken` where it can never become one.
struct Cut {
    std::optional<Request> request;
    bool broken = false;
};
Cut cut_request(Medium medium, std::span<const std::uint8_t> bytes);

std::uint16_t crc16(std::span<const std::uint8_t> bytes);

struct Answer {
    int exception = 0;  // 0: none
    std::vector<std::uint16_t> words;
};
namespace exception {
inline constexpr int illegal_function = 1, illegal_address = 2, illegal_value = 3, no_target = 11;
}

// As the real device would: reading only, its functions, its limits, and no registers that it does not have.
Answer answer(Device& device, const Request& request, double now_s);

}  // namespace pued::sim
