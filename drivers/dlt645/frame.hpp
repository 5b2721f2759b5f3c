// DL/T 645-2007 frames as bytes: requests to read, and the replies to them. Pure; knows the control codes 0x11 (read),
// 0x12 (read what follows) and 0x13 (read the address) and no others, so nothing here can write to a meter.
//
//   68 A0..A5 68 C L D0..D(L-1) CS 16    A: the meter's 12 digits, two to a byte, the last two first; C: control; L:
//   bytes of data, to each of which 0x33 has been added; CS: the sum of all bytes before it. FE bytes before the first
//   68 wake the line and mean nothing. Data begin with the data identifier (DI), lowest byte first; so are the values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pued::dlt645 {

using Bytes = std::vector<std::uint8_t>;
using Address = std::array<std::uint8_t, 6>;  // as on the wire

inline constexpr Address any_address{0xAA, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA};
inline constexpr std::size_t longest_frame = 12 + 255;

// Twelve digits, or twelve A; nothing for any other text.
std::optional<Address> parse_address(const std::string& digits);
std::string address_text(const Address& address);
bool is_number(const Address& address);  // twelve digits
// AA in a pattern stands for any two digits: a meter answers to its last digits with AA before them.
bool fits(const Address& pattern, const Address& address);

struct Request {
    Address address{};
    std::uint32_t item = 0;
    std::uint8_t follow = 0;  // 0: the first frame; else the number of the frame that follows, 1, 2, …

    friend bool operator==(const Request&, const Request&) = default;
};

// With four FE in front, which some meters need to wake up.
Bytes encode(const Request& request);

// Whoever is alone on a line says who it is.
Bytes encode_address_question();

// A sound frame: of right length, checksum and end; the offset is taken off.
struct Frame {
    Address address{};
    std::uint8_t control = 0;
    Bytes data;
};

// What is in `bytes`: the first sound frame and how many bytes lead up to its end; without one, how many bytes at the
// front can begin none. `damaged`: what looked like a frame had a wrong checksum or end.
struct Found {
    std::optional<Frame> frame;
    std::size_t used = 0;
    bool damaged = false;
};
Found find_frame(std::span<const std::uint8_t> bytes);

enum class Meaning : std::uint8_t {
    value,    // the data asked for, or the next part of them
    refusal,  // the meter will not say; `error`
    foreign   // our own echo, a late reply, another meter's: pass over; `error` says what it was
};

struct Reply {
    Meaning meaning = Meaning::foreign;
    Bytes data{};           // value: without identifier and number
    bool more = false;      // value: another frame follows
    bool may_pass = false;  // refusal: for a reason that another moment may not have
    std::string error{};    // refusal, foreign
};

// A sound frame, judged against the one request under way.
Reply judge(const Frame& frame, const Request& request);

// Whether a meter sent it; the address that it tells of itself, in a reply to the question above.
bool is_reply(const Frame& frame);
std::optional<Address> told_address(const Frame& frame);

// "no such data (error 0x02)"
std::string refusal_text(std::uint8_t bits);
std::string item_text(std::uint32_t item);  // "0x00010000"

}  // namespace pued::dlt645
