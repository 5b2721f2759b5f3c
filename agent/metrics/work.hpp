// Computing work from samples of activity: a rate in TFLOP/s, integrated by trapezoid between samples, not across gaps
// (metering.md 1.4, 5). Owned by the ComputeLedger; pure. Work in TFLOP.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <vector>

#include "agent/model/time.hpp"

namespace pued {

struct Work {
    double tflop = 0;
    double active_s = 0;  // integral of activity
    Duration covered{};

    Work& operator+=(const Work& other);
    friend bool operator==(const Work&, const Work&) = default;
};

// A sample and the work since the one before; labelled in UTC, because boot time does not survive a restart.
struct LabelledWork {
    UtcTime at;
    double activity = 0;
    double rate_tflops = 0;
    Work since;

    friend bool operator==(const LabelledWork&, const LabelledWork&) = default;
};

class WorkLine {
public:
    WorkLine(Duration max_gap, std::size_t max_points = 1024) : max_gap_(max_gap), max_points_(max_points) {}

    // Samples not newer than the last are dropped. `activity` 0..1; `rate_tflops` = activity, clock and peak together.
    void add(BootTime at, double activity, double rate_tflops);
    [[nodiscard]] Work between(BootTime from, BootTime to) const;
    // Keeps the last sample at or before `b`.
    void forget_before(BootTime b);

    // At most saved_points, those on both sides of every UTC multiple of `interval` first. Samples that go leave their
    // work with the next one.
    static constexpr std::size_t saved_points = 64;
    [[nodiscard]] std::vector<LabelledWork> save(const Now& now, std::chrono::seconds interval) const;
    // Only into a fresh line. What would lie in the future (the clock was set back) is dropped.
    void restore(const std::vector<LabelledWork>& points, const Now& now);

private:
    struct Point {
        BootTime at;
        double activity = 0;
        double rate_tflops = 0;
        Work since;  // the point before
    };
    [[nodiscard]] static Work part_of(const Point& a, const Point& b, BootTime from, BootTime to);
    [[nodiscard]] Work cut(const Point& a, const Point& b, BootTime from, BootTime to) const;

    Duration max_gap_;
    std::size_t max_points_;
    std::deque<Point> points_;
};

}  // namespace pued
