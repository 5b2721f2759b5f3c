// Framing and the rules by which devices answer. See request.hpp.
#include "drivers/sim/request.hpp"

#include <algorithm>

namespace pued::sim {

namespace {

constexpr std::size_t mbap_bytes = 7;  // transaction, protocol, length, unit

unsigned be16(std::span<const std::uint8_t> bytes, std::size_t at) {
    return static_cast<unsigned>(bytes[at] << 8U) | bytes[at + 1];
}

// From unit id on: unit, function, address, count.
Request fields(std::span<const std::uint8_t> adu, std::size_t frame_bytes) {
    Request request{.unit = adu[0], .function = adu[1], .address = 0, .count = 0, .bytes = frame_bytes};
    if (adu.size() >= 6) {
        request.address = static_cast<std::uint16_t>(be16(adu, 2));
        request.count = static_cast<std::uint16_t>(be16(adu, 4));
    }
    return request;
}

Cut cut_tcp(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < mbap_bytes) return {};
    const unsigned length = be16(bytes, 4);  // unit id included
    if (be16(bytes, 2) != 0 || length < 2 || length > 254) return {.request = {}, .broken = true};
    const std::size_t frame = 6 + length;
    if (bytes.size() < frame) return {};
    return {.request = fields(bytes.subspan(6, length), frame), .broken = false};
}

// Requests to read have 8 bytes; writes of several registers carry a byte count.
std::size_t rtu_length(std::span<const std::uint8_t> bytes) {
    const bool writes_several = bytes[1] == 15 || bytes[1] == 16;
    if (!writes_several) return 8;
    return bytes.size() < 7 ? 9 : 9U + bytes[6];
}

Cut cut_rtu(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < 2) return {};
    const std::size_t length = rtu_length(bytes);
    if (bytes.size() < length) return {};
    const auto frame = bytes.first(length);
    const unsigned crc = frame[length - 2] | static_cast<unsigned>(frame[length - 1] << 8U);
    if (crc != crc16(frame.first(length - 2))) return {.request = {}, .broken = true};
    return {.request = fields(frame.first(length - 2), length), .broken = false};
}

}  // namespace

std::uint16_t crc16(std::span<const std::uint8_t> bytes) {
    unsigned crc = 0xFFFF;
    for (const std::uint8_t byte : bytes) {
        crc ^= byte;
        for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? (crc >> 1U) ^ 0xA001U : crc >> 1U;
    }
    return static_cast<std::uint16_t>(crc);
}

Cut cut_request(Medium medium, std::span<const std::uint8_t> bytes) {
    return medium == Medium::tcp ? cut_tcp(bytes) : cut_rtu(bytes);
}

Answer answer(Device& device, const Request& request, double now_s) {
    const Model& model = device.model();
    const bool known = (request.function == 3 && model.holding) || (request.function == 4 && model.input);
    if (!known) return {.exception = exception::illegal_function, .words = {}};
    if (device.manner().exception != 0) return {.exception = device.manner().exception, .words = {}};
    if (request.count == 0 || request.count > model.max_words)
        return {.exception = exception::illegal_value, .words = {}};
    if (request.address % model.align != 0 || request.count % model.align != 0)
        return {.exception = exception::illegal_address, .words = {}};
    if (request.count == 1 && request.address == model.identity_address)
        return {.exception = 0, .words = {model.identity_word}};
    const Image& image = device.image(now_s);
    const auto words = image.read(request.address, request.count);
    if (!words || (model.exact && !image.on_value_boundaries(request.address, request.count)))
        return {.exception = exception::illegal_address, .words = {}};
    return {.exception = 0, .words = *words};
}

}  // namespace pued::sim
