// Estimates from the meters around and from the past; see filler.hpp. Saving and restoring: filler_state.cpp.
#include "agent/metrics/filler.hpp"

#include <algorithm>
#include <cmath>

namespace pued {
namespace {

constexpr std::size_t most_given = 192;       // intervals: as many as the ledger may still amend
constexpr double memory = 0.99;               // of a ratio, each interval: about a day of quarter hours
constexpr std::uint32_t least_intervals = 4;  // before a ratio is trusted
constexpr double least_share = 0.1;           // of a parent: the error of a difference grows as the part shrinks
constexpr double margin = 1.2;                // over the rated power: more is no possible estimate
constexpr std::int64_t hour_s = 3600;
constexpr std::int64_t hours_a_day = 24;

std::int64_t hours_of(UtcTime time) { return std::chrono::floor<std::chrono::hours>(time.time_since_epoch()).count(); }

Energy energy_of(double wh) { return {std::llround(wh * 1000)}; }

bool is_metered(const Device& device) { return device.energy || device.power; }

const IntervalEnergy* measured(const IntervalEnergy* energy) {
    return energy != nullptr && energy->energy ? energy : nullptr;
}

}  // namespace

double relative_uncertainty(EstimateMethod method) {
    switch (method) {
        case EstimateMethod::balance: return 0.02;
        case EstimateMethod::redundant: return 0.01;
        case EstimateMethod::regression: return 0.08;
        case EstimateMethod::profile: break;
    }
    return 0.10;
}

std::string_view name_of(EstimateMethod method) {
    constexpr std::array<std::string_view, estimate_methods> names{"balance", "redundant", "regression", "profile"};
    return names.at(static_cast<std::size_t>(method));
}

std::optional<double> Filler::Family::ratio() const {
    return intervals >= least_intervals && parent_wh > 0 ? std::optional{children_wh / parent_wh} : std::nullopt;
}

EstimateMethod Filler::Family::method() const {
    return children.size() == 1 ? EstimateMethod::redundant : EstimateMethod::balance;
}

Filler::Filler(const PointTable& table, Regression regression)
    : table_(table), regression_(std::move(regression)), hours_(slots) {
    for (DeviceIndex i = 0; i < table.devices.size(); ++i) {
        const auto parent = table.devices[i].parent;
        if (!parent || *parent >= table.devices.size() || !is_metered(table.devices[*parent])) continue;
        auto family =
            std::find_if(families_.begin(), families_.end(), [&](const auto& f) { return f.parent == *parent; });
        if (family == families_.end()) family = families_.insert(family, Family{*parent, {}, 0, 0, 0});
        family->children.push_back(i);
    }
}

Filler::Energies Filler::by_index(const std::vector<IntervalEnergy>& energies) const {
    Energies out(table_.devices.size());
    for (const auto& energy : energies) {
        if (energy.device < out.size()) out[energy.device] = &energy;
    }
    return out;
}

void Filler::fill(ClosedInterval& interval) {
    if (interval.amends) recall(interval);
    const auto all = by_index(interval.by_device);
    estimate_missing(interval, all);
    learn(interval, all);
    remember(interval);
}

void Filler::estimate_missing(ClosedInterval& interval, const Energies& all) const {
    for (auto& meter : interval.by_device) {
        if (meter.energy || meter.device >= all.size()) continue;
        meter.estimate = estimate(all, meter, interval);
        if (meter.estimate) meter.flags |= flag::estimated;
    }
}

// By the first method that gives a possible number. What a register has credited is a lower bound of it.
std::optional<Estimate> Filler::estimate(const Energies& all, const IntervalEnergy& meter,
                                         const ClosedInterval& interval) const {
    const double rated_wh =
        table_.devices[meter.device].rated_w * static_cast<double>(interval.length.count()) / hour_s;
    const auto possible = [&](std::optional<Estimate> found) {
        if (!found || found->energy.mwh < 0) return std::optional<Estimate>{};
        if (rated_wh > 0 && watt_hours(found->energy) > margin * rated_wh) return std::optional<Estimate>{};
        found->energy = std::max(found->energy, meter.at_least);
        return found;
    };
    const auto by = [](std::optional<Energy> energy, EstimateMethod method) {
        return energy ? std::optional{Estimate{*energy, method}} : std::nullopt;
    };
    if (auto found = possible(by_families(all, meter.device))) return found;
    if (regression_) {
        if (auto found = possible(by(regression_(meter.device, interval.start), EstimateMethod::regression)))
            return found;
    }
    return possible(by(by_profile(meter.device, interval), EstimateMethod::profile));
}

// As a child: what its siblings leave of the parent. As a parent: what its children come to.
std::optional<Estimate> Filler::by_families(const Energies& all, DeviceIndex device) const {
    std::optional<Estimate> best;
    for (const auto& family : families_) {
        const auto wh = child_wh(family, all, device);
        if (!wh) continue;
        const Estimate found{energy_of(*wh), family.method()};
        if (!best || found.method < best->method) best = found;
    }
    return best;
}

std::optional<double> Filler::child_wh(const Family& family, const Energies& all, DeviceIndex wanted) const {
    const bool is_parent = family.parent == wanted;
    const bool is_child = std::find(family.children.begin(), family.children.end(), wanted) != family.children.end();
    const auto ratio = family.ratio();
    if (!ratio || !(is_parent || is_child)) return std::nullopt;
    double others = 0;
    for (const DeviceIndex child : family.children) {
        if (child == wanted) continue;
        const auto* energy = measured(all[child]);
        if (energy == nullptr) return std::nullopt;
        others += watt_hours(*energy->energy);
    }
    if (is_parent) return *ratio > 0 ? std::optional{others / *ratio} : std::nullopt;
    const auto* parent = measured(all[family.parent]);
    if (parent == nullptr) return std::nullopt;
    const double whole = watt_hours(*parent->energy) * *ratio;
    return whole - others >= least_share * whole ? std::optional{whole - others} : std::nullopt;
}

// The median power of this hour of the week, else of this hour of the day.
std::optional<Energy> Filler::by_profile(DeviceIndex device, const ClosedInterval& interval) const {
    const std::int64_t hours = hours_of(interval.start);
    const auto week = hours / static_cast<std::int64_t>(hours_a_week);
    auto w = median_w(device, static_cast<std::size_t>(hours) % hours_a_week, hours_a_week, week);
    if (!w) w = median_w(device, static_cast<std::size_t>(hours % hours_a_day), hours_a_day, week);
    if (!w) return std::nullopt;
    return energy_of(*w * static_cast<double>(interval.length.count()) / hour_s);
}

// Over the hours `hour`, `hour` + step, … of the week.
std::optional<double> Filler::median_w(DeviceIndex device, std::size_t hour, std::size_t step,
                                       std::int64_t week) const {
    std::array<double, hours_a_week / hours_a_day * weeks> seen{};
    std::size_t n = 0;
    for (; hour < hours_a_week; hour += step) {
        for (std::size_t slot = hour * weeks; slot < (hour + 1) * weeks; ++slot) {
            const Hour& past = hours_[slot];
            const bool recent = past.week + static_cast<std::int64_t>(weeks) >= week && past.week <= week;
            if (!recent || past.seconds.empty() || past.seconds[device] == 0) continue;
            seen[n++] = static_cast<double>(past.wh[device]) * hour_s / past.seconds[device];
        }
    }
    if (n == 0) return std::nullopt;
    const auto end = seen.begin() + static_cast<std::ptrdiff_t>(n);
    std::sort(seen.begin(), end);
    return (seen[(n - 1) / 2] + seen[n / 2]) / 2;
}

void Filler::learn(const ClosedInterval& interval, const Energies& all) {
    const auto before = interval.amends ? by_index(interval.before) : Energies(all.size());
    for (auto& family : families_) learn_family(family, all, before);
    if (interval.length.count() > hour_s) return;  // says nothing of an hour
    const std::int64_t hours = hours_of(interval.start);
    const auto week = static_cast<std::int32_t>(hours / static_cast<std::int64_t>(hours_a_week));
    const auto slot = static_cast<std::size_t>(hours) % hours_a_week * weeks + static_cast<std::size_t>(week) % weeks;
    Hour& hour = hours_[slot];
    if (hour.week != week) {
        if (interval.amends) return;  // older than the memory
        hour.begin(week);
    }
    if (interval.amends) learn_profile(interval, interval.before, hour, -1);
    learn_profile(interval, interval.by_device, hour, 1);
}

void Filler::learn_profile(const ClosedInterval& interval, const std::vector<IntervalEnergy>& energies, Hour& hour,
                           int sign) const {
    const auto n = table_.devices.size();
    for (const auto& meter : energies) {
        if (!meter.energy || meter.device >= n) continue;
        hour.make_room(n);
        auto& wh = hour.wh[meter.device];
        auto& seconds = hour.seconds[meter.device];
        const std::int64_t all_wh = wh + sign * (meter.energy->mwh / 1000);
        const std::int64_t all_s = seconds + sign * interval.length.count();
        wh = static_cast<std::int32_t>(std::clamp<std::int64_t>(all_wh, 0, INT32_MAX));
        seconds = static_cast<std::uint16_t>(std::clamp<std::int64_t>(all_s, 0, hour_s));
    }
}

// Keeps the room: the same hour of another week mostly needs it again.
void Filler::Hour::begin(std::int32_t of_week) {
    std::fill(wh.begin(), wh.end(), 0);
    std::fill(seconds.begin(), seconds.end(), std::uint16_t{0});
    week = of_week;
}

void Filler::Hour::make_room(std::size_t devices) {
    wh.resize(devices);
    seconds.resize(devices);
}

namespace {

// Children and parent of a family, where all were measured.
template <class Family, class Energies>
std::optional<std::pair<double, double>> whole(const Family& family, const Energies& all) {
    const auto* parent = measured(all[family.parent]);
    if (parent == nullptr) return std::nullopt;
    double children = 0;
    for (const DeviceIndex child : family.children) {
        const auto* energy = measured(all[child]);
        if (energy == nullptr) return std::nullopt;
        children += watt_hours(*energy->energy);
    }
    return std::pair{children, watt_hours(*parent->energy)};
}

}  // namespace

void Filler::learn_family(Family& family, const Energies& now, const Energies& before) const {
    const auto is = whole(family, now);
    if (!is) return;
    if (const auto was = whole(family, before)) {
        family.children_wh += is->first - was->first;
        family.parent_wh += is->second - was->second;
        return;
    }
    family.children_wh = memory * family.children_wh + is->first;
    family.parent_wh = memory * family.parent_wh + is->second;
    if (family.intervals < least_intervals) ++family.intervals;
}

void Filler::remember(const ClosedInterval& interval) {
    const auto later = [](const Given& given, UtcTime start) { return given.start < start; };
    auto place = std::lower_bound(given_.begin(), given_.end(), interval.start, later);
    if (place != given_.end() && place->start == interval.start) place = given_.erase(place);
    Given given{interval.start, {}};
    for (const auto& meter : interval.by_device) {
        if (meter.estimate) given.estimates.emplace_back(meter.device, *meter.estimate);
    }
    if (given.estimates.empty()) return;
    given_.insert(place, std::move(given));
    if (given_.size() > most_given) given_.pop_front();
}

void Filler::recall(ClosedInterval& interval) const {
    for (const auto& given : given_) {
        if (given.start != interval.start) continue;
        for (auto& meter : interval.before) {
            for (const auto& [device, estimate] : given.estimates) {
                if (device != meter.device || meter.energy) continue;
                meter.estimate = estimate;
                meter.flags |= flag::estimated;
            }
        }
    }
}

}  // namespace pued
