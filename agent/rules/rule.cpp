// What a rule says of one site and one value; names and texts of its enumerations.
#include "agent/rules/rule.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace pued {
namespace {

std::string decimals(double value, int count) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", count, value);
    return text;
}

std::string filled(std::string text, std::string_view placeholder, const std::string& with) {
    for (auto at = text.find(placeholder); at != std::string::npos; at = text.find(placeholder, at + with.size())) {
        text.replace(at, placeholder.size(), with);
    }
    return text;
}

}  // namespace

std::optional<BindingLimit> binding_limit(const Rule& rule, const SiteFacts& site) {
    if (rule.tiers.empty()) return BindingLimit{rule.limit, rule.standard.confidence, nullptr};
    if (!site.annual_energy_kwh) return std::nullopt;
    BindingLimit out{rule.limit, rule.standard.confidence, nullptr};
    for (const auto& tier : rule.tiers) {
        if (*site.annual_energy_kwh < tier.annual_energy_min_kwh) break;
        out = {{tier.limit, rule.limit.direction}, tier.confidence, &tier};
    }
    return out;
}

bool advisory_only(Force force, Confidence confidence) {
    return force == Force::reported || force == Force::monitor || confidence == Confidence::inferred ||
           confidence == Confidence::recalled;
}

bool advisory_only(const Rule& rule, Confidence confidence) {
    return rule.alerting == Alerting::advisory || advisory_only(rule.standard.force, confidence);
}

const Grade* grade_of(const Rule& rule, double value) {
    const auto reached = std::find_if(rule.grades.begin(), rule.grades.end(), [&](const Grade& grade) {
        return within(value, {grade.limit, rule.limit.direction});
    });
    return reached == rule.grades.end() ? nullptr : &*reached;
}

bool within(double value, const Limit& limit) {
    return limit.direction == Direction::at_most ? value <= limit.value : value >= limit.value;
}

std::string_view severity(const Rule& rule, Confidence confidence) {
    return advisory_only(rule, confidence) ? "advisory" : "ticket";
}

Bilingual message(const Rule& rule, double value, double limit) {
    const auto fill = [&](const std::string& text) {
        return filled(filled(text, "{value}", decimals(value, 3)), "{limit}", limit_text(limit));
    };
    return {fill(rule.message.en), fill(rule.message.zh)};
}

std::string limit_text(double limit) {
    for (int count = 2; count < 17; ++count) {
        auto text = decimals(limit, count);
        if (std::strtod(text.c_str(), nullptr) == limit) return text;
    }
    return decimals(limit, 17);
}

std::string_view unit_of(RuleMetric metric) { return metric == RuleMetric::pue ? "1" : "TFLOPS/W"; }

std::string_view to_string(RuleMetric metric) { return metric == RuleMetric::pue ? "pue" : "compute-per-watt-rated"; }

std::string_view to_string(Direction direction) { return direction == Direction::at_most ? "at-most" : "at-least"; }

std::string_view to_string(Force force) {
    constexpr std::array<std::string_view, all_forces.size()> names{
        "mandatory", "approval", "tariff", "procurement", "target", "recognition", "monitor", "reported"};
    return names[static_cast<std::size_t>(force)];
}

std::string_view to_string(Confidence confidence) {
    constexpr std::array<std::string_view, all_confidences.size()> names{"found-A", "found-B", "found-C", "inferred",
                                                                         "recalled"};
    return names[static_cast<std::size_t>(confidence)];
}

std::string_view to_string(Alerting alerting) { return alerting == Alerting::limit ? "limit" : "advisory"; }

Bilingual label(Force force) {
    switch (force) {
        case Force::mandatory: return {"mandatory national standard", "强制性国家标准"};
        case Force::approval: return {"condition of the energy-conservation review", "节能审查条件"};
        case Force::tariff: return {"differential electricity price", "差别电价"};
        case Force::procurement: return {"government procurement requirement", "政府采购需求标准"};
        case Force::target: return {"planning target", "规划目标"};
        case Force::recognition: return {"condition of a voluntary label", "评价认定条件"};
        case Force::monitor: return {"monitored, not assessed", "只监测不考核"};
        case Force::reported: return {"reported by the press, no published text", "媒体报道，未见正式文本"};
    }
    return {};
}

}  // namespace pued
