// JSON of metrics and readings.
#include "agent/runtime/metric_payload.hpp"

#include "agent/runtime/json.hpp"

namespace pued {
namespace {

Json window_of(const Metric& metric) {
    const auto length = std::chrono::duration<double>(metric.end - metric.start).count();
    return {{"start", json_time(metric.start)}, {"end", json_time(metric.end)}, {"seconds", json_number(length)}};
}

// "outlet-7.power_w" of "pdu-3.outlet-7.power_w".
std::string without_device(const std::string& point, const std::string& device) {
    return point.starts_with(device + ".") ? point.substr(device.size() + 1) : point;
}

}  // namespace

Message metric_message(const Topics& topics, const Metric& metric, const Now& now) {
    Json payload{{"time", json_time(now.utc)},         {"window", window_of(metric)},
                 {"value", json_number(metric.value)}, {"unit", metric.unit},
                 {"quality", metric.quality},          {"coverage", json_number(metric.coverage)},
                 {"u", json_number(metric.u)},         {"method", metric.method}};
    for (const auto& [key, detail] : metric.extra) {
        payload[key] = std::visit(
            [](const auto& value) {
                if constexpr (std::is_same_v<std::remove_cvref_t<decltype(value)>, double>) {
                    return json_number(value);
                } else {
                    return Json(value);
                }
            },
            detail);
    }
    return {topics.metric(metric.scope, metric.name), to_text(payload)};
}

Message reading_message(const Topics& topics, const PointTable& table, const Report& report, const Now& now) {
    Json values = Json::object(), bad = Json::object();
    const auto& device = table.devices[report.device];
    for (const auto& sample : report.samples) {
        const auto name = without_device(table.points[sample.point].name, device.id);
        if (sample.quality == Quality::good) {
            values[name] = json_number(sample.value);
        } else {
            bad[name] = sample.quality == Quality::stale ? "stale" : "invalid";
        }
    }
    Json payload{{"time", json_time(to_utc(now, report.at))}, {"values", std::move(values)}, {"bad", std::move(bad)}};
    if (!report.error.empty()) payload["error"] = report.error;
    return {topics.reading(device.id), to_text(payload), false, 0};
}

}  // namespace pued
