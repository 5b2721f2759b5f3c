// Words for what went wrong between us and the broker, with the way out: pure text, so that tests can read all of it.
#pragma once

#include <string>
#include <string_view>

#include "agent/config/config.hpp"

namespace pued {

// What the library knows about a failed attempt to connect.
struct ConnectFailure {
    int reason = 0;         // the broker's, as refusal_reason() has it
    std::string library{};  // the library's text
    std::string tls{};      // OpenSSL's text; empty: TLS was not the problem
};

// The library puts the broker's reason now into one, now into the other of its two codes. As an MQTT 5 reason code
// (0x80 and up), also for MQTT 3.1.1's return codes; 0: the broker did not refuse, something else went wrong.
int refusal_reason(int mqtt_version, int return_code, int reason_code);

// "mqtt broker 127.0.0.1:1883"
std::string broker_name(const MqttConfig& config);
// "mqtt broker 127.0.0.1:1883: not authorised (check mqtt.user and mqtt.password_file)"
std::string connect_refusal(const MqttConfig& config, const ConnectFailure& failure);
// What an MQTT 5 reason code means, in lower case; "reason 0x9f" for one that is not known here.
std::string reason_text(int reason_code);

}  // namespace pued
