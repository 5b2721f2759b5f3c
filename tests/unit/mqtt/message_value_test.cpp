// Reports out of messages: scale, what each quantity can be, exact energy, retained values, silence.
#include "drivers/mqtt/message_value.hpp"

#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

const BootTime at{std::chrono::hours{5}};
const Now now{at, UtcTime{std::chrono::seconds{1'790'000'000}}, ClockQuality::synced};

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

// A message that is enough for a report.
Report report_of(MqttPoint point, const std::string& payload, bool retained = false) {
    auto got = MessageValue{std::move(point)}.take(payload, retained, now);
    CHECK(got.has_value());
    return got.value_or(Report{});
}

Report report(std::string quantity, double scale, std::string value, bool retained = false) {
    return report_of(point_of(std::move(quantity), scale), "{\"v\": " + value + "}", retained);
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
    check_invalid(report_of(point_of("power_w"), "on"), "topic rack/gpu-3: message is not JSON");
    check_invalid(report("power_w", 1e300, "1e300"),
                  "topic rack/gpu-3: /v: power_w = inf is out of range (expected -1e12..1e12)");
}

TEST(MessageValue, silence_is_a_failed_report_that_says_how_long_and_why) {
    const Report got = MessageValue{point_of("power_w")}.silence("", at);
    CHECK(got.state == DeviceState::failed);
    CHECK_EQUAL(0U, got.samples.size());
    STRCMP_EQUAL("no message on rack/gpu-3 for 60 s", got.error.c_str());
    STRCMP_EQUAL("no message on rack/gpu-3 for 60 s (mqtt broker b:1883: connection lost)",
                 MessageValue{point_of("power_w")}.silence("mqtt broker b:1883: connection lost", at).error.c_str());
}

namespace {

// A GPU as Telegraf writes it.
std::string telegraf(const std::string& index, double percent, long long time) {
    return R"({"fields":{"power_draw":300.5,"tensor_active":)" + std::to_string(percent) +
           R"(},"name":"gpu","tags":{"host":"g","index":")" + index + R"("},"timestamp":)" + std::to_string(time) + '}';
}

std::string batch(const std::vector<std::string>& metrics) {
    std::string out;
    for (const auto& metric : metrics) out += (out.empty() ? "" : ",") + metric;
    return "{\"metrics\":[" + out + "]}";
}

MqttPoint of_telegraf(unsigned count) {
    MqttPoint point = point_of("activity", 0.01);
    point.config.pointer = "/fields/tensor_active";
    point.config.time = "/timestamp";
    point.config.where = {{"/name", "gpu"}};
    point.config.each = "/tags/index";
    point.config.count = count;
    return point;
}

MqttPoint energy_of_two_gpus() {
    MqttPoint point = point_of("energy_wh");
    point.config.pointer = "/mj";
    point.config.list = "/gpus";
    point.config.count = 2;
    point.config.unit = "mJ";
    return point;
}

MqttPoint of_batches(unsigned count) {
    MqttPoint point = of_telegraf(count);
    point.config.list = "/metrics";
    return point;
}

constexpr long long present = 1'790'000'000;
const std::string cpu = R"({"fields":{"usage_idle":98},"name":"cpu","tags":{"cpu":"cpu0"},"timestamp":1790000000})";

}  // namespace

TEST(MessageValue, the_gpus_of_a_batch_are_one_activity) {
    MessageValue value{of_batches(2)};
    const auto got =
        value.take(batch({cpu, telegraf("0", 40, present - 2), telegraf("1", 60, present - 2)}), false, now);
    CHECK(got.has_value());
    STRCMP_EQUAL("", got->error.c_str());
    CHECK(got->samples.at(0).quality == Quality::good);
    DOUBLES_EQUAL(0.5, got->samples.at(0).value, 1e-12);
    CHECK(got->at == at - std::chrono::seconds{2});
}

TEST(MessageValue, of_a_gpu_that_is_in_a_batch_twice_the_newest_counts) {
    MessageValue value{of_batches(2)};
    const auto got = value.take(batch({telegraf("0", 40, present), telegraf("1", 60, present),
                                       telegraf("0", 90, present - 10), telegraf("1", 95, present - 10)}),
                                false, now);
    DOUBLES_EQUAL(0.5, got->samples.at(0).value, 1e-12);
}

TEST(MessageValue, the_gpus_may_come_in_messages_of_their_own_and_each_must_come_anew) {
    MessageValue value{of_telegraf(2)};
    CHECK_FALSE(value.take(telegraf("0", 40, present), false, now).has_value());
    CHECK_FALSE(value.take(cpu, false, now).has_value());
    DOUBLES_EQUAL(0.5, value.take(telegraf("1", 60, present), false, now)->samples.at(0).value, 1e-12);
    Now later{at + std::chrono::seconds{10}, now.utc + std::chrono::seconds{10}, now.quality};
    CHECK_FALSE(value.take(telegraf("0", 80, present + 10), false, later).has_value());
    CHECK_FALSE(value.take(telegraf("0", 80, present + 11), false, later).has_value());
    STRCMP_EQUAL("messages on rack/gpu-3, but 1 of 2 parts for 60 s (see mqtt-value.where and pointer)",
                 value.silence("", later.boot).error.c_str());
    STRCMP_EQUAL("no message on rack/gpu-3 for 60 s", value.silence("", later.boot).error.c_str());
    // The part that had come is forgotten when it is old.
    later.boot += std::chrono::seconds{61};
    later.utc += std::chrono::seconds{61};
    CHECK_FALSE(value.take(telegraf("1", 60, present + 71), false, later).has_value());
    CHECK(value.take(telegraf("0", 80, present + 71), false, later).has_value());
}

TEST(MessageValue, more_parts_than_there_should_be_are_no_value) {
    MessageValue value{of_batches(1)};
    check_invalid(*value.take(batch({telegraf("0", 40, present), telegraf("1", 60, present)}), false, now),
                  "topic rack/gpu-3: 2 parts fit (expected 1; see mqtt-value.count, where and each)");
}

TEST(MessageValue, what_is_old_or_repeated_is_stale_and_what_is_ahead_is_invalid) {
    MessageValue value{of_telegraf(1)};
    const auto quality = [&](long long time) {
        return value.take(telegraf("0", 40, time), false, now)->samples.at(0).quality;
    };
    CHECK(quality(present - 61) == Quality::stale);
    CHECK(quality(present) == Quality::good);
    CHECK(quality(present) == Quality::stale);  // once more
    CHECK(quality(present + 5) == Quality::good);
    CHECK(quality(present + 61) == Quality::invalid);
    CHECK(quality((present + 1) * 1000) == Quality::good);
    CHECK(quality((present + 2) * 1'000'000'000) == Quality::good);
    STRCMP_EQUAL("topic rack/gpu-3: its value is 3600 s old",
                 value.take(telegraf("0", 40, present - 3600), false, now)->error.c_str());
}

TEST(MessageValue, a_time_may_be_a_text) {
    MqttPoint point = point_of("power_w");
    point.config.pointer = "/w";
    point.config.time = "/at";
    MessageValue value{point};
    const auto take = [&](const std::string& time) { return *value.take(R"({"w":5,"at":)" + time + '}', false, now); };
    STRCMP_EQUAL("2026-09-21T14:13:20.000Z", rfc3339(now.utc).c_str());
    CHECK(take(R"("2026-09-21T14:13:10.250Z")").at == at - std::chrono::milliseconds{9750});
    CHECK(take(R"("2026-09-21T22:13:18+08:00")").at == at - std::chrono::seconds{2});
    CHECK(take(R"("2026-09-21T14:13:18Z")").samples.at(0).quality == Quality::stale);  // the same once more
    CHECK(take(R"("1789999999")").at == at - std::chrono::seconds{1});
    CHECK(take(R"("2026-09-21T14:12:00Z")").samples.at(0).quality == Quality::stale);
    CHECK(take(R"("2026-09-21T14:15:00Z")").samples.at(0).quality == Quality::invalid);
}

TEST(MessageValue, what_is_no_time_makes_no_value) {
    MqttPoint point = point_of("power_w");
    point.config.pointer = "/w";
    point.config.time = "/at";
    for (const char* time :
         {"null", "0", "-1", "1e300", "12", "true", "{}", R"("")", R"("yesterday")", R"("0001-01-01T00:00:00Z")",
          R"("2026-02-30T00:00:00Z")", R"("2026-09-21T14:13:20")", R"("2026-09-21")", R"("2200-01-01T00:00:00Z")"}) {
        check_invalid(report_of(point, R"({"w":5,"at":)" + std::string{time} + '}'),
                      "topic rack/gpu-3: /at is no time since 2000 (expected Unix time in s, ms, us or ns, or such as "
                      "\"2026-01-01T00:00:00Z\")");
    }
    check_invalid(report_of(point, R"({"w":5})"), "topic rack/gpu-3: /at is not in the message");
}

TEST(MessageValue, a_clock_that_was_never_set_tells_no_age) {
    MessageValue value{of_telegraf(1)};
    const Now unset{at, UtcTime{std::chrono::seconds{100}}, ClockQuality::unsynced};
    const auto got = value.take(telegraf("0", 40, present), false, unset);
    CHECK(got->samples.at(0).quality == Quality::good);
    CHECK(got->at == at);
}

TEST(MessageValue, a_value_with_a_part_that_was_kept_is_stale) {
    MessageValue value{of_telegraf(2)};
    CHECK_FALSE(value.take(telegraf("0", 40, present), true, now).has_value());
    CHECK(value.take(telegraf("1", 40, present), false, now)->samples.at(0).quality == Quality::stale);
}

TEST(MessageValue, energies_in_millijoules_are_one_exact_register) {
    MessageValue value{energy_of_two_gpus()};
    const auto counts = [&](const std::string& payload) {
        return value.take(payload, false, now)->samples.at(0).count.value_or(Count{});
    };
    const Count first = counts(R"({"gpus":[{"mj":3600000},{"mj":7200036}]})");
    CHECK_EQUAL(1, first.q_uwh);
    CHECK_EQUAL(3'000'010U, first.counts);
    CHECK_EQUAL(3'000'020U, counts(R"({"gpus":[{"mj":3600036},{"mj":7200036}]})").counts);
    // One GPU's driver was reloaded: the register begins anew with what has flowed.
    CHECK_EQUAL(30U, counts(R"({"gpus":[{"mj":72},{"mj":7200072}]})").counts);
}

TEST(MessageValue, a_gpu_in_place_of_another_does_not_bring_its_past_along) {
    MqttPoint point = energy_of_two_gpus();
    point.config.each = "/id";
    MessageValue value{point};
    const auto counts = [&](const std::string& payload) {
        return value.take(payload, false, now)->samples.at(0).count.value_or(Count{}).counts;
    };
    CHECK_EQUAL(20U, counts(R"({"gpus":[{"id":"a","mj":36},{"id":"b","mj":36}]})"));
    CHECK_EQUAL(0U, counts(R"({"gpus":[{"id":"a","mj":72},{"id":"c","mj":7200000000}]})"));
    CHECK_EQUAL(30U, counts(R"({"gpus":[{"id":"c","mj":7200000072},{"id":"a","mj":108}]})"));
}

TEST(MessageValue, powers_add_up_and_a_list_may_be_the_whole_message) {
    MqttPoint point = point_of("power_w", 0.001);
    point.config.pointer = "";
    point.config.list = "";
    point.config.count = 3;
    DOUBLES_EQUAL(0.6, report_of(point, "[100, 200, \"300\"]").samples.at(0).value, 1e-12);
    check_invalid(report_of(point, "[100, null, 300]"), "topic rack/gpu-3: the message is no number but null");
    check_invalid(report_of(point, "{}"), "topic rack/gpu-3: the message is no list");
    point.config.list = "/gpus";
    check_invalid(report_of(point, "{}"), "topic rack/gpu-3: /gpus is not in the message");
}

TEST(MessageValue, a_member_is_chosen_by_what_stands_in_it) {
    MqttPoint point = point_of("power_w");
    point.config.pointer = "/power";
    point.config.list = "/gpus";
    point.config.where = {{"/id", "1"}, {"/ok", "true"}};
    DOUBLES_EQUAL(250,
                  report_of(point, R"({"gpus":[{"id":0,"ok":true,"power":240},{"id":1,"ok":true,"power":250},
                                                {"id":1,"ok":false,"power":260},{"id":1,"ok":true}]})")
                      .samples.at(0)
                      .value,
                  0);
}
