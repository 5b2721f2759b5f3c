// Sensor records: fields, names, conversion. Expected watts are those that two independent decoders gave for the same
// bytes (ipmitool and FreeIPMI), or worked out by hand from the formula.
#include <cmath>

#include "drivers/ipmi/id_string.hpp"
#include "drivers/ipmi/sdr.hpp"
#include "tests/unit/ipmi/records.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::ipmi;

namespace {

SensorRecord decoded(const records::Record& bytes) {
    const auto record = decode_sensor_record(bytes);
    CHECK_TRUE(static_cast<bool>(record));
    return *record;
}

double value(const records::Record& bytes, std::uint8_t raw) {
    const auto out = convert(decoded(bytes), raw);
    CHECK_TRUE(static_cast<bool>(out));
    return *out;
}

// gpu1() with another linearization and no scaling: y = L(x).
Result<double> linearized(std::uint8_t how, std::uint8_t raw) {
    auto bytes = records::gpu1();
    bytes[23] = how;
    return convert(decoded(bytes), raw);
}

}  // namespace

TEST_GROUP(Sdr){};

TEST(Sdr, a_full_record_is_taken_apart) {
    const auto record = decoded(records::lun1());
    LONGS_EQUAL(7, record.id);
    LONGS_EQUAL(full_record, record.type);
    LONGS_EQUAL(0x20, record.owner);
    LONGS_EQUAL(1, record.lun);
    LONGS_EQUAL(1, record.number);
    STRCMP_EQUAL("LUN1 Power", record.name.c_str());
    STRCMP_EQUAL("W", unit_name(record).c_str());
    STRCMP_EQUAL("", why_no_number(record).c_str());
}

TEST(Sdr, raw_58_of_the_first_supply_is_232_watts) { DOUBLES_EQUAL(232.0, value(records::ps1(), 58), 1e-9); }

TEST(Sdr, a_negative_offset_with_exponents_gives_153_8_watts) {
    const auto record = decoded(records::ps2());
    LONGS_EQUAL(155, record.factors.m);
    LONGS_EQUAL(-12, record.factors.b);
    LONGS_EQUAL(1, record.factors.b_exp);
    LONGS_EQUAL(-2, record.factors.r_exp);
    CHECK_TRUE(153.8 == value(records::ps2(), 100));  // to the last bit: reports print it
}

TEST(Sdr, twos_complement_is_negative) {
    DOUBLES_EQUAL(-1.0, value(records::batt_current(), 0xF6), 1e-12);
    DOUBLES_EQUAL(12.7, value(records::batt_current(), 0x7F), 1e-12);
    DOUBLES_EQUAL(-12.8, value(records::batt_current(), 0x80), 1e-12);
}

TEST(Sdr, ones_complement_has_two_zeros) {
    auto bytes = records::batt_current();
    bytes[20] = 0x40;
    DOUBLES_EQUAL(0.0, value(bytes, 0xFF), 1e-12);
    DOUBLES_EQUAL(0.0, value(bytes, 0x00), 1e-12);
    DOUBLES_EQUAL(-0.9, value(bytes, 0xF6), 1e-12);
    DOUBLES_EQUAL(-12.7, value(bytes, 0x80), 1e-12);
}

TEST(Sdr, the_ten_bits_of_m_and_b_reach_from_minus_512_to_511) {
    auto bytes = records::ps1();
    bytes[24] = 0x00, bytes[25] = 0x80 | 0x3F;  // the lower six bits are the tolerance
    bytes[26] = 0xFF, bytes[27] = 0x40;
    const auto record = decoded(bytes);
    LONGS_EQUAL(-512, record.factors.m);
    LONGS_EQUAL(511, record.factors.b);
}

TEST(Sdr, the_exponents_reach_from_minus_8_to_7) {
    auto bytes = records::ps1();
    bytes[29] = 0x87;
    const auto record = decoded(bytes);
    LONGS_EQUAL(-8, record.factors.r_exp);
    LONGS_EQUAL(7, record.factors.b_exp);
}

TEST(Sdr, a_square_gives_225_watts_for_raw_15) { DOUBLES_EQUAL(225.0, value(records::gpu1(), 15), 1e-9); }

TEST(Sdr, every_linearization_is_the_one_of_table_43_1) {
    DOUBLES_EQUAL(7.0, *linearized(0, 7), 1e-12);
    DOUBLES_EQUAL(2.302585092994046, *linearized(1, 10), 1e-12);
    DOUBLES_EQUAL(2.0, *linearized(2, 100), 1e-12);
    DOUBLES_EQUAL(6.0, *linearized(3, 64), 1e-12);
    DOUBLES_EQUAL(7.38905609893065, *linearized(4, 2), 1e-12);
    DOUBLES_EQUAL(1000.0, *linearized(5, 3), 1e-9);
    DOUBLES_EQUAL(1024.0, *linearized(6, 10), 1e-9);
    DOUBLES_EQUAL(0.25, *linearized(7, 4), 1e-12);
    DOUBLES_EQUAL(81.0, *linearized(8, 9), 1e-9);
    DOUBLES_EQUAL(729.0, *linearized(9, 9), 1e-9);
    DOUBLES_EQUAL(9.0, *linearized(10, 81), 1e-12);
    DOUBLES_EQUAL(5.0, *linearized(11, 125), 1e-12);
}

TEST(Sdr, where_the_formula_has_no_value_there_is_none) {
    CHECK_FALSE(static_cast<bool>(linearized(1, 0)));  // ln 0
    CHECK_FALSE(static_cast<bool>(linearized(7, 0)));  // 1/0
    auto negative_root = records::batt_current();
    negative_root[23] = 10;
    CHECK_FALSE(static_cast<bool>(convert(decoded(negative_root), 0xF6)));
}

TEST(Sdr, a_nonlinear_sensor_is_converted_with_the_factors_of_the_moment) {
    const auto record = decoded(records::gpu2());
    CHECK_TRUE(needs_factors(record));
    STRCMP_EQUAL("", why_no_number(record).c_str());
    const records::Record reply{0x20, 0x03, 0x00, 0xF4, 0xC0, 0x00, 0xE1};  // m 3, b -12, b_exp 1, r_exp -2
    const auto factors = decode_factors(reply);
    CHECK_TRUE((Factors{.m = 3, .b = -12, .b_exp = 1, .r_exp = -2}) == *factors);
    DOUBLES_EQUAL(1.8, *convert(record, *factors, 100), 1e-12);  // (300 - 120) / 100
    CHECK_FALSE(static_cast<bool>(decode_factors(Bytes{reply}.first(6))));
}

TEST(Sdr, discrete_sensors_have_no_number) {
    const auto compact = decoded(records::ps1_status());
    STRCMP_EQUAL("PS1 Status", compact.name.c_str());
    STRCMP_CONTAINS("discrete", why_no_number(compact).c_str());
    auto full = records::ps1();
    full[13] = 0x6F;  // sensor-specific states in a full record, analog format left at 0
    STRCMP_CONTAINS("discrete", why_no_number(decoded(full)).c_str());
    full[13] = 0x01, full[20] = 0xC0;
    STRCMP_CONTAINS("discrete", why_no_number(decoded(full)).c_str());
}

TEST(Sdr, another_controllers_sensor_is_not_ours_to_read) {
    auto bytes = records::ps1();
    bytes[5] = 0x2C;
    STRCMP_CONTAINS("another controller", why_no_number(decoded(bytes)).c_str());
}

TEST(Sdr, a_reserved_linearization_is_refused) {
    auto bytes = records::ps1();
    bytes[23] = 12;
    STRCMP_CONTAINS("reserved linearization", why_no_number(decoded(bytes)).c_str());
}

TEST(Sdr, units_are_named) {
    auto bytes = records::ps1();
    bytes[21] = 42;
    STRCMP_EQUAL("unit 42", unit_name(decoded(bytes)).c_str());
    bytes[21] = 6, bytes[20] = 0x08;  // watts per microsecond
    STRCMP_EQUAL("a compound unit", unit_name(decoded(bytes)).c_str());
}

TEST(Sdr, other_records_and_short_ones_are_errors) {
    CHECK_FALSE(static_cast<bool>(decode_sensor_record(records::locator())));
    const auto whole = records::ps1();
    for (std::size_t size = 0; size < 48; ++size) {
        CHECK_FALSE(static_cast<bool>(decode_sensor_record(Bytes{whole}.first(size))));
    }
    STRCMP_EQUAL("PS1", decoded({whole.begin(), whole.begin() + 51}).name.c_str());
}

TEST_GROUP(IdString){};

TEST(IdString, eight_bit_text_is_latin_1_and_comes_out_as_utf_8) {
    const records::Record field{0xC5, 'T', 0xFC, 'r', ' ', ' '};
    STRCMP_EQUAL("T\xC3\xBCr", decode_id_string(field).c_str());
}

TEST(IdString, six_bit_packing_is_the_specifications_own_example) {
    const records::Record field{0x83, 0x29, 0xDC, 0xA6};
    STRCMP_EQUAL("IPMI", decode_id_string(field).c_str());
}

TEST(IdString, bcd_plus_has_digits_space_dash_and_period) {
    const records::Record field{0x44, 0x12, 0xA3, 0xB4, 0xC5};
    STRCMP_EQUAL("12 3-4.5", decode_id_string(field).c_str());
}

TEST(IdString, unicode_is_utf_16_only_where_it_looks_like_it) {
    const records::Record wide{0x06, 'P', 0, 'S', 0, 0xFC, 0};
    STRCMP_EQUAL("PS\xC3\xBC", decode_id_string(wide).c_str());
    const records::Record plain{0x04, 'P', 'S', 'U', '1'};
    STRCMP_EQUAL("PSU1", decode_id_string(plain).c_str());
}

TEST(IdString, a_length_beyond_the_record_is_cut_to_what_is_there) {
    const records::Record field{0xDF, 'A', 'B'};
    STRCMP_EQUAL("AB", decode_id_string(field).c_str());
    STRCMP_EQUAL("", decode_id_string({}).c_str());
    const records::Record reserved_bit{0xE2, 'A', 'B', 'C'};
    STRCMP_EQUAL("AB", decode_id_string(reserved_bit).c_str());
}

TEST(IdString, control_characters_never_reach_a_log) {
    const records::Record field{0xC4, 'A', 0x1B, '[', 0x85};
    STRCMP_EQUAL("A?[?", decode_id_string(field).c_str());
    const records::Record nul{0xC3, 'A', 0x00, 'B'};
    STRCMP_EQUAL("A", decode_id_string(nul).c_str());
}
