// A rule as data: whom it binds, which number it sets, with what force, and how well we know it. Made from
// config/rules/*.toml by agent/config/rule_file.hpp, then read only; no thread, no clock. PUE is a plain ratio,
// compute per watt is TFLOPS/W, energy kWh, money CNY.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/model/bilingual.hpp"
#include "agent/rules/accelerator.hpp"
#include "agent/rules/site_facts.hpp"

namespace pued {

enum class RuleMetric : std::uint8_t { pue, compute_per_watt_rated };
enum class Direction : std::uint8_t { at_most, at_least };  // the limit itself conforms

// What follows from missing the limit. mandatory: 强制性国标. approval: 节能审查. tariff: 差别电价. procurement:
// 政府采购. target: a plan. recognition: a label. monitor: watched, not assessed. reported: known from the press only.
enum class Force : std::uint8_t { mandatory, approval, tariff, procurement, target, recognition, monitor, reported };

// How the number became known. found-A: official text. found-B: professional or press summary. found-C: third-party
// notes. inferred: our reading of found facts. recalled: from memory, to be checked.
enum class Confidence : std::uint8_t { found_a, found_b, found_c, inferred, recalled };

enum class Alerting : std::uint8_t { limit, advisory };

struct Standard {
    std::string id{};  // "GB 40879-2021"
    Bilingual title{};
    std::string clause{};
    std::string source{};
    Force force = Force::reported;
    Confidence confidence = Confidence::recalled;
    std::string clause_zh{};  // for Chinese reports; empty: as `clause` stands, such as "4.2"
};

struct Limit {
    double value = 0;
    Direction direction = Direction::at_most;
};

// A class that a value reaches: 能效等级 1, 2, 3. The strictest comes first.
struct Grade {
    std::string id{};
    Bilingual title{};
    double limit = 0;
};

// Another limit from a yearly energy on: 节能审查 of larger projects is stricter. Ascending by energy.
struct EnergyTier {
    std::string id{};
    Bilingual title{};
    double limit = 0;
    double annual_energy_min_kwh = 0;
    Confidence confidence = Confidence::recalled;
};

// A price for the energy over the limit; the band is found by how far the PUE stands over it.
struct SurchargeBand {
    std::optional<double> over_percent_max{};  // up to and including; absent: no end. Ascending, the last one absent
    double cny_per_kwh = 0;
};

// All given conditions must hold. Empty or absent: no condition.
struct Scope {
    std::vector<BuildKind> builds{};
    std::vector<std::string> regions{};
    Bilingual region_name{};                                           // of `regions`, for people
    bool hub_node = false;                                             // only in national hub nodes
    bool government = false;                                           // only for government procurement
    std::optional<double> racks_min{}, racks_max{};                    // standard racks, inclusive
    std::optional<double> edge_racks_max{};                            // up to so many it is an edge site: exempt
    std::optional<double> annual_energy_min_kwh{};                     // inclusive
    std::optional<std::chrono::year_month_day> valid_from{};           // first day
    std::optional<std::chrono::year_month_day> valid_until{};          // last day
    std::optional<std::chrono::year_month_day> commissioned_from{};    // for existing sites: this day or later
    std::optional<std::chrono::year_month_day> commissioned_before{};  // for existing sites: earlier than this day
};

struct Rule {
    std::string id{};
    Bilingual name{};
    Bilingual message{};  // of an alert; {value} and {limit} are filled in
    Standard standard;
    RuleMetric metric = RuleMetric::pue;
    Precision precision = Precision::fp16;  // of compute_per_watt_rated
    Limit limit;
    std::vector<Grade> grades{};
    std::vector<EnergyTier> tiers{};
    Scope scope;
    std::vector<SurchargeBand> surcharge{};  // empty: none
    Alerting alerting = Alerting::advisory;
    std::string file{};  // where it was read: of two rules with one id the later data directory's is in force
    std::string note{};  // what the reader of a report should know about the evidence
};

// The limit that binds one site: the tier of its energy, or the rule's own.
struct BindingLimit {
    Limit limit;
    Confidence confidence = Confidence::recalled;
    const EnergyTier* tier = nullptr;  // points into the rule
};

// Nothing where the rule has tiers and the site declared no yearly energy.
std::optional<BindingLimit> binding_limit(const Rule& rule, const SiteFacts& site);

// Whether what is known suffices for no more than an advisory: nobody is called non-compliant on it.
bool advisory_only(const Rule& rule, Confidence confidence);
bool advisory_only(Force force, Confidence confidence);

// The best grade that the value reaches; null where none.
const Grade* grade_of(const Rule& rule, double value);

bool within(double value, const Limit& limit);

// "page", "ticket" or "advisory", as in alerts.
std::string_view severity(const Rule& rule, Confidence confidence);

// The rule's message with value (3 decimals) and limit filled in.
Bilingual message(const Rule& rule, double value, double limit);

// "1.30": two decimals, more only where the number has them.
std::string limit_text(double limit);

std::string_view unit_of(RuleMetric metric);  // "1", "TFLOPS/W"

std::string_view to_string(RuleMetric metric);      // "pue", "compute-per-watt-rated"
std::string_view to_string(Direction direction);    // "at-most", "at-least"
std::string_view to_string(Force force);            // "mandatory", …
std::string_view to_string(Confidence confidence);  // "found-A", …
std::string_view to_string(Alerting alerting);      // "limit", "advisory"
Bilingual label(Force force);                       // for reports: "mandatory standard", "强制性国家标准"

inline constexpr std::array all_metrics{RuleMetric::pue, RuleMetric::compute_per_watt_rated};
inline constexpr std::array all_directions{Direction::at_most, Direction::at_least};
inline constexpr std::array all_forces{Force::mandatory, Force::approval,    Force::tariff,  Force::procurement,
                                       Force::target,    Force::recognition, Force::monitor, Force::reported};
inline constexpr std::array all_confidences{Confidence::found_a, Confidence::found_b, Confidence::found_c,
                                            Confidence::inferred, Confidence::recalled};
inline constexpr std::array all_alertings{Alerting::limit, Alerting::advisory};
inline constexpr std::array all_build_kinds{BuildKind::new_build, BuildKind::rebuilt, BuildKind::existing};

}  // namespace pued
