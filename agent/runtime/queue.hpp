// The bounded queue between the sources' threads and the engine's. Drivers put reports in; the engine takes all that
// are there. When the engine is so late that the queue is full, the oldest report is dropped and counted: registers are
// cumulative, so a newer reading makes good for it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "agent/ports/source.hpp"

namespace pued {

class ReportQueue final : public ReportSink {
public:
    explicit ReportQueue(std::size_t capacity = 65536) : capacity_(capacity) {}

    void deliver(Report report) override;
    // Everything that waits, oldest first; waits up to `patience` for the first.
    std::vector<Report> take(std::chrono::milliseconds patience);
    [[nodiscard]] std::uint64_t dropped() const;

private:
    const std::size_t capacity_;
    mutable std::mutex mutex_;
    std::condition_variable filled_;
    std::deque<Report> waiting_;
    std::uint64_t dropped_ = 0;
};

}  // namespace pued
