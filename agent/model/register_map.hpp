// A device model's registers, as data: what config/devices/*.toml says once it is loaded and checked
// (agent/config/register_map_file.hpp) and what drivers/modbus and drivers/dlt645 plan and decode by. Plain structs;
// units are already converted to those of our quantity names. Addresses are 0-based, as on the wire.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace pued {

enum class MapProtocol : std::uint8_t { modbus, dlt645 };

enum class RegisterType : std::uint8_t {
    u16,
    i16,
    u32,
    i32,
    u64,
    i64,
    f32,
    f64,
    bcd16,
    bcd32,
    bcd64,
    mod10_2,
    mod10_3,
    mod10_4,
    bcd24,  // three bytes, DL/T 645 only
};

// Where the bytes of the most significant word A B … stand. cdab: low word first; badc, dcba: bytes swapped in each
// word.
enum class WordOrder : std::uint8_t { abcd, cdab, badc, dcba };

constexpr unsigned words_of(RegisterType type) {
    switch (type) {
        case RegisterType::u16:
        case RegisterType::i16:
        case RegisterType::bcd16: return 1;
        case RegisterType::u32:
        case RegisterType::i32:
        case RegisterType::f32:
        case RegisterType::bcd32:
        case RegisterType::bcd24:
        case RegisterType::mod10_2: return 2;
        case RegisterType::mod10_3: return 3;
        default: return 4;
    }
}

// Of a DL/T 645 value.
constexpr unsigned bytes_of(RegisterType type) { return type == RegisterType::bcd24 ? 3 : 2 * words_of(type); }

// Counts at which a register of this type wraps; 0: never in practice. Signed ones lose their sign bit.
constexpr std::uint64_t natural_modulus(RegisterType type) {
    switch (type) {
        case RegisterType::u16: return std::uint64_t{1} << 16U;
        case RegisterType::i16: return std::uint64_t{1} << 15U;
        case RegisterType::u32: return std::uint64_t{1} << 32U;
        case RegisterType::i32: return std::uint64_t{1} << 31U;
        case RegisterType::bcd16: return 10'000;
        case RegisterType::bcd24: return 1'000'000;
        case RegisterType::bcd32:
        case RegisterType::mod10_2: return 100'000'000;
        case RegisterType::mod10_3: return 1'000'000'000'000;
        case RegisterType::bcd64:
        case RegisterType::mod10_4: return 10'000'000'000'000'000;
        default: return 0;
    }
}

// How often a field is wanted: with every poll, or once after each (re)connection (ratios, scales, nominal values).
enum class ReadRate : std::uint8_t { every_poll, once };

struct Field {
    std::string name;           // a quantity ("power_w"), in an array one of the element; or a helper register's name
    std::uint8_t function = 3;  // 3 holding, 4 input
    std::uint16_t address = 0;  // of the first element, for arrays
    RegisterType type = RegisterType::u16;
    WordOrder order = WordOrder::abcd;
    double scale = 1;  // value = raw * scale * 10^scale_register * factors… + offset
    double offset = 0;
    std::int64_t q_uwh = 0;              // energy registers: one count in microwatt-hours before factors; else 0
    std::uint64_t modulus = 0;           // energy registers: counts at which it wraps; 0: by its type
    std::string scale_register;          // helper holding a decimal exponent (SunSpec); empty: none
    std::vector<std::string> factors;    // helpers that multiply (CT, PT, nominal power)
    std::vector<std::uint64_t> invalid;  // raw words, joined by word order, that mean "no value"
    std::optional<double> min, max;      // plausible range, in the quantity's unit
    ReadRate rate = ReadRate::every_poll;
    bool negate = false;     // devices that count export positive
    std::uint32_t item = 0;  // DL/T 645: the data identifier, 0x00010000; address is then the value's first byte in
                             // its data, and function and order are unused
    bool sign_bit = false;   // BCD whose topmost bit is the sign
};

struct FieldArray {
    std::string element;  // "outlet", "branch", "phase"
    unsigned count = 0;   // how many there can be; the configuration may say fewer
    unsigned stride = 0;  // words from one element's register to the next's; a field may have its own
    std::vector<Field> fields;
    std::map<std::string, unsigned> own_stride;  // by field name
};

// A quantity that the device tells in parts only, such as the power of a UPS by its phases.
struct FieldSum {
    std::string name;
    std::vector<std::string> parts;  // names in RegisterMap::fields
};

struct SpanRules {
    unsigned max_words = 125;  // in one request
    unsigned max_gap = 0;      // words read in vain to save a request; 0: never bridge
    unsigned align = 1;        // 2: start and length even (Eastron)
    bool exact = false;        // every field by a request of its own
};

// The device's own serial number: a text of ASCII letters, two to a word or one, or an unsigned number.
struct IdentityField {
    std::uint8_t function = 3;
    std::uint16_t address = 0;
    unsigned words = 0;
    bool text = false;
    WordOrder order = WordOrder::abcd;   // of a text: abcd, or badc where the bytes of each word are swapped
    std::vector<std::uint64_t> invalid;  // raw numbers that mean "none"
};

// One read that tells this family of devices from others: for `pued scan`. It matches when all that is stated holds; a
// map is recognised when all its probes match.
struct IdentifyProbe {
    std::uint8_t function = 3;
    std::uint16_t address = 0;
    unsigned words = 1;
    bool text = false;                      // ASCII, two letters to a word or one
    WordOrder order = WordOrder::abcd;      // of a text: abcd, or badc
    std::vector<std::uint64_t> equals;      // a number: one of these …
    std::optional<std::uint64_t> min, max;  // … or between these
    std::uint64_t mask = ~std::uint64_t{0};
    std::vector<std::string> contains;  // a text: one of these is in it
};

struct RegisterMap {
    MapProtocol protocol = MapProtocol::modbus;
    std::string id;  // "eastron-sdm630"
    std::string vendor;
    std::vector<std::string> models;
    std::string kind;    // "meter", "pdu", "ups", "psu", "cooling", "generator"
    std::string status;  // "documented" (tier A), "community" (tier B)
    std::vector<std::string> sources;
    SpanRules spans;
    unsigned pause_ms = 0;  // silence the device wants between requests
    unsigned timeout_ms = 1000;
    unsigned refresh_ms = 0;  // how often the device renews its own registers; 0: unknown
    unsigned default_baud = 9600;
    char default_parity = 'N';
    unsigned last_unit_id = 247;  // on a serial line; the standard reserves what is above
    std::vector<Field> fields;    // published
    std::vector<Field> helpers;   // read for scaling, not published
    std::vector<FieldArray> arrays;
    std::vector<FieldSum> sums{};
    std::optional<IdentityField> identity{};
    std::vector<IdentifyProbe> identify{};
};

// What is read of one device to be published: the fields, then each array element by element ("outlet-1.power_w",
// "outlet-1.energy_wh", "outlet-2.power_w", …), addresses moved on by the field's stride. `counts` says how many
// elements the device has, by element name; absent: as many as there can be; never more than that.
std::vector<Field> expand(const RegisterMap& map, const std::map<std::string, unsigned>& counts);

// What is published for one device, in the order of its points: expand(), then the sums.
std::vector<std::string> published_names(const RegisterMap& map, const std::map<std::string, unsigned>& counts);

// The same map `offset` registers further on, as the second PDU of a cascade or another module of a UPS has it. No
// address may pass 65535: see last_register().
RegisterMap shifted(RegisterMap map, unsigned offset);

// The highest register that is read of such a device.
unsigned last_register(const RegisterMap& map, const std::map<std::string, unsigned>& counts);

}  // namespace pued
