// What surrounds a connection and is pure: the waits between attempts, and the words for a refusal.
#include <string>

#include "drivers/mqtt/refusal.hpp"
#include "drivers/mqtt/session.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace std::chrono_literals;

namespace {

MqttConfig local() {
    MqttConfig config;
    config.host = "127.0.0.1";
    return config;
}

void check_within(Duration wait, Duration min, Duration max) { CHECK(wait >= min && wait <= max); }

}  // namespace

TEST_GROUP(ReconnectPause){};

TEST(ReconnectPause, waits_double_from_one_second_to_a_minute) {
    for (std::uint32_t seed = 0; seed < 100; ++seed) {
        Pause pause = reconnect_pause(seed);
        check_within(pause.next(), 1s, 2s);
        check_within(pause.next(), 2s, 4s);
        check_within(pause.next(), 4s, 8s);
        check_within(pause.next(), 8s, 16s);
        check_within(pause.next(), 16s, 32s);
        for (int i = 0; i < 100; ++i) check_within(pause.next(), 30s, 60s);
        pause.reset();
        check_within(pause.next(), 1s, 2s);
    }
}

TEST(ReconnectPause, two_agents_do_not_come_back_together) {
    Pause one = reconnect_pause(1);
    Pause other = reconnect_pause(2);
    CHECK(one.next() != other.next());
}

TEST_GROUP(Refusal){};

TEST(Refusal, bad_credentials_name_the_keys_to_check_in_both_versions) {
    const char* expected = "mqtt broker 127.0.0.1:1883: not authorised (check mqtt.user and mqtt.password_file)";
    STRCMP_EQUAL(expected, connect_refusal(local(), refusal_reason(3, 5, 0xff)).c_str());
    STRCMP_EQUAL(expected, connect_refusal(local(), refusal_reason(5, -1, 0x87)).c_str());
    STRCMP_EQUAL("mqtt broker 127.0.0.1:1883: bad user name or password (check mqtt.user and mqtt.password_file)",
                 connect_refusal(local(), refusal_reason(3, 4, 0xff)).c_str());
}

TEST(Refusal, an_old_broker_is_answered_with_the_version_to_set) {
    STRCMP_CONTAINS("set mqtt.version to 3", connect_refusal(local(), refusal_reason(3, 1, 0xff)).c_str());
}

TEST(Refusal, a_broker_that_does_not_answer_is_told_from_one_that_is_not_there) {
    MqttConfig config = local();
    STRCMP_EQUAL(
        "mqtt broker 127.0.0.1:1883: Connection refused (check mqtt.host, mqtt.port and that the broker is running)",
        connect_failure(config, Error{"Connection refused"}).c_str());
    STRCMP_EQUAL("mqtt broker 127.0.0.1:1883: no MQTT there, or TLS is expected (check mqtt.port and mqtt.tls)",
                 connect_failure(config, {}).c_str());
    config.tls = true;
    STRCMP_CONTAINS("TLS failed (check mqtt.ca_file", connect_failure(config, {}).c_str());
}

TEST(Refusal, the_reason_is_found_in_either_code_of_the_library) {
    CHECK_EQUAL(0x87, refusal_reason(5, 0x87, 0));
    CHECK_EQUAL(0x87, refusal_reason(5, -1, 0x87));
    CHECK_EQUAL(0x87, refusal_reason(3, 5, 0xff));
    CHECK_EQUAL(0x80, refusal_reason(3, 0x80, 0xff));  // SUBACK
    CHECK_EQUAL(0, refusal_reason(5, -1, 0));
    CHECK_EQUAL(0, refusal_reason(3, -1, 0xff));
}

TEST(Refusal, an_unknown_reason_keeps_its_number) { STRCMP_EQUAL("reason 0xf0", reason_text(0xf0).c_str()); }
