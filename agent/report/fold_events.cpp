// Alerts, clock and evidence events of a period.
#include "agent/report/fold_events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "agent/report/text.hpp"

namespace pued {

using Json = nlohmann::json;

std::string text_of(const Json& from, const char* key) {
    if (!from.is_object()) return {};
    const auto found = from.find(key);
    return found != from.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::optional<double> number_of(const Json& from, const char* key) {
    if (!from.is_object()) return std::nullopt;
    const auto found = from.find(key);
    return found != from.end() && found->is_number() ? std::optional{found->get<double>()} : std::nullopt;
}

namespace {

UtcTime at(std::int64_t start_s) { return UtcTime{std::chrono::seconds{start_s}}; }

const Json& member(const Json& from, const char* key) {
    static const Json nothing;
    if (!from.is_object()) return nothing;
    const auto found = from.find(key);
    return found == from.end() ? nothing : *found;
}

// The alert's payload is JSON as text in its entry.
Json payload_of(const Json& aux) {
    const Json& payload = member(member(aux, "entry"), "payload");
    if (payload.is_object()) return payload;
    if (!payload.is_string()) return Json::object();
    auto parsed = Json::parse(payload.get_ref<const std::string&>(), nullptr, false);
    return parsed.is_object() ? parsed : Json::object();
}

Bilingual message_of(const Json& payload) {
    const Json& message = member(payload, "message");
    return {text_of(message, "en"), text_of(message, "zh")};
}

std::string plain(const Json& from, const char* key) {
    const Json& value = member(from, key);
    if (value.is_null()) return "?";
    return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string_view quality_zh(std::string_view quality) {
    return quality == "synced" ? "已同步" : quality == "holdover" ? "守时" : "未同步";
}

}  // namespace

std::string EventBook::when(std::int64_t start_s) const { return local_time(at(start_s), offset_); }

void EventBook::add(const Record& record, const Json& aux) {
    switch (record.type) {
        case RecordType::alert: add_alert(record, aux); break;
        case RecordType::time_step:
        case RecordType::dating:
        case RecordType::undated: add_clock(record, aux); break;
        case RecordType::loss:
        case RecordType::log_epoch: add_loss(record, aux); break;
        case RecordType::key: vkey_ = text_of(aux, "vkey"); break;
        default: break;
    }
}

// Also of alerts that ended before the period: which of them are still open is known only at its end. Behind it only
// the ends of those count.
void EventBook::add_alert(const Record& record, const Json& aux) {
    const auto time = at(record.start_s);
    const std::string rule = text_of(aux, "rule"), scope = text_of(aux, "scope"), to = text_of(aux, "to");
    const bool ends = to == "inactive" || to == "resolved";
    if (time >= span_.end && !ends) return;
    const auto key = rule + ' ' + scope;
    const auto known = open_.find(key);
    if (ends) {
        if (known == open_.end()) return;
        ReportAlert& alert = alerts_[known->second];
        alert.until = time;
        alert.state = alert.state == "firing" ? "resolved" : "withdrawn";
        open_.erase(known);
        return;
    }
    const Json payload = payload_of(aux);
    ReportAlert alert{rule,
                      scope,
                      to,
                      text_of(payload, "severity"),
                      time,
                      std::nullopt,
                      number_of(payload, "value"),
                      number_of(payload, "limit"),
                      message_of(payload),
                      record.seq};
    if (known == open_.end()) {
        open_[key] = alerts_.size();
        alerts_.push_back(std::move(alert));
    } else if (alerts_[known->second].state != "firing") {
        alerts_[known->second] = std::move(alert);
    }
}

void EventBook::add_clock(const Record& record, const Json& aux) {
    if (record.type == RecordType::undated) {
        const auto boot = plain(aux, "boot_id").substr(0, 8);
        const Bilingual text{"boot " + boot + ": metered before its clock was set",
                             "启动 " + boot + "：校时之前已在计量"};
        if (clock_.empty() || clock_.back().en != text.en) clock_.push_back(text);
        return;
    }
    if (!span_.contains(at(record.start_s))) return;
    if (record.type == RecordType::dating) {
        const auto boot = plain(aux, "boot_id").substr(0, 8);
        clock_.push_back({when(record.start_s) + " boot " + boot + " dated",
                          when(record.start_s) + " 启动 " + boot + " 已补定时间"});
        return;
    }
    const double step_s = number_of(aux, "step_ms").value_or(0) / 1000;
    const auto quality = plain(aux, "quality");
    clock_.push_back({fmt::format("{} clock set by {:+.1f} s ({})", when(record.start_s), step_s, quality),
                      fmt::format("{} 时钟调整 {:+.1f} 秒（{}）", when(record.start_s), step_s, quality_zh(quality))});
}

void EventBook::add_loss(const Record& record, const Json& aux) {
    if (!span_.contains(at(record.start_s))) return;
    const auto time = when(record.start_s), why = plain(aux, "why");
    if (record.type == RecordType::loss) {
        const auto count = plain(aux, "records");
        losses_.push_back({time + " " + count + " records could not be written: " + why,
                           time + " " + count + " 条记录未能写入：" + why});
        return;
    }
    const auto origin = plain(aux, "origin"), size = plain(aux, "size");
    if (origin == "?" || origin.empty()) return;  // the first epoch follows nothing
    losses_.push_back({time + " new epoch of the journal after " + origin + " of " + size + " records: " + why,
                       time + " 日志开始新纪元，此前为 " + origin + "（" + size + " 条记录）：" + why});
}

void EventBook::tell(Dossier& out) const {
    for (const auto& alert : alerts_) {
        const bool pending_only = alert.state == "withdrawn" || alert.state == "pending";
        if (pending_only || (alert.until && *alert.until < span_.start)) continue;
        out.integrity_alarm =
            out.integrity_alarm || (!(alert.until && *alert.until < span_.end) && alert.rule.starts_with("integrity"));
        out.alerts.push_back(alert);
    }
    if (out.alerts.size() > most_alerts) {
        out.left_out_alerts = static_cast<std::uint32_t>(out.alerts.size() - most_alerts);
        out.alerts.erase(out.alerts.begin(), out.alerts.end() - static_cast<std::ptrdiff_t>(most_alerts));
    }
    out.clock_events = clock_;
    out.losses = losses_;
    out.vkey = vkey_;
}

}  // namespace pued
