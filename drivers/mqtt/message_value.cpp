// Values of messages, checked as those of meters are: what cannot be is invalid, not clipped. See the header.
#include "drivers/mqtt/message_value.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "agent/model/joules.hpp"

namespace pued {

namespace {

constexpr std::int64_t milliwatt_hour_in_uwh = 1000;
// Milliwatt-hours, or millijoules, that a double holds exactly.
constexpr double largest_count = 9007199254740992.0;

Result<void> plausible(Quantity quantity, bool joules, double value) {
    const auto within = [value](double min, double max, const char* expected) -> Result<void> {
        if (value >= min && value <= max) return {};
        char text[96];
        std::snprintf(text, sizeof text, "%.17g is out of range (expected %s)", value, expected);
        return Error{text};
    };
    switch (quantity) {
        case Quantity::activity: return within(0, 1, "0..1, share of peak; see mqtt-value.scale");
        case Quantity::power_factor: return within(-1, 1, "-1..1");
        case Quantity::energy:
        case Quantity::energy_export: return within(0, largest_count / 1000, joules ? "0..9e12 J" : "0..9e12 Wh");
        case Quantity::clock: return within(0, 1e12, "0..1e12 Hz");
        case Quantity::humidity: return within(0, 100, "0..100 %");
        default: return within(-1e12, 1e12, "-1e12..1e12");
    }
}

bool is_energy(Quantity quantity) { return quantity == Quantity::energy || quantity == Quantity::energy_export; }

std::string seconds_text(double seconds) {
    char text[32];
    std::snprintf(text, sizeof text, "%.0f s", seconds);
    return text;
}

}  // namespace

MessageValue::MessageValue(MqttPoint point)
    : point_(std::move(point)), quantity_(parse_quantity(point_.config.quantity).value_or(QuantityName{}).quantity) {}

std::optional<Report> MessageValue::take(std::string_view payload, bool retained, const Now& now) {
    const auto found = json_parts(payload, config());
    if (!found) return failed(found.error(), now.boot);
    heard_ = true;
    if (const auto fits = collect(*found, retained, now); !fits) return failed(fits.error(), now.boot);
    if (parts_.size() < config().count) return std::nullopt;
    return report(now);
}

Result<double> MessageValue::scaled(double number) const {
    const bool joules = !config().unit.empty();
    const double value = number * config().scale * (config().unit == "mJ" ? 1e-3 : 1);
    if (auto fits = plausible(quantity_, joules, value); !fits)
        return Error{(config().pointer.empty() ? "" : config().pointer + ": ") + config().quantity + " = " +
                     fits.error()};
    return value;
}

// Of several values of one part the newest counts, by its time where it has one. Parts that came long ago are
// forgotten.
Result<void> MessageValue::collect(const std::vector<JsonPart>& found, bool retained, const Now& now) {
    std::erase_if(parts_, [&](const auto& part) { return now.boot - part.second.came > config().stale_after; });
    for (const JsonPart& part : found) {
        if (!part.value) return Error{part.value.error()};
        const auto value = scaled(*part.value);
        if (!value) return Error{value.error()};
        const auto [known, is_new] = parts_.try_emplace(part.key);
        if (!is_new && part.time && known->second.time && *part.time < *known->second.time) continue;
        known->second = {*value, part.time, now.boot, retained};
    }
    if (parts_.size() <= config().count) return {};
    const std::string count = std::to_string(std::exchange(parts_, {}).size());
    return Error{count + " parts fit (expected " + std::to_string(config().count) +
                 "; see mqtt-value.count, where and each)"};
}

Report MessageValue::failed(std::string why, BootTime at) const {
    Report report;
    report.device = point_.device;
    report.at = at;
    report.state = DeviceState::good;
    report.error = "topic " + config().topic + ": " + std::move(why);
    report.samples.push_back({point_.point, Quality::invalid, 0, std::nullopt});
    return report;
}

Report MessageValue::report(const Now& now) {
    Report report;
    report.device = point_.device;
    report.at = now.boot;
    report.state = DeviceState::good;
    report.samples.push_back(sample());
    if (std::any_of(parts_.begin(), parts_.end(), [](const auto& part) { return part.second.retained; }))
        report.samples.front().quality = Quality::stale;
    date(report, now);
    parts_.clear();
    heard_ = false;
    return report;
}

void MessageValue::date(Report& report, const Now& now) {
    std::optional<double> time;
    for (const auto& [key, part] : parts_) {
        if (part.time) time = std::min(time.value_or(*part.time), *part.time);
    }
    if (!time) return;
    const bool repeated = std::exchange(told_, time) == time;
    const double age = static_cast<double>(now.utc.time_since_epoch().count()) / 1000 - *time;
    const double limit = in_seconds(config().stale_after);
    const bool known = now.quality != ClockQuality::unsynced;  // else nobody can tell its age
    Quality& quality = report.samples.front().quality;
    if (known && age < -limit) {
        quality = Quality::invalid;
        report.error = "topic " + config().topic + ": its time is " + seconds_text(-age) +
                       " ahead of this machine's (expected clocks that agree)";
    } else if (repeated || (known && age > limit)) {
        quality = Quality::stale;
        report.error =
            "topic " + config().topic + ": " +
            (repeated ? "its time is that of the message before" : "its value is " + seconds_text(age) + " old");
    } else if (known && age > 0) {
        report.at -= std::chrono::duration_cast<Duration>(std::chrono::duration<double>{age});
    }
}

// Energy as one exact register, which begins anew where one of its parts does, and at nothing where they are others.
Sample MessageValue::sample() {
    Sample sample{point_.point, Quality::good, 0, std::nullopt};
    std::vector<std::uint64_t> counts;
    std::string keys;
    for (const auto& [key, part] : parts_) {
        sample.value += part.value;
        keys += key + '\n';
        if (is_energy(quantity_)) counts.push_back(static_cast<std::uint64_t>(std::llround(part.value * 1000)));
    }
    if (!is_energy(quantity_)) {
        if (!adds_up(quantity_)) sample.value /= static_cast<double>(parts_.size());
        return sample;
    }
    const bool others = !keys_.empty() && keys_ != keys;
    keys_ = std::move(keys);
    const std::uint64_t sum = others ? register_.begin_anew(counts) : register_.add(counts);
    sample.count =
        config().unit.empty() ? Count{.counts = sum, .q_uwh = milliwatt_hour_in_uwh} : count_of_millijoules(sum);
    sample.count->modulus = register_.modulus();
    sample.value = watt_hours_of(*sample.count);
    return sample;
}

Report MessageValue::silence(std::string_view connection_problem, BootTime at) {
    char limit[32];
    std::snprintf(limit, sizeof limit, "%g", in_seconds(config().stale_after));
    Report report;
    report.device = point_.device;
    report.at = at;
    report.error = "no message on " + config().topic + " for " + limit + " s";
    if (std::exchange(heard_, false))
        report.error = "messages on " + config().topic + ", but " + std::to_string(parts_.size()) + " of " +
                       std::to_string(config().count) + " parts for " + limit + " s (see mqtt-value.where and pointer)";
    if (!connection_problem.empty()) report.error += " (" + std::string{connection_problem} + ')';
    return report;
}

}  // namespace pued
