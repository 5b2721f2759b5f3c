// Register words to values: join by word order, compare with the "no value" marks, convert by type, scale, check.
#include "drivers/modbus/decode.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace pued {
namespace {

// What a register says before scaling: its number, and for integers the exact digits.
struct Raw {
    double number = 0;
    std::uint64_t magnitude = 0;  // exact |number|; integer types only
    bool negative = false;
    bool floating = false;
    double ulp = 0;  // distance to the next number the register can show; floating types only
};

bool low_word_first(WordOrder order) { return order == WordOrder::cdab || order == WordOrder::dcba; }
bool bytes_swapped(WordOrder order) { return order == WordOrder::badc || order == WordOrder::dcba; }

std::uint64_t word_at(std::span<const std::uint16_t> words, std::size_t significance, WordOrder order) {
    const std::uint16_t word = words[low_word_first(order) ? significance : words.size() - 1 - significance];
    if (!bytes_swapped(order)) return word;
    return ((word & 0xFFU) << 8U) | (word >> 8U);
}

std::uint64_t join(std::span<const std::uint16_t> words, WordOrder order) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < words.size(); ++i) bits |= word_at(words, i, order) << (16 * i);
    return bits;
}

std::uint64_t sign_extended(std::uint64_t bits, unsigned width) {
    const unsigned shift = 64 - width;
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(bits << shift) >> shift);
}

// A mark may be written as the bits (0x8000) or as the number (-32768), which the configuration keeps as 64 bits.
bool is_marked(const Field& field, std::uint64_t bits, unsigned width) {
    const std::uint64_t extended = sign_extended(bits, width);
    return std::ranges::any_of(field.invalid, [&](std::uint64_t mark) { return mark == bits || mark == extended; });
}

Raw from_unsigned(std::uint64_t bits) { return {.number = static_cast<double>(bits), .magnitude = bits}; }

Raw from_signed(std::uint64_t bits, unsigned width) {
    const std::uint64_t extended = sign_extended(bits, width);
    const bool negative = (extended >> 63U) != 0;
    return {.number = static_cast<double>(static_cast<std::int64_t>(extended)),
            .magnitude = negative ? 0 - extended : extended,
            .negative = negative};
}

// No meter measures 1e-39 of anything: so small a float has its words in the wrong order, or is an integer. But a few
// of the least steps are what a meter's filter leaves for ever of a load that is gone.
template <class Float>
std::optional<Raw> from_float(Float number) {
    if (std::abs(number) <= 16 * std::numeric_limits<Float>::denorm_min()) number = 0;
    if (number != 0 && !std::isnormal(number)) return {};
    const Float size = std::abs(number);
    const Float below = std::nextafter(size, Float{0});
    const Float above = std::nextafter(size, std::numeric_limits<Float>::infinity());
    const double ulp = std::isfinite(above) ? static_cast<double>(above) - static_cast<double>(size)
                                            : static_cast<double>(size) - static_cast<double>(below);
    return Raw{.number = static_cast<double>(number), .negative = number < 0, .floating = true, .ulp = ulp};
}

// `digits` of base `base` in groups of `bits_each` bits; a group that is no digit makes the whole invalid.
std::optional<Raw> from_groups(std::uint64_t bits, unsigned groups, unsigned bits_each, std::uint64_t base) {
    std::uint64_t number = 0;
    for (unsigned i = groups; i-- > 0;) {
        const std::uint64_t digit = (bits >> (i * bits_each)) & ((std::uint64_t{1} << bits_each) - 1);
        if (digit >= base) return {};
        number = number * base + digit;
    }
    return from_unsigned(number);
}

std::optional<Raw> convert(RegisterType type, std::uint64_t bits) {
    const unsigned words = words_of(type);
    switch (type) {
        case RegisterType::u16:
        case RegisterType::u32:
        case RegisterType::u64: return from_unsigned(bits);
        case RegisterType::i16:
        case RegisterType::i32:
        case RegisterType::i64: return from_signed(bits, 16 * words);
        case RegisterType::f32: return from_float(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
        case RegisterType::f64: return from_float(std::bit_cast<double>(bits));
        case RegisterType::bcd16:
        case RegisterType::bcd32:
        case RegisterType::bcd64: return from_groups(bits, 4 * words, 4, 10);
        case RegisterType::bcd24: return from_groups(bits, 6, 4, 10);
        case RegisterType::mod10_2:
        case RegisterType::mod10_3:
        case RegisterType::mod10_4: return from_groups(bits, words, 16, 10'000);
    }
    return {};
}

std::optional<double> helper(const HelperValues& helpers, const std::string& name) {
    const auto found = helpers.find(name);
    return found == helpers.end() ? std::optional<double>{} : std::optional{found->second};
}

// The part of the scaling that the device itself tells: 10^scale_register * factors…
std::optional<double> told_scale(const Field& field, const HelperValues& helpers) {
    constexpr double widest_exponent = 18;  // SunSpec allows ±10; more is no exponent but a wrong address
    double product = 1;
    if (!field.scale_register.empty()) {
        const auto exponent = helper(helpers, field.scale_register);
        if (!exponent || std::abs(*exponent) > widest_exponent || *exponent != std::trunc(*exponent)) return {};
        product = std::pow(10.0, *exponent);
    }
    for (const auto& name : field.factors) {
        const auto factor = helper(helpers, name);
        if (!factor) return {};
        product *= *factor;
    }
    return product;
}

// A size in Wh as whole steps of 1 mWh, or of 1 Wh, 1 kWh … where 64 bits would not hold it.
std::optional<Count> stepped_count(double size_wh, double modulus_wh, double resolution_wh) {
    constexpr double most = 9.0e18;
    constexpr std::int64_t coarsest_uwh = 1'000'000'000'000;  // 1 MWh
    for (std::int64_t q_uwh = 1000; q_uwh <= coarsest_uwh; q_uwh *= 1000) {
        const double steps_per_wh = 1e6 / static_cast<double>(q_uwh);
        if (size_wh * steps_per_wh > most || modulus_wh * steps_per_wh > most) continue;
        return Count{.counts = static_cast<std::uint64_t>(std::llround(size_wh * steps_per_wh)),
                     .q_uwh = q_uwh,
                     .modulus = static_cast<std::uint64_t>(std::llround(modulus_wh * steps_per_wh)),
                     .ulp_wh = resolution_wh};
    }
    return {};
}

// q_uwh times the device's own factors, when that is a whole number of µWh (it is, for real CTs and exponents).
std::optional<std::int64_t> whole_q(const Field& field, double told) {
    const double q = static_cast<double>(field.q_uwh) * told;
    if (!(q >= 0.5) || q > 9.0e18) return {};
    const double whole = std::round(q);
    if (std::abs(q - whole) > 1e-9 * whole) return {};
    return static_cast<std::int64_t>(whole);
}

std::optional<Count> count_of(const Field& field, const Raw& raw, double told) {
    if (!(told > 0)) return {};  // a CT of 0 or below measures nothing
    const std::uint64_t modulus = field.modulus > 0 ? field.modulus : natural_modulus(field.type);
    const auto q_uwh = whole_q(field, told);
    if (!raw.floating && q_uwh) return Count{.counts = raw.magnitude, .q_uwh = *q_uwh, .modulus = modulus};
    const double modulus_wh = static_cast<double>(modulus) * static_cast<double>(field.q_uwh) * 1e-6 * told;
    if (!raw.floating) {
        const double q_wh = static_cast<double>(field.q_uwh) * 1e-6 * told;
        return stepped_count(static_cast<double>(raw.magnitude) * q_wh, modulus_wh, q_wh);
    }
    const double scale = std::abs(field.scale) * told;
    return stepped_count(std::abs(raw.number) * scale, modulus_wh, raw.ulp * scale);
}

Decoded none(NoValue why) { return {.quality = Quality::invalid, .why = why, .value = 0, .count = {}}; }

// Of bits that are no number: of a float those are all ones in the exponent, or all zeros.
NoValue no_number(RegisterType type, std::uint64_t bits) {
    const std::uint64_t exponent = type == RegisterType::f32 ? bits >> 23U & 0xFFU : bits >> 52U & 0x7FFU;
    const bool floating = type == RegisterType::f32 || type == RegisterType::f64;
    return floating && exponent == 0 ? NoValue::subnormal : NoValue::no_number;
}

bool plausible(const Field& field, double value) {
    return std::isfinite(value) && !(field.min && value < *field.min) && !(field.max && value > *field.max);
}

}  // namespace

Decoded decode(const Field& field, std::span<const std::uint16_t> words, const HelperValues& helpers) {
    const unsigned length = words_of(field.type);
    if (words.size() < length) return none(NoValue::unread);
    const std::uint64_t bits = join(words.first(length), field.order);
    if (is_marked(field, bits, 16 * length)) return none(NoValue::marked);
    const auto raw = convert(field.type, bits);
    if (!raw) return none(no_number(field.type, bits));
    const auto told = told_scale(field, helpers);
    if (!told) return none(NoValue::unscaled);

    const double sign = field.negate ? -1 : 1;
    const double value = sign * (raw->number * field.scale * *told + field.offset);
    if (!plausible(field, value)) return none(NoValue::out_of_bounds);
    Decoded good{.quality = Quality::good, .why = NoValue::none, .value = value + 0.0, .count = {}};  // never "-0"
    if (field.q_uwh <= 0) return good;

    // An energy register runs forward from zero: below zero it is broken, or another register than we think.
    if (raw->number != 0 && raw->negative != field.negate) return none(NoValue::below_zero);
    good.count = count_of(field, *raw, *told);
    return good.count ? good : none(NoValue::uncountable);
}

std::string decode_identity(const IdentityField& field, std::span<const std::uint16_t> words) {
    if (words.size() < field.words) return {};
    words = words.first(field.words);
    if (!field.text) {
        const auto number = join(words, field.order);
        return number == 0 || std::ranges::find(field.invalid, number) != field.invalid.end() ? std::string{}
                                                                                              : std::to_string(number);
    }
    std::string out;
    for (std::size_t i = words.size(); i-- > 0;) {
        const auto word = word_at(words, i, field.order);
        for (const auto letter : {word >> 8U, word & 0xFFU}) {
            if (letter == 0) continue;  // after the end, or before the only letter of this word
            if (letter < 0x20 || letter > 0x7E) return {};
            out += static_cast<char>(letter);
        }
    }
    const auto first = out.find_first_not_of(' ');
    return first == std::string::npos ? std::string{} : out.substr(first, out.find_last_not_of(' ') + 1 - first);
}

}  // namespace pued
