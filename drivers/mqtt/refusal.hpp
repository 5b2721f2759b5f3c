// Words for what went wrong between us and the broker, with the way out: pure text, so that tests can read all of it.
#pragma once

#include <string>
#include <string_view>

#include "agent/config/config.hpp"
#include "agent/model/result.hpp"

namespace pued {

// The library puts the broker's reason now into one, now into the other of its two codes. As an MQTT 5 reason code
// (0x80 and up), also for MQTT 3.1.1's return codes; 0: the broker did not refuse, something else went wrong.
int refusal_reason(int mqtt_version, int return_code, int reason_code);

// "mqtt broker 127.0.0.1:1883"
std::string broker_name(const MqttConfig& config);
// The broker answered with a reason:
// "mqtt broker 127.0.0.1:1883: not authorised (check mqtt.user and mqtt.password_file)"
std::string connect_refusal(const MqttConfig& config, int reason);
// There was no answer; `reached` is what drivers/mqtt/reach.hpp found out about the address.
// "mqtt broker 127.0.0.1:1883: Connection refused (check mqtt.host, mqtt.port and that the broker is running)"
std::string connect_failure(const MqttConfig& config, const Result<void>& reached);
// What an MQTT 5 reason code means, in lower case; "reason 0x9f" for one that is not known here.
std::string reason_text(int reason_code);

}  // namespace pued
