// Integrated power beside a register; see power_trace.hpp.
#include "agent/metering/power_trace.hpp"

#include <algorithm>
#include <cmath>

#include "agent/metering/samples.hpp"

namespace pued {

namespace {

constexpr Duration between_marks = std::chrono::seconds{30};
constexpr std::size_t most_marks = 512;  // four hours
constexpr double least_covered = 0.98;

}  // namespace

void PowerTrace::add(BootTime at, double power_w, Duration max_gap) {
    if (!std::isfinite(power_w) || (last_ && at <= *last_)) return;
    if (!last_) first_w_ = power_w;
    const double x = power_w - first_w_, before = last_w_ - first_w_;
    if (last_ && at - *last_ <= max_gap) {
        const double step_s = in_seconds(at - *last_);
        now_.wh += (power_w + last_w_) / 2 * step_s / 3600;
        now_.covered_s += step_s;
        now_.products += x * before;
        now_.samples += 1;
        now_.sum += x;
        now_.squares += x * x;
    }
    last_ = at;
    last_w_ = power_w;
    if (!marks_.empty() && at - marks_.back().at < between_marks) return;
    marks_.push_back({at, now_});
    if (marks_.size() > most_marks) marks_.pop_front();
}

// Between marks sums grow evenly.
std::optional<PowerTrace::Mark> PowerTrace::mark_at(BootTime time) const {
    if (marks_.empty() || !last_ || time < marks_.front().at || time > *last_) return std::nullopt;
    const auto after =
        std::upper_bound(marks_.begin(), marks_.end(), time, [](BootTime t, const At& a) { return t < a.at; });
    const At& a = *std::prev(after);
    const At c = after == marks_.end() ? At{*last_, now_} : *after;
    if (c.at <= a.at) return a.mark;
    const double part = in_seconds(time - a.at) / in_seconds(c.at - a.at);
    const auto mix = [part](double x, double y) { return x + (y - x) * part; };
    const Mark &m = a.mark, &n = c.mark;
    return Mark{mix(m.wh, n.wh),   mix(m.covered_s, n.covered_s), mix(m.samples, n.samples),
                mix(m.sum, n.sum), mix(m.squares, n.squares),     mix(m.products, n.products)};
}

std::optional<PowerIntegral> PowerTrace::between(BootTime from, BootTime to) const {
    const auto a = mark_at(from), b = mark_at(to);
    if (!a || !b) return std::nullopt;
    const double covered_s = b->covered_s - a->covered_s, n = b->samples - a->samples;
    if (covered_s < least_covered * in_seconds(to - from) || n < 2) return std::nullopt;
    PowerIntegral result{b->wh - a->wh, static_cast<std::uint32_t>(std::lround(n)), 0};
    const double mean = (b->sum - a->sum) / n;
    const double variance = std::max(0.0, (b->squares - a->squares) / n - mean * mean);
    const double mean_w = mean + first_w_;
    if (variance <= 0 || mean_w <= 0) return result;
    const double r = ((b->products - a->products) / n - mean * mean) / variance;
    const double step_s = covered_s / n;
    const double tau_s = correlation_time_s(step_s, std::min(r, 0.999));
    result.u_rel =
        tau_s > 0 ? sampling_u(std::sqrt(variance) / mean_w, tau_s, step_s, n) : std::sqrt(variance / n) / mean_w;
    return result;
}

void PowerTrace::forget_before(BootTime time) {
    while (marks_.size() > 1 && marks_[1].at <= time) marks_.pop_front();
}

}  // namespace pued
