// Asks NVML on a thread of its own and survives a call that never returns: nobody waits for that thread for long, and
// what it needs lives as long as it does. One poll at a time. Owned by the source.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "drivers/nvml/session.hpp"

namespace pued::nvml {

class Worker {
public:
    Worker(const std::string& library, std::size_t wanted, const Clock& clock);
    ~Worker() { stop(Duration{}); }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // False while the poll before has not come back.
    bool ask();
    // What the poll brought, within so long; the outcome of a poll that was given up is not told.
    std::optional<Outcome> wait(Duration patience);
    void give_up();
    // Ends the session; a thread that hangs is left behind.
    void stop(Duration patience);

private:
    struct Shared {
        Shared(const std::string& library, std::size_t wanted, const Clock& clock) : session(library, wanted, clock) {}
        std::mutex mutex;
        std::condition_variable changed;
        bool asked = false, busy = false, abandoned = false, stopping = false, ended = false;
        std::optional<Outcome> outcome;
        Session session;  // of the thread, only
    };
    static void run(const std::shared_ptr<Shared>& shared);

    std::shared_ptr<Shared> shared_;
    std::thread thread_;
};

}  // namespace pued::nvml
