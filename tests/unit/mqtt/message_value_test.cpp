// Reports out of messages: scale, what each quantity can be, exact energy, retained values, silence.
#include "drivers/mqtt/message_value.hpp"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

const BootTime at{std::chrono::hours{5}};

MqttPoint point_of(std::string quantity, double scale = 1) {
    MqttPoint point;
    point.config.quantity = std::move(quantity);
    point.config.topic = "rack/gpu-3";
    point.config.pointer = "/v";
    point.config.scale = scale;
    point.device = 7;
    point.point = 21;
    return point;
}

Report report(std::string quantity, double scale, std::string value, bool retained = false) {
    return report_of(point_of(std::move(quantity), scale), "{\"v\": " + value + "}", retained, at);
}

void check_invalid(const Report& report, const char* error) {
    CHECK(report.state == DeviceState::good);
    CHECK_EQUAL(1U, report.samples.size());
    CHECK(report.samples.at(0).quality == Quality::invalid);
    STRCMP_EQUAL(error, report.error.c_str());
}

}  // namespace

TEST_GROUP(MessageValue){};

TEST(MessageValue, a_percentage_becomes_an_activity) {
    const Report got = report("activity", 0.01, "73");
    CHECK_EQUAL(7U, got.device);
    CHECK(got.at == at);
    CHECK(got.state == DeviceState::good);
    STRCMP_EQUAL("", got.error.c_str());
    CHECK_EQUAL(21U, got.samples.at(0).point);
    CHECK(got.samples.at(0).quality == Quality::good);
    DOUBLES_EQUAL(0.73, got.samples.at(0).value, 1e-15);
    CHECK_FALSE(got.samples.at(0).count.has_value());
}

TEST(MessageValue, an_activity_outside_its_range_is_invalid_and_not_clipped) {
    check_invalid(report("activity", 1, "73"),
                  "topic rack/gpu-3: /v: activity = 73 is out of range (expected 0..1, share of peak; see "
                  "mqtt-value.scale)");
    CHECK(report("activity", 1, "-0.001").samples.at(0).quality == Quality::invalid);
    CHECK(report("activity", 1, "1.0").samples.at(0).quality == Quality::good);
    CHECK(report("activity", 1, "0").samples.at(0).quality == Quality::good);
}

TEST(MessageValue, energy_carries_an_exact_count_of_milliwatt_hours) {
    const Report got = report("energy_wh", 1000, "1234.567891");  // published in kWh
    CHECK(got.samples.at(0).count.has_value());
    CHECK_EQUAL(1234567891ULL, got.samples.at(0).count->counts);
    CHECK_EQUAL(1000, got.samples.at(0).count->q_uwh);
    CHECK_EQUAL(0U, got.samples.at(0).count->modulus);
    DOUBLES_EQUAL(1234567.891, got.samples.at(0).value, 1e-6);
}

TEST(MessageValue, energy_that_cannot_be_counted_exactly_is_invalid) {
    CHECK(report("energy_wh", 1, "-1").samples.at(0).quality == Quality::invalid);
    CHECK(report("energy_wh", 1, "1e300").samples.at(0).quality == Quality::invalid);
    CHECK_FALSE(report("energy_wh", 1, "1e300").samples.at(0).count.has_value());
    CHECK(report("energy_export_wh", 1, "9e12").samples.at(0).count.has_value());
}

TEST(MessageValue, a_retained_value_is_stale) {
    const Report got = report("power_w", 1, "350", true);
    CHECK(got.samples.at(0).quality == Quality::stale);
    DOUBLES_EQUAL(350, got.samples.at(0).value, 0);
}

TEST(MessageValue, what_cannot_be_read_is_an_invalid_sample_with_the_reason) {
    check_invalid(report("power_w", 1, "null"), "topic rack/gpu-3: /v is no number but null");
    check_invalid(report_of(point_of("power_w"), "on", false, at), "topic rack/gpu-3: message is not JSON");
    check_invalid(report("power_w", 1e300, "1e300"),
                  "topic rack/gpu-3: /v: power_w = inf is out of range (expected -1e12..1e12)");
}

TEST(MessageValue, silence_is_a_failed_report_that_says_how_long_and_why) {
    const Report got = silence(point_of("power_w"), "", at);
    CHECK(got.state == DeviceState::failed);
    CHECK_EQUAL(0U, got.samples.size());
    STRCMP_EQUAL("no message on rack/gpu-3 for 60 s", got.error.c_str());
    STRCMP_EQUAL("no message on rack/gpu-3 for 60 s (mqtt broker b:1883: connection lost)",
                 silence(point_of("power_w"), "mqtt broker b:1883: connection lost", at).error.c_str());
}
