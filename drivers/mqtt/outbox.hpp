// What still has to reach the broker, and what it must know again after it forgot. Pure bookkeeping: the publisher owns
// it, holds a lock around it, and carries the messages. Three kinds of message, each bounded:
//   states       retained: only the newest payload of a topic counts; all are sent again at every new connection
//   transitions  retained ones of an alert (topic contains "/alert/"), and QoS 1 without retain: each one, in order
//   samples      QoS 0 without retain: dropped while there is no connection
// A message is done when the broker acknowledged it, a sample when it was sent; at-least-once, so a consumer may see
// one twice.
//
// Example: alert firing, then resolved, while the broker is away -> two transitions wait. It comes back empty: firing
// and resolved are delivered in that order, then every state that was not among them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/result.hpp"
#include "agent/ports/sink.hpp"

namespace pued {

struct OutboxLimits {
    std::size_t topics = 4096;       // retained topics remembered
    std::size_t transitions = 1000;  // the oldest unsent goes first
    std::size_t samples = 4096;      // the oldest goes first
    std::size_t window = 10;         // sent and not yet acknowledged
    std::size_t payload = 262144;    // bytes
};

struct Outgoing {
    std::uint32_t id = 0;  // never 0; to be handed back to acknowledged() or refused()
    Message message;
};

class Outbox {
public:
    explicit Outbox(OutboxLimits limits = {}) : limits_(limits) {}

    // An error when the message itself cannot be taken (too large, a topic too many).
    Result<void> put(Message message);

    void connected();
    void disconnected();
    // The next state or transition to hand to the broker; it is in flight from now on. Nothing while disconnected, when
    // the window is full, or when all is said.
    std::optional<Outgoing> next();
    // So many samples at most; with the broker from now on, because nobody acknowledges them.
    std::vector<Message> next_samples(std::size_t most);
    void acknowledged(std::uint32_t id);
    // The broker will not have it: forgotten and counted (a state is tried again at the next connection).
    void refused(std::uint32_t id);

    [[nodiscard]] std::size_t pending() const;  // not yet acknowledged
    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }
    [[nodiscard]] std::uint64_t delivered() const { return delivered_; }
    void set_window(std::size_t window) { limits_.window = window; }

private:
    struct State {
        Message message;
        std::uint32_t version = 0;
        bool due = false;         // its topic stands in due_
        std::size_t waiting = 0;  // transitions of this topic in the queue: they carry the state
    };
    struct Transition {
        Message message;
        std::uint32_t version = 0;  // of its state; 0: it has none
        std::uint32_t id = 0;       // 0: not in flight
    };
    struct Flight {
        enum class Kind : std::uint8_t { state, transition } kind;
        std::string topic;
        std::uint32_t version = 0;
    };

    Result<void> put_state(Message message);
    Result<void> put_transition(Message message);
    void put_sample(Message message);
    void make_due(State& state);
    void drop_oldest_transition();
    void forget_transition(std::deque<Transition>::iterator at);
    std::optional<Outgoing> next_transition();
    std::optional<Outgoing> next_state();
    Outgoing launch(const Message& message, Flight flight);
    void settle(std::uint32_t id, bool delivered);
    void forget_deleted(const Flight& flight);

    OutboxLimits limits_;
    bool connected_ = false;
    std::uint32_t last_id_ = 0;
    std::uint64_t dropped_ = 0;
    std::uint64_t delivered_ = 0;
    std::map<std::string, State> states_;
    std::deque<std::string> due_;  // topics of the states that are due, in the order they became so
    std::deque<Transition> transitions_;
    std::deque<Message> samples_;
    std::map<std::uint32_t, Flight> flights_;
};

}  // namespace pued
