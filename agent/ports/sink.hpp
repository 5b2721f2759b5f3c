// The door through which results leave: metrics, alerts, status. Real: drivers/mqtt publisher. Fake: tests/fakes/sink.
#pragma once

#include <cstdint>
#include <string>

namespace pued {

struct Message {
    std::string topic;    // whole, with prefix
    std::string payload;  // JSON, UTF-8
    bool retained = true;
    std::uint8_t qos = 1;       // 0 or 1
    std::string correlation{};  // of an answer: what the question carried; else empty
};

class Sink {
public:
    virtual ~Sink() = default;
    // Takes the message over. Never blocks, never throws. A retained message replaces an unsent one of its topic; it
    // is delivered as soon as the peer is there. QoS 0 is dropped when it is not.
    virtual void publish(Message message) = 0;
};

}  // namespace pued
