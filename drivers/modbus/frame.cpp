// Encoding of read requests, checking of replies.
#include "drivers/modbus/frame.hpp"

#include <algorithm>

namespace pued {
namespace {

constexpr std::size_t mbap_length = 7;  // transaction, protocol, length, unit
constexpr std::uint8_t exception_bit = 0x80;

constexpr std::uint8_t high(unsigned word) { return static_cast<std::uint8_t>(word >> 8U); }
constexpr std::uint8_t low(unsigned word) { return static_cast<std::uint8_t>(word & 0xFFU); }

unsigned word_at(std::span<const std::uint8_t> bytes, std::size_t at) {
    return (static_cast<unsigned>(bytes[at]) << 8U) | bytes[at + 1];
}

Frame bad(std::string why) { return {.state = FrameState::bad, .exception = 0, .words = {}, .error = std::move(why)}; }

std::string instead_of(const char* what, unsigned got, unsigned expected) {
    return std::string{"reply with "} + what + ' ' + std::to_string(got) + " instead of " + std::to_string(expected);
}

// Bytes that are no reply to the request: whose they are, where that can be told, or what is wrong with them.
Frame unfit(std::span<const std::uint8_t> bytes, std::string why) {
    const auto service = other_service(bytes);
    return bad(service.empty() ? std::move(why) : "not Modbus: " + std::string{service});
}

// Function and everything after it, complete.
Frame parse_body(std::span<const std::uint8_t> body, const ReadRequest& request) {
    const std::uint8_t function = body[0];
    if (function == (request.function | exception_bit)) {
        if (body.size() != 2) return bad(instead_of("length", static_cast<unsigned>(body.size()), 2));
        if (body[1] == 0) return bad("exception reply without a code");
        return {.state = FrameState::whole, .exception = body[1], .words = {}, .error = {}};
    }
    if (function != request.function) return bad(instead_of("function", function, request.function));
    const std::size_t expected = 2U * request.words;
    if (body.size() < 2 || body[1] != expected || body.size() != 2 + expected) {
        const std::size_t got = body.size() < 2 ? 0 : body.size() - 2;
        return bad(instead_of("bytes of data:", static_cast<unsigned>(got), static_cast<unsigned>(expected)));
    }
    Frame frame{.state = FrameState::whole, .exception = 0, .words = {}, .error = {}};
    frame.words.reserve(request.words);
    for (std::size_t at = 2; at < body.size(); at += 2) {
        frame.words.push_back(static_cast<std::uint16_t>(word_at(body, at)));
    }
    return frame;
}

// Empty as long as nothing is wrong with the header bytes that are there.
std::string header_fault(std::span<const std::uint8_t> bytes, std::uint16_t transaction, const ReadRequest& request) {
    if (bytes.size() >= 2 && word_at(bytes, 0) != transaction) {
        return instead_of("transaction id", word_at(bytes, 0), transaction);
    }
    if (bytes.size() >= 4 && word_at(bytes, 2) != 0) return instead_of("protocol id", word_at(bytes, 2), 0);
    if (bytes.size() >= 6) {
        const unsigned length = word_at(bytes, 4);
        const unsigned expected = 3U + 2U * request.words;
        if (length != 3 && length != expected) return instead_of("length", length, expected);
    }
    if (bytes.size() >= mbap_length && bytes[6] != request.unit) {
        return instead_of("unit id", bytes[6], request.unit);
    }
    return {};
}

constexpr std::size_t crc_length = 2;

std::uint16_t crc_of(std::span<const std::uint8_t> bytes) {
    unsigned crc = 0xFFFF;
    for (const auto byte : bytes) {
        crc ^= byte;
        for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? (crc >> 1U) ^ 0xA001U : crc >> 1U;
    }
    return static_cast<std::uint16_t>(crc);
}

// Of a whole frame: low byte first.
bool crc_fits(std::span<const std::uint8_t> frame) {
    const std::uint16_t crc = crc_of(frame.first(frame.size() - crc_length));
    return frame[frame.size() - 2] == low(crc) && frame[frame.size() - 1] == high(crc);
}

bool reads(std::uint8_t function) { return function == 3 || function == 4; }

using RawRequest = std::array<std::uint8_t, 6>;  // unit, function, address, count

RawRequest encode_raw(const ReadRequest& request) {
    return {request.unit,         request.function,    high(request.address),
            low(request.address), high(request.words), low(request.words)};
}

bool begins_with(std::span<const std::uint8_t> bytes, std::string_view text) {
    const auto same = [](char letter, std::uint8_t byte) { return static_cast<std::uint8_t>(letter) == byte; };
    return bytes.size() >= text.size() && std::equal(text.begin(), text.end(), bytes.begin(), same);
}

// One alert and nothing else: type 21, version 3.x, two bytes: warning or fatal, and why.
bool tls_alert(std::span<const std::uint8_t> bytes) {
    return bytes.size() == 7 && bytes[0] == 21 && bytes[1] == 3 && bytes[2] <= 4 && word_at(bytes, 3) == 2 &&
           (bytes[5] == 1 || bytes[5] == 2);
}

// Two commands of its negotiation: 255, will, won't, do or don't, the option.
bool telnet_commands(std::span<const std::uint8_t> bytes) {
    const auto command = [&](std::size_t at) {
        return bytes[at] == 255 && bytes[at + 1] >= 251 && bytes[at + 1] < 255;
    };
    return bytes.size() >= 6 && command(0) && command(3);
}

}  // namespace

// None of these can begin a Modbus TCP frame: its third byte is 0, and its length is no alert's.
std::string_view other_service(std::span<const std::uint8_t> bytes) {
    if (begins_with(bytes, "HTTP/1.")) return "a web server answers (HTTP)";
    if (begins_with(bytes, "SSH-")) return "an SSH server answers";
    if (begins_with(bytes, "220 ") || begins_with(bytes, "220-")) return "an FTP or mail server answers";
    if (tls_alert(bytes)) return "a server that wants TLS answers, as HTTPS does";
    if (telnet_commands(bytes)) return "a telnet server answers";
    return {};
}

std::optional<std::size_t> rtu_length(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < 2) return 0;
    if (reads(static_cast<std::uint8_t>(bytes[1] & ~exception_bit)) && (bytes[1] & exception_bit) != 0) return 5;
    if (!reads(bytes[1])) return {};
    return bytes.size() < 3 ? 0 : 3 + bytes[2] + crc_length;
}

TcpRequest encode_tcp(std::uint16_t transaction, const ReadRequest& request) {
    const RawRequest raw = encode_raw(request);
    return {high(transaction),
            low(transaction),
            0,
            0,
            0,
            static_cast<std::uint8_t>(raw.size()),
            raw[0],
            raw[1],
            raw[2],
            raw[3],
            raw[4],
            raw[5]};
}

RtuRequest encode_rtu(const ReadRequest& request) {
    const RawRequest raw = encode_raw(request);
    const std::uint16_t crc = crc_of(raw);
    return {raw[0], raw[1], raw[2], raw[3], raw[4], raw[5], low(crc), high(crc)};
}

Frame parse_tcp(std::span<const std::uint8_t> bytes, std::uint16_t transaction, const ReadRequest& request) {
    if (auto fault = header_fault(bytes, transaction, request); !fault.empty()) return unfit(bytes, std::move(fault));
    if (bytes.size() < mbap_length) return {};
    const std::size_t whole = mbap_length - 1 + word_at(bytes, 4);
    if (bytes.size() > whole) return bad("more bytes than one reply");
    if (bytes.size() < whole) return {};
    return parse_body(bytes.subspan(mbap_length), request);
}

Frame parse_rtu(std::span<const std::uint8_t> bytes, const ReadRequest& request) {
    const auto length = rtu_length(bytes);
    if (!length) return unfit(bytes, instead_of("function", bytes[1], request.function));
    if (*length == 0 || bytes.size() < *length) return {};
    if (!crc_fits(bytes.first(*length))) return bad("reply with a wrong checksum");
    if (bytes.size() > *length) return bad("more bytes than one reply");
    if (bytes[0] != request.unit) return bad(instead_of("unit id", bytes[0], request.unit));
    return parse_body(bytes.subspan(1, *length - 1 - crc_length), request);
}

std::size_t late_rtu_reply(std::span<const std::uint8_t> bytes, const ReadRequest& request,
                           std::optional<std::uint16_t> late_words) {
    const auto length = rtu_length(bytes);
    if (!length || *length == 0 || bytes.size() < *length || !crc_fits(bytes.first(*length))) return 0;
    if (bytes[0] != request.unit) return *length;
    const bool late = late_words && *late_words != request.words && reads(bytes[1]) && bytes[2] == 2U * *late_words;
    return late ? *length : 0;
}

std::string exception_text(std::uint8_t code) {
    const char* name = "not in the standard";
    switch (code) {
        case 1: name = "illegal function"; break;
        case 2: name = "illegal data address"; break;
        case 3: name = "illegal data value"; break;
        case 4: name = "device failure"; break;
        case 5: name = "acknowledged, still working"; break;
        case 6: name = "device busy"; break;
        case 8: name = "memory parity error"; break;
        case 10: name = "gateway path unavailable"; break;
        case 11: name = "unit behind the gateway does not answer"; break;
        default: break;
    }
    return "exception " + std::to_string(code) + " (" + name + ')';
}

std::string registers_text(const ReadRequest& request) {
    std::string text = request.function == 4 ? "input register" : "holding register";
    if (request.words == 1) return text + ' ' + std::to_string(request.address);
    return text + "s " + std::to_string(request.address) + '-' + std::to_string(request.address + request.words - 1);
}

}  // namespace pued
