// Head, summary, verdicts and the two methods of GB 40879.
#include <fmt/format.h>

#include "agent/report/html_parts.hpp"
#include "agent/rules/judge.hpp"

namespace pued {
namespace {

std::string fact(std::string_view name, std::string_view value) {
    return fmt::format("<dt>{}</dt><dd>{}</dd>\n", escape(name), escape(value));
}

std::string tile(std::string_view name, std::string_view value) {
    return fmt::format("<div><b>{}</b><span>{}</span></div>\n", escape(value), escape(name));
}

bool whole_year(const Dossier& dossier) {
    return dossier.closed && dossier.watched_from <= dossier.start && dossier.period.size() == 4;
}

std::string standing(const Dossier& dossier, const Tongue& say) {
    if (whole_year(dossier)) return std::string{say("whole year, closed", "完整年度，已结束")};
    const auto from = local_date(dossier.watched_from, dossier.utc_offset_minutes);
    const auto to = local_date(dossier.watched_to - std::chrono::milliseconds{1}, dossier.utc_offset_minutes);
    if (dossier.closed && dossier.watched_from <= dossier.start) {
        return dossier.period.size() == 10
                   ? fmt::format(fmt::runtime(say("closed: {}; value of a day", "已结束：{}，日值")), from)
                   : fmt::format(fmt::runtime(say("closed: {} to {}; interim value of a closed month",
                                                  "已结束：{} 至 {}，月度中间值")),
                                 from, to);
    }
    return fmt::format(fmt::runtime(say("interim: {} to {}", "阶段值：{} 至 {}")), from, to);
}

std::string_view category_text(unsigned category, const Tongue& say) {
    if (category == 1) return say("1 (IT energy at the UPS outputs)", "1（IT 电量取自 UPS 输出）");
    if (category == 2) return say("2 (IT energy at the PDUs)", "2（IT 电量取自 PDU 输出）");
    return say("3 (IT energy at the IT equipment)", "3（IT 电量取自 IT 设备输入）");
}

std::string why_withheld(const ReportFigure& figure, const Tongue& say) {
    if (!(figure.it_kwh > 0)) return std::string{say("No IT energy was measured.", "未测得 IT 电量。")};
    return fmt::format(
        fmt::runtime(say("Insufficient data: coverage {}, estimated {} of E_DC and {} of E_IT. Below 90 % "
                         "coverage or above 10 % estimates no value is given.",
                         "数据不足：覆盖率 {}，估算占 E_DC {}、E_IT {}。覆盖率低于 90 % 或估算高于 10 % "
                         "时不给出数值。")),
        percent(figure.coverage), percent(figure.estimated_facility), percent(figure.estimated_it));
}

std::string hero_value(const Dossier& dossier, const Tongue& say) {
    const auto& figure = dossier.figure;
    std::string out =
        fmt::format("<div><div class=\"kicker\">{}</div>", say("PUE, category ", "电能使用效率 PUE，类别 "));
    out.insert(out.size() - 6, std::to_string(dossier.category));
    if (!figure.value) {
        return out + fmt::format("<div class=\"words\">{}</div>{}</div>\n", say("withheld", "不予给出"),
                                 paragraph(why_withheld(figure, say), "note"));
    }
    out += fmt::format("<div class=\"big\">{}</div>", fixed(*figure.value, 3));
    out += figure.u ? fmt::format("<div class=\"pm\">\u00b1 {} ({})</div>", rounded_up(2 * *figure.u),
                                  say("U, k = 2", "扩展不确定度 U，k = 2"))
                    : fmt::format("<div class=\"pm\">{}</div>", say("uncertainty unknown: a meter states no accuracy",
                                                                    "不确定度未知：有电能表未声明准确度"));
    return out + paragraph(standing(dossier, say), "note") + "</div>\n";
}

}  // namespace

std::string head_part(const Dossier& dossier, const Tongue& say) {
    const int offset = dossier.utc_offset_minutes;
    std::string out = fmt::format(
        "<header>\n<p class=\"kicker\">{}</p>\n<h1>{}</h1>\n<p class=\"soft\">{} {} ({})</p>\n",
        say("Energy efficiency report, PUE", "数据中心能效报告（电能使用效率 PUE）"), escape(dossier.site_name),
        say("Period", "报告期"), escape(dossier.period), escape(standing(dossier, say)));
    if (dossier.replayed) {
        const auto note = replay_note();
        out += "<p><strong>" + std::string{say("This report was ", "本报告")} + escape(say(note)) +
               std::string{say(".", "。")} + "</strong></p>\n";
    }
    out += "<dl class=\"facts\">\n";
    out += fact(say("Site / agent", "站点 / 采集器"), dossier.site + " / " + dossier.agent);
    out += fact(say("Region", "地区"),
                dossier.region.empty() ? std::string{say("not declared", "未声明")} : region_text(dossier.region, say));
    out += fact(say("From", "起"), local_time(dossier.start, offset) + " " + dossier.zone);
    out += fact(say("To", "止"), local_time(dossier.end, offset) + " " + dossier.zone);
    out += fact(say("As of", "数据截至"),
                fmt::format(fmt::runtime(say("{}, tree size {}, epoch {}", "{}，日志树 {} 条记录，纪元 {}")),
                            local_time(dossier.watched_to, offset), dossier.tree_size, dossier.epoch));
    out += fact(say("Made", "编制"), fmt::format("{}, pued {}", local_time(dossier.made, offset), dossier.version));
    out += fact(say("Standard edition", "依据标准版本"),
                dossier.standard_edition.empty() ? say("not declared", "未声明") : dossier.standard_edition);
    out += fact(say("Note on accuracy", "准确度说明"),
                dossier.accuracy_note.empty() ? say("none", "无") : dossier.accuracy_note);
    return out + "</dl>\n</header>\n";
}

std::string summary_part(const Dossier& dossier, const Tongue& say) {
    const auto& figure = dossier.figure;
    std::string out = "<div class=\"hero\">\n" + hero_value(dossier, say) + "<div class=\"tiles\">\n";
    out += tile(say("coverage of time, both sides measured", "时间覆盖率（两侧均测得）"), percent(figure.coverage, 2));
    out += tile(say("grade of the data", "数据等级"), figure.grade.empty() ? say("none", "无") : figure.grade);
    out +=
        tile(say("doubted: time with an integrity alarm on a meter", "数据存疑时段占比"), percent(figure.doubted, 2));
    out += tile(say("estimated: E_DC (with what is declared) / E_IT", "估算占比：E_DC（含声明值）/ E_IT"),
                percent(figure.estimated_facility, 2) + " / " + percent(figure.estimated_it, 2));
    out += tile(say("E_DC, jointly measured", "总用电量 E_DC（两侧均测得）"), energy_text(figure.facility_kwh));
    out += tile(say("E_IT, jointly measured", "IT 用电量 E_IT（两侧均测得）"), energy_text(figure.it_kwh));
    out += tile(say("PUE with gaps filled", "补齐缺口后的 PUE"), or_absent(figure.filled, 3, say));
    out += tile(say("worst-case PUE", "最不利 PUE"), or_absent(figure.worst_case, 3, say));
    out += tile(say("limit in the plots", "图中限值"),
                dossier.limit ? limit_text(*dossier.limit) : std::string{say("none", "无")});
    out += tile(say("declared, without a meter", "无表计的声明负载"), fixed(dossier.unmeasured_kw, 1) + " kW");
    out += "</div>\n</div>\n";
    out += paragraph(
        fmt::format(
            fmt::runtime(say(
                "PUE = E_DC / E_IT, the ratio of the sums over the same intervals of {} s; category {}. Filled: gaps "
                "hold their estimates. Worst case: what is missing of E_DC at 1.2, of E_IT at 0.8 of the mean.",
                "PUE = E_DC / E_IT，取相同 {} 秒时段电量之和的比值；类别 {}。补齐：缺口以估算值计。最不利：E_DC "
                "缺口按均值 1.2 倍、E_IT 缺口按均值 0.8 倍计。")),
            dossier.interval.count(), category_text(dossier.category, say)),
        "note");
    out += paragraph(
        say("Grade A: at least 99 % of the time covered and at most 1 % estimated; B: 97 % and 3 %; C: 90 % and 10 %; "
            "below that no value is given. Where more than 3 % of the time is doubted, the grade is C at most.",
            "等级 A：时间覆盖率不低于 99 % 且估算不高于 1 %；B：97 % 与 3 %；C：90 % 与 10 %；低于 C 不给出数值。"
            "数据存疑时段高于 3 % 时，等级最高为 C。"),
        "note");
    if (dossier.limit) {
        out += paragraph(
            fmt::format("{}{}", say("Limit in the plots, from: ", "图中限值来源："), say(dossier.limit_source)),
            "note");
    }
    if (dossier.impossible > 0) {
        out += paragraph(fmt::format(
            fmt::runtime(say("{} intervals showed less facility than IT energy; they prove nothing and are left out.",
                             "有 {} 个时段总电量小于 IT 电量，不可信，未计入。")),
            dossier.impossible));
    }
    return section(say("Result", "结果"), out);
}

namespace {

struct Mark {
    std::string_view css, symbol, en, zh;
};

Mark mark_of(std::string_view verdict) {
    if (verdict == "compliant") return {"yes", "\u2713", "compliant", "符合"};
    if (verdict == "non-compliant") return {"no", "\u2717", "not compliant", "不符合"};
    if (verdict == "indeterminate") return {"open", "?", "cannot be decided", "无法判定"};
    if (verdict == "insufficient-data") return {"none", "\u2026", "not enough data", "数据不足"};
    return {"none", "\u2013", "not applicable", "不适用"};
}

// What only informs gets no mark: it neither passes nor condemns.
Mark mark_of(const ReportVerdict& verdict) {
    const bool compared = verdict.verdict != "insufficient-data" && verdict.verdict != "not-applicable";
    if (!verdict.advisory || !compared || verdict.simple.empty()) return mark_of(verdict.verdict);
    const bool most = verdict.direction == Direction::at_most;
    if (verdict.simple == "within") {
        return most ? Mark{"none", "", "within the figure (information only)", "未超过该值（仅供参考）"}
                    : Mark{"none", "", "not below the figure (information only)", "不低于该值（仅供参考）"};
    }
    return most ? Mark{"none", "", "above the figure (information only)", "高于该值（仅供参考）"}
                : Mark{"none", "", "below the figure (information only)", "低于该值（仅供参考）"};
}

std::string simple_text(const ReportVerdict& verdict, const Tongue& say) {
    if (verdict.simple == "within") return std::string{say("within", verdict.advisory ? "未超过" : "符合")};
    if (verdict.simple == "beyond") return std::string{say("beyond", "超出")};
    return std::string{not_measured(say)};
}

std::string limit_cell(const ReportVerdict& verdict, const Tongue& say) {
    if (!verdict.limit) return std::string{say("unknown", "未知")};
    return (verdict.direction == Direction::at_most ? "\u2264 " : "\u2265 ") + limit_text(*verdict.limit);
}

std::string confidence_text(Confidence confidence, const Tongue& say) {
    switch (confidence) {
        case Confidence::found_a: return std::string{say("found-A, official text", "found-A，官方文本")};
        case Confidence::found_b:
            return std::string{say("found-B, press or professional summary", "found-B，媒体或专业摘要")};
        case Confidence::found_c: return std::string{say("found-C, third-party notes", "found-C，第三方笔记")};
        case Confidence::inferred: return std::string{say("inferred", "推断")};
        case Confidence::recalled: return std::string{say("recalled, unchecked", "凭记忆，未核对")};
    }
    return {};
}

std::string surcharge_text(const ReportVerdict& verdict, const Tongue& say) {
    if (!verdict.surcharge_cny) return {};
    return fmt::format(fmt::runtime(say("Surcharge for the year: {} CNY on {} kWh over the limit.",
                                        "本年度加价电费：{} 元（超限电量 {} kWh）。")),
                       grouped(*verdict.surcharge_cny), grouped(verdict.surcharge_kwh.value_or(0)));
}

// "clause: differential price" or "条款：…".
std::string named(const Tongue& say, std::string_view en, std::string_view zh, std::string_view value) {
    return fmt::format("{}{}{}", say(en, zh), say(": ", "："), value);
}

std::string more_text(const ReportVerdict& verdict, const Tongue& say) {
    const auto& standard = verdict.standard;
    const auto next = say("; ", "；"), stop = say(". ", "。");
    std::string out = standard.id;
    if (const auto& title = say(standard.title); !title.empty() && title != standard.id) {
        out += fmt::format(fmt::runtime(say(" {}", "《{}》")), title);
    }
    const auto& clause_zh = standard.clause_zh.empty() ? standard.clause : standard.clause_zh;
    if (!standard.clause.empty())
        out.append(next).append(named(say, "clause", "条款", say(standard.clause, clause_zh)));
    out.append(next).append(named(say, "force", "效力", say(label(standard.force))));
    out.append(next).append(named(say, "evidence", "依据可信度", confidence_text(standard.confidence, say)));
    if (verdict.advisory) out += say(" (informs only)", "（仅供参考）");
    out.append(stop).append(named(say, "Reason", "理由", say(verdict.reason))).append(stop);
    if (!verdict.grade.empty()) out.append(named(say, "Grade or tier", "等级或档位", verdict.grade)).append(stop);
    return out + surcharge_text(verdict, say);
}

std::string verdict_row(const ReportVerdict& verdict, const Tongue& say) {
    const Mark mark = mark_of(verdict);
    const bool chips = verdict.metric != RuleMetric::pue;
    const auto value = verdict.value ? value_text(verdict.value, verdict.u, say) + (chips ? " TFLOPS/W" : "")
                                     : std::string{say("no value", "无数值")};
    const auto p = verdict.p_conform ? percent(*verdict.p_conform) : std::string{say("unknown", "未知")};
    return fmt::format(
        "<tbody>\n<tr><td><strong>{}</strong></td><td class=\"n\">{}</td><td class=\"n\">{}</td><td "
        "class=\"n\">{}</td><td>{}</td>"
        "<td><span class=\"mark {}\">{} {}</span></td></tr>\n<tr class=\"more\"><td "
        "colspan=\"6\">{}</td></tr>\n</tbody>\n",
        escape(say(verdict.name)), escape(limit_cell(verdict, say)), escape(value), escape(p),
        escape(simple_text(verdict, say)), mark.css, mark.symbol, say(mark.en, mark.zh),
        escape(more_text(verdict, say)));
}

std::string inapplicable(const Dossier& dossier, const Tongue& say) {
    std::string items;
    for (const auto& verdict : dossier.verdicts) {
        if (verdict.verdict != "not-applicable") continue;
        items += fmt::format("<li>{} ({}): {}</li>\n", escape(say(verdict.name)), escape(verdict.standard.id),
                             escape(say(verdict.reason)));
    }
    if (items.empty()) return {};
    return fmt::format("<h3>{}</h3>\n<ul class=\"note\">\n{}</ul>\n",
                       say("Rules that do not apply to this site", "不适用于本站点的规定"), items);
}

std::string heads(const Tongue& say) {
    return fmt::format(
        "<thead><tr><th>{}</th><th class=\"n\">{}</th><th class=\"n\">{}</th><th "
        "class=\"n\">{}</th><th>{}</th><th>{}</th></tr>"
        "</thead>\n",
        say("Rule", "规定"), say("Limit", "限值"), say("Value ± U", "数值 ± U"), say("P(conform)", "符合概率"),
        say("Plain comparison", "直接比较"), say("Verdict, guard band w = U", "判定（保护带 w = U）"));
}

}  // namespace

std::string verdicts_part(const Dossier& dossier, const Tongue& say) {
    std::string rows;
    for (const auto& verdict : dossier.verdicts) {
        if (verdict.verdict != "not-applicable") rows += verdict_row(verdict, say);
    }
    std::string body;
    if (rows.empty()) {
        body = paragraph(say("No rule of this installation applies to this site.", "没有适用于本站点的规定。"));
    } else {
        body = "<div class=\"wide\"><table class=\"verdicts\">\n" + heads(say) + rows + "</table></div>\n";
    }
    body += paragraph(say("Verdict by guard band (JCGM 106, ILAC-G8): compliant only if value + U is inside the limit, "
                          "not compliant only "
                          "if value - U is beyond it, otherwise not decided. Plain comparison: the unrounded value "
                          "against the limit (GB/T 8170, full-value comparison). "
                          "P(conform): probability that the true value conforms. What GB/T 8170 says is cited "
                          "from memory and was not checked against its text.",
                          "按保护带判定（JCGM 106、ILAC-G8）：数值加 U 仍在限值以内方为符合，数值减 U "
                          "仍超出限值方为不符合，其余无法判定。直接比较：未修约数值与限值比较（GB/T 8170 "
                          "全数值比较法）。符合概率：真值符合限值的概率。"
                          "GB/T 8170 的内容凭记忆引用，未与原文核对。"),
                      "note");
    return section(say("Verdict for each rule", "逐项判定"), body + inapplicable(dossier, say));
}

std::string methods_part(const Dossier& dossier, const Tongue& say) {
    std::vector<std::vector<std::string>> rows;
    const auto& value = dossier.figure.value;
    rows.push_back({std::string{say("Whole year: R_M2 = E / E_IT (GB 40879-2021, 6.3.2)",
                                    "全年实测法：R_M2 = E / E_IT（GB 40879-2021，6.3.2）")},
                    "#" + (whole_year(dossier) ? value_text(value, dossier.figure.u, say)
                                               : std::string{say("the year is not closed", "年度尚未结束")})});
    rows.push_back(
        {std::string{
             say("Five conditions: EC = 8760 \u03a3 T_i P_i, R_M1 = EC / EC_IT (GB 40879-2021, 6.3.2, formulae 2 to 5)",
                 "五工况法：EC = 8760 Σ T_i P_i，R_M1 = EC / EC_IT（GB 40879-2021，6.3.2，公式 2 至 5）")},
         "#" + (dossier.five_condition_r
                    ? fixed(*dossier.five_condition_r, 3)
                    : std::string{say("not tested: no five conditions configured", "未测试：未配置五个工况")})});
    auto body =
        table({std::string{say("Method and clause", "方法与条款")}, "#" + std::string{say("R", "电能比 R")}}, rows);
    if (!dossier.five_condition_source.empty()) {
        body += paragraph(fmt::format("{}: {}", say("Temperature shares T_i", "温度分布系数 T_i 来源"),
                                      dossier.five_condition_source),
                          "note");
    }
    body += paragraph(say("How the standard combines both values was not seen in its text; both stand side by side.",
                          "标准中两种方法如何取舍未见原文，此处并列。"),
                      "note");
    return section(say("GB 40879-2021, both ways", "GB 40879-2021 两种方法"), body);
}

}  // namespace pued
