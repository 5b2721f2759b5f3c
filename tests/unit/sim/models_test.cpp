// Registers as the vendors' documents say: golden words from registers.md section 6 and values worked out by hand.
#include "drivers/sim/models.hpp"

#include <bit>
#include <cmath>

#include <CppUTest/TestHarness.h>

using namespace pued::sim;

namespace {

Measured measured() {
    Measured m;
    m.power_w = 480'000;
    m.energy_wh = 3'000'000'123.9;
    m.phase_v = 230.2;
    m.power_factor = 0.96;
    m.serial = 20'250'001;
    return m;
}

Image encode(const char* model, const Measured& m) { return find_model(model)->encode(m); }

std::uint16_t word(const Image& image, unsigned address) { return image.read(address, 1).value().at(0); }
std::uint32_t high_first(const Image& image, unsigned address) {
    return static_cast<std::uint32_t>(word(image, address)) << 16U | word(image, address + 1);
}
double as_float(const Image& image, unsigned address) {
    return static_cast<double>(std::bit_cast<float>(high_first(image, address)));
}
std::uint64_t four_words(const Image& image, unsigned address) {
    return static_cast<std::uint64_t>(high_first(image, address)) << 32U | high_first(image, address + 2);
}

}  // namespace

TEST_GROUP(Models){};

TEST(Models, eastron_puts_230_2_volts_as_in_its_manual) {
    Measured m = measured();
    m.phase_v = 230.20001;  // what the manual's float really is
    const Image image = encode("eastron-sdm630", m);
    LONGS_EQUAL(0x4366, word(image, 0));
    LONGS_EQUAL(0x3334, word(image, 1));
    DOUBLES_EQUAL(480'000, as_float(image, 52), 0.01);
    DOUBLES_EQUAL(3'000'000.12, as_float(image, 72), 0.25);  // float32: steps of 0.25 kWh there
}

TEST(Models, eastron_puts_240_5_volts_as_in_its_manual) {
    Measured m = measured();
    m.phase_v = 240.5;
    const Image image = encode("eastron-sdm630", m);
    LONGS_EQUAL(0x4370, word(image, 0));
    LONGS_EQUAL(0x8000, word(image, 1));
}

TEST(Models, circutor_puts_212_5_volts_as_in_its_manual_and_wraps_after_32_bits_of_watt_hours) {
    Measured m = measured();
    m.phase_v = 212.5;
    m.energy_wh = 4'294'967'296.0 + 77.9;
    const Image image = encode("circutor-cvm-e3-mini", m);
    LONGS_EQUAL(0x0000, word(image, 0));
    LONGS_EQUAL(0x084D, word(image, 1));
    UNSIGNED_LONGS_EQUAL(77, high_first(image, 60));
    UNSIGNED_LONGS_EQUAL(480'000, high_first(image, 30));
}

TEST(Models, carlo_gavazzi_puts_the_low_word_first) {
    const Image image = encode("carlo-gavazzi-em3xx", measured());
    LONGS_EQUAL(0x08FE, word(image, 0));  // 2302
    LONGS_EQUAL(0x0000, word(image, 1));
    LONGS_EQUAL(4'800'000 & 0xFFFF, word(image, 40));
    LONGS_EQUAL(4'800'000 >> 16, word(image, 41));
    LONGS_EQUAL(30'000'001 & 0xFFFF, word(image, 52));  // 0.1 kWh, cut
    LONGS_EQUAL(30'000'001 >> 16, word(image, 53));
    LONGS_EQUAL(960, word(image, 49));
    LONGS_EQUAL(500, word(image, 51));
}

TEST(Models, abb_says_who_it_is_and_counts_hundredths) {
    const Image image = encode("abb-b-series", measured());
    UNSIGNED_LONGS_EQUAL(0x42323320, high_first(image, 0x8960));
    UNSIGNED_LONGS_EQUAL(48'000'000, high_first(image, 0x5B14));
    CHECK(300'000'012 == four_words(image, 0x5000));
    UNSIGNED_LONGS_EQUAL(2302, high_first(image, 0x5B00));
    UNSIGNED_LONGS_EQUAL(20'250'001, high_first(image, 0x8900));
}

TEST(Models, schneider_is_in_kilowatts_and_whole_watt_hours) {
    const Image image = encode("schneider-iem3xxx", measured());
    LONGS_EQUAL(0x43F0, word(image, 3059));  // 480.0
    LONGS_EQUAL(0x0000, word(image, 3060));
    CHECK(3'000'000'123 == four_words(image, 3203));
}

TEST(Models, siemens_counts_in_float64_and_overflows_at_10_to_the_12) {
    Measured m = measured();
    m.energy_wh = 1e12 + 4096.5;
    const Image image = encode("siemens-pac", m);
    DOUBLES_EQUAL(4096.5, std::bit_cast<double>(four_words(image, 801)), 1e-3);
    DOUBLES_EQUAL(480'000, as_float(image, 65), 0);
    CHECK(image.on_value_boundaries(65, 2));
    CHECK(image.on_value_boundaries(801, 8));
    CHECK_FALSE(image.on_value_boundaries(64, 2));
    CHECK_FALSE(image.on_value_boundaries(65, 3));
}

TEST(Models, janitza_is_one_block_of_floats) {
    const Image image = encode("janitza-19000", measured());
    DOUBLES_EQUAL(480'000, as_float(image, 19026), 0);
    DOUBLES_EQUAL(3e9, as_float(image, 19068), 256);  // float32 at 3 GWh: steps of 256 Wh
    CHECK(image.read(19000, 122).has_value());
    CHECK_FALSE(image.read(18999, 2).has_value());
}

TEST(Models, chint_puts_unscaled_integers_into_floats) {
    const Image image = encode("chint-dtsu666", measured());
    DOUBLES_EQUAL(2302, as_float(image, 0x2006), 0.001);
    DOUBLES_EQUAL(4'800'000, as_float(image, 0x2012), 0);
    LONGS_EQUAL(1, word(image, 6));
    LONGS_EQUAL(10, word(image, 7));  // 1.0 in tenths
}

TEST(Models, clever_has_its_outlets_in_two_tables) {
    Measured m = measured();
    m.power_w = 40'000;
    m.outlets = {{.power_w = 7000, .energy_wh = 123'456}, {.power_w = 33'000, .energy_wh = 1e6}};
    const Image image = encode("clever-mpdu", m);
    LONGS_EQUAL(40'000, word(image, 19));
    UNSIGNED_LONGS_EQUAL(30'000'001, high_first(image, 22));
    LONGS_EQUAL(2, word(image, 13));
    LONGS_EQUAL(7000, word(image, 202));
    LONGS_EQUAL(33'000, word(image, 207));
    LONGS_EQUAL(33'000, word(image, 552));
    UNSIGNED_LONGS_EQUAL(1234, high_first(image, 701));
    UNSIGNED_LONGS_EQUAL(10'000, high_first(image, 703));
}

TEST(Models, raritan_has_256_registers_for_each_outlet) {
    Measured m = measured();
    m.power_w = 40'000;
    m.outlets = {{.power_w = 7000, .energy_wh = 0}, {.power_w = 33'000, .energy_wh = 0}};
    const Image image = encode("raritan-px3", m);
    DOUBLES_EQUAL(40'000, as_float(image, 0x3012), 0);
    DOUBLES_EQUAL(7000, as_float(image, 32786), 0);
    DOUBLES_EQUAL(33'000, as_float(image, 32786 + 256), 0);
    CHECK_FALSE(image.read(32786 + 512, 2).has_value());
}

TEST(Models, phases_add_up_to_the_total) {
    const Measured m = measured();
    DOUBLES_EQUAL(m.power_w, m.phase_power_w(0) + m.phase_power_w(1) + m.phase_power_w(2), 1e-6);
    for (const Model& model : all_models()) {
        CHECK(model.encode != nullptr);
        model.encode(m);  // an address outside its own blocks would stop here
    }
}

TEST(Models, a_word_outside_its_blocks_is_nothing_and_a_hole_inside_is_zero) {
    const Image image = encode("abb-b-series", measured());
    CHECK_FALSE(image.read(0x5000, 13).has_value());
    CHECK_FALSE(image.read(0x6000, 1).has_value());
    LONGS_EQUAL(0, word(image, 0x5004));
}
