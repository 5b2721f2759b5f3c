// The reasons of decode() with their numbers. See no_value.hpp.
#include "drivers/modbus/no_value.hpp"

#include <algorithm>
#include <cstdio>

namespace pued {
namespace {

std::string shown(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

std::string shown(std::span<const std::uint16_t> words) {
    std::string out;
    for (const unsigned word : words) {
        char text[16];
        std::snprintf(text, sizeof text, "%s0x%04X", out.empty() ? "" : " ", word);
        out += text;
    }
    return out;
}

bool is_float(RegisterType type) { return type == RegisterType::f32 || type == RegisterType::f64; }

// What the words would be worth without bounds.
std::string beyond(Field field, std::span<const std::uint16_t> words, const HelperValues& helpers) {
    const auto min = field.min, max = field.max;
    field.min = field.max = {};
    field.q_uwh = 0;
    const Decoded decoded = decode(field, words, helpers);
    if (decoded.quality != Quality::good) return " gives more than any number";
    const std::string gives = " gives " + shown(decoded.value);
    if (min && decoded.value < *min) return gives + ", below " + shown(*min);
    if (max && decoded.value > *max) return gives + ", above " + shown(*max);
    return gives;
}

std::string unscaled(const Field& field, const HelperValues& helpers) {
    const std::string& exponent = field.scale_register;
    const auto unknown = [&](const std::string& name) { return !name.empty() && !helpers.contains(name); };
    if (unknown(exponent)) return exponent + ", its exponent, has no value";
    const auto factor = std::ranges::find_if(field.factors, unknown);
    if (factor != field.factors.end()) return *factor + ", which multiplies it, has no value";
    return exponent + " = " + shown(helpers.at(exponent)) + " is no exponent";
}

}  // namespace

std::string no_value_text(const Field& field, std::span<const std::uint16_t> words, const HelperValues& helpers) {
    words = words.first(std::min<std::size_t>(words.size(), words_of(field.type)));
    switch (decode(field, words, helpers).why) {
        case NoValue::none: return {};
        case NoValue::unread: return "not read";
        case NoValue::marked: return shown(words) + " means not available";
        case NoValue::no_number: return shown(words) + (is_float(field.type) ? " is no number" : " are no digits");
        case NoValue::subnormal: return shown(words) + " is next to 0 as a float: another word order or type?";
        case NoValue::unscaled: return unscaled(field, helpers);
        case NoValue::out_of_bounds: return shown(words) + beyond(field, words, helpers);
        case NoValue::below_zero: return shown(words) + " is below 0, where no energy can be";
        case NoValue::uncountable: return shown(words) + " cannot be counted: its factors are 0 or less, or too large";
    }
    return {};
}

}  // namespace pued
