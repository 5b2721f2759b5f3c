// The bounded queue between the sources' threads and the engine's. Drivers put reports in; the engine takes all that
// are there, and what follows within a few milliseconds: a thousand meters that answer one after the other wake it a
// dozen times, not a thousand. When the engine is so late that the queue is full, the oldest report is dropped and
// counted: registers are cumulative, so a newer reading makes good for it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "agent/ports/source.hpp"

namespace pued {

class ReportQueue final : public ReportSink {
public:
    // How long the engine waits for more behind the first report: little beside any poll.
    static constexpr std::chrono::milliseconds gathering{4};

    explicit ReportQueue(std::size_t capacity = 65536) : capacity_(capacity) {}

    void deliver(Report report) override;
    // Everything that waits, oldest first; waits up to `patience` for the first, and then for what comes with it. Valid
    // until the next call.
    std::span<Report> take(std::chrono::milliseconds patience);
    [[nodiscard]] std::uint64_t dropped() const;

private:
    const std::size_t capacity_;
    mutable std::mutex mutex_;
    std::condition_variable filled_;
    std::vector<Report> waiting_;
    std::size_t oldest_ = 0;  // in waiting_, when that is full: a ring then
    std::uint64_t dropped_ = 0;
    std::vector<Report> taken_;  // the engine's
};

}  // namespace pued
