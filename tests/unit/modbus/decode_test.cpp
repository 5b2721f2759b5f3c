// Words to values: the vectors of registers.md section 6 and metering.md A03/A08, and every way a field can be bad.
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "drivers/modbus/decode.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

using Words = std::vector<std::uint16_t>;

Field field(RegisterType type, WordOrder order = WordOrder::abcd, double scale = 1) {
    Field f;
    f.type = type;
    f.order = order;
    f.scale = scale;
    return f;
}

Field energy(RegisterType type, std::int64_t q_uwh, WordOrder order = WordOrder::abcd) {
    Field f = field(type, order, static_cast<double>(q_uwh) * 1e-6);
    f.q_uwh = q_uwh;
    return f;
}

void check_value(double expected, const Field& f, const Words& words, const HelperValues& helpers = {}) {
    const Decoded decoded = decode(f, words, helpers);
    CHECK_TRUE(decoded.quality == Quality::good);
    DOUBLES_EQUAL(expected, decoded.value, std::abs(expected) * 1e-15);
}

void check_invalid(const Field& f, const Words& words, const HelperValues& helpers = {}) {
    const Decoded decoded = decode(f, words, helpers);
    CHECK_TRUE(decoded.quality == Quality::invalid);
    DOUBLES_EQUAL(0, decoded.value, 0);
    CHECK_FALSE(decoded.count.has_value());
}

void check_count(const Count& expected, const Field& f, const Words& words, const HelperValues& helpers = {}) {
    const Decoded decoded = decode(f, words, helpers);
    CHECK_TRUE(decoded.quality == Quality::good);
    CHECK_TRUE(decoded.count.has_value());
    UNSIGNED_LONGLONGS_EQUAL(expected.counts, decoded.count->counts);
    LONGLONGS_EQUAL(expected.q_uwh, decoded.count->q_uwh);
    UNSIGNED_LONGLONGS_EQUAL(expected.modulus, decoded.count->modulus);
    DOUBLES_EQUAL(expected.ulp_wh, decoded.count->ulp_wh, expected.ulp_wh * 1e-12);
}

Words float_words(double value) {
    const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(value));
    return {static_cast<std::uint16_t>(bits >> 16U), static_cast<std::uint16_t>(bits & 0xFFFFU)};
}

}  // namespace

TEST_GROUP(Decode){};

TEST(Decode, the_eastron_manual_has_its_floats_high_word_first) {
    check_value(230.20001220703125, field(RegisterType::f32), {0x4366, 0x3334});
    check_value(240.5, field(RegisterType::f32), {0x4370, 0x8000});
}

TEST(Decode, circutor_volts_are_tenths) {
    check_value(212.5, field(RegisterType::u32, WordOrder::abcd, 0.1), {0x0000, 0x084D});
}

TEST(Decode, an_apc_load_is_eight_binary_places_and_becomes_watts_by_the_nominal_power) {
    Field f = field(RegisterType::u16, WordOrder::abcd, 1.0 / 256 / 100);
    f.factors = {"nominal_w"};
    check_value(375, f, {0x1900}, {{"nominal_w", 1500}});
}

TEST(Decode, an_offset_comes_after_the_scale) {
    Field f = field(RegisterType::u16, WordOrder::abcd, 0.1);
    f.offset = -273.15;
    DOUBLES_EQUAL(25.05, decode(f, Words{2982}, {}).value, 1e-9);
}

TEST(Decode, each_word_order_finds_the_same_number) {
    check_value(0x01020304, field(RegisterType::u32, WordOrder::abcd), {0x0102, 0x0304});
    check_value(0x01020304, field(RegisterType::u32, WordOrder::cdab), {0x0304, 0x0102});
    check_value(0x01020304, field(RegisterType::u32, WordOrder::badc), {0x0201, 0x0403});
    check_value(0x01020304, field(RegisterType::u32, WordOrder::dcba), {0x0403, 0x0201});
    check_value(static_cast<double>(0x0102030405060708), field(RegisterType::u64, WordOrder::dcba),
                {0x0807, 0x0605, 0x0403, 0x0201});
    check_value(static_cast<double>(0x0102030405060708), field(RegisterType::u64, WordOrder::cdab),
                {0x0708, 0x0506, 0x0304, 0x0102});
    check_value(-2, field(RegisterType::f64, WordOrder::cdab), {0, 0, 0, 0xC000});
}

TEST(Decode, signed_types_reach_below_zero) {
    check_value(-1, field(RegisterType::i16), {0xFFFF});
    check_value(65535, field(RegisterType::u16), {0xFFFF});
    check_value(-2147483648.0, field(RegisterType::i32), {0x8000, 0});
    check_value(-2, field(RegisterType::i64), {0xFFFF, 0xFFFF, 0xFFFF, 0xFFFE});
    check_value(-9223372036854775808.0, field(RegisterType::i64), {0x8000, 0, 0, 0});
}

TEST(Decode, bcd_reads_like_it_looks_and_a_nibble_above_nine_is_invalid) {
    check_value(1234, field(RegisterType::bcd16), {0x1234});
    check_value(12345678, field(RegisterType::bcd32), {0x1234, 0x5678});
    check_value(12345678, field(RegisterType::bcd32, WordOrder::cdab), {0x5678, 0x1234});
    check_value(9999999999999999.0, field(RegisterType::bcd64), {0x9999, 0x9999, 0x9999, 0x9999});
    check_invalid(field(RegisterType::bcd16), {0x12A4});
    check_invalid(field(RegisterType::bcd32), {0xFFFF, 0xFFFF});
}

TEST(Decode, mod10_has_four_digits_a_word) {
    check_value(1234567, field(RegisterType::mod10_4, WordOrder::cdab), {4567, 123, 0, 0});  // A03
    check_value(1234567, field(RegisterType::mod10_4), {0, 0, 123, 4567});
    check_value(12345, field(RegisterType::mod10_2), {1, 2345});
    check_value(100020003, field(RegisterType::mod10_3), {1, 2, 3});
    check_invalid(field(RegisterType::mod10_2), {0, 10000});
}

TEST(Decode, what_is_no_number_is_invalid) {
    check_invalid(field(RegisterType::f32), {0x7FC0, 0});
    check_invalid(field(RegisterType::f32), {0x7F80, 0});
    check_invalid(field(RegisterType::f32), {0xFF80, 0});
    check_invalid(field(RegisterType::f64), {0x7FF8, 0, 0, 0});
    check_invalid(field(RegisterType::u32), {1});
    check_invalid(field(RegisterType::u16), {});
}

TEST(Decode, a_float_too_small_to_be_normal_is_a_wrong_word_order_or_an_integer) {
    check_invalid(field(RegisterType::f32, WordOrder::cdab), {0x4366, 0});  // 230.0 with its words exchanged
    check_invalid(field(RegisterType::f32), {0, 2300});                     // an integer
    check_invalid(field(RegisterType::f32), {0x807F, 0xFFFF});              // the greatest of them, below zero
    check_invalid(field(RegisterType::f64), {0, 0, 0x4366, 0});
    check_value(0, field(RegisterType::f32), {0, 0});
    check_value(0, field(RegisterType::f32), {0x8000, 0});
    check_value(0, field(RegisterType::f64), {0, 0, 0, 0});
    check_value(1.1754943508222875e-38, field(RegisterType::f32), {0x0080, 0});  // the least normal one
    check_value(2.2250738585072014e-308, field(RegisterType::f64), {0x0010, 0, 0, 0});
}

TEST(Decode, the_least_steps_next_to_zero_are_a_load_that_is_gone) {
    check_value(0, field(RegisterType::f32), {0, 4});  // where y += 0.1 * (x - y) stops
    check_value(0, field(RegisterType::f32), {0x8000, 16});
    check_invalid(field(RegisterType::f32), {0, 17});
    check_value(0, field(RegisterType::f64), {0, 0, 0, 16});
}

TEST(Decode, a_mark_is_compared_after_the_words_are_in_order) {
    Field f = field(RegisterType::i32, WordOrder::cdab, 0.1);
    f.invalid = {0x7FFFFFFF};
    check_invalid(f, {0xFFFF, 0x7FFF});
    check_value(214748364.6, f, {0xFFFE, 0x7FFF});
}

TEST(Decode, a_mark_may_be_written_as_the_negative_number) {
    Field f = field(RegisterType::i16);
    f.invalid = {static_cast<std::uint64_t>(-32768)};
    check_invalid(f, {0x8000});
    f.invalid = {0x8000};
    check_invalid(f, {0x8000});
    check_value(-32767, f, {0x8001});
}

TEST(Decode, a_scale_register_is_a_power_of_ten) {
    Field f = field(RegisterType::i16);
    f.scale_register = "sf";
    check_value(2345, f, {2345}, {{"sf", 0}});
    check_value(234.5, f, {2345}, {{"sf", -1}});
    check_value(234500, f, {2345}, {{"sf", 2}});
    check_invalid(f, {2345});
    check_invalid(f, {2345}, {{"sf", 77}});
    check_invalid(f, {2345}, {{"sf", 0.5}});
}

TEST(Decode, every_factor_must_be_there) {
    Field f = field(RegisterType::u16, WordOrder::abcd, 0.01);
    f.factors = {"ct", "pt"};
    check_value(2000, f, {100}, {{"ct", 200}, {"pt", 10}});
    check_invalid(f, {100}, {{"ct", 200}});
}

TEST(Decode, implausible_is_invalid_and_the_bounds_are_not) {
    Field f = field(RegisterType::u16, WordOrder::abcd, 0.1);
    f.min = 80;
    f.max = 350;
    check_value(80, f, {800});
    check_value(350, f, {3500});
    check_invalid(f, {799});
    check_invalid(f, {3501});
}

TEST(Decode, negate_turns_export_positive_into_import_positive) {
    Field f = field(RegisterType::i32);
    f.negate = true;
    check_value(-500, f, {0, 500});
    check_value(500, f, {0xFFFF, 0xFE0C});
    CHECK_FALSE(std::signbit(decode(f, Words{0, 0}, {}).value));
}

TEST(Decode, an_integer_energy_register_is_counted_exactly) {
    check_count({4294967290U, 100'000'000, 4294967296U, 0}, energy(RegisterType::u32, 100'000'000), {0xFFFF, 0xFFFA});
    check_value(429496729000.0, energy(RegisterType::u32, 100'000'000), {0xFFFF, 0xFFFA});
    check_count({0xFFFFFFFFFFFFFFFFU, 10'000, 0, 0}, energy(RegisterType::u64, 10'000),
                {0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF});
    check_count({1234567, 1'000'000, 10'000'000'000'000'000U, 0},
                energy(RegisterType::mod10_4, 1'000'000, WordOrder::cdab), {4567, 123, 0, 0});
    check_count({99999999, 10'000'000, 100'000'000, 0}, energy(RegisterType::bcd32, 10'000'000), {0x9999, 0x9999});
    check_count({7, 1'000'000, 65536, 0}, energy(RegisterType::u16, 1'000'000), {7});
}

TEST(Decode, a_map_may_know_better_where_a_register_wraps) {
    Field f = energy(RegisterType::u32, 100'000'000);
    f.modulus = 999'999'999;
    check_count({12, 100'000'000, 999'999'999, 0}, f, {0, 12});
}

TEST(Decode, ratios_and_exponents_go_into_the_size_of_a_count) {
    Field f = energy(RegisterType::u32, 10'000'000);
    f.factors = {"ct"};
    check_count({5, 2'000'000'000, 4294967296U, 0}, f, {0, 5}, {{"ct", 200}});
    f.factors.clear();
    f.scale_register = "sf";
    check_count({5, 1'000'000, 4294967296U, 0}, f, {0, 5}, {{"sf", -1}});
}

TEST(Decode, a_count_of_no_whole_size_is_kept_in_milliwatt_hours) {
    Field f = energy(RegisterType::u32, 1'000'000);
    f.factors = {"ct"};
    const Decoded decoded = decode(f, Words{0, 7}, {{"ct", 1.0 / 3}});
    CHECK_TRUE(decoded.quality == Quality::good);
    UNSIGNED_LONGLONGS_EQUAL(2333, decoded.count->counts);
    LONGLONGS_EQUAL(1000, decoded.count->q_uwh);
    DOUBLES_EQUAL(1.0 / 3, decoded.count->ulp_wh, 1e-12);
}

TEST(Decode, a_float_energy_register_says_how_fine_it_is) {  // A08, kWh registers
    const Field f = energy(RegisterType::f32, 1'000'000'000);
    check_count({123456781250U, 1000, 0, 7.8125}, f, float_words(123456.78));
    check_count({1234567750000U, 1000, 0, 125}, f, float_words(1234567.8));
    check_count({12345679000000U, 1000, 0, 1000}, f, float_words(12345678.9));
    check_count({20000000000000U, 1000, 0, 2000}, f, float_words(20000000));
}

TEST(Decode, a_huge_float_energy_is_counted_coarser_and_never_wraps_silently) {
    const Field f = energy(RegisterType::f64, 1'000'000);  // Wh
    const auto bits = std::bit_cast<std::uint64_t>(4e16);
    const Words words{static_cast<std::uint16_t>(bits >> 48U), static_cast<std::uint16_t>(bits >> 32U),
                      static_cast<std::uint16_t>(bits >> 16U), static_cast<std::uint16_t>(bits)};
    check_count({40'000'000'000'000'000U, 1'000'000, 0, 8}, f, words);
    check_invalid(energy(RegisterType::f64, 1'000'000), {0x7FEF, 0xFFFF, 0xFFFF, 0xFFFF});
}

TEST(Decode, the_wrap_of_a_float_register_follows_its_counts) {
    Field f = energy(RegisterType::f64, 1'000'000);  // Siemens PAC: Wh, the device wraps at 1e12
    f.modulus = 1'000'000'000'000;
    const auto decoded = decode(f, Words{0x3FF8, 0, 0, 0}, {});
    UNSIGNED_LONGLONGS_EQUAL(1500, decoded.count->counts);
    UNSIGNED_LONGLONGS_EQUAL(1'000'000'000'000'000U, decoded.count->modulus);
}

TEST(Decode, energy_below_zero_is_invalid) {
    check_invalid(energy(RegisterType::i32, 1'000'000), {0xFFFF, 0xFFFF});
    check_invalid(energy(RegisterType::f32, 1'000'000), float_words(-0.5));
    check_count({3, 1'000'000, 2147483648U, 0}, energy(RegisterType::i32, 1'000'000), {0, 3});
    Field f = energy(RegisterType::i32, 1'000'000);
    f.negate = true;
    check_count({5, 1'000'000, 2147483648U, 0}, f, {0xFFFF, 0xFFFB});
    check_invalid(f, {0, 5});
}

TEST(Decode, a_ratio_of_nought_measures_nothing) {
    Field f = energy(RegisterType::u32, 1'000'000);
    f.factors = {"ct"};
    check_invalid(f, {0, 5}, {{"ct", 0}});
    check_invalid(f, {0, 5}, {{"ct", -1}});
}

TEST_GROUP(DecodeIdentity){std::string text(std::vector<std::uint16_t> words, WordOrder order = WordOrder::abcd){
    const IdentityField field{.function = 3,
                              .address = 0,
                              .words = static_cast<unsigned>(words.size()),
                              .text = true,
                              .order = order,
                              .invalid = {}};
return decode_identity(field, words);
}
std::string number(std::vector<std::uint16_t> words, WordOrder order = WordOrder::abcd) {
    const IdentityField field{.function = 3,
                              .address = 0,
                              .words = static_cast<unsigned>(words.size()),
                              .text = false,
                              .order = order,
                              .invalid = {0xFFFFFFFF}};
    return decode_identity(field, words);
}
}
;

TEST(DecodeIdentity, a_text_has_two_letters_a_word_or_one) {
    STRCMP_EQUAL("AB12", text({0x4142, 0x3132, 0x0000}).c_str());
    STRCMP_EQUAL("A1", text({0x0041, 0x0031}).c_str());
    STRCMP_EQUAL("A 1", text({0x2041, 0x2031, 0x2020}).c_str());
    STRCMP_EQUAL("AB", text({0x4241}, WordOrder::badc).c_str());
}

TEST(DecodeIdentity, what_is_no_text_is_none) {
    for (const auto& words : std::vector<std::vector<std::uint16_t>>{{0, 0}, {0x2020}, {0xFFFF}, {0x4107}, {0x41E9}}) {
        STRCMP_EQUAL("", text(words).c_str());
    }
}

TEST(DecodeIdentity, a_number_is_written_out_and_zero_is_none) {
    STRCMP_EQUAL("4294967294", number({0xFFFF, 0xFFFE}).c_str());
    STRCMP_EQUAL("65538", number({2, 1}, WordOrder::cdab).c_str());
    STRCMP_EQUAL("7", number({7}).c_str());
    STRCMP_EQUAL("", number({0xFFFF, 0xFFFF}).c_str());
    STRCMP_EQUAL("", number({0, 0}).c_str());
}

TEST(DecodeIdentity, too_few_words_are_none) {
    const IdentityField field{
        .function = 3, .address = 0, .words = 2, .text = true, .order = WordOrder::abcd, .invalid = {}};
    STRCMP_EQUAL("", decode_identity(field, std::vector<std::uint16_t>{0x4142}).c_str());
}
