// GB 40879's five-condition method as a metric; see five_conditions.hpp.
#include "agent/metrics/five_conditions.hpp"

#include <cmath>

namespace pued {
namespace {

constexpr double share_tolerance = 0.001;  // the standard's table has two decimals of a percent

// Formulae 2 to 5 were read in a copy, not in the official text.
constexpr const char* clause_en =
    "GB 40879-2021, formulae 2 to 5 (read in a copy): EC = 8760 h x sum of T_i P_i, R = EC / EC_IT";
constexpr const char* clause_zh = "GB 40879-2021 式（2）至式（5）（据副本）：EC = 8760 × ΣT_i·P_i，R = EC/EC_IT";

}  // namespace

std::string five_condition_fault(std::span<const TemperaturePoint> conditions) {
    if (conditions.size() != five) return "there are " + std::to_string(conditions.size()) + " conditions (expected 5)";
    double shares = 0;
    for (const TemperaturePoint& condition : conditions) {
        if (!(condition.share >= 0)) return "a share is below 0";
        if (!(condition.it_kw > 0)) return "a condition has no IT power";
        if (!(condition.facility_kw >= condition.it_kw)) return "a condition has less facility than IT power";
        shares += condition.share;
    }
    return std::fabs(shares - 1) <= share_tolerance ? "" : "the shares do not add up to 1";
}

std::optional<Metric> five_condition_metric(std::span<const TemperaturePoint> conditions, const std::string& source,
                                            UtcTime start, UtcTime end) {
    if (!five_condition_fault(conditions).empty()) return std::nullopt;
    const Totals totals = five_conditions(conditions);
    Metric metric;
    metric.scope = "site";
    metric.name = "pue-five-condition";
    metric.value = pue_of(totals);
    metric.quality = quality::indicative;  // powers at five moments: no year of energy behind it, so no coverage either
    metric.start = start;
    metric.end = end;
    metric.method = "GB 40879-2021 five-condition method";
    metric.extra["facility_wh"] = totals.facility * 1000;
    metric.extra["it_wh"] = totals.it * 1000;
    metric.extra["clause_en"] = std::string{clause_en};
    metric.extra["clause_zh"] = std::string{clause_zh};
    metric.extra["method_zh"] = std::string{"GB 40879-2021 五工况法"};
    metric.extra["source"] = source;
    metric.extra["u_reason"] = std::string{"the method states no uncertainty"};
    return metric;
}

}  // namespace pued
