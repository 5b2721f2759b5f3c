// Integral of a computing rate; see work.hpp.
#include "agent/metrics/work.hpp"

#include <algorithm>

namespace pued {

Work& Work::operator+=(const Work& other) {
    tflop += other.tflop;
    active_s += other.active_s;
    covered += other.covered;
    return *this;
}

void WorkLine::add(BootTime at, double activity, double rate_tflops) {
    if (!points_.empty() && at <= points_.back().at) return;
    points_.push_back({at, activity, rate_tflops});
    if (points_.size() > max_points_) points_.pop_front();
}

Work WorkLine::part_of(const Point& a, const Point& b, BootTime from, BootTime to) {
    const BootTime begin = std::max(a.at, from);
    const BootTime end = std::min(b.at, to);
    const double whole_s = in_seconds(b.at - a.at);
    const double part_s = in_seconds(end - begin);
    // A straight line's mean over a part is its value in the middle of that part.
    const double middle = (in_seconds(begin - a.at) + part_s / 2) / whole_s;
    return {(a.rate_tflops + (b.rate_tflops - a.rate_tflops) * middle) * part_s,
            (a.activity + (b.activity - a.activity) * middle) * part_s, end - begin};
}

Work WorkLine::between(BootTime from, BootTime to) const {
    Work sum;
    for (std::size_t i = 1; i < points_.size(); ++i) {
        const Point& a = points_[i - 1];
        const Point& b = points_[i];
        if (b.at <= from || a.at >= to || b.at - a.at > max_gap_) continue;
        sum += part_of(a, b, from, to);
    }
    return sum;
}

void WorkLine::forget_before(BootTime b) {
    while (points_.size() > 1 && points_[1].at <= b) points_.pop_front();
}

}  // namespace pued
