// The engine: takes reports, keeps the books, computes metrics, judges them, records all of it in the journal and tells
// the sink. One thread owns it (the command's main thread); time comes in as an argument, results leave through the
// Sink, memory through the Journal. The same readings give the same results: replay is this engine with a file for a
// source. A message leaves only after the records behind it were committed, or the journal said that it cannot.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "agent/config/installation.hpp"
#include "agent/journal/journal.hpp"
#include "agent/model/reading.hpp"
#include "agent/model/result.hpp"
#include "agent/ports/sink.hpp"
#include "agent/runtime/log.hpp"
#include "agent/runtime/observer.hpp"

namespace pued {

// What the engine cannot know of itself and the status message tells.
struct Surroundings {
    std::size_t outbox = 0;     // messages the broker has not acknowledged
    std::uint64_t dropped = 0;  // reports the queue had to drop
};

struct EngineDoors {
    Sink* sink = nullptr;  // null: nothing is published, and nothing is formatted for it
    Log* log = nullptr;    // never null
    Observer* observer = nullptr;
    std::string boot_id;
};

class Engine {
public:
    // Keeps references to the installation and what the doors point to.
    Engine(const Installation& installation, EngineDoors doors, const Now& now);
    ~Engine();

    // Before the first report: what the journal recovered, folded; then records that a start leaves (boot,
    // configuration, announced exchanges). No journal: nothing is recorded. An error: the snapshot is of another shape;
    // the records after it were folded all the same.
    Result<void> begin(Journal* journal, const Recovery& recovered, const Now& now);
    // The same from the books of an engine before it, in this process (reload).
    Result<void> begin_from(Journal* journal, const std::string& books, const Now& now);
    // There should be a journal and there is none.
    void miss_journal(const std::string& why, const Now& now);
    [[nodiscard]] std::string books(const Now& now) const;

    void accept(const Report& report, const Now& now);
    // To be called about ten times a second: closes intervals, computes, judges, records, publishes what is due.
    void tick(const Now& now, const Surroundings& surroundings);
    // The last record: a snapshot, committed and signed.
    void end(const Now& now);

    // From people, over MQTT: "ack", "shelve", "rebirth", "cosign". The answer is JSON.
    std::string command(const std::string& name, const std::string& payload, const Now& now);

    // The last status; also what the broker says for us when we vanish.
    [[nodiscard]] Message farewell(const Now& now) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace pued
