// Sums of intervals by window: cells of hours, days and months, and what each window comes to; see windows.hpp. What an
// interval adds: windows_terms.cpp; the metrics: windows_metrics.cpp; saving and restoring: windows_state.cpp.
#include "agent/metrics/windows.hpp"

#include <algorithm>

namespace pued {

namespace {

// Amendments reach two days back; months are this one and the twelve before it.
constexpr std::size_t most_hours = 49;
constexpr std::size_t most_days = 4;
constexpr std::size_t most_months = 13;

}  // namespace

void RatioSum::add(const RatioSum& o) {
    numerator += o.numerator;
    denominator += o.denominator;
    estimated += o.estimated;
    all_numerator += o.all_numerator;
    all_denominator += o.all_denominator;
    joint_s += o.joint_s;
    numerator_s += o.numerator_s;
    denominator_s += o.denominator_s;
    impossible += o.impossible;
    doubted_s += o.doubted_s;
}

void RatioSum::subtract(const RatioSum& o) {
    numerator += -o.numerator;
    denominator += -o.denominator;
    estimated += -o.estimated;
    all_numerator += -o.all_numerator;
    all_denominator += -o.all_denominator;
    joint_s -= o.joint_s;
    numerator_s -= o.numerator_s;
    denominator_s -= o.denominator_s;
    impossible -= o.impossible;
    doubted_s -= o.doubted_s;
}

void GapSum::add(const GapSum& o) {
    facility += o.facility;
    it += o.it;
    for (std::size_t i = 0; i < estimate_methods; ++i) {
        facility_by[i] += o.facility_by[i];
        it_by[i] += o.it_by[i];
    }
    facility_s += o.facility_s;
    it_s += o.it_s;
    facility_upper += o.facility_upper;
    facility_upper_s += o.facility_upper_s;
    it_lower += o.it_lower;
}

void GapSum::subtract(const GapSum& o) {
    facility += -o.facility;
    it += -o.it;
    for (std::size_t i = 0; i < estimate_methods; ++i) {
        facility_by[i] += -o.facility_by[i];
        it_by[i] += -o.it_by[i];
    }
    facility_s -= o.facility_s;
    it_s -= o.it_s;
    facility_upper += -o.facility_upper;
    facility_upper_s -= o.facility_upper_s;
    it_lower += -o.it_lower;
}

void WindowSums::add(const WindowSums& o) {
    for (std::size_t i = 0; i < o.ratios.size(); ++i) ratios[i].add(o.ratios[i]);
    for (std::size_t i = 0; i < o.gaps.size(); ++i) gaps[i].add(o.gaps[i]);
    for (std::size_t i = 0; i < o.meters.size(); ++i) meters[i] += o.meters[i];
}

void WindowSums::subtract(const WindowSums& o) {
    for (std::size_t i = 0; i < o.ratios.size(); ++i) ratios[i].subtract(o.ratios[i]);
    for (std::size_t i = 0; i < o.gaps.size(); ++i) gaps[i].subtract(o.gaps[i]);
    for (std::size_t i = 0; i < o.meters.size(); ++i) meters[i] += -o.meters[i];
}

Windows::Windows(const PointTable& table, BalanceSettings settings, Zone zone)
    : table_(table), settings_(settings), plan_(table, settings), zone_(std::move(zone)) {
    list_series();
}

// The cell of this interval, made where needed; nothing when it has been forgotten. Nearly always it is the last one.
WindowCell* Windows::put(std::deque<WindowCell>& cells, Window kind, std::size_t most, const ClosedInterval& interval,
                         const WindowSums& plus, const WindowSums& minus) {
    const bool last = !cells.empty() && cells.back().span.contains(interval.start);
    auto cell = cells.end();
    if (last) {
        --cell;
    } else {
        const Span span = zone_.window(kind, interval.start);
        cell = std::find_if(cells.begin(), cells.end(), [&](const WindowCell& c) { return c.span == span; });
        if (cell == cells.end()) {
            if (!cells.empty() && span.start < cells.back().span.start) return nullptr;
            cells.push_back({span, interval.end(), empty()});
            if (cells.size() > most) cells.pop_front();
            cell = cells.end() - 1;
        }
    }
    cell->end = std::max(cell->end, interval.end());
    cell->sums.add(plus);
    cell->sums.subtract(minus);
    return &*cell;
}

// Windows are measured from the first interval that could be: the agent's start, partial by nature, is no gap.
void Windows::begin(const ClosedInterval& interval, const WindowSums& plus) {
    if (!begun_ || interval.start < *since_) since_ = interval.start;
    begun_ =
        begun_ || std::any_of(plus.ratios.begin(), plus.ratios.end(), [](const auto& sum) { return sum.joint_s > 0; });
}

// A wall clock that had run ahead by more than the ledger waits for left cells that no interval will reach for long.
// What they hold of a window that this interval shares stays in it.
void Windows::rewind(const ClosedInterval& interval) {
    if (interval.amends || interval.start + longest_wait_for_clock >= newest_) return;
    const auto drop_later = [&](std::deque<WindowCell>& cells, Window kind) {
        const Span span = zone_.window(kind, interval.start);
        while (!cells.empty() && cells.back().span.start > span.start) cells.pop_back();
        if (!cells.empty()) cells.back().end = std::min(cells.back().end, interval.end());
    };
    drop_later(hours_, Window::hour);
    drop_later(days_, Window::day);
    drop_later(months_, Window::month);
    newest_ = interval.end();
    if (!since_ || *since_ <= interval.start) return;
    since_.reset();
    begun_ = false;
}

std::vector<Metric> Windows::add(const ClosedInterval& interval, Tell tell) {
    rewind(interval);
    newest_ = std::max(newest_, interval.end());
    const auto plus = terms(interval.by_device, interval);
    begin(interval, plus);
    const auto minus = interval.amends ? terms(interval.before, interval) : WindowSums{};
    const WindowCell* hour = put(hours_, Window::hour, most_hours, interval, plus, minus);
    const WindowCell* day = put(days_, Window::day, most_days, interval, plus, minus);
    const WindowCell* month = put(months_, Window::month, most_months, interval, plus, minus);
    std::vector<Metric> out;
    if (tell == Tell::nothing) return out;
    if (interval.end() == newest_ && !plus.ratios.empty()) {
        const auto suffix = interval.length == std::chrono::seconds{900} ? "15min" : "interval";
        report({interval.start, interval.end(), false, interval.length, plus}, suffix, tell, out);
    }
    // An amendment to an older window must not take the place of the newest.
    if (hour == &hours_.back()) report(total_of(*hour), "hour", tell, out);
    if (day == &days_.back()) report(total_of(*day), "day", tell, out);
    if (month == &months_.back()) report(total_of(*month), "month", tell, out);
    report(year_to_date(), "ytd", tell, out);
    report(rolling(), "rolling-12m", tell, out);
    return out;
}

std::string_view Windows::suffix(Window kind) {
    static constexpr std::string_view names[] = {"hour", "day", "month", "ytd"};
    return names[static_cast<std::size_t>(kind)];
}

std::vector<Metric> Windows::told(Window kind, UtcTime in) const {
    std::vector<Metric> out;
    if (kind == Window::year) {
        const bool newest = since_ && zone_.window(kind, newest_ - std::chrono::milliseconds{1}).contains(in);
        if (newest) report(year_to_date(), suffix(kind), Tell::everything, out);
        return out;
    }
    const auto& cells = kind == Window::hour ? hours_ : kind == Window::day ? days_ : months_;
    const auto cell = std::find_if(cells.begin(), cells.end(), [&](const auto& c) { return c.span.contains(in); });
    if (cell != cells.end()) report(total_of(*cell), suffix(kind), Tell::everything, out);
    return out;
}

Windows::Total Windows::total_of(const WindowCell& cell) const {
    const UtcTime start = std::max(cell.span.start, *since_);
    const bool ended = cell.end >= cell.span.end;
    return {start, cell.end, start > cell.span.start || !ended, cell.span.end - cell.span.start, cell.sums};
}

Windows::Total Windows::year_to_date() const {
    const Span year = zone_.window(Window::year, newest_ - std::chrono::milliseconds{1});
    Total total{std::max(year.start, *since_), newest_, *since_ > year.start, year.end - year.start, empty()};
    for (const WindowCell& month : months_) {
        if (month.span.start >= year.start) total.sums.add(month.sums);
    }
    return total;
}

// Twelve closed months; before there are so many, all there is, the running month too, and it says `partial`.
Windows::Total Windows::rolling() const {
    UtcTime last = newest_;
    bool any_closed = false;
    for (const WindowCell& month : months_) {
        if (newest_ < month.span.end) continue;
        last = month.span.end;
        any_closed = true;
    }
    const Span twelve{zone_.twelve_months_before(last), last};
    const UtcTime months_end = zone_.window(Window::month, last - std::chrono::milliseconds{1}).end;
    const bool whole = any_closed && *since_ <= twelve.start;
    Total total{std::max(twelve.start, *since_), whole ? last : newest_, !whole, months_end - twelve.start, empty()};
    for (const WindowCell& month : months_) {
        if (month.span.end <= twelve.start || (whole && month.span.start >= last)) continue;
        total.sums.add(month.sums);
    }
    return total;
}

}  // namespace pued
