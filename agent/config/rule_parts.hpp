// The tables inside a [[rule]], each read by one function: applies, grade, tier, surcharge. Internal to rule_file.cpp.
#pragma once

#include <string>
#include <vector>

#include "agent/config/document.hpp"
#include "agent/rules/rule.hpp"

namespace pued::rule_parts {

// The range of a limit of this metric, and its number as a required key.
double limit(Table& row, RuleMetric metric);

// key_en and key_zh, both required.
Bilingual bilingual(Table& row, const std::string& key);

Scope scope(Table table, const std::string& where);
std::vector<Grade> grades(Table& row, RuleMetric metric, Direction direction);
std::vector<EnergyTier> tiers(Table& row, RuleMetric metric);
std::vector<SurchargeBand> surcharge(Table& row);

}  // namespace pued::rule_parts
