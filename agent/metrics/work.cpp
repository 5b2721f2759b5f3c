// Integral of a computing rate; see work.hpp.
#include "agent/metrics/work.hpp"

#include <algorithm>

#include "agent/metering/thinning.hpp"

namespace pued {

Work& Work::operator+=(const Work& other) {
    tflop += other.tflop;
    active_s += other.active_s;
    covered += other.covered;
    return *this;
}

void WorkLine::add(BootTime at, double activity, double rate_tflops) {
    if (!points_.empty() && at <= points_.back().at) return;
    Point point{at, activity, rate_tflops, {}};
    if (!points_.empty() && at - points_.back().at <= max_gap_) {
        point.since = part_of(points_.back(), point, points_.back().at, at);
    }
    points_.push_back(point);
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

// A step that stands for many samples is cut in proportion to its time.
Work WorkLine::cut(const Point& a, const Point& b, BootTime from, BootTime to) const {
    if (b.at - a.at <= max_gap_) return part_of(a, b, from, to);
    const Duration part = std::min(b.at, to) - std::max(a.at, from);
    const double share = in_seconds(part) / in_seconds(b.at - a.at);
    const double covered_ns = share * static_cast<double>(b.since.covered.count());
    return {b.since.tflop * share, b.since.active_s * share, Duration{static_cast<Duration::rep>(covered_ns)}};
}

Work WorkLine::between(BootTime from, BootTime to) const {
    Work sum;
    for (std::size_t i = 1; i < points_.size(); ++i) {
        const Point& a = points_[i - 1];
        const Point& b = points_[i];
        if (b.at <= from || a.at >= to || b.since.covered == Duration{}) continue;
        sum += a.at >= from && b.at <= to ? b.since : cut(a, b, from, to);
    }
    return sum;
}

std::vector<LabelledWork> WorkLine::save(const Now& now, std::chrono::seconds interval) const {
    std::vector<unsigned> ranks(points_.size(), 0);
    for (std::size_t i = 1; i < points_.size(); ++i) {
        if (boundary_between(now, points_[i - 1].at, points_[i].at, interval)) ranks[i - 1] = ranks[i] = 2;
    }
    if (!ranks.empty()) ranks.front() = ranks.back() = 3;
    const std::vector<bool> chosen = choose(ranks, saved_points);
    std::vector<LabelledWork> saved;
    Work carried;
    for (std::size_t i = 0; i < points_.size(); ++i) {
        carried += points_[i].since;
        if (!chosen[i]) continue;
        saved.push_back({to_utc(now, points_[i].at), points_[i].activity, points_[i].rate_tflops, carried});
        carried = {};
    }
    return saved;
}

void WorkLine::restore(const std::vector<LabelledWork>& points, const Now& now) {
    for (const LabelledWork& saved : points) {
        const BootTime at = to_boot(now, saved.at);
        if (at > now.boot || (!points_.empty() && at <= points_.back().at)) continue;
        points_.push_back({at, saved.activity, saved.rate_tflops, saved.since});
        if (points_.size() > max_points_) points_.pop_front();
    }
}

void WorkLine::forget_before(BootTime b) {
    while (points_.size() > 1 && points_[1].at <= b) points_.pop_front();
}

}  // namespace pued
