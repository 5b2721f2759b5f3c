// Sensor data records; see the header. Pure. Offsets are from the record's first byte, 0-based.
#include "drivers/ipmi/sdr.hpp"

#include <array>
#include <cmath>

#include "drivers/ipmi/id_string.hpp"

namespace pued::ipmi {

namespace {

constexpr std::size_t full_name_at = 47;
constexpr std::size_t compact_name_at = 31;

int sign_extend(unsigned value, unsigned bits) {
    const int whole = static_cast<int>(value);
    return value >> (bits - 1) & 1U ? whole - (1 << bits) : whole;
}

// Ten bits: eight in one byte, the upper two at the top of the next.
int ten_bits(std::uint8_t low, std::uint8_t high) {
    return sign_extend(low | (static_cast<unsigned>(high) & 0xC0U) << 2, 10);
}

Factors factors_at(Bytes bytes, std::size_t m_at, std::size_t exponents_at) {
    return {.m = ten_bits(bytes[m_at], bytes[m_at + 1]),
            .b = ten_bits(bytes[m_at + 2], bytes[m_at + 3]),
            .b_exp = sign_extend(bytes[exponents_at] & 0x0FU, 4),
            .r_exp = sign_extend(static_cast<unsigned>(bytes[exponents_at]) >> 4, 4)};
}

int signed_raw(AnalogFormat format, std::uint8_t raw) {
    if (format == AnalogFormat::unsigned_byte || raw < 0x80) return raw;
    return format == AnalogFormat::ones_complement ? raw - 255 : raw - 256;
}

// Of the exponents in four bits, signed, and of their opposites.
double ten_to(int exponent) {
    static constexpr std::array powers{1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1e0,
                                       1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8};
    const int place = exponent + 8;
    return powers.at(static_cast<std::size_t>(place));
}

// IPMI 2.0 table 43-1, byte 24.
double linearize(std::uint8_t how, double y) {
    switch (how) {
        case 1: return std::log(y);
        case 2: return std::log10(y);
        case 3: return std::log2(y);
        case 4: return std::exp(y);
        case 5: return std::pow(10, y);
        case 6: return std::exp2(y);
        case 7: return 1 / y;
        case 8: return y * y;
        case 9: return y * y * y;
        case 10: return std::sqrt(y);
        case 11: return std::cbrt(y);
        default: return y;
    }
}

bool fits(Bytes record, std::uint8_t type) {
    return record.size() > (type == full_record ? full_name_at : compact_name_at);
}

}  // namespace

Result<SensorRecord> decode_sensor_record(Bytes record) {
    if (record.size() < header_size) return Error{"a sensor record is cut short"};
    SensorRecord out;
    out.id = static_cast<std::uint16_t>(record[0] | record[1] << 8);
    out.type = record[3];
    if (out.type != full_record && out.type != compact_record) return Error{"not a sensor record"};
    if (!fits(record, out.type)) return Error{"a sensor record is cut short"};
    out.owner = record[5];
    out.lun = record[6] & 0x03;
    out.number = record[7];
    out.event = record[13];
    out.name = decode_id_string(record.subspan(out.type == full_record ? full_name_at : compact_name_at));
    out.base_unit = record[21];
    out.compound_unit = (record[20] & 0x3E) != 0;
    if (out.type == compact_record) return out;
    out.format = static_cast<AnalogFormat>(record[20] >> 6);
    out.linearization = record[23] & 0x7F;
    out.factors = factors_at(record, 24, 29);
    return out;
}

Result<Factors> decode_factors(Bytes data) {
    // next reading, M, M and tolerance, B, B and accuracy, accuracy, exponents
    if (data.size() < 7) return Error{"the reply to Get Sensor Reading Factors is cut short"};
    return factors_at(data, 1, 6);
}

std::string why_no_number(const SensorRecord& record) {
    if (record.owner != 0x20) return "belongs to another controller than the BMC, which is not supported";
    if (record.type == compact_record) return "is discrete: it has states, no number";
    // Full records of discrete sensors exist, with an analog format left at 0: only threshold sensors measure.
    if (record.event != 0x01 || record.format == AnalogFormat::none) return "is discrete: it has states, no number";
    if (record.linearization > 11 && record.linearization < 0x70) return "has a reserved linearization";
    return {};
}

bool needs_factors(const SensorRecord& record) { return record.linearization >= 0x70; }

Result<double> convert(const SensorRecord& record, const Factors& factors, std::uint8_t raw) {
    const double x = signed_raw(record.format, raw);
    // One power of ten at most stands below the line, so that 153.8 does not become 153.80000000000001.
    const double sum = factors.m * x + factors.b * ten_to(factors.b_exp);
    const double y = factors.r_exp < 0 ? sum / ten_to(-factors.r_exp) : sum * ten_to(factors.r_exp);
    const double value = linearize(record.linearization, y);
    if (!std::isfinite(value)) return Error{"the raw value " + std::to_string(raw) + " has no meaning"};
    return value;
}

Result<double> convert(const SensorRecord& record, std::uint8_t raw) { return convert(record, record.factors, raw); }

std::string unit_name(const SensorRecord& record) {
    if (record.compound_unit) return "a compound unit";
    switch (record.base_unit) {
        case unit::unspecified: return "no unit";
        case 1: return "°C";
        case 4: return "V";
        case 5: return "A";
        case unit::watts: return "W";
        case 7: return "J";
        case 9: return "VA";
        case 18: return "rpm";
        case 19: return "Hz";
        default: return "unit " + std::to_string(record.base_unit);
    }
}

}  // namespace pued::ipmi
