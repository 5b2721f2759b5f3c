// The engine: takes reports, keeps the ledger, computes metrics, judges them and tells the sink. One thread owns it
// (the command's main thread); time comes in as an argument, results leave through the Sink, memory through snapshot().
// The same readings give the same results: replay is this engine with a file for a source.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "agent/config/installation.hpp"
#include "agent/model/reading.hpp"
#include "agent/model/result.hpp"
#include "agent/ports/sink.hpp"
#include "agent/runtime/log.hpp"

namespace pued {

// What the engine cannot know of itself and the status message tells.
struct Surroundings {
    std::size_t outbox = 0;     // messages the broker has not acknowledged
    std::uint64_t dropped = 0;  // reports the queue had to drop
    bool saved = true;          // false: the books could not be written the last time
};

class Engine {
public:
    // Keeps references to all three.
    Engine(const Installation& installation, Sink& sink, Log& log, const Now& now);
    ~Engine();

    void accept(const Report& report, const Now& now);
    // To be called about ten times a second: closes intervals, computes, judges, publishes what is due.
    void tick(const Now& now, const Surroundings& surroundings);
    // True after something happened that must survive a power cut (an interval closed, an alert moved).
    [[nodiscard]] bool wants_saving() const;

    // All state as text, and back: the books of an engine before it, also of one with another configuration. A text
    // that cannot be read is refused whole, with the reason.
    std::string snapshot(const Now& now);
    Result<void> restore(const std::string& text, const Now& now);

    // The last status; also what the broker says for us when we vanish.
    [[nodiscard]] Message farewell(const Now& now) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace pued
