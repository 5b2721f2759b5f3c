// Why a field has no value, as an operator reads it.
#include <limits>
#include <string>
#include <vector>

#include "drivers/modbus/no_value.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

using Words = std::vector<std::uint16_t>;

Field field(RegisterType type) {
    Field out;
    out.type = type;
    return out;
}

void check_told(const char* expected, const Field& field, const Words& words, const HelperValues& helpers = {}) {
    STRCMP_EQUAL(expected, no_value_text(field, words, helpers).c_str());
}

}  // namespace

TEST_GROUP(NoValue){};

TEST(NoValue, of_a_good_value_there_is_nothing_to_tell) { check_told("", field(RegisterType::u16), {7}); }

TEST(NoValue, words_that_are_no_number_are_shown_as_they_came) {
    check_told("0x7FC0 0x0000 is no number", field(RegisterType::f32), {0x7FC0, 0});
    check_told("0x7FF0 0x0000 0x0000 0x0000 is no number", field(RegisterType::f64), {0x7FF0, 0, 0, 0});
    check_told("0x12A4 are no digits", field(RegisterType::bcd16), {0x12A4});
    check_told("0x0000 0x4366 is next to 0 as a float: another word order or type?", field(RegisterType::f32),
               {0, 0x4366});
    auto swapped = field(RegisterType::f32);
    swapped.order = WordOrder::cdab;
    check_told("0x4366 0x0000 is next to 0 as a float: another word order or type?", swapped, {0x4366, 0, 9});
    check_told("not read", field(RegisterType::u32), {1});
}

TEST(NoValue, a_mark_of_the_map_is_told_as_one) {
    auto marked = field(RegisterType::u16);
    marked.invalid = {0xFFFF};
    check_told("0xFFFF means not available", marked, {0xFFFF});
}

TEST(NoValue, a_bound_that_was_broken_is_named_with_the_value) {
    auto volts = field(RegisterType::u16);
    volts.scale = 0.1;
    volts.min = 80;
    volts.max = 300;
    check_told("0x1388 gives 500, above 300", volts, {5000});
    check_told("0x0005 gives 0.5, below 80", volts, {5});
    auto huge = field(RegisterType::f64);
    huge.scale = 1e10;
    check_told("0x7FEF 0xFFFF 0xFFFF 0xFFFF gives more than any number", huge, {0x7FEF, 0xFFFF, 0xFFFF, 0xFFFF});
}

TEST(NoValue, a_helper_that_is_missing_is_named) {
    auto scaled = field(RegisterType::u16);
    scaled.scale_register = "power_sf";
    scaled.factors = {"ct", "pt"};
    check_told("power_sf, its exponent, has no value", scaled, {1}, {{"ct", 40}, {"pt", 1}});
    check_told("pt, which multiplies it, has no value", scaled, {1}, {{"power_sf", -1}, {"ct", 40}});
    check_told("power_sf = 312 is no exponent", scaled, {1}, {{"power_sf", 312}, {"ct", 40}, {"pt", 1}});
}

TEST(NoValue, of_an_energy_it_is_told_why_it_cannot_be_counted) {
    auto energy = field(RegisterType::i32);
    energy.q_uwh = 1'000'000;
    energy.factors = {"ct"};
    check_told("0xFFFF 0xFFFF is below 0, where no energy can be", energy, {0xFFFF, 0xFFFF}, {{"ct", 1}});
    check_told("0x0000 0x0005 cannot be counted: its factors are 0 or less, or too large", energy, {0, 5}, {{"ct", 0}});
}
