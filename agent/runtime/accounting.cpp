// The order in which one interval moves everything.
#include "agent/runtime/accounting.hpp"

#include <algorithm>

namespace pued {
namespace {

LedgerSettings ledger_settings(const Config& config) {
    LedgerSettings out;
    out.interval = config.metering.interval;
    out.grace = config.metering.grace;
    return out;
}

DriftSettings drift_settings(const Config& config) {
    DriftSettings out;
    const auto& from = config.drift;
    out.acute = from.acute;
    out.acute_clear = from.acute_clear;
    out.k = from.k;
    out.h = from.h;
    out.shewhart = from.shewhart;
    out.least_load = from.least_load;
    out.design_curve = from.design_curve;
    out.climate_c = config.weather.monthly_c;
    out.zone = zone_of(config);
    return out;
}

constexpr std::size_t most_folded = 192;  // as far back as the ledger amends

AcceleratorFacts facts_of(const Accelerator& chip, unsigned count) {
    return {count, chip.peak_tflops(Precision::fp16).value_or(0), chip.rated_power_w.value_or(0), chip.clock_hz};
}

std::vector<ServerCompute> computes(const Installation& installation) {
    std::vector<ServerCompute> out;
    const auto& devices = installation.points.devices;
    for (const auto& server : installation.config.servers) {
        if (server.accelerators.empty()) continue;
        ServerCompute compute;
        const auto device =
            std::find_if(devices.begin(), devices.end(), [&](const Device& d) { return d.id == server.id; });
        compute.device = static_cast<DeviceIndex>(device - devices.begin());
        for (const auto& [model, count] : server.accelerators) {
            compute.accelerators.push_back(facts_of(installation.accelerators.at(model), count));
        }
        out.push_back(std::move(compute));
    }
    return out;
}

// Where no sensor is configured: the climate of the month that the interval lies in.
std::optional<double> climate_at(const std::vector<double>& monthly_c, const Zone& zone, UtcTime at) {
    if (monthly_c.size() != 12) return std::nullopt;
    return monthly_c[static_cast<unsigned>(zone.date(at).month()) - 1];
}

std::optional<DriftDay> day_of(const std::vector<Metric>& metrics) {
    std::optional<DriftDay> out;
    for (const auto& metric : metrics) {
        if (metric.name == "pue-residual-day") out = out ? out : DriftDay{}, out->residual = metric.value;
        if (metric.name == "headroom") out = out ? out : DriftDay{}, out->headroom_kwh = metric.value;
        if (metric.name == "pue-forecast") out = out ? out : DriftDay{}, out->forecast = metric.value;
        if (metric.name == "forecast-p") out = out ? out : DriftDay{}, out->forecast_p = metric.value;
    }
    return out;
}

}  // namespace

BalanceSettings balance_settings(const Config& config) {
    return {config.metering.unmeasured_w, config.metering.category};
}

Zone zone_of(const Config& config) { return Zone{std::chrono::minutes{config.site.utc_offset_minutes}}; }

Accounting::Accounting(const Installation& installation)
    : installation_(installation),
      zone_(zone_of(installation.config)),
      settings_(drift_settings(installation.config)),
      ledger_(installation.points, ledger_settings(installation.config)),
      filler_(installation.points),
      checks_(installation.points),
      windows_(installation.points, balance_settings(installation.config), zone_),
      compute_(installation.points, computes(installation), balance_settings(installation.config), zone_),
      weather_(installation.config.weather, installation.points) {}

void Accounting::accept(const Report& report) {
    ledger_.accept(report);
    compute_.accept(report);
    checks_.accept(report);
}

std::vector<DriftWatch> Accounting::drift_watches() const {
    return installation_.config.drift.enabled ? pued::drift_watches(settings_) : std::vector<DriftWatch>{};
}

void Accounting::accept_weather(const Report& report) { weather_.accept(report); }

void Accounting::set_limit(std::optional<double> limit, double u_meter) {
    if (settings_.limit == limit) return;
    settings_.limit = limit;
    settings_.u_meter = u_meter;
    if (!drift_) return;
    drift_before_ = drift_->save();  // another limit, the same memory
    drift_.reset();
}

Outcome Accounting::settle(ClosedInterval interval, Tell tell, const Now& now) {
    Outcome out;
    out.interval = std::move(interval);
    filler_.fill(out.interval);
    mark_doubted(out.interval);
    if (!out.interval.amends) {
        out.extras.weather_c = weather_.mean(to_boot(now, out.interval.start), to_boot(now, out.interval.end()));
        if (!weather_.measured()) {
            out.extras.weather_c = climate_at(installation_.config.weather.monthly_c, zone_, out.interval.start);
            out.extras.climate = out.extras.weather_c.has_value();
        }
        out.extras.compute = compute_.sums_of(out.interval, now);
    }
    work_up(out, tell);
    return out;
}

// What a balance of the whole site doubts is its supply.
void Accounting::mark_doubted(ClosedInterval& interval) const {
    if (doubted_.empty()) return;
    for (auto& entry : interval.by_device) {
        const auto& device = installation_.points.devices[entry.device];
        const bool supply = device.role == Role::feed && doubted_.contains("site");
        if (supply || doubted_.contains(device.id)) entry.flags = static_cast<Flags>(entry.flags | flag::doubted);
    }
}

Outcome Accounting::fold(RecordedInterval recorded, const Now& now) {
    Outcome out;
    out.interval = std::move(recorded.interval);
    out.extras = std::move(recorded.extras);
    const auto told = folded_.find(out.interval.start);
    const auto* waiting = ledger_.waiting(out.interval.start);
    const bool known = told != folded_.end() || waiting != nullptr;
    if (out.interval.amends && told != folded_.end()) out.interval.before = told->second;
    if (out.interval.amends && told == folded_.end() && waiting != nullptr) out.interval.before = waiting->by_device;
    ledger_.fold(out.interval, now);
    if (out.interval.amends && !known) return out;
    filler_.fill(out.interval);
    folded_[out.interval.start] = out.interval.by_device;
    if (folded_.size() > most_folded) folded_.erase(folded_.begin());
    const bool ends_day = zone_.window(Window::day, out.interval.end()).start == out.interval.end();
    work_up(out, ends_day ? Tell::everything : Tell::values);
    return out;
}

void Accounting::work_up(Outcome& out, Tell tell) {
    const auto settings = balance_settings(installation_.config);
    out.site = balance(out.interval.by_device, out.interval.start, out.interval.length, installation_.points, settings);
    out.category = it_category(out.site, settings.category);
    out.integrity = checks_.add(out.interval);
    out.metrics = windows_.add(out.interval, tell);
    if (out.interval.amends) return;
    for (auto& metric : compute_.add(out.interval, out.extras.compute)) out.metrics.push_back(std::move(metric));
    feed_drift(out);
}

bool Accounting::maintained(UtcTime start, UtcTime end) const {
    const auto& all = installation_.config.maintenance;
    return std::any_of(all.begin(), all.end(), [&](const auto& m) { return m.from < end && start < m.until; });
}

void Accounting::feed_drift(Outcome& out) {
    if (!installation_.config.drift.enabled) return;
    const bool guarded = !doubted_.empty() || maintained(out.interval.start, out.interval.end());
    const auto hour =
        feed_.add(out.site, out.category, out.extras, guarded, checks_.meter_event_near(out.interval.start));
    if (!hour) return;
    if (!drift_) {
        drift_.emplace(settings_);
        if (!drift_before_.empty()) drift_->restore(std::exchange(drift_before_, {}));
    }
    auto metrics = drift_->add(*hour);
    if (!out.extras.day) out.extras.day = day_of(metrics);
    for (auto& metric : metrics) out.metrics.push_back(std::move(metric));
    out.baselines = drift_->take_baselines();
}

AccountingState Accounting::save(const Now& now) const {
    AccountingState out;
    for (const auto& device : installation_.points.devices) out.points.push_back(device.id);
    out.ledger = ledger_.save(now);
    out.windows = windows_.save();
    out.compute = compute_.save(now);
    out.feed = feed_.save();
    out.filler = filler_.save();
    out.checks = checks_.save();
    out.drift = drift_ ? drift_->save() : drift_before_;
    return out;
}

void Accounting::restore(const AccountingState& state, const Now& now) {
    ledger_.restore(state.ledger, now);
    windows_.restore(state.windows);
    compute_.restore(state.compute, now);
    feed_.restore(state.feed);
    filler_.restore(state.filler);
    checks_.restore(state.checks);
    drift_before_ = state.drift;
}

}  // namespace pued
