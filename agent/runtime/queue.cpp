// A mutex, a vector and a condition, which is told only of the first report of a burst.
#include "agent/runtime/queue.hpp"

#include <algorithm>
#include <thread>

namespace pued {

void ReportQueue::deliver(Report report) {
    const std::lock_guard lock{mutex_};
    if (waiting_.size() < capacity_) {
        waiting_.push_back(std::move(report));
        if (waiting_.size() == 1) filled_.notify_one();
        return;
    }
    waiting_[oldest_] = std::move(report);
    oldest_ = (oldest_ + 1) % capacity_;
    ++dropped_;
}

std::span<Report> ReportQueue::take(std::chrono::milliseconds patience) {
    taken_.clear();
    std::unique_lock lock{mutex_};
    if (patience.count() > 0 && filled_.wait_for(lock, patience, [this] { return !waiting_.empty(); })) {
        lock.unlock();
        std::this_thread::sleep_for(gathering);
        lock.lock();
    }
    std::rotate(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(oldest_), waiting_.end());
    oldest_ = 0;
    taken_.swap(waiting_);
    return taken_;
}

std::uint64_t ReportQueue::dropped() const {
    const std::lock_guard lock{mutex_};
    return dropped_;
}

}  // namespace pued
