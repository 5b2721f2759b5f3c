// IPMI completion codes: the first byte of every reply (IPMI 2.0 table 5-2). Pure.
#pragma once

#include <cstdint>
#include <string>

namespace pued::ipmi {

namespace completion {
constexpr std::uint8_t ok = 0x00;
constexpr std::uint8_t node_busy = 0xC0;
constexpr std::uint8_t invalid_command = 0xC1;
constexpr std::uint8_t timeout = 0xC3;
constexpr std::uint8_t out_of_space = 0xC4;
constexpr std::uint8_t reservation_cancelled = 0xC5;
constexpr std::uint8_t length_invalid = 0xC7;
constexpr std::uint8_t field_length_exceeded = 0xC8;
constexpr std::uint8_t parameter_out_of_range = 0xC9;
constexpr std::uint8_t cannot_return_bytes = 0xCA;
constexpr std::uint8_t not_present = 0xCB;
constexpr std::uint8_t cannot_respond = 0xCE;
constexpr std::uint8_t sdr_in_update = 0xD0;
constexpr std::uint8_t firmware_update = 0xD1;
constexpr std::uint8_t initializing = 0xD2;
constexpr std::uint8_t insufficient_privilege = 0xD4;
constexpr std::uint8_t not_in_this_state = 0xD5;
constexpr std::uint8_t unspecified = 0xFF;
}  // namespace completion

// "the BMC is busy (completion code C0h)"
std::string completion_text(std::uint8_t code);

// The same command may well succeed a moment later.
bool is_passing(std::uint8_t code);

}  // namespace pued::ipmi
