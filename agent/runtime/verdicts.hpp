// What every rule makes of this site, as metrics "rule-ID" of the scope "site" (rules on chips: of a server): its
// limit, whether it binds, the verdict over twelve months, the grade, the surcharge. So a consumer sees also the rules
// that do not bind, and why. Owned by the engine, on its thread.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/config/installation.hpp"
#include "agent/metrics/metric.hpp"
#include "agent/rules/judge.hpp"

namespace pued {

struct RuleVerdict {
    std::string rule;
    Judgement judgement;
    Metric metric;
};

using Doubts = std::vector<std::pair<std::string, std::string>>;  // scope and check, as AlertBook::doubts() has them
// Those on meters that contribute to the PUE of this category (0-based; absent: of any), for people: "feed-a: balance".
std::string contributing(const Doubts& doubts, const PointTable& table, std::optional<std::size_t> category);

// `year`: the metric of twelve months, as far as there is one.
std::vector<RuleVerdict> judge_all(const Installation& installation, const Metric& year,
                                   std::chrono::year_month_day today, const Doubts& doubts);
// A rule on chips, for the server of this metric.
RuleVerdict judge_chip(const Installation& installation, const Rule& rule, const Metric& chip,
                       std::chrono::year_month_day today);

}  // namespace pued
