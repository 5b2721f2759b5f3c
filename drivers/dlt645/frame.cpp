// Encoding, finding and judging frames.
#include "drivers/dlt645/frame.hpp"

#include <algorithm>
#include <numeric>

namespace pued::dlt645 {
namespace {

constexpr std::uint8_t start = 0x68, end = 0x16, wake = 0xFE, any = 0xAA, offset = 0x33;
constexpr std::uint8_t read = 0x11, read_on = 0x12, read_address = 0x13;
constexpr std::uint8_t reply_bit = 0x80, error_bit = 0x40, more_bit = 0x20;
constexpr std::size_t head_length = 10;  // up to and with the length of the data
constexpr std::size_t item_length = 4;

std::uint8_t sum(std::span<const std::uint8_t> bytes) {
    return static_cast<std::uint8_t>(std::accumulate(bytes.begin(), bytes.end(), 0U));
}

void append_item(Bytes& data, std::uint32_t item) {
    for (unsigned shift = 0; shift < 32; shift += 8) data.push_back(static_cast<std::uint8_t>(item >> shift));
}

Bytes framed(const Address& address, std::uint8_t control, const Bytes& data) {
    constexpr std::size_t wakes = 4;
    Bytes frame(wakes, wake);
    frame.push_back(start);
    for (const auto byte : address) frame.push_back(byte);
    frame.push_back(start);
    frame.push_back(control);
    frame.push_back(static_cast<std::uint8_t>(data.size()));
    for (const auto byte : data) frame.push_back(static_cast<std::uint8_t>(byte + offset));
    frame.push_back(sum(std::span{frame}.subspan(wakes)));
    frame.push_back(end);
    return frame;
}

std::uint32_t item_of(std::span<const std::uint8_t> data) {
    std::uint32_t item = 0;
    for (std::size_t i = item_length; i-- > 0;) item = (item << 8U) | data[i];
    return item;
}

enum class Shape : std::uint8_t { none, incomplete, damaged, whole };

// Of what begins with a start byte.
Shape shape_of(std::span<const std::uint8_t> bytes) {
    if (bytes.size() > 7 && bytes[7] != start) return Shape::none;
    if (bytes.size() < head_length) return Shape::incomplete;
    const std::size_t length = head_length + bytes[9] + 2;
    if (bytes.size() < length) return Shape::incomplete;
    const bool sound = bytes[length - 2] == sum(bytes.first(length - 2)) && bytes[length - 1] == end;
    return sound ? Shape::whole : Shape::damaged;
}

Frame whole_frame(std::span<const std::uint8_t> bytes) {
    Frame frame;
    std::ranges::copy(bytes.subspan(1, 6), frame.address.begin());
    frame.control = bytes[8];
    for (const auto byte : bytes.subspan(head_length, bytes[9])) {
        frame.data.push_back(static_cast<std::uint8_t>(byte - offset));
    }
    return frame;
}

Reply foreign(std::string what) { return {.meaning = Meaning::foreign, .error = std::move(what)}; }

Reply refused(const Frame& frame) {
    const std::uint8_t bits = frame.data.empty() ? std::uint8_t{0} : frame.data[0];
    constexpr std::uint8_t no_such_data = 0x02;
    return {.meaning = Meaning::refusal, .may_pass = (bits & no_such_data) == 0, .error = refusal_text(bits)};
}

Reply value(const Frame& frame, const Request& request) {
    const std::size_t tail = request.follow > 0 ? 1 : 0;  // the number of the frame
    if (frame.data.size() < item_length + tail) return foreign("reply without a data identifier");
    if (item_of(frame.data) != request.item) {
        return foreign("reply about " + item_text(item_of(frame.data)) + " instead of " + item_text(request.item));
    }
    if (tail > 0 && frame.data.back() != request.follow) {
        return foreign("part " + std::to_string(frame.data.back()) + " instead of " + std::to_string(request.follow));
    }
    return {.meaning = Meaning::value,
            .data = Bytes(frame.data.begin() + item_length, frame.data.end() - static_cast<std::ptrdiff_t>(tail)),
            .more = (frame.control & more_bit) != 0};
}

std::string hex(std::uint32_t number, unsigned digits) {
    std::string out = "0x";
    for (unsigned i = digits; i-- > 0;) out += "0123456789ABCDEF"[(number >> (4 * i)) & 0xFU];
    return out;
}

}  // namespace

std::optional<Address> parse_address(const std::string& digits) {
    if (digits == "AAAAAAAAAAAA") return any_address;
    const bool plain = std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
    if (digits.size() != 12 || !plain) return {};
    Address address{};
    for (std::size_t i = 0; i < address.size(); ++i) {
        const auto digit = [&](std::size_t at) { return static_cast<unsigned>(digits[at] - '0'); };
        address[address.size() - 1 - i] = static_cast<std::uint8_t>((digit(2 * i) << 4U) | digit(2 * i + 1));
    }
    return address;
}

std::string address_text(const Address& address) {
    std::string out;
    for (std::size_t i = address.size(); i-- > 0;) out += hex(address[i], 2).substr(2);
    return out;
}

bool is_number(const Address& address) {
    return std::ranges::all_of(address, [](std::uint8_t byte) { return (byte >> 4U) <= 9 && (byte & 0xFU) <= 9; });
}

bool fits(const Address& pattern, const Address& address) {
    return std::ranges::equal(pattern, address, [](auto wanted, auto got) { return wanted == any || wanted == got; });
}

Bytes encode(const Request& request) {
    Bytes data;
    append_item(data, request.item);
    if (request.follow > 0) data.push_back(request.follow);
    return framed(request.address, request.follow > 0 ? read_on : read, data);
}

Bytes encode_address_question() { return framed(any_address, read_address, {}); }

// What begins as a frame and is not yet all there holds nothing up: a sound frame behind it is the frame.
Found find_frame(std::span<const std::uint8_t> bytes) {
    Found out;
    std::optional<std::size_t> begun;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        if (bytes[at] != start) continue;
        const auto rest = bytes.subspan(at);
        const Shape shape = shape_of(rest);
        if (shape == Shape::damaged) out.damaged = true;
        if (shape == Shape::incomplete && !begun) begun = at;
        if (shape != Shape::whole) continue;
        out.frame = whole_frame(rest);
        out.used = at + head_length + rest[9] + 2;
        return out;
    }
    out.used = begun.value_or(bytes.size());
    return out;
}

Reply judge(const Frame& frame, const Request& request) {
    const std::uint8_t asked = request.follow > 0 ? read_on : read;
    if (!is_reply(frame)) return foreign("an echo of the request");
    if ((frame.control & ~(reply_bit | error_bit | more_bit)) != asked) {
        return foreign("reply with control code " + hex(frame.control, 2));
    }
    if (!fits(request.address, frame.address)) {
        return foreign("reply from meter " + address_text(frame.address) + " instead of " +
                       address_text(request.address));
    }
    if ((frame.control & error_bit) != 0) return refused(frame);
    return value(frame, request);
}

bool is_reply(const Frame& frame) { return (frame.control & reply_bit) != 0; }

std::optional<Address> told_address(const Frame& frame) {
    if (frame.control != (reply_bit | read_address) || frame.data.size() != Address{}.size()) return {};
    Address out{};
    std::ranges::copy(frame.data, out.begin());
    return is_number(out) ? std::optional{out} : std::nullopt;
}

std::string refusal_text(std::uint8_t bits) {
    constexpr std::array<const char*, 7> reasons{"other error",         "no such data",        "not authorised",
                                                 "speed cannot change", "too many year zones", "too many day slots",
                                                 "too many tariffs"};
    std::string out;
    for (std::size_t i = 0; i < reasons.size(); ++i) {
        if ((bits >> i & 1U) != 0) out += (out.empty() ? "" : ", ") + std::string{reasons[i]};
    }
    return (out.empty() ? "no reason given" : out) + " (error " + hex(bits, 2) + ')';
}

std::string item_text(std::uint32_t item) { return hex(item, 8); }

}  // namespace pued::dlt645
