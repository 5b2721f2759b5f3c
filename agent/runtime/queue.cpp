// A mutex, a deque and a condition: at a few hundred reports a second nothing more is needed.
#include "agent/runtime/queue.hpp"

#include <iterator>

namespace pued {

void ReportQueue::deliver(Report report) {
    {
        const std::lock_guard lock{mutex_};
        if (waiting_.size() >= capacity_) {
            waiting_.pop_front();
            ++dropped_;
        }
        waiting_.push_back(std::move(report));
    }
    filled_.notify_one();
}

std::vector<Report> ReportQueue::take(std::chrono::milliseconds patience) {
    std::unique_lock lock{mutex_};
    filled_.wait_for(lock, patience, [this] { return !waiting_.empty(); });
    std::vector<Report> out(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(waiting_.end()));
    waiting_.clear();
    return out;
}

std::uint64_t ReportQueue::dropped() const {
    const std::lock_guard lock{mutex_};
    return dropped_;
}

}  // namespace pued
