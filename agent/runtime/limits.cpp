// Rules that apply, the lowest of their limits.
#include "agent/runtime/limits.hpp"

#include <algorithm>

#include "agent/config/rule_file.hpp"
#include "agent/metrics/provability.hpp"
#include "agent/rules/applicability.hpp"

namespace pued {
namespace {

bool wanted(const RulesConfig& rules, const std::string& id) {
    const auto contains = [&](const auto& list) { return std::find(list.begin(), list.end(), id) != list.end(); };
    return (rules.only.empty() || contains(rules.only)) && !contains(rules.skip);
}

}  // namespace

std::optional<double> year_limit(const Installation& installation, std::chrono::year_month_day date) {
    if (installation.config.drift.limit) return installation.config.drift.limit;
    const auto site = site_facts(installation.config.site);
    std::optional<double> binding, advisory;
    for (const auto& rule : installation.rules) {
        if (rule.metric != RuleMetric::pue || !wanted(installation.config.rules, rule.id)) continue;
        const auto limit = binding_limit(rule, site);
        if (!limit || applies(rule, site, date).answer != Answer::applies) continue;
        auto& into = advisory_only(rule, limit->confidence) ? advisory : binding;
        into = std::min(into.value_or(limit->limit.value), limit->limit.value);
    }
    return binding ? binding : advisory;
}

double u_of_year(const Installation& installation, double limit) {
    const auto provable = Provability::of(installation.points, installation.config.metering.unmeasured_w);
    return provable ? provable->u_at(limit) : 0;
}

}  // namespace pued
