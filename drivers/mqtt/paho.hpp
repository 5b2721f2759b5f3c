// What Paho MQTT C wants to know of a session, made from our own words: address, properties, TLS and will. What is lent
// to the library must outlive the call that takes it. Only for session.cpp: nobody else sees the library.
#pragma once

#include <MQTTAsync.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "drivers/mqtt/session.hpp"

namespace pued {

inline std::string server_uri(const MqttConfig& broker) {
    const bool bare_ipv6 = broker.host.find(':') != std::string::npos && broker.host.front() != '[';
    const std::string host = bare_ipv6 ? '[' + broker.host + ']' : broker.host;
    return (broker.tls ? "ssl://" : "tcp://") + host + ':' + std::to_string(broker.port);
}

// The library says only "failure" for a file that it cannot read.
inline Result<void> readable_files(const MqttConfig& broker) {
    if (!broker.tls) return {};
    for (const auto& [key, path] : {std::pair{"mqtt.ca_file", &broker.ca_file},
                                    {"mqtt.cert_file", &broker.cert_file},
                                    {"mqtt.key_file", &broker.key_file}})
        if (!path->empty() && ::access(path->c_str(), R_OK) != 0)
            return Error{std::string{key} + ": " + *path + ": " + std::strerror(errno)};
    return {};
}

// The library copies it, and changes nothing.
inline MQTTLenString lent(std::string_view text) {
    return {static_cast<int>(text.size()), const_cast<char*>(text.data())};
}

// MQTT 5 properties. To be gone before the last client is: the library leaks those that outlive it.
class Properties {
public:
    Properties() = default;
    ~Properties() { MQTTProperties_free(&all_); }
    Properties(const Properties&) = delete;
    Properties& operator=(const Properties&) = delete;

    void add(MQTTPropertyCodes code, std::string_view text, std::string_view value = {}) {
        MQTTProperty one{};
        one.identifier = code;
        one.value.data = lent(text);
        one.value.value = lent(value);
        MQTTProperties_add(&all_, &one);
    }
    void add(MQTTPropertyCodes code, unsigned number) {
        MQTTProperty one{};
        one.identifier = code;
        one.value.integer4 = number;
        MQTTProperties_add(&all_, &one);
    }
    void add_those_of_messages(const SessionSettings& settings) {
        if (settings.broker.version < 5 || settings.config_sha256.empty()) return;
        add(MQTTPROPERTY_CODE_CONTENT_TYPE, "application/json");
        add(MQTTPROPERTY_CODE_USER_PROPERTY, "schema", "pued/v1");
        add(MQTTPROPERTY_CODE_USER_PROPERTY, "config", settings.config_sha256);
    }
    [[nodiscard]] MQTTProperties* get() { return &all_; }

private:
    MQTTProperties all_ = MQTTProperties_initializer;
};

// Of an MQTT 5 message that arrived; empty where there is none.
inline std::string text_property(MQTTAsync_message& message, MQTTPropertyCodes code) {
    const auto* found = MQTTProperties_getProperty(&message.properties, code);
    return found == nullptr ? std::string{}
                            : std::string(found->value.data.data, static_cast<std::size_t>(found->value.data.len));
}

inline const char* or_null(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

// The chain is checked against the CA file (or the system's), and the certificate must name the host.
inline MQTTAsync_SSLOptions ssl_options_of(const MqttConfig& broker) {
    MQTTAsync_SSLOptions options = MQTTAsync_SSLOptions_initializer;
    options.trustStore = or_null(broker.ca_file);
    options.keyStore = or_null(broker.cert_file);
    options.privateKey = or_null(broker.key_file);
    options.sslVersion = MQTT_SSL_VERSION_TLS_1_2;
    options.enableServerCertAuth = 1;
    options.verify = 1;
    return options;
}

inline MQTTAsync_willOptions will_of(const Message& message) {
    MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
    will.topicName = message.topic.c_str();
    will.payload.len = static_cast<int>(message.payload.size());
    will.payload.data = message.payload.data();
    will.retained = message.retained ? 1 : 0;
    will.qos = message.qos;
    return will;
}

}  // namespace pued
