// From the year's PUE to a verdict for each rule, and its surcharge where the rule has a price.
#include "agent/runtime/verdicts.hpp"

#include <algorithm>

#include "agent/config/rule_file.hpp"
#include "agent/metrics/balance.hpp"
#include "agent/rules/surcharge.hpp"

namespace pued {
namespace {

double share(const Metric& year, const char* key) {
    const auto found = year.extra.find(key);
    const bool there = found != year.extra.end() && std::holds_alternative<double>(found->second);
    return there ? std::get<double>(found->second) : 0;
}

Measurement measured(const Metric& year, const std::string& doubts) {
    Measurement out;
    out.value = year.value;
    out.window = year.end - year.start;
    out.closed = year.quality == quality::good;
    out.coverage = year.coverage;
    out.u = year.u;
    out.estimated_facility = share(year, "estimated_facility");
    out.estimated_it = share(year, "estimated_it");
    out.doubted = share(year, "doubted");
    out.integrity_alarm = !doubts.empty();
    out.integrity_reason = doubts;
    return out;
}

void add_surcharge(const Rule& rule, const SiteConfig& site, Metric& metric) {
    if (!metric.value || !site.annual_energy_kwh) return;
    const auto price = surcharge(rule, *site.annual_energy_kwh, *metric.value);
    if (!price) return;
    metric.extra["surcharge_kwh"] = price->over_kwh;
    metric.extra["surcharge_cny"] = price->cny;
    metric.extra["surcharge_basis"] = "the declared annual energy at this PUE";
}

Metric metric_of(const Rule& rule, const Judgement& judgement, const Metric& year, const SiteConfig& site) {
    Metric out = year;
    out.name = "rule-" + rule.id;
    out.method = std::string{to_string(judgement.method)};
    out.extra.clear();
    if (judgement.limit) out.extra["limit"] = *judgement.limit;
    out.extra["verdict"] = std::string{to_string(judgement.verdict)};
    out.extra["reason_en"] = judgement.reason.en;
    out.extra["reason_zh"] = judgement.reason.zh;
    out.extra["force"] = std::string{to_string(rule.standard.force)};
    const auto binding = binding_limit(rule, site_facts(site));
    out.extra["confidence"] = std::string{to_string(binding ? binding->confidence : rule.standard.confidence)};
    if (judgement.verdict == Verdict::not_applicable) {
        out.value.reset();
        return out;
    }
    if (!judgement.grade.empty()) out.extra["grade"] = judgement.grade;
    add_surcharge(rule, site, out);
    return out;
}

}  // namespace

std::string contributing(const Doubts& doubts, const PointTable& table, std::optional<std::size_t> category) {
    std::string out;
    for (const auto& [scope, check] : doubts) {
        const auto device = std::find_if(table.devices.begin(), table.devices.end(),
                                         [&, id = scope](const Device& one) { return one.id == id; });
        bool counts = scope == "site";
        if (device != table.devices.end()) {
            const auto of = category_of(device->role);
            counts = facility_sign(device->role) != 0 || (of && (!category || of == category));
        }
        if (counts) out.append(out.empty() ? "" : ", ").append(scope).append(": ").append(check);
    }
    return out;
}

RuleVerdict judge_chip(const Installation& installation, const Rule& rule, const Metric& chip,
                       std::chrono::year_month_day today) {
    Measurement rated;
    rated.value = chip.value;
    auto judgement = judge(rule, site_facts(installation.config.site), rated, today);
    auto metric = metric_of(rule, judgement, chip, installation.config.site);
    return {rule.id, std::move(judgement), std::move(metric)};
}

std::vector<RuleVerdict> judge_all(const Installation& installation, const Metric& year,
                                   std::chrono::year_month_day today, const Doubts& doubts) {
    std::vector<RuleVerdict> out;
    const auto category = share(year, "category");
    const auto open =
        contributing(doubts, installation.points,
                     category >= 1 ? std::optional{static_cast<std::size_t>(category) - 1} : std::nullopt);
    const auto site = site_facts(installation.config.site);
    for (const auto& rule : installation.rules) {
        if (rule.metric != RuleMetric::pue) continue;
        auto judgement = judge(rule, site, measured(year, open), today);
        auto metric = metric_of(rule, judgement, year, installation.config.site);
        out.push_back({rule.id, std::move(judgement), std::move(metric)});
    }
    return out;
}

}  // namespace pued
