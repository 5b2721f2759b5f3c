// The line of energy readings; see polyline.hpp.
#include "agent/metering/polyline.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>
#include <utility>

#include "agent/metering/exact.hpp"
#include "agent/metering/thinning.hpp"

namespace pued {

Energy interpolate(const EnergyPoint& a, const EnergyPoint& c, BootTime b) {
    if (b <= a.at) return a.energy;
    if (b >= c.at) return c.energy;
    const auto rise = static_cast<std::uint64_t>((c.energy - a.energy).mwh);
    const auto part = static_cast<std::uint64_t>((b - a.at).count());
    const auto whole = static_cast<std::uint64_t>((c.at - a.at).count());
    return {a.energy.mwh + static_cast<std::int64_t>(mul_div_floor(rise, part, whole))};
}

double Bounds::u_wh() const { return (hi_wh - lo_wh) / std::sqrt(12.0); }

Bounds boundary_bounds(const EnergyPoint& a, const EnergyPoint& c, BootTime b, double pmax_w) {
    const double after_wh = pmax_w * in_seconds(c.at - b) / 3600;
    const double before_wh = pmax_w * in_seconds(b - a.at) / 3600;
    return {std::max(watt_hours(a.energy), watt_hours(c.energy) - after_wh),
            std::min(watt_hours(c.energy), watt_hours(a.energy) + before_wh)};
}

void Polyline::push(EnergyPoint point) {
    assert(points_.empty() || (point.at >= back().at && point.energy >= back().energy));
    points_.push_back(point);
    if (points_.size() > max_points_) thin();
}

std::size_t Polyline::first_at_or_after(BootTime b) const {
    const auto found = std::lower_bound(points_.begin(), points_.end(), b,
                                        [](const EnergyPoint& point, BootTime time) { return point.at < time; });
    return static_cast<std::size_t>(found - points_.begin());
}

std::optional<Energy> Polyline::at(BootTime b) const {
    if (points_.empty() || b < front().at || b > back().at) return std::nullopt;
    const std::size_t i = first_at_or_after(b);
    return i == 0 ? front().energy : interpolate(points_[i - 1], points_[i], b);
}

std::optional<std::uint64_t> Polyline::reg_at(BootTime b) const {
    const auto after = std::upper_bound(points_.begin(), points_.end(), b,
                                        [](BootTime time, const EnergyPoint& point) { return time < point.at; });
    return after == points_.begin() ? std::nullopt : std::prev(after)->reg;
}

void Polyline::lift_from(std::size_t index, Energy by, Flags flags) {
    points_[index].flags = flags;
    for (std::size_t i = index; i < points_.size(); ++i) points_[i].energy += by;
}

Flags Polyline::flags_between(BootTime a, BootTime b) const {
    Flags all = 0;
    for (std::size_t i = std::max<std::size_t>(1, first_at_or_after(a)); i < points_.size(); ++i) {
        if (points_[i - 1].at >= b) break;
        if (points_[i].at > a) all = static_cast<Flags>(all | points_[i].flags);
    }
    return all;
}

bool Polyline::spoiled_between(BootTime a, BootTime b, Flags spoils) const {
    for (std::size_t i = std::max<std::size_t>(1, first_at_or_after(a)); i < points_.size(); ++i) {
        if (points_[i - 1].at >= b) break;
        const Flags flags = points_[i].flags;
        const Flags bad = has(flags, flag::manual) ? static_cast<Flags>(spoils & ~flag::replaced) : spoils;
        if (points_[i].at > a && has(flags, bad)) return true;
    }
    return false;
}

Flags Polyline::boundary_flags(BootTime b, Duration max_gap) const {
    const std::size_t i = first_at_or_after(b);
    if (i == 0 || i >= points_.size() || points_[i].at == b) return 0;
    const bool wide = points_[i].at - points_[i - 1].at > max_gap;
    return static_cast<Flags>(flag::interpolated | (wide ? flag::allocated : 0));
}

Duration Polyline::gap_between(BootTime a, BootTime b) const {
    Duration sum{};
    for (std::size_t i = std::max<std::size_t>(1, first_at_or_after(a)); i < points_.size(); ++i) {
        if (points_[i - 1].at >= b) break;
        if (!has(points_[i].flags, flag::gap)) continue;
        sum += std::max(Duration{}, std::min(b, points_[i].at) - std::max(a, points_[i - 1].at));
    }
    return sum;
}

void Polyline::forget_before(BootTime b) {
    while (points_.size() > 1 && points_[1].at <= b) points_.pop_front();
}

void Polyline::coarsen(BootTime from, BootTime to, Duration spacing) {
    std::size_t last = 0;  // of those kept
    for (std::size_t i = 1; i < points_.size(); ++i) {
        const bool inside = i + 1 < points_.size() && points_[last].at >= from && points_[i + 1].at <= to;
        const bool plain = inside && points_[i].flags == 0 && points_[i + 1].flags == 0;
        if (plain && points_[i + 1].at - points_[last].at <= spacing) continue;
        points_[++last] = points_[i];
    }
    if (!points_.empty()) points_.resize(last + 1);
}

void Polyline::replace_until(BootTime until, std::span<const EnergyPoint> points) {
    while (!points_.empty() && front().at <= until) points_.pop_front();
    points_.insert(points_.begin(), points.begin(), points.end());
}

std::vector<EnergyPoint> Polyline::thinned(std::size_t most, const Divided& divided) const {
    if (points_.size() <= most) return {points_.begin(), points_.end()};
    std::vector<unsigned> ranks(points_.size(), 0);
    const auto raise = [&](std::size_t i, unsigned rank) { ranks[i] = std::max(ranks[i], rank); };
    for (std::size_t i = 1; i < points_.size(); ++i) {
        const unsigned rank = divided(points_[i - 1], points_[i]) ? 2U : points_[i].flags != 0 ? 1U : 0U;
        raise(i - 1, rank);
        raise(i, rank);
    }
    ranks.front() = ranks.back() = 3;
    const std::vector<bool> chosen = choose(ranks, most);
    std::vector<EnergyPoint> kept;
    Flags carried = 0;
    for (std::size_t i = 0; i < points_.size(); ++i) {
        carried = static_cast<Flags>(carried | points_[i].flags);
        if (!chosen[i]) continue;
        kept.push_back(points_[i]);
        kept.back().flags = std::exchange(carried, Flags{0});
    }
    return kept;
}

// Evenly over time, so that the ends of intervals stay near a reading however long nobody can place them: energies at
// the rest stay exact, only interpolation gets coarser. Points where flags change go last.
void Polyline::thin() {
    const Duration spacing = 2 * (back().at - front().at) / static_cast<Duration::rep>(max_points_);
    thin_to(spacing, false);
    if (points_.size() > max_points_ * 3 / 4) thin_to(spacing * 3 / 2, true);
}

void Polyline::thin_to(Duration spacing, bool mix_flags) {
    std::deque<EnergyPoint> kept{points_.front()};
    Flags carried = 0;
    for (std::size_t i = 1; i < points_.size(); ++i) {
        carried = static_cast<Flags>(carried | points_[i].flags);
        const bool last = i + 1 == points_.size();
        const bool alike = !last && (mix_flags || points_[i + 1].flags == carried);
        if (alike && points_[i + 1].at - kept.back().at <= spacing) continue;
        kept.push_back(points_[i]);
        kept.back().flags = std::exchange(carried, Flags{0});
    }
    if (mix_flags && kept.size() > max_points_ * 3 / 4) {  // bunched in time: by number then
        points_ = std::move(kept);
        const auto few = thinned(max_points_ * 3 / 4, [](const EnergyPoint&, const EnergyPoint&) { return false; });
        kept.assign(few.begin(), few.end());
    }
    points_ = std::move(kept);
}

}  // namespace pued
