// Digits, sign, scale, transformers, range.
#include "drivers/dlt645/decode.hpp"

#include <cmath>
#include <cstdio>

#include "agent/model/quantity.hpp"

namespace pued::dlt645 {
namespace {

std::optional<std::uint64_t> digits(std::span<const std::uint8_t> bytes, bool& negative, bool sign_bit) {
    std::uint64_t number = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) {
        unsigned byte = bytes[i];
        if (sign_bit && i + 1 == bytes.size()) {
            negative = (byte & 0x80U) != 0;
            byte &= 0x7FU;
        }
        if ((byte >> 4U) > 9 || (byte & 0xFU) > 9) return {};
        number = number * 100 + (byte >> 4U) * 10 + (byte & 0xFU);
    }
    return number;
}

double ratio_of(const Field& field, const Ratios& ratios) {
    const auto name = parse_quantity(field.name);
    if (!name) return 1;
    switch (name->quantity) {
        case Quantity::power:
        case Quantity::apparent_power:
        case Quantity::energy:
        case Quantity::energy_export: return ratios.ct * ratios.pt;
        case Quantity::current: return ratios.ct;
        case Quantity::voltage: return ratios.pt;
        default: return 1;
    }
}

std::string shown(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

std::string shown(std::span<const std::uint8_t> bytes) {
    std::string out;
    for (std::size_t i = bytes.size(); i-- > 0;) {
        char text[8];
        std::snprintf(text, sizeof text, "%02X", static_cast<unsigned>(bytes[i]));
        out += text;
    }
    return out;
}

}  // namespace

Decoded decode(const Field& field, std::span<const std::uint8_t> data, const Ratios& ratios) {
    const std::size_t end = std::size_t{field.address} + bytes_of(field.type);
    if (data.size() < end) return {};
    const auto own = data.subspan(field.address, bytes_of(field.type));
    bool negative = false;
    // All ones are a mark even where the topmost bit is the sign: 7F is no BCD, either.
    const auto number = digits(own, negative, field.sign_bit);
    if (!number) return {};
    const double ratio = ratio_of(field, ratios);
    const double sign = negative != field.negate ? -1 : 1;
    const double value = sign * static_cast<double>(*number) * field.scale * ratio + field.offset;
    if ((field.min && value < *field.min) || (field.max && value > *field.max)) return {};
    Decoded good{.quality = Quality::good, .value = value + 0.0, .count = {}};  // + 0.0: never "-0"
    if (field.q_uwh > 0) {
        const auto q_uwh = static_cast<std::int64_t>(std::llround(static_cast<double>(field.q_uwh) * ratio));
        good.count = Count{.counts = *number,
                           .q_uwh = q_uwh,
                           .modulus = field.modulus > 0 ? field.modulus : natural_modulus(field.type)};
    }
    return good;
}

std::string no_value_text(const Field& field, std::span<const std::uint8_t> data, const Ratios& ratios) {
    if (decode(field, data, ratios).quality == Quality::good) return {};
    const std::size_t end = std::size_t{field.address} + bytes_of(field.type);
    if (data.size() < end) return std::to_string(data.size()) + " bytes, too few";
    const auto own = shown(data.subspan(field.address, bytes_of(field.type)));
    Field unbounded = field;
    unbounded.min = unbounded.max = {};
    const Decoded decoded = decode(unbounded, data, ratios);
    if (decoded.quality != Quality::good) return own + " are no digits";
    const bool low = field.min && decoded.value < *field.min;
    return own + " gives " + shown(decoded.value) + (low ? ", below " : ", above ") +
           shown(low ? *field.min : *field.max);
}

}  // namespace pued::dlt645
