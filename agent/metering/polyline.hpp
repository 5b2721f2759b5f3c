// E(t) of one metering point as a bounded line through its recent readings: energy in exact mWh against boot time.
// A boundary between two readings is interpolated and floored AT THE BOUNDARY, so intervals telescope for any cutting
// (A09, A16). Owned by one EnergyAccount. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "agent/metering/flags.hpp"
#include "agent/model/energy.hpp"
#include "agent/model/time.hpp"

namespace pued {

struct EnergyPoint {
    BootTime at;
    Energy energy;
    Flags flags = 0;                     // of the segment that ends here
    std::optional<std::uint64_t> reg{};  // the register's high-water counts, where there is one

    friend bool operator==(const EnergyPoint&, const EnergyPoint&) = default;
};

// E at `b` on the segment from `a` to `c`, a.at <= b <= c.at, a.energy <= c.energy.
Energy interpolate(const EnergyPoint& a, const EnergyPoint& c, BootTime b);

// The hard bounds of E(b) when 0 <= P <= pmax_w, in Wh (A09).
struct Bounds {
    double lo_wh = 0;
    double hi_wh = 0;
    [[nodiscard]] double u_wh() const;  // of a rectangle of this width
};
Bounds boundary_bounds(const EnergyPoint& a, const EnergyPoint& c, BootTime b, double pmax_w);

class Polyline {
public:
    explicit Polyline(std::size_t max_points) : max_points_(max_points < 8 ? 8 : max_points) {}

    // Times and energies never go down.
    void push(EnergyPoint point);
    [[nodiscard]] bool empty() const { return points_.empty(); }
    [[nodiscard]] const EnergyPoint& front() const { return points_.front(); }
    [[nodiscard]] const EnergyPoint& back() const { return points_.back(); }
    [[nodiscard]] const std::deque<EnergyPoint>& points() const { return points_; }

    void pop_back() { points_.pop_back(); }
    // Lifts this point and all after it by `by` (which may be negative as long as the line does not fall).
    void lift_from(std::size_t index, Energy by, Flags flags);

    // Nothing before the first and after the last point.
    [[nodiscard]] std::optional<Energy> at(BootTime b) const;
    // The register at the last reading not after b.
    [[nodiscard]] std::optional<std::uint64_t> reg_at(BootTime b) const;
    // Of every segment that overlaps (a, b).
    [[nodiscard]] Flags flags_between(BootTime a, BootTime b) const;
    // Whether a segment there has one of these; a replacement that was announced spoils nothing.
    [[nodiscard]] bool spoiled_between(BootTime a, BootTime b, Flags spoils) const;
    // interpolated when b is no reading; allocated when the readings around it are more than max_gap apart.
    [[nodiscard]] Flags boundary_flags(BootTime b, Duration max_gap) const;
    // Time inside (a, b) that segments flagged `gap` take.
    [[nodiscard]] Duration gap_between(BootTime a, BootTime b) const;

    // Keeps the last point at or before b.
    void forget_before(BootTime b);
    // At most `most` (8 or more) of the points, first and last among them; a point's flags are then those of all that
    // it stands for. Kept before others: the ends of segments that `divided` picks, then those of flagged segments.
    using Divided = std::function<bool(const EnergyPoint& a, const EnergyPoint& c)>;
    [[nodiscard]] std::vector<EnergyPoint> thinned(std::size_t most, const Divided& divided) const;
    // Of the points between, where nothing is flagged, keeps one for each `spacing`: energies there stay exact, what
    // lies between them is interpolated.
    void coarsen(BootTime from, BootTime to, Duration spacing);
    // Replaces the points at or before `until` (restored ones, when the clock has been corrected).
    void replace_until(BootTime until, std::span<const EnergyPoint> points);

private:
    [[nodiscard]] std::size_t first_at_or_after(BootTime b) const;
    void thin();
    void thin_to(Duration spacing, bool mix_flags);

    std::size_t max_points_;
    std::deque<EnergyPoint> points_;
};

}  // namespace pued
