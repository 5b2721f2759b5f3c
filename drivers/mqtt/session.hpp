// One connection to a broker, from CONNECT to its end; a new attempt is a new Session, so that nothing of the old one
// (in-flight messages, tokens, TLS state) can haunt it. Owned and called by one thread; what happens arrives in the
// Mailbox. Only session.cpp knows the Paho library; its exceptions end there.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "agent/config/config.hpp"
#include "agent/model/result.hpp"
#include "agent/ports/sink.hpp"
#include "drivers/mqtt/mailbox.hpp"
#include "drivers/poll/pause.hpp"

namespace pued {

struct Credentials {
    std::string user;      // empty: none
    std::string password;  // itself, not a file name
};

struct SessionSettings {
    MqttConfig broker;
    Credentials credentials;
    std::string client_id;
    std::optional<Message> will;
    std::string config_sha256;  // goes with every message as the user property `config`; empty: no properties
};

// Between attempts: 1…2 s, 2…4 s, … 30…60 s.
inline Pause reconnect_pause(std::size_t seed) {
    return {std::chrono::seconds{1}, std::chrono::seconds{30}, 1.0, static_cast<unsigned>(seed)};
}

// Held by whoever opens sessions, for all their time: keeps the library and its threads up in between. Else each
// session would start it anew, and OpenSSL keeps something of each start for ever.
class MqttLibrary {
public:
    MqttLibrary();
    ~MqttLibrary();
    MqttLibrary(const MqttLibrary&) = delete;
    MqttLibrary& operator=(const MqttLibrary&) = delete;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

class Session {
public:
    // Longer than the library's own limit: after this time without an event there will be none.
    static constexpr std::chrono::seconds connect_limit{15};

    // Begins to connect; `connected`, `unanswered` or `lost` follows. An error where it cannot even begin.
    static Result<std::unique_ptr<Session>> open(SessionSettings settings, Mailbox& mailbox);
    ~Session();  // no event comes any more once it returns
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    // QoS 1. `acknowledged` or `refused` with this id follows, or `lost`.
    Result<void> publish(const Message& message, std::uint32_t id);
    // QoS 0: nothing follows. At most room() of them; where that was 0 and no more is, the mailbox is poked.
    Result<void> publish_sample(const Message& message);
    [[nodiscard]] std::size_t room() const;
    // QoS 1, exact topic; `refused` with this id where the broker will not have it.
    Result<void> subscribe(const std::string& topic, std::uint32_t id);
    // Says good-bye, so that the broker does not publish the will; at most this long.
    void disconnect(std::chrono::milliseconds limit);

private:
    struct Impl;
    explicit Session(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace pued
