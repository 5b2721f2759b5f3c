// Whether a rule binds a site on a day. Pure. "Cannot tell" is an answer: it names the facts that the site would have
// to declare.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "agent/rules/rule.hpp"

namespace pued {

enum class Answer : std::uint8_t { applies, not_applicable, cannot_tell };

struct Applicability {
    Answer answer = Answer::applies;
    std::vector<std::string> missing;  // undeclared facts, as keys of [site]: "standard_racks"
    Bilingual reason;                  // empty when it applies
};

// One "no" outweighs every unknown: a site in Gansu need not declare its racks for a rule of Beijing.
Applicability applies(const Rule& rule, const SiteFacts& site, std::chrono::year_month_day today);

}  // namespace pued
