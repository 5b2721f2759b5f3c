// Alerts and reports; see audit_statements.hpp.
#include "agent/report/audit_statements.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "agent/model/rfc3339.hpp"
#include "agent/rules/judge.hpp"

namespace pued {

namespace {

using Json = nlohmann::json;

constexpr double year_s = 365.0 * 24 * 3600;

// "inactive" and "resolved" are one state to the public (agent/rules/alert_machine.hpp).
std::string public_state(const std::string& phase) { return phase == "inactive" ? "resolved" : phase; }

bool legal(const std::string& from, const std::string& to) {
    for (const auto& state : {from, to}) {
        if (state != "pending" && state != "firing" && state != "resolved") return false;
    }
    return from != "firing" || to != "pending";
}

std::optional<double> number(const Json& from, const char* key) {
    const auto found = from.find(key);
    return found == from.end() || found->is_null() ? std::nullopt : std::optional{found->get<double>()};
}

std::optional<std::int64_t> seconds_of(const std::string& text) {
    const auto time = parse_rfc3339(text);
    if (!time) return {};
    return std::chrono::floor<std::chrono::seconds>(*time).time_since_epoch().count();
}

bool near(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max({1.0, std::abs(a), std::abs(b)}); }

struct Reported {
    std::int64_t start_s = 0, end_s = 0;
    std::optional<double> value, u, facility_mwh, it_mwh;
    double coverage = 0;
    bool integrity_alarm = false;

    [[nodiscard]] double window_s() const { return static_cast<double>(end_s - start_s); }
};

std::optional<Reported> reported(const Json& aux) {
    const auto start = seconds_of(aux.at("start").get<std::string>()),
               end = seconds_of(aux.at("end").get<std::string>());
    if (!start || !end || *end <= *start) return {};
    return Reported{*start,
                    *end,
                    number(aux, "value"),
                    number(aux, "u"),
                    number(aux, "facility_mwh"),
                    number(aux, "it_mwh"),
                    aux.at("coverage").get<double>(),
                    aux.at("integrity_alarm").get<bool>()};
}

bool matches(const Reported& report, const AuditWindow::Ratio& ratio) {
    if (ratio.it_mwh <= 0) return false;
    const auto facility = static_cast<double>(ratio.facility_mwh), it = static_cast<double>(ratio.it_mwh);
    return near(*report.value, facility / it) && near(report.facility_mwh.value_or(facility), facility) &&
           near(report.it_mwh.value_or(it), it) &&
           report.coverage <= static_cast<double>(ratio.joint_s) / report.window_s() + 1e-9;
}

Bilingual ratio_text(std::size_t index, const AuditWindow::Ratio& ratio) {
    const auto category = std::to_string(index + 1), joint = std::to_string(ratio.joint_s);
    const auto energies = std::to_string(ratio.facility_mwh) + " / " + std::to_string(ratio.it_mwh) + " mWh";
    return {"category " + category + ": " + energies + " in " + joint + " s",
            "类别 " + category + "：" + energies + "，共 " + joint + " 秒"};
}

Bilingual ratios_text(const AuditWindow& window) {
    Bilingual out;
    for (std::size_t i = 0; i < categories; ++i) {
        if (window.ratios[i].it_mwh <= 0) continue;
        if (!out.en.empty()) out += {"; ", "；"};
        out += ratio_text(i, window.ratios[i]);
    }
    return out.en.empty() ? Bilingual{"none measured on both sides", "没有两侧均测得的时段"} : out;
}

void audit_value(AuditLog& log, const AuditPlace& place, const Reported& report, const AuditWindow& window,
                 unsigned category) {
    for (std::size_t i = 0; i < categories; ++i) {
        if ((category == 0 || category == i + 1) && matches(report, window.ratios[i])) return;
    }
    const auto value = std::to_string(*report.value), coverage = std::to_string(report.coverage);
    const auto what =
        Bilingual{"reports a PUE of " + value + " at a coverage of " + coverage + ", but its intervals come to: ",
                  "报告 PUE 为 " + value + "，覆盖率 " + coverage + "，但由其各时段得出："} +
        ratios_text(window);
    if (window.reconfigured)
        return log.note(place, what + Bilingual{" (the configuration changed meanwhile)", "（其间配置有变更）"});
    if (!window.from_the_begin) {
        return log.note(place, what + Bilingual{" (the journal begins later than the report's period)",
                                                "（日志的起点晚于报告期）"});
    }
    log.finding(place, what);
}

// What the arithmetic alone says of a verdict that was reached by comparison; empty: it agrees.
Bilingual contradiction(const Json& verdict, const Reported& report, const Limit& limit) {
    const auto said = verdict.at("verdict").get<std::string>(), method = verdict.at("method").get<std::string>();
    const bool decided = said == to_string(Verdict::compliant) || said == to_string(Verdict::non_compliant);
    if (method == to_string(Method::none))
        return decided ? Bilingual{"it is decided by no method", "没有判定方法却作出了判定"} : Bilingual{};
    const bool guarded = method == to_string(Method::guard_band);
    if (guarded != report.u.has_value()) return {"its method does not fit the uncertainty", "判定方法与不确定度不相符"};
    if (report.coverage < verdict.at("min_coverage").get<double>())
        return {"the coverage is too low for a verdict", "覆盖率过低，不足以判定"};
    if (report.window_s() < year_s) return {"its window is no year", "统计期不足一年"};
    if (report.integrity_alarm) return {"an integrity alarm was open", "当时存在未关闭的完整性告警"};
    const double w = guarded ? verdict.at("guard_factor").get<double>() * *report.u : 0;
    const auto band = band_of(*report.value, limit, w);
    const bool agrees = said == to_string(Verdict::compliant)       ? band == Band::pass
                        : said == to_string(Verdict::non_compliant) ? band == Band::fail
                                                                    : band != Band::pass;
    return agrees ? Bilingual{} : Bilingual{"value, limit and uncertainty say otherwise", "与数值、限值和不确定度不符"};
}

Bilingual contradicted(const Json& verdict, const Reported& report, const Limit& limit) {
    const auto inside = verdict.find("within_limit");
    if (inside != verdict.end() && !inside->is_null() && inside->get<bool>() != within(*report.value, limit)) {
        return {"\"within_limit\" is wrong", "“within_limit”有误"};
    }
    const auto p = number(verdict, "p_conform");
    if (p && (!report.u || !near(*p, probability_of_conformity(*report.value, limit, *report.u)))) {
        return {"\"p_conform\" is wrong", "“p_conform”有误"};
    }
    return contradiction(verdict, report, limit);
}

void audit_verdict(AuditLog& log, const AuditPlace& place, const Json& verdict, const Reported& report) {
    const auto value = number(verdict, "limit");
    const auto said = verdict.at("verdict").get<std::string>();
    Bilingual why;
    if (value && report.value) {
        const bool most = verdict.at("direction").get<std::string>() == to_string(Direction::at_most);
        why = contradicted(verdict, report, {*value, most ? Direction::at_most : Direction::at_least});
    } else if (said == to_string(Verdict::compliant) || said == to_string(Verdict::non_compliant)) {
        why = {"there is no value or no limit", "没有数值或没有限值"};
    }
    if (why.en.empty()) return;
    const auto rule = verdict.at("rule").get<std::string>();
    log.finding(place, {"the verdict \"" + said + "\" on " + rule + ": " + why.en,
                        "对规则 " + rule + " 的判定“" + said + "”：" + why.zh});
}

}  // namespace

void AlertAudit::add(const AuditPlace& place, const Json& aux) {
    const auto& entry = aux.at("entry");
    const auto name = aux.at("scope").get<std::string>() + '/' + aux.at("rule").get<std::string>();
    const auto from = public_state(aux.at("from").get<std::string>());
    const Told now{public_state(aux.at("to").get<std::string>()), entry.at("state").at("rev").get<std::uint64_t>(),
                   entry.at("payload").get<std::string>().empty(), place};
    if (!legal(from, now.state)) {
        log_.finding(place, {"alert " + name + " cannot go from " + from + " to " + now.state,
                             "告警 " + name + " 不能由 " + from + " 转为 " + now.state});
    }
    const auto before = alerts_.find(name);
    if (before != alerts_.end()) check(place, name, before->second, now, from);
    alerts_[name] = now;
}

// Taking a message away is no new revision.
void AlertAudit::check(const AuditPlace& place, const std::string& name, const Told& before, const Told& now,
                       const std::string& from) {
    const auto last = before.place.text();
    if (from != before.state) {
        log_.finding(place,
                     {"alert " + name + " goes on from " + from + ", but was left " + before.state + " by " + last.en,
                      "告警 " + name + " 由 " + from + " 继续，但" + last.zh + " 中其状态为 " + before.state});
    }
    const bool taken_away = now.retracted && !before.retracted && now.rev == before.rev;
    if (now.rev > before.rev || taken_away) return;
    const auto rev = std::to_string(now.rev), old = std::to_string(before.rev);
    log_.finding(place, {"alert " + name + " has revision " + rev + " after " + old + " in " + last.en,
                         "告警 " + name + " 的修订号为 " + rev + "，而" + last.zh + " 中已为 " + old});
}

void audit_report(AuditLog& log, const AuditPlace& place, const Json& aux, const IntervalAudit& intervals,
                  unsigned category) {
    const auto report = reported(aux);
    if (!report) return log.finding(place, {"a report of no period", "报告没有报告期"});
    if (report->value) audit_value(log, place, *report, intervals.window(report->start_s, report->end_s), category);
    for (const auto& verdict : aux.at("verdicts")) audit_verdict(log, place, verdict, *report);
}

}  // namespace pued
