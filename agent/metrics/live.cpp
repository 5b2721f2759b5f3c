// Latest powers and what they indicate; see live.hpp.
#include "agent/metrics/live.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace pued {

namespace {

// A register's step is coarse; over less than this its slope is noise.
constexpr Duration least_slope = std::chrono::seconds{60};
constexpr BootTime never{Duration::min() / 2};  // long before any boot
constexpr std::size_t longest_reason = 200;

Metric instant(std::string scope, std::string name, std::string unit, std::string method, const Now& now) {
    Metric metric;
    metric.scope = std::move(scope);
    metric.name = std::move(name);
    metric.unit = std::move(unit);
    metric.method = std::move(method);
    metric.start = metric.end = now.utc;
    return metric;
}

}  // namespace

LivePower::LivePower(const PointTable& table, BalanceSettings settings)
    : table_(table), settings_(settings), latest_(table.devices.size()) {
    auto fastest = Duration::max();
    for (const Device& device : table.devices) {
        if ((device.power || device.energy) && device.period > Duration{}) fastest = std::min(fastest, device.period);
    }
    if (fastest != Duration::max()) period_ = fastest;
    for (DeviceIndex i = 0; i < table.devices.size(); ++i) {
        const Device& device = table.devices[i];
        if ((device.power || device.energy) && device.period == period_) fastest_.push_back(i);
        latest_[i].spoke = never;
    }
}

bool LivePower::round_is_over(BootTime since, BootTime now) const {
    bool any = false;
    for (const DeviceIndex device : fastest_) {
        const BootTime spoke = latest_[device].spoke;
        if (now - spoke > period_ * 3 / 2) continue;  // silent: nobody waits for it
        if (spoke <= since) return false;
        any = true;
    }
    return any;
}

void LivePower::accept(const Report& report) {
    if (report.device >= latest_.size() || report.state != DeviceState::good) return;
    const Device& device = table_.devices[report.device];
    Latest& latest = latest_[report.device];
    latest.spoke = report.at;
    for (const Sample& sample : report.samples) {
        if (sample.quality != Quality::good) continue;
        if (device.power == sample.point && std::isfinite(sample.value)) {
            latest.power_w = sample.value;
            latest.at = report.at;
        } else if (!device.power && device.energy == sample.point && sample.count) {
            accept_count(latest, report.at, *sample.count);
        }
    }
}

void LivePower::accept_count(Latest& latest, BootTime at, const Count& count) {
    const bool goes_on = latest.base && latest.base->q_uwh == count.q_uwh && count.counts >= latest.base->counts;
    if (goes_on && at - latest.base_at < least_slope) return;
    if (goes_on) {
        const auto counts = static_cast<double>(count.counts - latest.base->counts);
        latest.power_w = counts * static_cast<double>(count.q_uwh) * 1e-6 * 3600 / in_seconds(at - latest.base_at);
        latest.at = at;
    }
    latest.base = count;
    latest.base_at = at;
}

Duration LivePower::fresh_for(const Device& device) const {
    const Duration period = period_of(table_, device, device.power ? device.power : device.energy);
    return 2 * (device.power ? period : std::max(period, least_slope));
}

std::optional<double> LivePower::power_w(DeviceIndex device, BootTime now) const {
    if (device >= latest_.size() || !latest_[device].power_w) return std::nullopt;
    if (now - latest_[device].at > fresh_for(table_.devices[device])) return std::nullopt;
    return latest_[device].power_w;
}

void LivePower::add(PowerSum& sum, DeviceIndex device, int sign, BootTime now) const {
    ++sum.meters;
    const auto power = power_w(device, now);
    if (power) {
        sum.power_w += sign * *power;
        sum.oldest = std::min(sum.oldest, latest_[device].at);
    } else if (sum.missing.size() < longest_reason) {
        sum.missing += (sum.missing.empty() ? "" : ", ") + table_.devices[device].id;
    }
}

Metric LivePower::metric(std::string scope, std::string name, const PowerSum& sum, const Now& now) const {
    Metric metric = instant(std::move(scope), std::move(name), "W", "sum of the latest powers", now);
    if (sum.complete()) {
        metric.value = sum.power_w;
        metric.quality = quality::indicative;
        metric.coverage = 1;
        metric.extra["age_s"] = std::max(0.0, in_seconds(now.boot - sum.oldest));
    } else {
        metric.extra["reason"] = sum.meters == 0 ? std::string{"no meter"} : "no fresh power from " + sum.missing;
    }
    return metric;
}

Metric LivePower::pue(const PowerSum& facility, const PowerSum& it, std::optional<std::size_t> category,
                      const Now& now) const {
    Metric metric = instant("site", "pue", "", "ratio of the latest powers", now);
    if (!facility.complete()) {
        metric.extra["reason"] =
            facility.meters == 0 ? std::string{"no meter of a feed"} : "no fresh power from " + facility.missing;
    } else if (!category || !it.complete() || it.power_w <= 0) {
        metric.extra["reason"] = it.missing.empty() ? std::string{"no IT power"} : "no fresh power from " + it.missing;
    } else {
        metric.value = facility.power_w / it.power_w;
        metric.quality = quality::indicative;
        metric.coverage = 1;
        metric.extra["age_s"] = std::max(0.0, in_seconds(now.boot - std::min(facility.oldest, it.oldest)));
        metric.extra["category"] = static_cast<double>(*category + 1);
    }
    return metric;
}

std::vector<Metric> LivePower::live(const Now& now) const {
    PowerSum facility;
    bool imports = false;
    std::array<PowerSum, categories> it;
    for (DeviceIndex i = 0; i < table_.devices.size(); ++i) {
        const Device& device = table_.devices[i];
        if (!device.power && !device.energy) continue;
        const int sign = facility_sign(device.role);
        if (sign != 0) add(facility, i, sign, now.boot);
        imports = imports || sign > 0;
        if (const auto category = category_of(device.role)) add(it[*category], i, 1, now.boot);
    }
    if (!imports) facility = {};
    facility.power_w += settings_.unmeasured_w;
    std::array<std::optional<double>, categories> powers;
    for (std::size_t i = 0; i < categories; ++i) {
        if (it[i].complete()) powers[i] = it[i].power_w;
    }
    const auto category = best_category(powers, settings_.category);
    const auto first_metered = std::find_if(it.begin(), it.end(), [](const PowerSum& s) { return s.meters > 0; });
    const PowerSum& best = category ? it[*category] : first_metered != it.end() ? *first_metered : it[0];
    std::vector<Metric> out{pue(facility, best, category, now), metric("site", "facility-power", facility, now),
                            metric("site", "it-power", best, now)};
    add_racks(out, now);
    return out;
}

void LivePower::add_racks(std::vector<Metric>& out, const Now& now) const {
    struct Parts {
        PowerSum pdus, servers;
    };
    std::map<std::string, Parts> racks;
    for (DeviceIndex i = 0; i < table_.devices.size(); ++i) {
        const Device& device = table_.devices[i];
        if (device.rack.empty() || (!device.power && !device.energy)) continue;
        if (device.role == Role::pdu) add(racks[device.rack].pdus, i, 1, now.boot);
        if (device.role == Role::server) add(racks[device.rack].servers, i, 1, now.boot);
    }
    for (const auto& [name, parts] : racks) {
        out.push_back(metric(rack_scope(name), "it-power", parts.pdus.meters > 0 ? parts.pdus : parts.servers, now));
    }
}

}  // namespace pued
