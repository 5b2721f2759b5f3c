// Sensor data records: what a BMC says about a sensor, and how a raw byte becomes a number (IPMI 2.0 sections 36.3,
// 43.1, 43.2). Pure decoding of bytes that nobody vouches for; values come in the record's own unit.
#pragma once

#include <cstdint>
#include <string>

#include "agent/model/result.hpp"
#include "drivers/ipmi/transport.hpp"

namespace pued::ipmi {

enum class AnalogFormat : std::uint8_t { unsigned_byte, ones_complement, twos_complement, none };

// y = L((m * x + b * 10^b_exp) * 10^r_exp)
struct Factors {
    int m = 1;      // -512..511
    int b = 0;      // -512..511
    int b_exp = 0;  // -8..7
    int r_exp = 0;  // -8..7

    friend bool operator==(const Factors&, const Factors&) = default;
};

namespace unit {
constexpr std::uint8_t unspecified = 0;
constexpr std::uint8_t watts = 6;
}  // namespace unit

struct SensorRecord {
    std::uint16_t id = 0;     // of the record
    std::uint8_t type = 0;    // 01h full, 02h compact
    std::uint8_t owner = 0;   // 20h: the BMC itself
    std::uint8_t lun = 0;     // 0..3, of the owner; the same number can exist on several
    std::uint8_t number = 0;  // of the sensor
    std::uint8_t event = 0;   // event/reading type; 01h: threshold
    std::string name;         // UTF-8
    AnalogFormat format = AnalogFormat::none;
    bool compound_unit = false;  // base unit with a modifier or a rate
    std::uint8_t base_unit = unit::unspecified;
    std::uint8_t linearization = 0;  // 0..11, or 70h..7Fh: the factors must be asked for with each raw value
    Factors factors;
};

constexpr std::uint8_t header_size = 5;  // id, version, type, length of the rest
constexpr std::uint8_t full_record = 0x01;
constexpr std::uint8_t compact_record = 0x02;

// A whole record, header first; other types than 01h and 02h are errors.
Result<SensorRecord> decode_sensor_record(Bytes record);

// The data of a Get Sensor Reading Factors reply.
Result<Factors> decode_factors(Bytes data);

// Why this sensor cannot give a number; empty when it can.
std::string why_no_number(const SensorRecord& record);

bool needs_factors(const SensorRecord& record);

// A raw reading in the record's unit; an error where the formula has no value (the logarithm of zero, 1/0).
Result<double> convert(const SensorRecord& record, std::uint8_t raw);
Result<double> convert(const SensorRecord& record, const Factors& factors, std::uint8_t raw);

// "W", "A", … or "unit 42".
std::string unit_name(const SensorRecord& record);

}  // namespace pued::ipmi
