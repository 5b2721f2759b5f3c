// The sink that is an MQTT broker. publish() only puts the message into the outbox; a thread of the publisher's own
// keeps the connection (also the first one: the broker may come up later), carries the messages and takes the
// acknowledgements. Retained state is sent whole at every new connection, so that a broker which forgot learns it
// again. Made and closed by the composition root; publish() and stats() are for any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/config/config.hpp"
#include "agent/ports/clock.hpp"
#include "agent/ports/sink.hpp"
#include "drivers/mqtt/session.hpp"

namespace pued {

struct PublisherStats {
    bool connected = false;
    std::size_t outbox = 0;  // messages that the broker has not acknowledged yet
    std::uint64_t dropped = 0;
    std::uint64_t acknowledged = 0;
    std::string last_error;  // why there is no connection, or what could not be sent last; empty: nothing
};

class Publisher final : public Sink {
public:
    // `will` is what the broker publishes when we vanish. `log` gets one line for each change of state, from the
    // publisher's thread.
    Publisher(const MqttConfig& config, Credentials credentials, std::string client_id, Message will,
              std::string config_sha256, const Clock& clock, std::function<void(std::string)> log);
    ~Publisher() override;  // as close({}), unless that was called
    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;

    void publish(Message message) override;
    [[nodiscard]] PublisherStats stats() const;
    // Publishes the last words (the offline status), waits for acknowledgements, says good-bye: at most `limit`, and
    // not at all where there is no connection. Messages published later go nowhere.
    void close(std::vector<Message> last_words, std::chrono::milliseconds limit = std::chrono::seconds{1});

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;  // shared with the thread, which may have to outlive us (close() is bounded)
};

}  // namespace pued
