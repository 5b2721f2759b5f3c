// The four encodings of an id string; see the header. Pure.
#include "drivers/ipmi/id_string.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace pued::ipmi {

namespace {

// A code point below 0800h; enough for Latin-1, and for what BMCs write as "Unicode" '?' replaces the rest.
void append_utf8(std::string& out, unsigned point) {
    if (point < 0x20 || point == 0x7F || (point >= 0x80 && point < 0xA0) || point >= 0x800) {
        out += '?';
    } else if (point < 0x80) {
        out += static_cast<char>(point);
    } else {
        out += static_cast<char>(0xC0 | (point >> 6));
        out += static_cast<char>(0x80 | (point & 0x3F));
    }
}

std::string latin1(Bytes bytes) {
    std::string out;
    for (const auto byte : bytes) {
        if (byte == 0) break;
        append_utf8(out, byte);
    }
    return out;
}

// Type 00b is "Unicode". Firmware that means plain ASCII sets it too: it is UTF-16 only if every high byte says so.
std::string unicode(Bytes bytes) {
    bool wide = bytes.size() >= 2 && bytes.size() % 2 == 0;
    for (std::size_t i = 1; i < bytes.size(); i += 2) wide = wide && bytes[i] < 0x08;
    if (!wide) return latin1(bytes);
    std::string out;
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
        const unsigned point = bytes[i] | static_cast<unsigned>(bytes[i + 1]) << 8;
        if (point == 0) break;
        append_utf8(out, point);
    }
    return out;
}

// Two digits a byte, the high nibble first.
std::string bcd_plus(Bytes bytes) {
    constexpr std::string_view digits = "0123456789 -.:,_";
    std::string out;
    for (const auto byte : bytes) {
        out += digits[byte >> 4];
        out += digits[byte & 0x0F];
    }
    return out;
}

// Four characters in three bytes, low bits first: 29h DCh A6h is "IPMI".
std::string packed_6bit(Bytes bytes) {
    std::string out;
    unsigned bits = 0, held = 0;
    for (const auto byte : bytes) {
        bits |= static_cast<unsigned>(byte) << held;
        held += 8;
        while (held >= 6) {
            out += static_cast<char>(0x20 + (bits & 0x3F));
            bits >>= 6;
            held -= 6;
        }
    }
    return out;
}

}  // namespace

std::string decode_id_string(Bytes field) {
    if (field.empty()) return {};
    const std::size_t length = std::min<std::size_t>(field[0] & 0x1F, field.size() - 1);
    const Bytes bytes = field.subspan(1, length);
    std::string out;
    switch (field[0] >> 6) {
        case 0: out = unicode(bytes); break;
        case 1: out = bcd_plus(bytes); break;
        case 2: out = packed_6bit(bytes); break;
        default: out = latin1(bytes); break;
    }
    out.erase(out.find_last_not_of(' ') + 1);
    return out;
}

}  // namespace pued::ipmi
