// The only file that knows Paho MQTT C++ (1.2.0 and up). Its traps that shape this file: never block in a callback
// (paho.mqtt.cpp issue 389); automatic reconnect loses messages (384) and does not cover the first connect, so there is
// none; tokens may complete twice, or after we stopped to care, so results go by our own ids; what a TLS error handler
// is given points into options that are gone by then, so there is none, and reach.hpp finds words instead.
#include "drivers/mqtt/session.hpp"

#include <mqtt/async_client.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include "drivers/mqtt/reach.hpp"
#include "drivers/mqtt/refusal.hpp"

namespace pued {

namespace {

constexpr std::chrono::seconds library_limit{10};           // TCP, TLS and CONNACK together
constexpr std::uint32_t largest_packet_accepted = 1 << 20;  // MQTT 5: the broker drops what is larger
constexpr std::size_t most_samples = 4096;                  // QoS 0, with the library
constexpr std::uint32_t sample_id = 0;                      // that of no other message

void* as_context(std::uint32_t id) { return reinterpret_cast<void*>(static_cast<std::uintptr_t>(id)); }
std::uint32_t as_id(const mqtt::token& token) {
    return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(token.get_user_context()));
}

std::string server_uri(const MqttConfig& broker) {
    const bool bare_ipv6 = broker.host.find(':') != std::string::npos && broker.host.front() != '[';
    const std::string host = bare_ipv6 ? '[' + broker.host + ']' : broker.host;
    return (broker.tls ? "ssl://" : "tcp://") + host + ':' + std::to_string(broker.port);
}

// The library says only "failure" for a file that it cannot read.
Result<void> readable_files(const MqttConfig& broker) {
    if (!broker.tls) return {};
    for (const auto& [key, path] : {std::pair{"mqtt.ca_file", &broker.ca_file},
                                    {"mqtt.cert_file", &broker.cert_file},
                                    {"mqtt.key_file", &broker.key_file}})
        if (!path->empty() && ::access(path->c_str(), R_OK) != 0)
            return Error{std::string{key} + ": " + *path + ": " + std::strerror(errno)};
    return {};
}

mqtt::properties message_properties(const SessionSettings& settings) {
    mqtt::properties properties;
    if (settings.broker.version < 5 || settings.config_sha256.empty()) return properties;
    properties.add({mqtt::property::CONTENT_TYPE, "application/json"});
    properties.add({mqtt::property::USER_PROPERTY, "schema", "pued/v1"});
    properties.add({mqtt::property::USER_PROPERTY, "config", settings.config_sha256});
    return properties;
}

mqtt::message_ptr to_paho(const Message& message, const mqtt::properties& properties) {
    auto out = mqtt::make_message(message.topic, message.payload, message.qos, message.retained);
    if (properties.empty() && message.correlation.empty()) return out;
    auto all = properties;
    if (!message.correlation.empty()) all.add({mqtt::property::CORRELATION_DATA, message.correlation});
    out->set_properties(all);
    return out;
}

// Of an MQTT 5 message that arrived; empty where there is none.
std::string text_property(const mqtt::message& message, mqtt::property::code code) {
    const auto& all = message.get_properties();
    return all.contains(code) ? mqtt::get<std::string>(all, code) : std::string{};
}

mqtt::create_options create_options_of(const MqttConfig& broker) {
    // What the library counts as buffered are those that are on their way, too.
    return mqtt::create_options{broker.version >= 5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1,
                                static_cast<int>(2 * most_samples)};
}

// The chain is checked against the CA file (or the system's), and the certificate must name the host.
mqtt::ssl_options ssl_options_of(const MqttConfig& broker) {
    mqtt::ssl_options options;
    if (!broker.ca_file.empty()) options.set_trust_store(broker.ca_file);
    if (!broker.cert_file.empty()) options.set_key_store(broker.cert_file);
    if (!broker.key_file.empty()) options.set_private_key(broker.key_file);
    options.set_ssl_version(MQTT_SSL_VERSION_TLS_1_2);
    options.set_enable_server_cert_auth(true);
    options.set_verify(true);
    return options;
}

mqtt::connect_options connect_options_of(const SessionSettings& settings, const mqtt::properties& properties) {
    const bool v5 = settings.broker.version >= 5;
    mqtt::connect_options options;
    options.set_mqtt_version(v5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1);
    if (v5) {
        options.set_clean_start(true);
        options.set_properties({{mqtt::property::MAXIMUM_PACKET_SIZE, largest_packet_accepted}});
    } else {
        options.set_clean_session(true);
    }
    options.set_keep_alive_interval(settings.broker.keep_alive);
    options.set_connect_timeout(library_limit);
    if (!settings.credentials.user.empty()) {
        options.set_user_name(settings.credentials.user);
        options.set_password(settings.credentials.password);
    }
    if (settings.will) options.set_will(mqtt::will_options{*to_paho(*settings.will, properties)});
    if (settings.broker.tls) options.set_ssl(ssl_options_of(settings.broker));
    return options;
}

}  // namespace

// A client that never connects.
struct MqttLibrary::Impl {
    mqtt::async_client idle{"tcp://127.0.0.1:1", "idle"};
};

MqttLibrary::MqttLibrary() {
    // Else every step of every packet is written into a trace that nobody reads.
    MQTTAsync_setTraceLevel(MQTTASYNC_TRACE_FATAL);
    try {
        impl_ = std::make_unique<Impl>();
    } catch (const std::exception&) {
        // Without it sessions work all the same, and say what is wrong.
    }
}

MqttLibrary::~MqttLibrary() = default;

struct Session::Impl final : public mqtt::iaction_listener {
    Impl(SessionSettings wanted, Mailbox& box)
        : settings(std::move(wanted)),
          mailbox(box),
          client(server_uri(settings.broker), settings.client_id, create_options_of(settings.broker)),
          properties(message_properties(settings)) {}

    SessionSettings settings;
    Mailbox& mailbox;
    mqtt::async_client client;    // its end silences the callbacks into what stands above
    mqtt::properties properties;  // after it: the library (Paho C 1.3) leaks properties that outlive the last client
    std::atomic<std::size_t> samples{0};  // with the library

    void begin();
    [[nodiscard]] int reason_of(const mqtt::token& token) const {
        return refusal_reason(settings.broker.version, token.get_return_code(), token.get_reason_code());
    }

    // The library's threads come in here.
    void lost(std::string why) { mailbox.push({.kind = MqttEvent::Kind::lost, .text = std::move(why)}); }
    void arrived(const mqtt::message& message);
    void on_success(const mqtt::token& token) override;
    void on_failure(const mqtt::token& token) override;
    void connect_failed(const mqtt::token& token);
    void sample_done();
    Result<void> send(const Message& message, std::uint32_t id);
};

void Session::Impl::begin() {
    // One by one: set_callback() would hold the client's lock while the library takes its own.
    client.set_connection_lost_handler(
        [this](const std::string&) { lost(broker_name(settings.broker) + ": connection lost"); });
    client.set_message_callback([this](const mqtt::const_message_ptr& message) { arrived(*message); });
    client.set_disconnected_handler([this](const mqtt::properties&, mqtt::ReasonCode reason) {
        lost(broker_name(settings.broker) + ": disconnected by the broker: " + reason_text(reason));
    });
    client.connect(connect_options_of(settings, properties), nullptr, *this);
}

void Session::Impl::arrived(const mqtt::message& message) {
    mailbox.push({.kind = MqttEvent::Kind::arrived,
                  .text = message.to_string(),
                  .topic = message.get_topic(),
                  .retained = message.is_retained(),
                  .response_topic = text_property(message, mqtt::property::RESPONSE_TOPIC),
                  .correlation = text_property(message, mqtt::property::CORRELATION_DATA)});
}

void Session::Impl::on_success(const mqtt::token& token) {
    if (token.get_type() == mqtt::token::CONNECT) mailbox.push({.kind = MqttEvent::Kind::connected});
    if (token.get_type() != mqtt::token::PUBLISH) return;
    if (as_id(token) == sample_id) return sample_done();
    mailbox.push({.kind = MqttEvent::Kind::acknowledged, .id = as_id(token)});
}

void Session::Impl::on_failure(const mqtt::token& token) {
    if (token.get_type() == mqtt::token::CONNECT) return connect_failed(token);
    if (token.get_type() == mqtt::token::PUBLISH && as_id(token) == sample_id) return sample_done();
    // No reason: it is no answer of the broker; the connection is going, and `lost` says so.
    const int reason = reason_of(token);
    if (reason != 0) mailbox.push({.kind = MqttEvent::Kind::refused, .id = as_id(token), .text = reason_text(reason)});
}

void Session::Impl::connect_failed(const mqtt::token& token) {
    const int reason = reason_of(token);
    if (reason != 0) return lost(connect_refusal(settings.broker, reason));
    mailbox.push({.kind = MqttEvent::Kind::unanswered});
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Session::~Session() = default;

Result<std::unique_ptr<Session>> Session::open(SessionSettings settings, Mailbox& mailbox) {
    if (auto files = readable_files(settings.broker); !files) return Error{files.error()};
    // The library asks the resolver with its global lock held: with a dead name server all of it would stand still for
    // half a minute. So it is asked only for names that can be resolved.
    if (auto address = resolve(settings.broker); !address) return Error{connect_failure(settings.broker, address)};
    const std::string name = broker_name(settings.broker);
    try {
        std::unique_ptr<Session> session{new Session{std::make_unique<Impl>(std::move(settings), mailbox)}};
        session->impl_->begin();
        return session;
    } catch (const std::exception& e) {
        return Error{name + ": " + e.what()};
    }
}

// There is room again: told when half of it is free, not for every message.
void Session::Impl::sample_done() {
    if (--samples == most_samples / 2) mailbox.poke();
}

Result<void> Session::Impl::send(const Message& message, std::uint32_t id) {
    try {
        client.publish(to_paho(message, properties), as_context(id), *this);
    } catch (const std::exception& e) {
        return Error{broker_name(settings.broker) + ": " + e.what()};
    }
    return {};
}

Result<void> Session::publish(const Message& message, std::uint32_t id) { return impl_->send(message, id); }

std::size_t Session::room() const { return most_samples - std::min(most_samples, impl_->samples.load()); }

Result<void> Session::publish_sample(const Message& message) {
    ++impl_->samples;
    return impl_->send(message, sample_id);
}

Result<void> Session::subscribe(const std::string& topic, std::uint32_t id) {
    try {
        impl_->client.subscribe(topic, 1, as_context(id), *impl_);
    } catch (const std::exception& e) {
        return Error{broker_name(impl_->settings.broker) + ": " + e.what()};
    }
    return {};
}

void Session::disconnect(std::chrono::milliseconds limit) {
    try {
        impl_->client.disconnect(static_cast<int>(limit.count()))->wait_for(limit);
    } catch (const std::exception&) {
        // It is gone already: that is what was wanted.
    }
}

}  // namespace pued
