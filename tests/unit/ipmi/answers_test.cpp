// Get Sensor Reading and DCMI Get Power Reading: what is a number, and what only looks like one.
#include <string>
#include <vector>

#include "drivers/ipmi/completion.hpp"
#include "drivers/ipmi/dcmi.hpp"
#include "drivers/ipmi/sensor_reading.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::ipmi;

namespace {

// 231 W, 100 to 400, average 225, at 6A5B0000h (2026-07-18), over 60 s, active.
std::vector<std::uint8_t> honest() {
    return {0xDC, 0xE7, 0x00, 0x64, 0x00, 0x90, 0x01, 0xE1, 0x00, 0x00, 0x00, 0x5B, 0x6A, 0x60, 0xEA, 0x00, 0x00, 0x40};
}

void refused(const std::vector<std::uint8_t>& bytes, const char* why) {
    const auto power = decode_power_reading(bytes);
    CHECK_FALSE(static_cast<bool>(power));
    if (!power) STRCMP_CONTAINS(why, power.error().c_str());
}

}  // namespace

TEST_GROUP(Dcmi){};

TEST(Dcmi, an_honest_answer_gives_its_current_power) {
    const auto power = decode_power_reading(honest());
    CHECK_TRUE(static_cast<bool>(power));
    DOUBLES_EQUAL(231, power->current_w, 0);
    DOUBLES_EQUAL(100, power->minimum_w, 0);
    DOUBLES_EQUAL(400, power->maximum_w, 0);
    DOUBLES_EQUAL(225, power->average_w, 0);
    LONGS_EQUAL(60'000, power->period_ms);
    LONGS_EQUAL(0x6A5B0000, power->timestamp_s);
}

TEST(Dcmi, deactivated_measurement_is_no_number) {
    auto bytes = honest();
    bytes[17] = 0x00;
    refused(bytes, "deactivated");
    bytes[17] = 0xBF;
    refused(bytes, "deactivated");
}

TEST(Dcmi, zero_watts_is_no_number) {
    auto bytes = honest();
    bytes[1] = bytes[2] = 0;
    refused(bytes, "0 W");
}

TEST(Dcmi, an_answer_stamped_in_1970_is_no_number) {
    auto bytes = honest();
    for (std::size_t i = 9; i < 13; ++i) bytes[i] = 0;
    refused(bytes, "1970");
    bytes[9] = 0x80, bytes[10] = 0x51, bytes[11] = 0x01;  // a day later
    refused(bytes, "1970");
}

TEST(Dcmi, the_last_second_of_1999_is_refused_and_2000_is_not) {
    auto bytes = honest();
    bytes[9] = 0x7F, bytes[10] = 0x43, bytes[11] = 0x6D, bytes[12] = 0x38;  // 946,684,799
    refused(bytes, "1970");
    bytes[9] = 0x80;
    CHECK_TRUE(static_cast<bool>(decode_power_reading(bytes)));
}

TEST(Dcmi, no_time_at_all_is_honest) {
    auto bytes = honest();
    for (std::size_t i = 9; i < 13; ++i) bytes[i] = 0xFF;
    CHECK_TRUE(static_cast<bool>(decode_power_reading(bytes)));
}

TEST(Dcmi, another_group_or_a_short_reply_is_no_number) {
    auto bytes = honest();
    bytes[0] = 0xDD;
    refused(bytes, "DCh");
    for (std::size_t size = 0; size < 18; ++size) {
        const auto whole = honest();
        refused({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}, "cut short");
    }
}

TEST(Dcmi, what_no_machine_draws_is_no_number) {
    auto bytes = honest();
    bytes[1] = bytes[2] = 0xFF;
    refused(bytes, "60000 W");
    bytes[1] = 0x60, bytes[2] = 0xEA;  // 60,000
    CHECK_TRUE(static_cast<bool>(decode_power_reading(bytes)));
}

TEST(Dcmi, statistics_do_not_judge_the_current_power) {
    auto bytes = honest();
    for (std::size_t i = 3; i < 9; ++i) bytes[i] = 0;  // none kept
    DOUBLES_EQUAL(231, decode_power_reading(bytes)->current_w, 0);
    bytes[3] = bytes[4] = 0xFF;  // a minimum before the first sample
    DOUBLES_EQUAL(231, decode_power_reading(bytes)->current_w, 0);
}

TEST_GROUP(SensorReading){};

TEST(SensorReading, a_scanned_sensor_gives_its_raw_byte) {
    const std::vector<std::uint8_t> bytes{58, 0xC0, 0xC0};
    LONGS_EQUAL(58, *decode_sensor_reading(bytes));
    LONGS_EQUAL(58, *decode_sensor_reading(Bytes{bytes}.first(2)));
}

TEST(SensorReading, zero_is_a_number_when_the_bmc_stands_by_it) {
    const std::vector<std::uint8_t> bytes{0, 0x40, 0xC0};
    LONGS_EQUAL(0, *decode_sensor_reading(bytes));
}

TEST(SensorReading, unavailable_and_unscanned_are_not_zero) {
    const std::vector<std::uint8_t> unavailable{0, 0x60, 0xC0};
    STRCMP_EQUAL("reading unavailable", decode_sensor_reading(unavailable).error().c_str());
    const std::vector<std::uint8_t> unscanned{0, 0x80, 0xC0};
    STRCMP_CONTAINS("does not scan", decode_sensor_reading(unscanned).error().c_str());
}

TEST(SensorReading, a_short_reply_is_no_number) {
    const std::vector<std::uint8_t> bytes{58};
    STRCMP_CONTAINS("cut short", decode_sensor_reading(bytes).error().c_str());
    CHECK_FALSE(static_cast<bool>(decode_sensor_reading({})));
}

TEST_GROUP(Completion){};

TEST(Completion, codes_are_told_in_words_and_in_hex) {
    STRCMP_EQUAL("the BMC is busy (completion code C0h)", completion_text(0xC0).c_str());
    STRCMP_EQUAL("the BMC refused (completion code 6Fh)", completion_text(0x6F).c_str());
}

TEST(Completion, only_passing_troubles_are_worth_another_try) {
    CHECK_TRUE(is_passing(completion::node_busy));
    CHECK_TRUE(is_passing(completion::reservation_cancelled));
    CHECK_FALSE(is_passing(completion::insufficient_privilege));
    CHECK_FALSE(is_passing(completion::not_present));
}
