// One thread a source; each counts itself out when it has closed its sessions.
#include "agent/runtime/pollers.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>

namespace pued {
namespace {
// How soon a thread notices that it shall stop; nobody need notice where it can be woken.
constexpr Duration kStep = std::chrono::milliseconds{200}, kLongStep = std::chrono::seconds{10};
}  // namespace

struct Pollers::Shared {
    std::atomic<bool> stopping{false};
    std::mutex mutex;
    std::condition_variable ended;
    std::size_t running = 0;
    std::vector<Source*> asleep;                     // those that can be woken and are not yet gone
    std::deque<std::atomic<Duration::rep>> stepped;  // boot time of each source's latest return from step()
};

Pollers::Pollers(std::vector<std::unique_ptr<Source>> sources, ReportSink& out, const Clock& clock)
    : shared_(std::make_shared<Shared>()) {
    shared_->running = sources.size();
    for (auto& source : sources) {
        if (source->wakeable()) shared_->asleep.push_back(source.get());
    }
    for (auto& source : sources) {
        auto& stepped = shared_->stepped.emplace_back(clock.now().boot.time_since_epoch().count());
        threads_.emplace_back([shared = shared_, source = std::move(source), &stepped, &out, &clock]() mutable {
            const Duration length = source->wakeable() ? kLongStep : kStep;
            while (!shared->stopping) {
                source->step(clock.now().boot + length, out);
                stepped = clock.now().boot.time_since_epoch().count();
            }
            source->close();
            const std::lock_guard lock{shared->mutex};
            std::erase(shared->asleep, source.get());
            source.reset();
            --shared->running;
            shared->ended.notify_all();
        });
    }
}

Pollers::~Pollers() { stop(std::chrono::milliseconds{5000}); }

bool Pollers::alive(BootTime now, Duration patience) const {
    return std::all_of(shared_->stepped.begin(), shared_->stepped.end(),
                       [&](const auto& at) { return now - BootTime{Duration{at}} <= patience; });
}

bool Pollers::stop(std::chrono::milliseconds patience) {
    shared_->stopping = true;
    std::unique_lock lock{shared_->mutex};
    if (threads_.empty()) return shared_->running == 0;  // stopped before
    for (auto* source : shared_->asleep) source->wake();
    const bool all = shared_->ended.wait_for(lock, patience, [this] { return shared_->running == 0; });
    lock.unlock();
    for (auto& thread : threads_) {
        if (all) {
            thread.join();
        } else {
            thread.detach();
        }
    }
    threads_.clear();
    return all;
}

}  // namespace pued
