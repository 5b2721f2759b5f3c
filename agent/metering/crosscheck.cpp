// The checks; see crosscheck.hpp. Balances are in crosscheck_balance.cpp, what people read in crosscheck_text.cpp,
// saving in crosscheck_state.cpp.
#include "agent/metering/crosscheck.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "agent/metering/calendar.hpp"
#include "agent/metering/samples.hpp"

namespace pued {

namespace {

constexpr std::chrono::hours hour{1};
constexpr std::chrono::hours day{24};
constexpr std::chrono::hours event_reach{48};
constexpr std::size_t hours_kept = 24, events_kept = 64;
constexpr unsigned hours_that_warn = 3;
constexpr double z_limit = 3, scale_limit = 0.03;
constexpr unsigned least_reports = 5;  // of an hour, to judge signs
constexpr double least_factor = 0.5;
constexpr Flags epoch_flags = flag::reset | flag::replaced;

bool is_load(Role role) {
    return role == Role::ups_input || role == Role::ups_output || role == Role::pdu || role == Role::server ||
           role == Role::cooling || role == Role::lighting || role == Role::auxiliary || role == Role::non_dc;
}

}  // namespace

CrossChecks::CrossChecks(const PointTable& table)
    : table_(table), meters_(table.devices.size()), watched_(table.points.size(), 0) {
    for (std::size_t i = 0; i < table.points.size(); ++i) {
        const Point& point = table.points[i];
        if (point.device >= table.devices.size() || !is_load(table.devices[point.device].role)) continue;
        if (point.quantity.quantity == Quantity::power && !point.quantity.phase.empty()) watched_[i] = 1;
        if (point.quantity.quantity == Quantity::power_factor) watched_[i] = 2;
    }
    for (DeviceIndex i = 0; i < table.devices.size(); ++i) {
        std::vector<DeviceIndex> children;
        for (DeviceIndex j = 0; j < table.devices.size(); ++j) {
            if (table.devices[j].parent == i) children.push_back(j);
        }
        if (!children.empty()) add_balance(table.devices[i].id, "children", {i}, std::move(children));
    }
    lay_out_roles();
}

std::vector<DeviceIndex> CrossChecks::of_role(Role role) const {
    std::vector<DeviceIndex> result;
    for (DeviceIndex i = 0; i < table_.devices.size(); ++i) {
        const Device& device = table_.devices[i];
        if (device.role == role && (device.energy || device.power)) result.push_back(i);
    }
    return result;
}

void CrossChecks::accept(const Report& report) {
    if (report.state != DeviceState::good) return;
    if (report.device < meters_.size()) meters_[report.device].heard = true;
    bool seen = false, reversed = false;
    DeviceIndex device = report.device;
    for (const Sample& sample : report.samples) {
        if (sample.point >= watched_.size() || watched_[sample.point] == 0 || sample.quality != Quality::good) continue;
        device = table_.points[sample.point].device;
        seen = true;
        if (watched_[sample.point] == 1) reversed = reversed || sample.value < 0;
        // Exactly 0 is what many meters say of no load at all.
        if (watched_[sample.point] == 2) reversed = reversed || (sample.value != 0 && sample.value < least_factor);
    }
    if (!seen) return;
    ++meters_[device].seen;
    if (reversed) ++meters_[device].reversed;
}

std::vector<Integrity> CrossChecks::add(const ClosedInterval& interval) {
    std::vector<Integrity> out;
    for (const IntervalEnergy& energy : interval.by_device) note_change(energy.device, energy.flags, interval.start);
    if (interval.amends) return out;
    length_ = interval.length;
    const UtcTime this_hour = floor_to(interval.start, hour), this_day = floor_to(interval.start, day);
    if (hour_ && *hour_ != this_hour) close_hour(*hour_ + hour, out);
    if (day_ && *day_ != this_day) close_day(*day_ + day, out);
    hour_ = this_hour;
    day_ = this_day;
    Energies energies(table_.devices.size());
    for (const IntervalEnergy& energy : interval.by_device) {
        if (energy.device >= meters_.size()) continue;
        if (energy.energy) energies[energy.device] = watt_hours(*energy.energy);
        take(energy);
        take_silence(energy, interval, out);
    }
    take_site(energies);
    take_balances(energies);
    return out;
}

void CrossChecks::note_change(DeviceIndex device, Flags flags, UtcTime at) {
    if (device >= meters_.size() || !has(flags, epoch_flags | flag::crosscheck)) return;
    if (has(flags, epoch_flags)) note_event(at);
    if (has(flags, flag::manual | flag::replaced)) learn_anew(device, at);
    const bool announced = has(flags, flag::manual) && !has(flags, flag::reset);
    if (!announced) meters_[device].changed = std::max(meters_[device].changed.value_or(at), at);
}

void CrossChecks::note_event(UtcTime at) {
    if (std::find(events_.begin(), events_.end(), at) != events_.end()) return;
    events_.push_back(at);
    if (events_.size() > events_kept) events_.pop_front();
}

bool CrossChecks::meter_event_near(UtcTime time) const {
    return std::any_of(events_.begin(), events_.end(),
                       [&](UtcTime at) { return at - event_reach <= time && time <= at + event_reach; });
}

void CrossChecks::take(const IntervalEnergy& energy) {
    Meter& meter = meters_[energy.device];
    if (has(energy.flags, flag::stuck)) ++meter.stuck;
    if (energy.measured()) ++meter.settled;
    if (!energy.energy || !energy.from_register || !energy.power_wh || has(energy.flags, flag::allocated)) return;
    meter.register_wh += watt_hours(*energy.energy);
    meter.power_wh += *energy.power_wh;
    meter.u_wh2 += std::pow(energy.power_u * *energy.power_wh, 2);
    meter.resolution_wh = energy.resolution_wh;
    ++meter.parts;
}

std::optional<double> CrossChecks::sum(const std::vector<DeviceIndex>& devices, const Energies& energies) const {
    double total = 0;
    for (const DeviceIndex device : devices) {
        if (!energies[device]) return std::nullopt;
        total += *energies[device];
    }
    return devices.empty() ? std::nullopt : std::optional{total};
}

std::optional<double> CrossChecks::facility(const Energies& energies) const {
    double total = 0;
    bool any = false;
    for (DeviceIndex i = 0; i < table_.devices.size(); ++i) {
        const Device& device = table_.devices[i];
        const bool adds = device.role == Role::feed || device.role == Role::generator || device.role == Role::onsite;
        const bool takes = device.role == Role::export_ || device.role == Role::non_dc;
        if ((!adds && !takes) || (!device.energy && !device.power)) continue;
        if (!energies[i]) return std::nullopt;
        total += adds ? *energies[i] : -*energies[i];
        any = any || device.role == Role::feed;
    }
    return any ? std::optional{total} : std::nullopt;
}

// The most that any level tells: no level takes more than the site, whichever of them counts as the IT.
std::optional<double> CrossChecks::it_load(const Energies& energies) const {
    std::optional<double> most;
    for (const Role role : {Role::ups_output, Role::pdu, Role::server}) {
        if (const auto level = sum(of_role(role), energies)) most = std::max(most.value_or(*level), *level);
    }
    return most;
}

void CrossChecks::take_site(const Energies& energies) {
    const auto whole = facility(energies), it = it_load(energies);
    if (whole && it) {
        facility_wh_ += *whole;
        it_wh_ += *it;
        ++site_parts_;
    }
}

void CrossChecks::close_hour(UtcTime end, std::vector<Integrity>& out) {
    for (DeviceIndex i = 0; i < meters_.size(); ++i) {
        if (!table_.devices[i].energy && !table_.devices[i].power && meters_[i].seen == 0) continue;
        compare_power(i, out);
        compare_scale(i, out);
        close_meter(i, end, out);
        if (is_awaited(i)) out.push_back(silence(i, end));
    }
    close_site(out);
}

void CrossChecks::compare_power(DeviceIndex device, std::vector<Integrity>& out) {
    Meter& meter = meters_[device];
    const Device& of = table_.devices[device];
    if (!of.energy || !of.power) return;
    const bool whole = meter.parts * length_ >= hour;
    Integrity finding{of.id, "counter-vs-power", {}, 0, 0, {}, {}};
    if (whole && meter.power_wh > 0) {
        const double u = std::sqrt(meter.u_wh2) / meter.power_wh;
        const auto agreement = register_against_integral(meter.register_wh, meter.power_wh, meter.resolution_wh, u);
        meter.hours.push_back({meter.register_wh, meter.power_wh, std::abs(agreement.z) > z_limit});
        if (meter.hours.size() > hours_kept) meter.hours.erase(meter.hours.begin());
        const auto bad =
            std::count_if(meter.hours.begin(), meter.hours.end(), [](const Hour& h) { return h.disagrees; });
        finding.score = static_cast<double>(bad) / hours_that_warn;
        finding.value = agreement.ratio;
        finding.expected = 1;
    }
    out.push_back(told(std::move(finding)));
    meter.register_wh = meter.power_wh = meter.u_wh2 = 0;
    meter.parts = 0;
}

// Over the last 24 clean hours.
void CrossChecks::compare_scale(DeviceIndex device, std::vector<Integrity>& out) const {
    const Meter& meter = meters_[device];
    const Device& of = table_.devices[device];
    if (!of.energy || !of.power) return;
    Integrity finding{of.id, "scale", {}, 0, 1, {}, {}};
    double counted = 0, integrated = 0;
    for (const Hour& past : meter.hours) {
        counted += past.register_wh;
        integrated += past.power_wh;
    }
    // A register too coarse for its load says nothing within a day.
    const bool resolved = meter.resolution_wh <= scale_limit / 3 * integrated;
    if (meter.hours.size() == hours_kept && integrated > 0 && resolved) {
        finding.value = counted / integrated;
        finding.score = std::abs(finding.value - 1) / scale_limit;
    }
    out.push_back(told(std::move(finding)));
}

void CrossChecks::close_meter(DeviceIndex device, UtcTime end, std::vector<Integrity>& out) {
    Meter& meter = meters_[device];
    const Device& of = table_.devices[device];
    if (of.energy) {
        Integrity stuck{of.id, "stuck", {}, static_cast<double>(meter.stuck), 0, {}, {}};
        if (meter.stuck > 0 || meter.settled > 0) stuck.score = meter.stuck > 0 ? 1 : 0;
        out.push_back(told(std::move(stuck)));
        const bool changed = meter.changed && end - *meter.changed <= day;
        out.push_back(told({of.id, "meter-changed", changed ? 1.0 : 0.0, changed ? 1.0 : 0.0, 0, {}, {}}));
    }
    if (meter.seen > 0) {
        Integrity reversed{of.id, "reversed-ct", {}, 0, 0, {}, {}};
        reversed.value = static_cast<double>(meter.reversed) / meter.seen;
        if (meter.seen >= least_reports) reversed.score = 2 * reversed.value;  // more than half of the hour
        out.push_back(told(std::move(reversed)));
    }
    meter.stuck = meter.settled = meter.seen = meter.reversed = 0;
}

// A stuck register answers, and has a finding of its own.
void CrossChecks::take_silence(const IntervalEnergy& energy, const ClosedInterval& interval,
                               std::vector<Integrity>& out) {
    auto& since = meters_[energy.device].silent_since;
    meters_[energy.device].answers = std::exchange(meters_[energy.device].heard, false);
    const bool silent = has(energy.flags, flag::missing) && !has(energy.flags, flag::stuck);
    const bool told_before = since && interval.start - *since >= hour;
    if (!silent) since.reset();
    if (silent && !since) since = interval.start;
    const bool tells = since && interval.end() - *since >= hour;
    if (told_before != tells && is_awaited(energy.device)) out.push_back(silence(energy.device, interval.end()));
}

bool CrossChecks::is_awaited(DeviceIndex device) const {
    const Device& of = table_.devices[device];
    return of.role != Role::none && (of.energy || of.power);
}

Integrity CrossChecks::silence(DeviceIndex device, UtcTime end) const {
    Integrity finding{table_.devices[device].id, "silent", 0.0, 0, 0, {}, {}};
    const auto& since = meters_[device].silent_since;
    if (!since) return finding;
    finding.answers = meters_[device].answers;
    finding.value = in_seconds(end - *since) / 3600;
    finding.score = finding.value >= 1 ? 1.0 : 0.0;
    return told(std::move(finding), rfc3339(*since));
}

void CrossChecks::close_site(std::vector<Integrity>& out) {
    const bool metered = !of_role(Role::feed).empty();
    Integrity finding{"site", "impossible", {}, 0, 1, {}, {}};
    if (site_parts_ > 0 && it_wh_ > 0) {
        finding.value = facility_wh_ / it_wh_;
        finding.score = finding.value > 0 ? 1 / finding.value : 2;
    }
    if (metered) out.push_back(told(std::move(finding)));
    facility_wh_ = it_wh_ = 0;
    site_parts_ = 0;
}

}  // namespace pued
