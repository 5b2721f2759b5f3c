// Alerts of a period, one row for each rule and scope: how often, how long, the first, the last and the worst.
#include <fmt/format.h>

#include <cmath>

#include "agent/report/html_parts.hpp"

namespace pued {
namespace {

struct Group {
    const ReportAlert* first = nullptr;
    const ReportAlert* last = nullptr;
    const ReportAlert* worst = nullptr;
    std::size_t count = 0;
    std::chrono::milliseconds open{};  // within the period
};

// How far beyond its limit, on whatever side that is.
double excess(const ReportAlert& alert) { return alert.value ? std::abs(*alert.value - alert.limit.value_or(0)) : -1; }

void take(Group& group, const ReportAlert& alert, const Dossier& dossier) {
    if (group.first == nullptr) group.first = group.worst = &alert;
    group.last = &alert;
    if (excess(alert) > excess(*group.worst)) group.worst = &alert;
    ++group.count;
    const auto from = std::max(alert.since, dossier.start);
    const auto to = std::min({alert.until.value_or(dossier.end), dossier.end, dossier.watched_to});
    if (to > from) group.open += to - from;
}

// In the order in which they fired first.
std::vector<Group> grouped_alerts(const Dossier& dossier) {
    std::vector<Group> out;
    std::map<std::pair<std::string, std::string>, std::size_t> known;
    for (const auto& alert : dossier.alerts) {
        const auto [found, fresh] = known.try_emplace({alert.rule, alert.scope}, out.size());
        if (fresh) out.emplace_back();
        take(out[found->second], alert, dossier);
    }
    return out;
}

std::string severity_text(std::string_view severity, const Tongue& say) {
    if (severity == "page") return std::string{say("page", "紧急")};
    if (severity == "ticket") return std::string{say("ticket", "工单")};
    return std::string{say("advisory", "提示")};
}

std::string alert_name(const std::string& id, const Dossier& dossier, const Tongue& say) {
    for (const auto& verdict : dossier.verdicts) {
        if (verdict.rule == id) return say(verdict.name);
    }
    if (id == "drift-acute") return std::string{say("Drift, sudden", "能效突变")};
    if (id == "drift-change") return std::string{say("Drift, lasting change", "能效持续漂移")};
    if (id == "drift-budget") return std::string{say("Drift, budget of the year", "年度能耗预算")};
    if (id == "integrity-balance") return std::string{say("Integrity: balance of meters", "数据完整性：电量平衡")};
    if (id == "integrity-meter-changed") return std::string{say("Integrity: meter changed", "数据完整性：电能表变动")};
    if (id == "integrity-silent") return std::string{say("Integrity: source silent", "数据完整性：无数据")};
    if (id == "integrity-journal") return std::string{say("Integrity: journal", "数据完整性：日志")};
    if (id == "integrity-evidence") return std::string{say("Integrity: evidence lost", "数据完整性：证据缺失")};
    return id;
}

std::string ended_text(const ReportAlert& alert, const Dossier& dossier, const Tongue& say) {
    if (!alert.until) return std::string{say("open", "未解除")};
    const auto time = local_time(*alert.until, dossier.utc_offset_minutes);
    if (*alert.until < dossier.end) return time;
    return fmt::format(fmt::runtime(say("{}, after the period", "{}（报告期后）")), time);
}

std::vector<std::string> group_row(const Group& group, const Dossier& dossier, const Tongue& say) {
    const auto& worst = *group.worst;
    auto message = say(worst.message);
    if (message.empty()) message = say("no text in the record", "记录中无文字");
    auto name = alert_name(worst.rule, dossier, say) + std::string{say(", ", "，")};
    name += worst.scope == "site" ? std::string{say("site", "站点")} : worst.scope;
    return {name,
            severity_text(worst.severity, say),
            "#" + std::to_string(group.count),
            "#" + fixed(std::chrono::duration<double, std::ratio<3600>>(group.open).count(), 1),
            local_time(group.first->since, dossier.utc_offset_minutes),
            ended_text(*group.last, dossier, say),
            "#" + (worst.value ? fixed(*worst.value, 3) : std::string{say("none", "无")}),
            message,
            "#" + std::to_string(worst.seq)};
}

}  // namespace

std::string alerts_part(const Dossier& dossier, const Tongue& say) {
    if (dossier.alerts.empty()) {
        return section(say("Alerts", "告警"), paragraph(say("No alert fired in this period.", "本期无告警。")));
    }
    std::vector<std::vector<std::string>> rows;
    for (const auto& group : grouped_alerts(dossier)) rows.push_back(group_row(group, dossier, say));
    const auto text = [&](std::string_view en, std::string_view zh) { return std::string{say(en, zh)}; };
    auto body = table({text("Rule, scope", "规则、范围"), text("Severity", "级别"), "#" + text("Times", "次数"),
                       "#" + text("Open, h", "持续，小时"), text("First fired", "首次触发"),
                       text("Last resolved", "末次解除"), "#" + text("Worst value", "最差值"),
                       text("Message of the worst", "最差一次的内容"), "#" + text("Its record", "记录号")},
                      rows, "alerts");
    body += paragraph(say("Each single alert is in the JSON report.", "逐条告警见 JSON 报告。"), "note");
    if (dossier.left_out_alerts > 0) {
        body += paragraph(fmt::format(fmt::runtime(say("{} older alerts are left out here; they are in the journal.",
                                                       "另有 {} 条较早告警未列出，见日志。")),
                                      dossier.left_out_alerts));
    }
    return section(say("Alerts", "告警"), body);
}

}  // namespace pued
