// The thread that may hang; see worker.hpp.
#include "drivers/nvml/worker.hpp"

#include <utility>

namespace pued::nvml {

Worker::Worker(const std::string& library, std::size_t wanted, const Clock& clock)
    : shared_(std::make_shared<Shared>(library, wanted, clock)), thread_([shared = shared_] { run(shared); }) {}

void Worker::run(const std::shared_ptr<Shared>& shared) {
    std::unique_lock lock{shared->mutex};
    for (;;) {
        shared->changed.wait(lock, [&] { return shared->asked || shared->stopping; });
        if (shared->stopping) break;
        shared->asked = false;
        lock.unlock();
        Outcome outcome = shared->session.poll();
        lock.lock();
        shared->busy = false;
        if (!std::exchange(shared->abandoned, false)) shared->outcome = std::move(outcome);
        shared->changed.notify_all();
    }
    lock.unlock();
    shared->session.close();
    lock.lock();
    shared->ended = true;
    shared->changed.notify_all();
}

bool Worker::ask() {
    const std::lock_guard lock{shared_->mutex};
    if (shared_->busy) return false;
    shared_->asked = shared_->busy = true;
    shared_->outcome.reset();
    shared_->changed.notify_all();
    return true;
}

std::optional<Outcome> Worker::wait(Duration patience) {
    std::unique_lock lock{shared_->mutex};
    shared_->changed.wait_for(lock, patience, [&] { return shared_->outcome.has_value(); });
    return std::exchange(shared_->outcome, std::nullopt);
}

void Worker::give_up() {
    const std::lock_guard lock{shared_->mutex};
    shared_->abandoned = shared_->busy;
}

void Worker::stop(Duration patience) {
    if (!thread_.joinable()) return;
    std::unique_lock lock{shared_->mutex};
    shared_->stopping = true;
    shared_->changed.notify_all();
    const bool ended = shared_->changed.wait_for(lock, patience, [&] { return shared_->ended; });
    lock.unlock();
    if (ended) {
        thread_.join();
    } else {
        thread_.detach();
    }
}

}  // namespace pued::nvml
