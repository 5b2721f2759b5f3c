// The sources' threads: one for each Source, in a loop of step(). Owned by a command; stop() asks all to end and waits
// a bounded time, because a protocol library may be inside a request to a device that is silent.
#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "agent/ports/clock.hpp"
#include "agent/ports/source.hpp"

namespace pued {

class Pollers {
public:
    // `out` and `clock` must live until stop() has returned true, or for ever.
    Pollers(std::vector<std::unique_ptr<Source>> sources, ReportSink& out, const Clock& clock);
    ~Pollers();
    Pollers(const Pollers&) = delete;
    Pollers& operator=(const Pollers&) = delete;

    // False when some source has not come back from step() for so long: something for the watchdog.
    [[nodiscard]] bool alive(BootTime now, Duration patience) const;
    // Asks all to end. False when a thread had not ended within `patience`: the process must then leave without
    // destroying anything such a thread uses (quick_exit).
    bool stop(std::chrono::milliseconds patience);

private:
    struct Shared;  // outlives this object while a thread is stuck
    std::shared_ptr<Shared> shared_;
    std::vector<std::thread> threads_;
};

}  // namespace pued
