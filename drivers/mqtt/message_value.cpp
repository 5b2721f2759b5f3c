// Values of messages, checked as those of meters are: what cannot be is invalid, not clipped.
#include "drivers/mqtt/message_value.hpp"

#include <cmath>
#include <cstdio>
#include <string>

#include "drivers/mqtt/json_value.hpp"

namespace pued {

namespace {

constexpr std::int64_t milliwatt_hour_in_uwh = 1000;
// Milliwatt-hours that a double holds exactly.
constexpr double largest_count = 9007199254740992.0;

Result<void> plausible(Quantity quantity, double value) {
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
        case Quantity::energy_export: return within(0, largest_count / 1000, "0..9e12 Wh");
        case Quantity::clock: return within(0, 1e12, "0..1e12 Hz");
        case Quantity::humidity: return within(0, 100, "0..100 %");
        default: return within(-1e12, 1e12, "-1e12..1e12");
    }
}

Result<double> value_of(const MqttValue& config, Quantity quantity, std::string_view payload) {
    auto number = json_number(payload, config.pointer);
    if (!number) return number;
    const double value = *number * config.scale;
    if (auto fits = plausible(quantity, value); !fits)
        return Error{(config.pointer.empty() ? "" : config.pointer + ": ") + config.quantity + " = " + fits.error()};
    return value;
}

Count count_of(double value_wh) {
    return {.counts = static_cast<std::uint64_t>(std::llround(value_wh * 1000)), .q_uwh = milliwatt_hour_in_uwh};
}

}  // namespace

Report report_of(const MqttPoint& point, std::string_view payload, bool retained, BootTime at) {
    const Quantity quantity = parse_quantity(point.config.quantity).value_or(QuantityName{}).quantity;
    Report report;
    report.device = point.device;
    report.at = at;
    report.state = DeviceState::good;
    Sample sample;
    sample.point = point.point;
    if (const auto value = value_of(point.config, quantity, payload)) {
        sample.value = *value;
        sample.quality = retained ? Quality::stale : Quality::good;
        const bool energy = quantity == Quantity::energy || quantity == Quantity::energy_export;
        if (energy) sample.count = count_of(*value);
    } else {
        report.error = "topic " + point.config.topic + ": " + value.error();
    }
    report.samples.push_back(sample);
    return report;
}

Report silence(const MqttPoint& point, std::string_view connection_problem, BootTime at) {
    char limit[32];
    std::snprintf(limit, sizeof limit, "%g", in_seconds(point.config.stale_after));
    Report report;
    report.device = point.device;
    report.at = at;
    report.error = "no message on " + point.config.topic + " for " + limit + " s";
    if (!connection_problem.empty()) report.error += " (" + std::string{connection_problem} + ')';
    return report;
}

}  // namespace pued
