// Verdicts of a period.
#include "agent/report/conclude.hpp"

#include <algorithm>
#include <cmath>

#include "agent/config/rule_file.hpp"
#include "agent/metrics/pue.hpp"
#include "agent/rules/judge.hpp"
#include "agent/rules/surcharge.hpp"

namespace pued {
namespace {

Measurement measured(const Dossier& dossier) {
    Measurement out;
    out.value = dossier.figure.value;
    out.window = std::min(dossier.watched_to, dossier.end) - dossier.watched_from;
    out.closed = dossier.closed;
    out.coverage = dossier.figure.coverage;
    out.u = dossier.figure.u;
    out.integrity_alarm = dossier.integrity_alarm;
    out.estimated_facility = dossier.figure.estimated_facility;
    out.estimated_it = dossier.figure.estimated_it;
    out.doubted = dossier.figure.doubted;
    return out;
}

// The chip of this site that delivers least on paper; nothing where one is unknown or there is none.
std::optional<double> weakest_chip(const Installation& installation, Precision precision) {
    std::optional<double> least;
    for (const auto& server : installation.config.servers) {
        for (const auto& carried : server.accelerators) {
            const auto chip = installation.accelerators.find(carried.model);
            if (chip == installation.accelerators.end()) return std::nullopt;
            const auto rated = rated_efficiency(chip->second, precision);
            if (!rated) return std::nullopt;
            least = std::min(least.value_or(*rated), *rated);
        }
    }
    return least;
}

// All that the site drew in the year, as the registers of its supply credit it, and the declared constant: gaps of the
// IT meters take nothing away from it.
double year_kwh(const Dossier& dossier) {
    double sum = dossier.unmeasured_kw * in_seconds(dossier.end - dossier.start) / 3600;
    const auto add = [&](const char* role, double sign) {
        const auto found = dossier.energy_by_role.find(role);
        if (found != dossier.energy_by_role.end()) sum += sign * found->second;
    };
    for (const char* role : {"feed", "generator", "onsite"}) add(role, 1);
    for (const char* role : {"export", "non-dc"}) add(role, -1);
    return sum;
}

void add_surcharge(ReportVerdict& out, const Rule& rule, const Dossier& dossier) {
    const bool whole_year = dossier.closed && dossier.watched_from <= dossier.start && dossier.period.size() == 4;
    if (!whole_year || !dossier.figure.value) return;
    const auto price = surcharge(rule, year_kwh(dossier), *dossier.figure.value);
    if (!price) return;
    out.surcharge_kwh = price->over_kwh;
    out.surcharge_cny = price->cny;
}

ReportVerdict verdict_of(const Rule& rule, const Installation& installation, const Dossier& dossier,
                         std::chrono::year_month_day day) {
    const auto facts = site_facts(installation.config.site);
    auto measurement = measured(dossier);
    if (rule.metric != RuleMetric::pue) {
        measurement = {};
        measurement.value = weakest_chip(installation, rule.precision);
    }
    const auto judgement = judge(rule, facts, measurement, day);
    ReportVerdict out;
    out.rule = rule.id;
    out.name = rule.name;
    out.standard = rule.standard;
    if (const auto binding = binding_limit(rule, facts)) out.standard.confidence = binding->confidence;
    out.limit = judgement.limit;
    out.verdict = to_string(judgement.verdict);
    out.reason = judgement.reason;
    out.metric = rule.metric;
    out.direction = rule.limit.direction;
    if (judgement.verdict == Verdict::not_applicable) return out;
    out.value = measurement.value;
    out.u = measurement.u;
    out.p_conform = judgement.p_conform;
    if (!out.p_conform && out.value && out.u && judgement.limit) {
        out.p_conform = probability_of_conformity(*out.value, {*judgement.limit, rule.limit.direction}, *out.u);
    }
    if (judgement.within_limit) out.simple = *judgement.within_limit ? "within" : "beyond";
    out.method = to_string(judgement.method);
    out.grade = judgement.grade;
    out.advisory = judgement.advisory;
    if (applies(rule, facts, day).answer == Answer::applies) add_surcharge(out, rule, dossier);
    return out;
}

int order_of(const std::string& verdict) {
    if (verdict == "non-compliant") return 0;
    if (verdict == "compliant") return 1;
    if (verdict == "indeterminate") return 2;
    return verdict == "insufficient-data" ? 3 : 4;
}

void find_limit(Dossier& dossier, const Installation& installation) {
    dossier.limit = installation.config.drift.limit;
    dossier.limit_source = {"[drift] limit of the configuration", "配置 [drift] limit"};
    if (dossier.limit) return;
    for (const auto& verdict : dossier.verdicts) {
        const bool counts = verdict.metric == RuleMetric::pue && verdict.verdict != "not-applicable" && verdict.limit;
        if (!counts || verdict.advisory) continue;
        if (dossier.limit && *dossier.limit <= *verdict.limit) continue;
        dossier.limit = verdict.limit;
        dossier.limit_source = verdict.name;
    }
}

void add_five_conditions(Dossier& dossier, const Config& config) {
    if (!config.gb40879) return;
    std::vector<TemperaturePoint> conditions;
    for (const auto& point : config.gb40879->points)
        conditions.push_back({point.share, point.facility_kw, point.it_kw});
    dossier.five_condition_r = pue_of(five_conditions(conditions));
    dossier.five_condition_source = config.gb40879->source;
}

}  // namespace

void conclude(Dossier& dossier, const Installation& installation, const Zone& zone) {
    const auto day = zone.date(dossier.end - std::chrono::milliseconds{1});
    for (const auto& rule : installation.rules) {
        dossier.verdicts.push_back(verdict_of(rule, installation, dossier, day));
    }
    std::stable_sort(dossier.verdicts.begin(), dossier.verdicts.end(),
                     [](const auto& a, const auto& b) { return order_of(a.verdict) < order_of(b.verdict); });
    find_limit(dossier, installation);
    add_five_conditions(dossier, installation.config);
}

}  // namespace pued
