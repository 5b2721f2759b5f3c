// The HTML report, put together; and the small builders that all its sections use.
#include "agent/report/html.hpp"

#include <fmt/format.h>

#include "agent/report/html_parts.hpp"
#include "agent/report/plots.hpp"

namespace pued {

std::string section(std::string_view title, const std::string& body) {
    return fmt::format("<section>\n<h2>{}</h2>\n{}</section>\n", escape(title), body);
}

std::string paragraph(std::string_view text, std::string_view css) {
    return fmt::format("<p class=\"{}\">{}</p>\n", css, escape(text));
}

std::string table(const std::vector<std::string>& heads, const std::vector<std::vector<std::string>>& rows,
                  std::string_view css) {
    const auto cell = [](std::string_view tag, const std::string& text) {
        const bool number = text.starts_with('#');
        return fmt::format("<{0}{1}>{2}</{0}>", tag, number ? " class=\"n\"" : "",
                           escape(std::string_view{text}.substr(number ? 1 : 0)));
    };
    std::string out = fmt::format("<div class=\"wide\"><table class=\"{}\">\n<thead><tr>", css);
    for (const auto& head : heads) out += cell("th", head);
    out += "</tr></thead>\n<tbody>\n";
    for (const auto& row : rows) {
        out += "<tr>";
        for (const auto& text : row) out += cell("td", text);
        out += "</tr>\n";
    }
    return out + "</tbody></table></div>\n";
}

std::string value_text(const std::optional<double>& value, const std::optional<double>& u, const Tongue& say) {
    if (!value) return std::string{say("withheld", "不予给出")};
    return fixed(*value, 3) + (u ? " \u00b1 " + rounded_up(2 * *u) : "");
}

std::string role_text(std::string_view role, const Tongue& say) {
    if (role == "feed") return std::string{say("feed", "市电进线")};
    if (role == "generator") return std::string{say("generator", "发电机")};
    if (role == "onsite") return std::string{say("on-site generation", "自发电")};
    if (role == "export") return std::string{say("export", "上网")};
    if (role == "non-dc") return std::string{say("not data centre", "非数据中心用电")};
    if (role == "ups-input") return std::string{say("UPS input", "UPS 输入")};
    if (role == "ups-output") return std::string{say("UPS output", "UPS 输出")};
    if (role == "pdu") return std::string{say("PDU", "PDU")};
    if (role == "server") return std::string{say("server", "服务器")};
    if (role == "cooling") return std::string{say("cooling", "制冷")};
    if (role == "lighting") return std::string{say("lighting", "照明")};
    if (role == "auxiliary") return std::string{say("auxiliary", "辅助")};
    return std::string{say("in no balance", "不参与平衡")};
}

std::string method_text(std::string_view method, const Tongue& say) {
    if (method == "balance") return std::string{say("energy balance of parent and siblings", "上下级电量平衡")};
    if (method == "redundant") return std::string{say("redundant meter times learnt ratio", "冗余表乘以历史比值")};
    if (method == "regression") return std::string{say("regression on weather and load", "天气与负载回归")};
    return std::string{say("median of the same hour of the week", "每周同一小时的中位数")};
}

namespace {

std::string figure_of(const Picture& picture) {
    std::string out = "<figure>\n<figcaption>" + escape(picture.caption) + "</figcaption>\n" + picture.svg;
    if (!picture.legend.empty()) out += paragraph(picture.legend, "note");
    return out + "</figure>\n";
}

}  // namespace

std::string plots_part(const Dossier& dossier, const Tongue& say) {
    std::string body;
    const bool one_day = dossier.period.size() == 10;
    for (const auto& plot : {plot_year, plot_load, plot_burn, plot_energy, plot_compute}) {
        const bool one_dot = plot == plot_year || plot == plot_burn || plot == plot_compute;
        if (!one_day || !one_dot) body += figure_of(plot(dossier, say));
    }
    return section(say("What the period looked like", "本期概况图"), body);
}

std::string html_report(const Dossier& dossier, Language lang) {
    const Tongue say{lang};
    std::string out = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{} {} "
        "{}</title>\n<style>{}</style>\n"
        "</head>\n<body>\n",
        say("en", "zh-CN"), escape(dossier.site_name), escape(dossier.period), say("PUE report", "电能使用效率报告"),
        style_sheet());
    for (const auto& part : {head_part, summary_part, verdicts_part, methods_part, plots_part, months_part,
                             estimates_part, meters_part, alerts_part, statements_part, events_part, evidence_part}) {
        out += part(dossier, say);
    }
    return out + "</body>\n</html>\n";
}

}  // namespace pued
