// Sums of intervals by window, and the metrics from them; see windows.hpp. Saving and restoring: windows_state.cpp.
#include "agent/metrics/windows.hpp"

#include <algorithm>

#include "agent/metrics/pue.hpp"

namespace pued {

namespace {

// Amendments reach two days back; months are this one and the twelve before it.
constexpr std::size_t most_hours = 49;
constexpr std::size_t most_days = 4;
constexpr std::size_t most_months = 13;

RatioSum ratio_term(const SiteSums& sums, const std::optional<Energy>& numerator,
                    const std::optional<Energy>& denominator, Energy estimated = {}) {
    RatioSum sum;
    const std::int64_t length_s = sums.length.count();
    if (numerator) sum.all_numerator = *numerator, sum.numerator_s = length_s;
    if (denominator) sum.all_denominator = *denominator, sum.denominator_s = length_s;
    if (!numerator || !denominator) return sum;
    sum.numerator = *numerator;
    sum.denominator = *denominator;
    sum.estimated = estimated;
    sum.joint_s = length_s;
    return sum;
}

// Less facility than IT energy cannot be: a meter is wrong, and the interval proves nothing.
RatioSum facility_term(const SiteSums& sums, std::size_t category) {
    const auto facility = sums.facility.measured();
    const auto it = sums.it.at(category).measured();
    if (facility && it && *facility < *it) {
        RatioSum wrong;
        wrong.impossible = 1;
        return wrong;
    }
    return ratio_term(sums, facility, it, sums.declared);
}

std::optional<Energy> remainder(const SiteSums& sums, std::size_t category) {
    const auto facility = sums.facility.measured();
    const auto it = sums.it.at(category).measured();
    const auto cooling = sums.cooling.measured();
    const auto losses = sums.losses(category);
    if (!facility || !it || !cooling || !losses) return std::nullopt;
    return *facility - *it - *cooling - *losses;
}

const RackSums* find_rack(const SiteSums& sums, const std::string& rack) {
    const auto found =
        std::find_if(sums.racks.begin(), sums.racks.end(), [&](const RackSums& r) { return r.rack == rack; });
    return found == sums.racks.end() ? nullptr : &*found;
}

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
}

Windows::Windows(const PointTable& table, BalanceSettings settings, Zone zone)
    : table_(table), settings_(settings), zone_(std::move(zone)) {
    list_series();
}

// What the meters of this site permit, fixed for its life: one series for each ratio of each category and each rack.
void Windows::list_series() {
    std::vector<IntervalEnergy> all;
    for (DeviceIndex i = 0; i < table_.devices.size(); ++i) {
        if (table_.devices[i].energy || table_.devices[i].power) {
            all.push_back({i, Energy{}, {}, flag::measured, 1, false});
        }
    }
    const SiteSums shape = balance(all, {}, {}, table_, settings_);
    for (std::size_t category = 0; category < categories; ++category) {
        if (shape.it[category].meters == 0) continue;
        const bool facility = shape.facility.meters > 0;
        const bool cooling = shape.cooling.meters > 0;
        const bool losses = shape.ups_input.meters > 0;
        if (facility) series_.push_back({"site", Kind::pue, category, {}});
        if (cooling) series_.push_back({"site", Kind::clf, category, {}});
        if (losses) series_.push_back({"site", Kind::plf, category, {}});
        if (facility && cooling && losses) series_.push_back({"site", Kind::olf, category, {}});
    }
    for (const RackSums& rack : shape.racks) {
        if (rack.total.meters > 0) series_.push_back({rack_scope(rack.rack), Kind::ppue, 0, rack.rack});
    }
}

RatioSum Windows::term(const Series& series, const SiteSums& sums) const {
    const auto it = sums.it.at(series.category).measured();
    switch (series.kind) {
        case Kind::pue: return facility_term(sums, series.category);
        case Kind::clf: return ratio_term(sums, sums.cooling.measured(), it);
        case Kind::plf: return ratio_term(sums, sums.losses(series.category), it);
        case Kind::olf: return ratio_term(sums, remainder(sums, series.category), it);
        case Kind::ppue: break;
    }
    const RackSums* rack = find_rack(sums, series.rack);
    return rack == nullptr ? RatioSum{} : ratio_term(sums, rack->total.measured(), rack->it.measured());
}

std::vector<RatioSum> Windows::terms(const std::vector<IntervalEnergy>& by_device,
                                     const ClosedInterval& interval) const {
    std::vector<RatioSum> result;
    if (by_device.empty()) return result;
    const SiteSums sums = balance(by_device, interval.start, interval.length, table_, settings_);
    for (const Series& series : series_) result.push_back(term(series, sums));
    return result;
}

// The cell of this interval, made where needed; nothing when it has been forgotten.
WindowCell* Windows::put(std::deque<WindowCell>& cells, Window kind, std::size_t most, const ClosedInterval& interval,
                         const std::vector<RatioSum>& plus, const std::vector<RatioSum>& minus) {
    const Span span = zone_.window(kind, interval.start);
    auto cell = std::find_if(cells.begin(), cells.end(), [&](const WindowCell& c) { return c.span == span; });
    if (cell == cells.end()) {
        if (!cells.empty() && span.start < cells.back().span.start) return nullptr;
        cells.push_back({span, interval.end(), std::vector<RatioSum>(series_.size())});
        if (cells.size() > most) cells.pop_front();
        cell = cells.end() - 1;
    }
    cell->end = std::max(cell->end, interval.end());
    for (std::size_t i = 0; i < plus.size(); ++i) cell->sums[i].add(plus[i]);
    for (std::size_t i = 0; i < minus.size(); ++i) cell->sums[i].subtract(minus[i]);
    return &*cell;
}

// Windows are measured from the first interval that could be: the agent's start, partial by nature, is no gap.
void Windows::begin(const ClosedInterval& interval, const std::vector<RatioSum>& plus) {
    if (!begun_ || interval.start < *since_) since_ = interval.start;
    begun_ = begun_ || std::any_of(plus.begin(), plus.end(), [](const RatioSum& sum) { return sum.joint_s > 0; });
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

std::vector<Metric> Windows::add(const ClosedInterval& interval) {
    rewind(interval);
    newest_ = std::max(newest_, interval.end());
    const auto plus = terms(interval.by_device, interval);
    begin(interval, plus);
    const auto minus = interval.amends ? terms(interval.before, interval) : std::vector<RatioSum>{};
    const WindowCell* hour = put(hours_, Window::hour, most_hours, interval, plus, minus);
    const WindowCell* day = put(days_, Window::day, most_days, interval, plus, minus);
    const WindowCell* month = put(months_, Window::month, most_months, interval, plus, minus);
    std::vector<Metric> out;
    if (interval.end() == newest_ && !plus.empty()) {
        const std::string suffix = interval.length == std::chrono::seconds{900} ? "15min" : "interval";
        report({interval.start, interval.end(), false, interval.length, plus}, suffix, out);
    }
    // An amendment to an older window must not take the place of the newest.
    if (hour == &hours_.back()) report(total_of(*hour, false), "hour", out);
    if (day == &days_.back()) report(total_of(*day, false), "day", out);
    if (month == &months_.back()) report(total_of(*month, false), "month", out);
    report(year_to_date(), "ytd", out);
    report(rolling(), "rolling-12m", out);
    return out;
}

Windows::Total Windows::total_of(const WindowCell& cell, bool runs_on) const {
    const UtcTime start = std::max(cell.span.start, *since_);
    const bool ended = runs_on || cell.end >= cell.span.end;
    return {start, cell.end, start > cell.span.start || !ended, cell.span.end - cell.span.start, cell.sums};
}

Windows::Total Windows::year_to_date() const {
    const Span year = zone_.window(Window::year, newest_ - std::chrono::milliseconds{1});
    Total total{std::max(year.start, *since_), newest_, *since_ > year.start, year.end - year.start,
                std::vector<RatioSum>(series_.size())};
    for (const WindowCell& month : months_) {
        if (month.span.start < year.start) continue;
        for (std::size_t i = 0; i < series_.size(); ++i) total.sums[i].add(month.sums[i]);
    }
    return total;
}

// Twelve closed months; before there are so many, all there is, the running month too, and it says `partial`.
Windows::Total Windows::rolling() const {
    std::vector<const WindowCell*> closed;
    for (const WindowCell& month : months_) {
        if (newest_ >= month.span.end) closed.push_back(&month);
    }
    if (closed.size() > 12) closed.erase(closed.begin(), closed.end() - 12);
    const UtcTime last = closed.empty() ? newest_ : closed.back()->span.end;
    const Span twelve{zone_.twelve_months_before(last), last};
    const UtcTime months_end = zone_.window(Window::month, last - std::chrono::milliseconds{1}).end;
    const bool whole = !closed.empty() && *since_ <= twelve.start;
    Total total{std::max(twelve.start, *since_), whole ? last : newest_, !whole, months_end - twelve.start, {}};
    total.sums.resize(series_.size());
    for (const WindowCell& month : months_) {
        if (month.span.end <= twelve.start || (whole && month.span.start >= last)) continue;
        for (std::size_t i = 0; i < series_.size(); ++i) total.sums[i].add(month.sums[i]);
    }
    return total;
}

// What each category saw, on average over its jointly measured intervals, so that gaps of one category do not
// disqualify another. One that is measured much more rarely than another cannot stand for the window.
Windows::Means Windows::it_means(const Total& total) const {
    Means mean;
    std::int64_t most_s = 0;
    for (std::size_t i = 0; i < series_.size(); ++i) {
        if (series_[i].kind == Kind::pue) most_s = std::max(most_s, total.sums[i].joint_s);
    }
    for (std::size_t i = 0; i < series_.size(); ++i) {
        const RatioSum& sum = total.sums[i];
        const auto joint_s = static_cast<double>(sum.joint_s);
        if (series_[i].kind != Kind::pue || joint_s <= 0 || joint_s < withheld_below * static_cast<double>(most_s)) {
            continue;
        }
        mean[series_[i].category] = watt_hours(sum.denominator) / joint_s;
    }
    return mean;
}

std::size_t Windows::category_for(const Total& total) const {
    const auto best = best_category(it_means(total), settings_.category);
    if (best) return *best;
    if (settings_.category != 0) return settings_.category - 1;
    for (const Series& series : series_) {
        if (series.kind == Kind::pue) return series.category;
    }
    return 0;
}

// A PUE against a part of the IT load is no PUE. A category that the configuration names is taken at its word.
bool Windows::sees_too_little(const Total& total, std::size_t series) const {
    const RatioSum& sum = total.sums[series];
    if (series_[series].kind != Kind::pue || sum.joint_s <= 0) return false;
    if (series_[series].category + 1 == settings_.category) return false;
    double largest = 0;
    for (const auto& mean : it_means(total)) largest = std::max(largest, mean.value_or(0));
    return watt_hours(sum.denominator) / static_cast<double>(sum.joint_s) < covers_all_it * largest;
}

void Windows::report(const Total& total, const std::string& suffix, std::vector<Metric>& out) const {
    const std::size_t category = category_for(total);
    const auto factor = [&](Kind kind) { return kind == Kind::clf ? "clf-" : kind == Kind::plf ? "plf-" : "olf-"; };
    for (std::size_t i = 0; i < series_.size(); ++i) {
        const Series& series = series_[i];
        if (series.kind == Kind::pue) {
            out.push_back(metric(total, i, "pue-cat" + std::to_string(series.category + 1) + "-" + suffix));
            if (series.category == category) out.push_back(metric(total, i, "pue-" + suffix));
        } else if (series.kind == Kind::ppue) {
            out.push_back(metric(total, i, "ppue-" + suffix));
        } else if (series.category == category) {
            out.push_back(metric(total, i, factor(series.kind) + suffix));
        }
    }
}

namespace {

// What a sum would come to over the whole window if the missing time ran at `times` its mean.
double stretched_wh(Energy sum, std::int64_t measured_s, double window_s, double times) {
    const double missing_s = std::max(0.0, window_s - static_cast<double>(measured_s));
    return watt_hours(sum) / static_cast<double>(measured_s) * missing_s * times;
}

}  // namespace

void Windows::set_quality(Metric& metric, const Total& total, const RatioSum& sum) const {
    const double window_s = in_seconds(total.end - total.start);
    const auto joint_s = static_cast<double>(sum.joint_s);
    metric.coverage = window_s > 0 ? std::min(1.0, joint_s / window_s) : 0;
    metric.extra["measured_s"] = joint_s;
    metric.extra["nominal_s"] = in_seconds(total.nominal);
    if (sum.impossible > 0) metric.extra["impossible"] = static_cast<double>(sum.impossible);
    if (metric.coverage < withheld_below || sum.denominator.mwh <= 0) {
        metric.quality = quality::insufficient;
        metric.value.reset();
    } else {
        metric.quality = total.partial ? quality::partial : quality::good;
    }
    if (sum.numerator_s == 0 || sum.denominator_s == 0) return;
    // A fifth above the running mean for what is missing of the numerator, a fifth below for the denominator.
    const auto worst = worst_case_pue({watt_hours(sum.all_numerator), watt_hours(sum.all_denominator)},
                                      stretched_wh(sum.all_numerator, sum.numerator_s, window_s, 1.2),
                                      stretched_wh(sum.all_denominator, sum.denominator_s, window_s, 0.8));
    if (worst) metric.extra["worst_case"] = *worst;
}

Metric Windows::metric(const Total& total, std::size_t index, const std::string& name) const {
    const Series& series = series_[index];
    const RatioSum& sum = total.sums[index];
    const Totals energies{watt_hours(sum.numerator), watt_hours(sum.denominator)};
    Metric metric;
    metric.scope = series.scope;
    metric.name = name;
    metric.start = total.start;
    metric.end = total.end;
    metric.value = pue_of(energies);
    metric.method = "ratio of energy sums over jointly measured intervals";
    set_quality(metric, total, sum);
    const bool facility = series.kind == Kind::pue;
    metric.extra[facility ? "facility_wh" : "numerator_wh"] = energies.facility;
    metric.extra["it_wh"] = energies.it;
    if (series.kind != Kind::ppue) metric.extra["category"] = static_cast<double>(series.category + 1);
    if (!facility) return metric;
    const bool withheld = sees_too_little(total, index);
    if (withheld) {
        metric.value.reset();
        metric.quality = quality::insufficient;
        metric.extra.erase("worst_case");
        metric.extra["reason"] = std::string{"this category sees less than 85 % of the IT load of the largest"};
    }
    const double estimated = sum.numerator.mwh > 0 ? watt_hours(sum.estimated) / energies.facility : 0;
    metric.extra["estimated_share"] = estimated;
    metric.extra["grade"] = std::string{withheld ? "" : grade_of(metric.coverage, estimated)};
    if (const auto dcie = dcie_of(energies); dcie && metric.value) metric.extra["dcie"] = *dcie;
    return metric;
}

}  // namespace pued
