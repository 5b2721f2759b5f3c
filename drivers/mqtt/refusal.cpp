// MQTT 3.1.1 return codes and MQTT 5 reason codes in words (OASIS MQTT 5.0 section 2.4, MQTT 3.1.1 section 3.2.2.3).
#include "drivers/mqtt/refusal.hpp"

#include <cstdio>

namespace pued {

namespace {

// MQTT 3.1.1 CONNACK and SUBACK return codes as the MQTT 5 reason that means the same.
int as_reason(int return_code) {
    switch (return_code) {
        case 1: return 0x84;
        case 2: return 0x85;
        case 3: return 0x88;
        case 4: return 0x86;
        case 5: return 0x87;
        case 0x80: return 0x80;  // SUBACK: failure
        default: return 0;
    }
}

std::string way_out(int reason_code) {
    switch (reason_code) {
        case 0x84: return " (set mqtt.version to 3 for MQTT 3.1.1, or to 5)";
        case 0x85: return " (check mqtt.client_id)";
        case 0x86:
        case 0x87:
        case 0x8c: return " (check mqtt.user and mqtt.password_file)";
        default: return {};
    }
}

}  // namespace

int refusal_reason(int mqtt_version, int return_code, int reason_code) {
    if (mqtt_version < 5) return as_reason(return_code);
    if (reason_code >= 0x80 && reason_code < 0xff) return reason_code;
    return return_code >= 0x80 && return_code <= 0xff ? return_code : 0;
}

std::string broker_name(const MqttConfig& config) {
    return "mqtt broker " + config.host + ':' + std::to_string(config.port);
}

std::string connect_refusal(const MqttConfig& config, int reason) {
    return broker_name(config) + ": " + reason_text(reason) + way_out(reason);
}

std::string connect_failure(const MqttConfig& config, const Result<void>& reached) {
    const std::string broker = broker_name(config) + ": ";
    if (!reached) return broker + reached.error() + " (check mqtt.host, mqtt.port and that the broker is running)";
    if (!config.tls) return broker + "no MQTT there, or TLS is expected (check mqtt.port and mqtt.tls)";
    return broker +
           "TLS failed (check mqtt.ca_file, mqtt.cert_file, mqtt.port and that the broker's certificate is valid and "
           "names mqtt.host)";
}

std::string reason_text(int reason_code) {
    switch (reason_code) {
        case 0x80: return "unspecified error";
        case 0x81: return "malformed packet";
        case 0x82: return "protocol error";
        case 0x83: return "refused by the broker's own rules";
        case 0x84: return "protocol version not supported";
        case 0x85: return "client identifier not valid";
        case 0x86: return "bad user name or password";
        case 0x87: return "not authorised";
        case 0x88: return "server unavailable";
        case 0x89: return "server busy";
        case 0x8a: return "banned";
        case 0x8b: return "server shutting down";
        case 0x8c: return "bad authentication method";
        case 0x8d: return "keep alive timeout";
        case 0x8e: return "session taken over: another client uses the same mqtt.client_id";
        case 0x90: return "topic name invalid";
        case 0x93: return "receive maximum exceeded";
        case 0x95: return "packet too large";
        case 0x97: return "quota exceeded";
        case 0x98: return "administrative action";
        case 0x9a: return "retain not supported";
        case 0x9b: return "QoS not supported";
        case 0x9f: return "connection rate exceeded";
        default: break;
    }
    char text[24];
    std::snprintf(text, sizeof text, "reason 0x%02x", static_cast<unsigned>(reason_code));
    return text;
}

}  // namespace pued
