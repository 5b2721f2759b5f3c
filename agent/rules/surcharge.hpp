// What a rule with a price costs in a year: the energy over the limit, E_over = E_DC - L * E_IT, at the price of the
// band in which the PUE stands. Pure; kWh and CNY.
#pragma once

#include <optional>

#include "agent/rules/rule.hpp"

namespace pued {

struct Surcharge {
    double over_kwh = 0;     // the portion over the limit
    double cny_per_kwh = 0;  // 0 at or under the limit
    double cny = 0;
};

// Worked example, Beijing from 2026: 10 GWh a year at PUE 1.50 and limit 1.35: E_IT = 6.667 GWh, over the limit are
// 10 - 1.35 * 6.667 = 1 GWh, 11 % over is in the band to 100 %: 0.2 CNY/kWh, 200 000 CNY.
// Nothing where the rule has no price, or the arguments are no energy and no PUE (>= 1).
std::optional<Surcharge> surcharge(const Rule& rule, double total_kwh_year, double pue);

}  // namespace pued
