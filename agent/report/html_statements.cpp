// What the daemon stated when windows closed, and by which baseline it watched.
#include <fmt/format.h>

#include "agent/report/html_parts.hpp"

namespace pued {
namespace {

constexpr std::size_t most_baselines = 6;  // the newest; all are in the JSON report

std::string kind_text(std::string_view kind, const Tongue& say) {
    if (kind == "interim") return std::string{say("interim, for acute alerts only", "临时基线（仅用于急性告警）")};
    if (kind == "measured") return std::string{say("measured, ten months or more", "实测基线（十个月以上）")};
    if (kind == "design") return std::string{say("design curve", "设计曲线")};
    return kind.empty() ? std::string{say("not stated", "未声明")} : escape(kind);
}

std::string baselines_of(const Dossier& dossier, const Tongue& say) {
    if (dossier.baselines.empty()) return paragraph(say("None was fitted in this period.", "本期未拟合基线。"));
    std::vector<std::vector<std::string>> rows;
    const auto from = dossier.baselines.size() - std::min(dossier.baselines.size(), most_baselines);
    for (auto i = from; i < dossier.baselines.size(); ++i) {
        const auto& baseline = dossier.baselines[i];
        rows.push_back({local_time(baseline.at, dossier.utc_offset_minutes), kind_text(baseline.kind, say),
                        "#" + or_absent(baseline.hours, 0, say), "#" + or_absent(baseline.sigma_day, 4, say),
                        "#" + std::to_string(baseline.seq)});
    }
    auto out = table(
        {std::string{say("Fitted", "拟合时间")}, std::string{say("Kind", "类别")},
         "#" + std::string{say("Hours", "小时数")}, "#" + std::string{say("Daily scatter of PUE", "PUE 日离散度")},
         "#" + std::string{say("Record", "记录号")}},
        rows);
    if (from > 0) {
        out += paragraph(
            fmt::format(fmt::runtime(say("{} earlier ones are in the journal.", "另有 {} 条较早基线见日志。")), from),
            "note");
    }
    return out;
}

}  // namespace

std::string statements_part(const Dossier& dossier, const Tongue& say) {
    std::string body;
    if (dossier.stated.empty()) {
        body = paragraph(say("No month or year closed while the daemon ran.", "守护程序运行期间没有月份或年度结束。"));
    } else {
        std::vector<std::vector<std::string>> rows;
        for (const auto& stated : dossier.stated) {
            rows.push_back({escape(stated.period), "#" + value_text(stated.value, stated.u, say),
                            "#" + percent(stated.coverage), "#" + std::to_string(stated.seq)});
        }
        body = table({std::string{say("Window", "周期")}, "#PUE ± U", "#" + std::string{say("Coverage", "覆盖率")},
                      "#" + std::string{say("Record", "记录号")}},
                     rows) +
               paragraph(say("Put on record by the daemon at the end of each window. The figures of this report are "
                             "worked out anew from the intervals; where they differ, an interval was amended later.",
                             "由守护程序在各周期结束时记录。本报告的数值由各时段记录重新计算；如有不同，系时段记录事后"
                             "更正所致。"),
                         "note");
    }
    body += fmt::format("<h3>{}</h3>\n", say("Baselines of the drift alerts", "漂移告警的基线"));
    return section(say("What the daemon stated", "守护程序的记录"), body + baselines_of(dossier, say));
}

}  // namespace pued
