// What the broker brings us: commands of operators, cosigned checkpoints of witnesses, and our own last checkpoint as
// the broker kept it. Pure bookkeeping, bounded: the publisher owns it, holds a lock around it and carries the
// messages.
//
// Commands are taken only where the broker knows who is who (interface.md); a retained one is none, or it would be
// obeyed again at every connection.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "agent/model/result.hpp"
#include "drivers/mqtt/mailbox.hpp"

namespace pued {

struct Command {
    std::string name;  // "ack", "shelve", "report", "rebirth", "cosign"; "checkpoint-seen": the broker's memory of ours
    std::string payload;
    std::string response_topic;  // MQTT 5; empty: nobody waits for an answer
    std::string correlation;     // MQTT 5; goes back with the answer
};

class CommandInbox {
public:
    static constexpr std::size_t most_waiting = 64;
    static constexpr std::size_t most_bytes = 16384;  // of one payload

    // `root` ends in '/': "pued/v1/hall-1/box-1/".
    CommandInbox(std::string root, bool authenticated) : root_(std::move(root)), authenticated_(authenticated) {}

    [[nodiscard]] std::vector<std::string> topics() const;  // to subscribe to
    // Whether an answer may be sent there: to a topic that is one, and none of our own.
    [[nodiscard]] bool may_answer(const std::string& topic) const;
    // An error says why this message is not obeyed, in words fit for JSON.
    Result<void> take(const MqttEvent& message);
    std::vector<Command> drain() { return std::exchange(waiting_, {}); }

private:
    std::string root_;
    bool authenticated_;
    std::vector<Command> waiting_;
};

}  // namespace pued
