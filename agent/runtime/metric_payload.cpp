// JSON of metrics and readings.
#include "agent/runtime/metric_payload.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "agent/runtime/json.hpp"

namespace pued {
namespace {

Json window_of(const Metric& metric) {
    const auto length = std::chrono::duration<double>(metric.end - metric.start).count();
    return {{"start", json_time(metric.start)}, {"end", json_time(metric.end)}, {"seconds", json_number(length)}};
}

// "outlet-7.power_w" of "pdu-3.outlet-7.power_w".
std::string_view without_device(std::string_view point, std::string_view device) {
    const bool inside = point.size() > device.size() && point.starts_with(device) && point[device.size()] == '.';
    return inside ? point.substr(device.size() + 1) : point;
}

// As to_text() prints it.
void append_number(std::string& out, double value) {
    if (!std::isfinite(value)) {
        out += "null";
        return;
    }
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    out.append(text, end);
    if (std::find_if(text, end, [](char c) { return c == '.' || c == 'e'; }) == end) out += ".0";
}

// Begins a member whose name needs no escapes.
void append_name(std::string& out, std::string_view name) {
    if (out.back() != '{') out += ',';
    ((out += '"') += name) += "\":";
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

// A thousand of these a second: written by hand. Names are ids and quantities, which need no escapes.
Message reading_message(const Topics& topics, const PointTable& table, const Report& report, const Now& now) {
    const auto& device = table.devices[report.device];
    std::string text = R"({"time":")" + rfc3339(to_utc(now, report.at)) + R"(","values":{)", bad = "{";
    text.reserve(text.size() + 48 * report.samples.size() + 64);
    for (const auto& sample : report.samples) {
        const auto name = without_device(table.points[sample.point].name, device.id);
        if (sample.quality == Quality::good) {
            append_name(text, name);
            append_number(text, sample.value);
        } else {
            append_name(bad, name);
            bad += sample.quality == Quality::stale ? R"("stale")" : R"("invalid")";
        }
    }
    ((text += R"(},"bad":)") += bad) += '}';
    if (!report.error.empty()) text += R"(,"error":)" + to_text(report.error);
    text += '}';
    return {topics.reading(device.id), std::move(text), false, 0};
}

}  // namespace pued
