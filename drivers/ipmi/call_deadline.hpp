// Bounds a blocking call into FreeIPMI. The library waits in select() for as long as its session time-out, and counts
// that from the last packet that it received, by the wall clock: so the time-out has to be longer than the pause
// between two polls, an absent BMC would hold its thread (and the daemon's exit) for all of it, and a wall clock set
// back by a year would hold it for the year. Here a timer of CLOCK_MONOTONIC sends a real-time signal, to this thread
// only, whose handler does nothing but remember it; select() then fails with EINTR and the library gives up. Used on
// the BMC's thread around one call; the signal is SIGRTMAX - 3.
#pragma once

#include <chrono>
#include <ctime>

namespace pued::ipmi {

class CallDeadline {
public:
    explicit CallDeadline(std::chrono::milliseconds limit);
    ~CallDeadline();
    CallDeadline(const CallDeadline&) = delete;
    CallDeadline& operator=(const CallDeadline&) = delete;

    // True once the limit is over: a failure of the call then means that no answer came in time.
    [[nodiscard]] bool over() const;

private:
    timer_t timer_{};
    bool armed_ = false;
};

}  // namespace pued::ipmi
