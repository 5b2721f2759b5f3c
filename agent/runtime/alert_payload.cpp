// The shape of the alert payload.
#include "agent/runtime/alert_payload.hpp"

#include <fmt/format.h>

#include <cmath>

#include "agent/runtime/json.hpp"

namespace pued {
namespace {

Json standard_of(const Watch& watch) {
    if (watch.source == nullptr) return nullptr;
    const auto& standard = watch.source->standard;
    return {{"id", standard.id},
            {"clause", standard.clause},
            {"title", {{"en", standard.title.en}, {"zh", standard.title.zh}}},
            {"source", standard.source},
            {"force", to_string(standard.force)},
            {"confidence", to_string(watch.confidence)}};
}

std::string scope_zh(const std::string& scope) { return scope == "site" ? "站点" : scope; }

// "912.5 kW", "1.234"
std::string amount(double value, const std::string& unit) {
    if (unit.empty()) return fmt::format("{:.6g}", value);
    const bool kilo = unit == "W" && std::abs(value) >= 1000;
    return fmt::format("{:.6g} {}{}", kilo ? value / 1000 : value, kilo ? "k" : "", unit);
}

// For the operator's own thresholds: "it-power of site is 912.5 kW, above the threshold 900 kW".
Bilingual own_message(const Watch& watch, double value, const std::string& unit) {
    const bool upper = watch.direction == Direction::at_most;
    const bool within_it = within(value, {watch.limit, watch.direction});
    const char* en = within_it ? "within" : upper ? "above" : "below";
    const char* zh = within_it ? "未越过" : upper ? "高于" : "低于";
    return {fmt::format("{} of {} is {}, {} the threshold {}", watch.metric, watch.scope, amount(value, unit), en,
                        amount(watch.limit, unit)),
            fmt::format("{} 的 {} 为 {}，{}阈值 {}", scope_zh(watch.scope), watch.metric, amount(value, unit), zh,
                        amount(watch.limit, unit))};
}

Bilingual window_text(const Evaluation& latest) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(latest.end - latest.start).count();
    if (seconds <= 0) return {};
    if (seconds % 3600 == 0)
        return {fmt::format(" ({} h window)", seconds / 3600), fmt::format("（{} 小时统计期）", seconds / 3600)};
    if (seconds % 60 == 0)
        return {fmt::format(" ({} min window)", seconds / 60), fmt::format("（{} 分钟统计期）", seconds / 60)};
    return {fmt::format(" ({} s window)", seconds), fmt::format("（{} 秒统计期）", seconds)};
}

Json message_of(const Watch& watch, const AlertState& state, const Evaluation& latest) {
    Bilingual text = latest.text;
    if (!text.en.empty()) {
        // whoever found it says it best
    } else if (!latest.value) {
        text = {fmt::format("{} of {} is unknown: no complete data", watch.metric, watch.scope),
                fmt::format("{} 的 {} 未知：数据不完整", scope_zh(watch.scope), watch.metric)};
    } else if (watch.source != nullptr && !within(*latest.value, {watch.limit, watch.direction})) {
        text = message(*watch.source, *latest.value, watch.limit);
    } else if (watch.source != nullptr) {
        text = {fmt::format("{} of {} is {:.3f}, within the limit {}", watch.metric, watch.scope, *latest.value,
                            limit_text(watch.limit)),
                fmt::format("{} 的 {} 为 {:.3f}，符合限值 {}", scope_zh(watch.scope), watch.metric, *latest.value,
                            limit_text(watch.limit))};
    } else {
        text = own_message(watch, *latest.value, latest.unit);
    }
    const auto window = window_text(latest);
    const bool over = public_state(state) == "resolved";
    return {{"en", (over ? "Resolved: " : "") + text.en + window.en},
            {"zh", (over ? "已恢复：" : "") + text.zh + window.zh}};
}

Json window_of(const Evaluation& latest) {
    const auto seconds = std::chrono::duration<double>(latest.end - latest.start).count();
    return {{"start", json_time(latest.start)}, {"end", json_time(latest.end)}, {"seconds", json_number(seconds)}};
}

Json no_evidence() { return {{"journal_seq", nullptr}, {"epoch", nullptr}, {"record_sha256", nullptr}}; }

// `text`: the message in both languages.
std::string payload_with(const Watch& watch, const AlertEntry& entry, Json text) {
    const auto& state = entry.state;
    const Json payload{
        {"alert_id", state.alert_id},
        {"rule", watch.rule},
        {"scope", watch.scope},
        {"standard", standard_of(watch)},
        {"state", public_state(state)},
        {"verdict", to_string(entry.verdict)},
        {"severity", watch.severity},
        {"since", json_time(state.since)},
        {"onset", json_time(state.onset)},
        {"time", json_time(entry.latest.end)},
        {"metric", watch.metric},
        {"value", json_number(entry.latest.value)},
        {"limit", json_number(watch.limit)},
        {"unit", entry.latest.unit},
        {"u", json_number(entry.latest.u)},
        {"p_conform", json_number(entry.p_conform)},
        {"window", window_of(entry.latest)},
        {"coverage", json_number(entry.latest.coverage)},
        {"message", std::move(text)},
        {"evidence", no_evidence()},
        {"acked", state.acked ? Json{{"by", state.acked->by}} : Json(nullptr)},
        {"shelved_until", state.shelved ? json_time(state.shelved->until) : Json(nullptr)},
        {"reopened", state.reopen_count},
        {"rev", state.rev},
        {"stale", state.stale},
    };
    return to_text(payload);
}

}  // namespace

std::string alert_payload(const Watch& watch, const AlertEntry& entry) {
    return payload_with(watch, entry, message_of(watch, entry.state, entry.latest));
}

std::string closed_payload(const Watch& watch, const AlertEntry& entry) {
    return payload_with(
        watch, entry,
        {{"en", fmt::format("Closed: the limit {:.6g} on {} of {} is no longer watched", watch.limit, watch.metric,
                            watch.scope)},
         {"zh", fmt::format("已关闭：不再监视 {} 的 {} 限值 {:.6g}", watch.scope, watch.metric, watch.limit)}});
}

std::string with_evidence(std::string payload, const Stamp& stamp) {
    const auto key = std::string{"\"evidence\":"};
    const auto empty = key + to_text(no_evidence());
    const auto at = payload.find(empty);
    if (at == std::string::npos) return payload;
    const Json evidence{{"journal_seq", stamp.seq}, {"epoch", stamp.epoch}, {"record_sha256", hex(stamp.sha256)}};
    return payload.replace(at, empty.size(), key + to_text(evidence));
}

}  // namespace pued
