// Months, estimates, meters, alerts, events.
#include <fmt/format.h>

#include "agent/report/html_parts.hpp"

namespace pued {
namespace {

std::string number(const std::optional<double>& value, int decimals, const Tongue& say) {
    return "#" + or_absent(value, decimals, say);
}

std::string list(const std::vector<Bilingual>& items, const Tongue& say) {
    std::string out = "<ul>\n";
    for (const auto& item : items) out += "<li>" + escape(say(item)) + "</li>\n";
    return out + "</ul>\n";
}

std::vector<std::string> month_row(const ReportMonth& month, const Tongue& say) {
    const auto& figure = month.figure;
    return {month_text(month.month),
            "#" + value_text(figure.value, figure.u, say),
            "#" + percent(figure.coverage),
            "#" + (figure.grade.empty() ? std::string{say("none", "无")} : figure.grade),
            "#" + grouped(figure.facility_kwh),
            "#" + grouped(figure.it_kwh),
            "#" + (figure.cooling_kwh ? grouped(*figure.cooling_kwh) : std::string{not_measured(say)}),
            "#" + percent(figure.estimated_facility) + " / " + percent(figure.estimated_it),
            number(month.weather_c, 1, say) +
                (month.weather_c && month.weather_of_climate ? std::string{say(" (climate)", "（气候值）")} : "")};
}

std::string reading(const std::optional<double>& kwh, const std::optional<std::uint64_t>& count, const Tongue& say) {
    if (kwh) return grouped(*kwh, 1);
    if (count) return fmt::format(fmt::runtime(say("{} counts", "计数 {}")), *count);
    return std::string{say("no register", "无寄存器")};
}

std::string accuracy(const ReportMeter& meter, const Tongue& say) {
    std::string out = meter.accuracy.empty() ? std::string{say("not stated", "未声明")} : meter.accuracy;
    if (meter.u_rel) out += fmt::format(" (u {})", percent(*meter.u_rel, 2));
    if (!meter.certificate.empty()) out += fmt::format("; {}: {}", say("certificate", "检定证书"), meter.certificate);
    if (meter.correction != 0) out += fmt::format("; {} {:+.3f} %", say("correction", "修正"), 100 * meter.correction);
    return out;
}

std::vector<std::string> meter_row(const ReportMeter& meter, const Tongue& say) {
    auto place = role_text(meter.role, say);
    if (!meter.rack.empty()) place += ", " + meter.rack;
    return {meter.id,
            place,
            accuracy(meter, say),
            "#" + std::to_string(meter.epochs),
            "#" + reading(meter.first_reading_kwh, meter.first_count, say),
            "#" + reading(meter.last_reading_kwh, meter.last_count, say),
            "#" + (meter.sensor ? "-" : grouped(meter.energy_kwh)),
            "#" + (meter.sensor ? "-" : grouped(meter.corrected_kwh)),
            "#" + (meter.sensor ? "-" : percent(meter.measured))};
}

}  // namespace

std::string months_part(const Dossier& dossier, const Tongue& say) {
    if (dossier.period.size() > 7) return {};
    std::vector<std::vector<std::string>> rows;
    for (const auto& month : dossier.months) rows.push_back(month_row(month, say));
    const auto head = [&](std::string_view en, std::string_view zh) { return "#" + std::string{say(en, zh)}; };
    return section(say("Month by month", "逐月"),
                   table({std::string{say("Month", "月份")}, head("PUE ± U", "PUE ± U"), head("Coverage", "覆盖率"),
                          head("Grade", "等级"), head("E_DC, kWh", "E_DC，kWh"), head("E_IT, kWh", "E_IT，kWh"),
                          head("Cooling, kWh", "制冷，kWh"), head("Estimated DC / IT", "估算 DC / IT"),
                          head("Mean °C", "平均 °C")},
                         rows));
}

std::string estimates_part(const Dossier& dossier, const Tongue& say) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& meter : dossier.meters) {
        for (const auto& [method, kwh] : meter.estimated_by) {
            rows.push_back({meter.id, role_text(meter.role, say), method_text(method, say), "#" + grouped(kwh, 1),
                            "#" + percent(1 - meter.measured, 2)});
        }
    }
    std::string body;
    if (rows.empty()) {
        body = paragraph(say("No meter's energy was estimated in this period.", "本期没有任何电能表的电量为估算。"));
    } else {
        body = table({std::string{say("Meter", "电能表")}, std::string{say("Role", "用途")},
                      std::string{say("Method", "方法")}, "#" + std::string{say("Estimated, kWh", "估算电量，kWh")},
                      "#" + std::string{say("Time not measured", "未测得时间")}},
                     rows);
        body += paragraph(
            say("Estimates never enter the measured figure; they fill the gaps of the filled one and widen U.",
                "估算值不计入实测值，仅用于补齐值，并计入不确定度。"),
            "note");
    }
    if (dossier.unmeasured_kw > 0) {
        body += paragraph(
            fmt::format(fmt::runtime(say(
                            "Declared for auxiliaries without a meter: {} kW, {} of E_DC, taken as ±20 %. It counts as "
                            "estimated on the side of E_DC: it is the part of that share which no gap explains.",
                            "无表计辅助负载的声明值：{} kW，占 E_DC 的 {}，按 ±20 % 计，计入 E_DC 一侧的估算占比。")),
                        fixed(dossier.unmeasured_kw, 2), percent(dossier.figure.declared, 3)));
    }
    return section(say("What was estimated, and how", "估算内容与方法"), body);
}

std::string meters_part(const Dossier& dossier, const Tongue& say) {
    std::vector<std::vector<std::string>> rows;
    std::string events;
    for (const auto& meter : dossier.meters) {
        rows.push_back(meter_row(meter, say));
        for (const auto& event : meter.events) events += "<li>" + escape(meter.id + ": " + say(event)) + "</li>\n";
    }
    const auto head = [&](std::string_view en, std::string_view zh) { return "#" + std::string{say(en, zh)}; };
    auto body = table({std::string{say("Meter", "电能表")}, std::string{say("Role, rack", "用途、机柜")},
                       std::string{say("Accuracy", "准确度")}, head("Counting spans", "计量区间"),
                       head("First register, kWh", "期初读数，kWh"), head("Last register, kWh", "期末读数，kWh"),
                       head("Energy as read, kWh", "原始电量，kWh"), head("Energy corrected, kWh", "修正后电量，kWh"),
                       head("Measured", "测得")},
                      rows, "meters");
    body += paragraph(
        say("Registers as the meter's display showed them; a new counting span begins where a register "
            "began anew. Corrected: with the correction of the certificate, as in all sums.",
            "读数与电能表显示一致；寄存器重新起算处开始新的计量区间。修正后：按检定证书修正，与各项合计一致。"),
        "note");
    if (!events.empty()) {
        body +=
            fmt::format("<h3>{}</h3>\n<ul>\n{}</ul>\n", say("Counting spans and exchanges", "计量区间与换表"), events);
    }
    return section(say("Meters", "电能表"), body);
}

std::string events_part(const Dossier& dossier, const Tongue& say) {
    std::string body = fmt::format("<h3>{}</h3>\n", say("Clock", "时钟"));
    body += dossier.clock_events.empty() ? paragraph(say("No clock event in this period.", "本期无时钟事件。"))
                                         : list(dossier.clock_events, say);
    body += fmt::format("<h3>{}</h3>\n", say("Maintenance windows as configured", "已配置的维护时段"));
    std::vector<Bilingual> work;
    for (const auto& window : dossier.maintenance) {
        const auto text = local_time(window.from, dossier.utc_offset_minutes) + " \u2013 " +
                          local_time(window.until, dossier.utc_offset_minutes) + ": " + window.reason;
        work.push_back({text, text});
    }
    body += work.empty() ? paragraph(say("None in this period.", "本期无。")) : list(work, say);
    body += fmt::format("<h3>{}</h3>\n", say("Losses of evidence", "证据缺失"));
    body += dossier.losses.empty() ? paragraph(say("None recorded.", "无记录。")) : list(dossier.losses, say);
    if (dossier.amended > 0) {
        body += paragraph(fmt::format(
            fmt::runtime(say(
                "{} interval records were replaced by later amendments; the newest counts, all remain in the journal.",
                "有 {} 条时段记录被后续更正替代；以最新为准，原记录均保留在日志中。")),
            dossier.amended));
    }
    return section(say("Clock events and losses of evidence", "时钟事件与证据缺失"), body);
}

std::string evidence_part(const Dossier& dossier, const Tongue& say) {
    std::string body = paragraph(fmt::format(
        fmt::runtime(
            say("This report is a fold over the first {} records of epoch {} of the site's journal, an RFC 6962 tree "
                "with signed C2SP checkpoints.",
                "本报告由站点日志纪元 {1} 的前 {0} 条记录推算得出；日志为 RFC 6962 树，检查点按 C2SP 格式签名。")),
        dossier.tree_size, dossier.epoch));
    if (dossier.missing_before > 0) {
        body += paragraph(fmt::format(
            fmt::runtime(say("The journal that is here does not begin at its beginning: {} records are not here. The "
                             "time of the period before the first that is, counts as not covered.",
                             "现有日志并非自始完整：缺少最初的 {} 条记录。报告期内首条现有记录之前的时间按未覆盖计。")),
            dossier.missing_before));
    }
    if (dossier.replayed) body += paragraph(say(replay_note()));
    const auto pre = [](const std::string& text) { return "<pre>" + escape(text) + "</pre>\n"; };
    body += fmt::format("<h3>{}</h3>\n", say("The checkpoint", "检查点"));
    if (dossier.checkpoint.empty()) {
        body += paragraph(say("There is no signed checkpoint: nothing vouches for this report yet.",
                              "尚无已签名的检查点：目前没有任何凭据可证明本报告。"));
    } else {
        body += pre(dossier.checkpoint);
        if (dossier.checkpoint_size && *dossier.checkpoint_size < static_cast<double>(dossier.tree_size)) {
            body += paragraph(fmt::format(
                fmt::runtime(say("It covers {:.0f} of the {} records; the newest come with the next checkpoint.",
                                 "该检查点覆盖 {:.0f} / {} 条记录，其余由下一检查点覆盖。")),
                *dossier.checkpoint_size, dossier.tree_size));
        }
    }
    for (const auto& witness : dossier.witnesses) {
        body += paragraph(fmt::format(fmt::runtime(say("Witnessed by {}: {} times, last on {} up to {:.0f} records.",
                                                       "见证方 {}：共 {} 次，最近一次 {}，覆盖 {:.0f} 条记录。")),
                                      escape(witness.name), witness.notes,
                                      local_time(witness.at, dossier.utc_offset_minutes), witness.size));
    }
    if (dossier.witnesses.empty()) body += paragraph(say("No witness has cosigned it.", "尚无见证方联署。"), "note");
    body += fmt::format("<h3>{}</h3>\n", say("The public key", "公钥"));
    body += dossier.public_key_pem.empty() ? paragraph(say("There is none in the journal.", "日志中没有公钥。"))
                                           : pre(dossier.public_key_pem);
    if (!dossier.vkey.empty()) body += paragraph(dossier.vkey, "note");
    body += fmt::format("<h3>{}</h3>\n", say("How to verify", "如何验证"));
    body += paragraph(
        say("On the device, copy the journal with the first command; key.pem, which signs, never leaves the "
            "device and is not in that copy. Keep the key above as public.pem (obtained from the site by "
            "another way than the journal), then verify the copy:",
            "在设备上用第一条命令导出日志；签名私钥 key.pem 不得离开设备，导出副本中不含该文件。将上述公钥存为 "
            "public.pem（应经由日志以外的途径取得），然后验证副本："));
    body +=
        pre(fmt::format("pued journal --export DIR\npued verify --key public.pem DIR\npued report -c pued.toml "
                        "--period {} --lang {} -o report.html",
                        dossier.period, say("en", "zh")));
    body +=
        paragraph(say("The second command checks frames, chain, tree, signatures and recomputes the energies from "
                      "the raw registers; the third, on the device, makes this report again.",
                      "第二条命令检查帧、链、树与签名，并由原始读数重新计算电量；第三条命令在设备上重新生成本报告。"),
                  "note");
    return section(say("Evidence", "证据"), body) +
           fmt::format("<footer>{} pued {}</footer>\n", say("Made by", "生成程序："), escape(dossier.version));
}

}  // namespace pued
