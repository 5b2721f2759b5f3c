// The verdict on one value by one rule (metering.md 3.6; JCGM 106, ILAC-G8:09/2019). Pure. Values are compared
// unrounded (the full-value comparison of GB/T 8170, recalled). With a stated standard uncertainty u the guard band w =
// U = 2u decides; without it simple acceptance does, and the judgement says so. Simple acceptance is always told beside
// it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/model/time.hpp"
#include "agent/rules/applicability.hpp"
#include "agent/rules/rule.hpp"

namespace pued {

enum class Verdict : std::uint8_t { compliant, non_compliant, indeterminate, insufficient_data, not_applicable };
enum class Method : std::uint8_t { none, simple_acceptance, guard_band };

// Where a value stands to a limit with a guard band on either side (ILAC-G8).
enum class Band : std::uint8_t { pass, conditional_pass, conditional_fail, fail };

// What is judged: a metric over a period. For compute_per_watt_rated only `value` matters.
struct Measurement {
    std::optional<double> value{};
    Duration window{};               // of the period
    bool closed = false;             // the period is over and its last interval is in
    double coverage = 0;             // 0..1, joint
    std::optional<double> u{};       // standard uncertainty of value, k = 1
    bool integrity_alarm = false;    // open on a meter that contributes
    std::string integrity_reason{};  // names that meter and what is wrong with it
    double estimated_facility = 0;   // shares of the energy that no meter measured, 0..1
    double estimated_it = 0;
    double doubted = 0;  // share of the time with an integrity alarm on a meter that contributes, 0..1
};

// k of the expanded uncertainty U = k u, and the factor of the narrower guard band.
inline constexpr double expanded_by = 2.0;
inline constexpr double one_sided_95 = 1.6448536269514722;

struct JudgeSettings {
    double min_coverage = 0.97;
    double guard_factor = expanded_by;  // w = guard_factor * u; one_sided_95 for 5 % of false acceptance
    double max_estimated = 0.03;        // share of E_DC or E_IT
    double max_doubted = 0.03;
};

struct Judgement {
    Verdict verdict = Verdict::insufficient_data;
    Method method = Method::none;
    bool advisory = true;                // the rule informs here, it does not condemn
    std::optional<double> limit{};       // absent where it depends on an undeclared fact
    std::optional<bool> within_limit{};  // plain comparison, whatever the method; absent without a value
    std::optional<double> p_conform{};   // probability that the true value conforms; needs u
    std::string grade{};                 // id of the grade reached, or of the tier that binds; may be empty
    Bilingual reason{};                  // always says why
};

Judgement judge(const Rule& rule, const SiteFacts& site, const Measurement& measured, std::chrono::year_month_day today,
                const JudgeSettings& settings = {});

Band band_of(double value, const Limit& limit, double w);
double probability_of_conformity(double value, const Limit& limit, double u);

std::string_view to_string(Verdict verdict);  // "non-compliant"
std::string_view to_string(Method method);    // "simple-acceptance", "guard-band", "none"
Bilingual label(Verdict verdict);             // for reports: "not compliant", "不符合"

}  // namespace pued
