// The arithmetic of a surcharge.
#include "agent/rules/surcharge.hpp"

#include <cmath>

namespace pued {
namespace {

double price_of(const Rule& rule, double pue) {
    for (const auto& band : rule.surcharge) {
        if (!band.over_percent_max || pue <= rule.limit.value * (1 + *band.over_percent_max / 100)) {
            return band.cny_per_kwh;
        }
    }
    return 0;
}

}  // namespace

std::optional<Surcharge> surcharge(const Rule& rule, double total_kwh_year, double pue) {
    const bool sane = std::isfinite(total_kwh_year) && total_kwh_year >= 0 && std::isfinite(pue) && pue >= 1;
    if (rule.surcharge.empty() || !sane) return std::nullopt;
    if (within(pue, rule.limit)) return Surcharge{};
    Surcharge out;
    out.over_kwh = total_kwh_year - rule.limit.value * (total_kwh_year / pue);
    out.cny_per_kwh = price_of(rule, pue);
    out.cny = out.over_kwh * out.cny_per_kwh;
    return out;
}

}  // namespace pued
