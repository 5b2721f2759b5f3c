// The words for agent/metrics/provability.hpp; see metering_text.hpp.
#include "agent/commands/metering_text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <set>

#include "agent/config/rule_file.hpp"
#include "agent/metrics/provability.hpp"
#include "agent/rules/applicability.hpp"
#include "agent/rules/printed.hpp"

namespace pued {
namespace {

// PUE where no limit binds: what a good site has.
constexpr double kUsualPue = 1.30;

std::string_view meters_of(Role role) {
    switch (role) {
        case Role::feed: return "feeds";
        case Role::generator: return "generators";
        case Role::onsite: return "on-site sources";
        case Role::export_: return "export meters";
        case Role::non_dc: return "non-dc meters";
        case Role::ups_output: return "UPS outputs";
        case Role::pdu: return "PDUs";
        case Role::server: return "servers";
        default: return "unmeasured_w";
    }
}

std::string described(const MeterGroup& group) {
    const auto meters = meters_of(group.role);
    if (group.certified) return fmt::format("{} certified to U = {} %", meters, expanded_text(200 * group.u_rel));
    if (const auto* kind = std::get_if<WithoutPapers>(&*group.instrument)) {
        return fmt::format("{} at {:g} %", meters, 100 * limit_of(*kind));
    }
    const auto& classes = std::get<Classes>(*group.instrument);
    const auto meter = name_of(classes.meter);
    const auto ct = name_of(classes.ct);
    if (classes.ct == CtClass::none) return fmt::format("class {} {} without CTs", meter, meters);
    if (meter == ct) return fmt::format("class {} {}", meter, meters);
    return fmt::format("class {} {} with CTs of class {}", meter, meters, ct);
}

std::string shares_of(const Provability& metering) {
    const auto text = [](Shares shares) { return shares == Shares::rated ? "by rated_w" : "equal"; };
    if (metering.supply_shares() == metering.it_shares()) return fmt::format("shares {}", text(metering.it_shares()));
    return fmt::format("shares of the supply {}, of IT {}", text(metering.supply_shares()), text(metering.it_shares()));
}

// Three decimals, rounded down: what is told must be provable.
std::string rounded_down(double pue) { return fmt::format("{:.3f}", std::floor(pue * 1000 + 1e-9) / 1000); }

std::string evidence(const Provability& metering, double pue) {
    std::string groups;
    for (const auto& group : metering.groups()) groups += (groups.empty() ? "" : ", ") + described(group);
    return fmt::format("metering: PUE category {}, u = {} at PUE {} ({}; rho = 1 within a type; {})",
                       metering.category() + 1, expanded_text(metering.u_at(pue)), limit_text(pue), groups,
                       shares_of(metering));
}

std::string reach(const Provability& metering, double limit) {
    const auto largest = metering.largest(limit);
    const auto expanded = expanded_text(guard_band(metering.u_at(largest.value_or(1))));
    if (!largest) return fmt::format("at no PUE (U = {} at PUE 1)", expanded);
    return fmt::format("up to PUE {} (U = {})", rounded_down(*largest), expanded);
}

// What to do about it, at the strictest limit.
std::string advice(const Provability& metering, double pue) {
    const auto& group = metering.weakest(pue);
    if (group.role == Role::none) return "; measure first: what unmeasured_w stands for";
    return fmt::format("; {} first: {}", group.certified ? "calibrate anew" : "replace", described(group));
}

std::string conclusion(const Provability& metering, const std::set<double>& limits) {
    std::string out;
    for (const double limit : limits) {
        out += fmt::format("{} {}", out.empty() ? "COMPLIANT with" : ", with", limit_text(limit));
        out += (limit == *limits.begin() ? " can be proven " : " ") + reach(metering, limit);
    }
    return out;
}

// Rising, each once: several rules may set the same.
std::set<double> pue_limits(const Installation& installation, std::chrono::year_month_day today) {
    std::set<double> out;
    const auto site = site_facts(installation.config.site);
    for (const auto& rule : installation.rules) {
        if (rule.metric != RuleMetric::pue || applies(rule, site, today).answer != Answer::applies) continue;
        if (const auto binding = binding_limit(rule, site)) out.insert(binding->limit.value);
    }
    return out;
}

}  // namespace

std::string metering_line(const Installation& installation, std::chrono::year_month_day today) {
    const auto metering = Provability::of(installation.points, installation.config.metering.unmeasured_w);
    if (!metering) return "metering: PUE cannot be proven: " + metering.error();
    const auto limits = pue_limits(installation, today);
    if (limits.empty()) return evidence(*metering, kUsualPue) + ": no limit on PUE is known to bind this site";
    return evidence(*metering, *limits.begin()) + ": " + conclusion(*metering, limits) +
           advice(*metering, *limits.begin());
}

}  // namespace pued
