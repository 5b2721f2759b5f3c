// The sink that is an MQTT broker. publish() only puts the message into the outbox; a thread of the publisher's own
// keeps the connection (also the first one: the broker may come up later), carries the messages and takes the
// acknowledgements. Retained state is sent whole at every new connection, so that a broker which forgot learns it
// again. The same session takes commands in (command_inbox.hpp). Made and closed by the composition root; publish(),
// stats(), take_commands() and answer() are for any thread.
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
#include "drivers/mqtt/command_inbox.hpp"
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
    // `will` is what the broker publishes when we vanish; its topic ROOT/status tells the root of the commands, too.
    // `log` gets one line for each change of state, from the
    // publisher's thread.
    Publisher(const MqttConfig& config, Credentials credentials, std::string client_id, Message will,
              std::string config_sha256, const Clock& clock, std::function<void(std::string)> log);
    ~Publisher() override;  // as close({}), unless that was called
    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;

    void publish(Message message) override;
    [[nodiscard]] PublisherStats stats() const;
    // What arrived since the last call: commands, only where we have a user or a certificate at the broker; and at each
    // connection our own last checkpoint, "checkpoint-seen", where the broker keeps one.
    [[nodiscard]] std::vector<Command> take_commands();
    // Once, not retained, with the command's correlation data; nothing where nobody waits for it.
    void answer(const Command& command, std::string json);
    // Publishes the last words (the offline status), waits for acknowledgements, says good-bye: at most `limit`, and
    // not at all where there is no connection. Messages published later go nowhere.
    void close(std::vector<Message> last_words, std::chrono::milliseconds limit = std::chrono::seconds{1});

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;  // shared with the thread, which may have to outlive us (close() is bounded)
};

}  // namespace pued
