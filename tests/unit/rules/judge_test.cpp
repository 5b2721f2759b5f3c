// Verdicts: the vectors E14..E20, E23, E24 of metering.md, and everything that comes before a comparison.
#include <cmath>
#include <limits>
#include <string>

#include "agent/rules/judge.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace std::chrono;

namespace {

constexpr year_month_day today{2026y / November / 22};

Rule pue_rule(double limit = 1.30) {
    Rule rule;
    rule.limit = {limit, Direction::at_most};
    rule.standard.force = Force::mandatory;
    rule.standard.confidence = Confidence::found_b;
    rule.alerting = Alerting::limit;
    return rule;
}

Measurement year_of(double value, std::optional<double> u = {}) {
    return {.value = value, .window = days{365}, .closed = true, .coverage = 1, .u = u};
}

Judgement judged(const Rule& rule, const Measurement& measured, const JudgeSettings& settings = {}) {
    return judge(rule, {}, measured, today, settings);
}

void check(const char* verdict, const Judgement& judgement) {
    STRCMP_EQUAL(verdict, to_string(judgement.verdict).data());
    CHECK_FALSE(judgement.reason.en.empty() || judgement.reason.zh.empty());
}

struct Vector {
    const char* id;
    double q, u;
    Band band;
    const char* verdict;
    double p;
};

void check(const Vector& vector) {
    const auto out = judged(pue_rule(), year_of(vector.q, vector.u));
    STRCMP_EQUAL_TEXT(vector.verdict, to_string(out.verdict).data(), vector.id);
    STRCMP_EQUAL_TEXT("guard-band", to_string(out.method).data(), vector.id);
    CHECK_TEXT(vector.band == band_of(vector.q, {1.30, Direction::at_most}, 2 * vector.u), vector.id);
    // The tail at 4.9 sigma turns the last bit of 1.3049 into 1e-11 of itself.
    DOUBLES_EQUAL_TEXT(vector.p, *out.p_conform, 1e-10 * vector.p, vector.id);
}

}  // namespace

TEST_GROUP(Judge){};

TEST(Judge, E14_to_E19_the_guard_band_decides_where_uncertainty_is_stated) {
    check({"E14", 1.28, 0.005, Band::pass, "compliant", 0.9999683287581669});
    check({"E15", 1.292, 0.005, Band::conditional_pass, "indeterminate", 0.9452007083004421});
    check({"E16", 1.3, 0.005, Band::conditional_pass, "indeterminate", 0.5});
    check({"E17", 1.304, 0.005, Band::conditional_fail, "indeterminate", 0.2118553985833965});
    check({"E18", 1.3101, 0.005, Band::fail, "non-compliant", 0.021691693767646823});
    check({"E19", 1.2849, 0.0095, Band::conditional_pass, "indeterminate", 0.944023254652985});
}

TEST(Judge, E24_values_are_never_rounded_before_comparison) {
    check({"E24", 1.3049, 0.0010, Band::fail, "non-compliant", 4.791832765905533e-07});
    check("non-compliant", judged(pue_rule(), year_of(1.3000000001)));
}

TEST(Judge, E20_the_largest_value_that_can_be_proven_compliant) {
    check("compliant", judged(pue_rule(), year_of(1.2899999, 0.005)));
    check("indeterminate", judged(pue_rule(), year_of(1.2900001, 0.005)));
    check("compliant", judged(pue_rule(), year_of(1.2809999, 0.0095)));
    check("indeterminate", judged(pue_rule(), year_of(1.2810001, 0.0095)));
    const JudgeSettings five_percent{.guard_factor = one_sided_95};
    check("compliant", judged(pue_rule(), year_of(1.2917757318, 0.005), five_percent));
    check("indeterminate", judged(pue_rule(), year_of(1.2917757320, 0.005), five_percent));
}

TEST(Judge, E23_a_narrower_guard_band_can_be_asked_for) {
    const JudgeSettings five_percent{.guard_factor = one_sided_95};
    check("indeterminate", judged(pue_rule(), year_of(1.2920, 0.005), five_percent));
    const auto out = judged(pue_rule(), year_of(1.2915, 0.005), five_percent);
    check("compliant", out);
    CHECK_TRUE(out.reason.en.find("guard band w = 1.645 u;") != std::string::npos);
}

TEST(Judge, without_uncertainty_simple_acceptance_decides_and_says_so) {
    const auto at_limit = judged(pue_rule(), year_of(1.30));
    check("compliant", at_limit);
    STRCMP_EQUAL("simple-acceptance", to_string(at_limit.method).data());
    STRCMP_EQUAL(
        "inside the limit (simple acceptance: no uncertainty stated; compared unrounded (full-value comparison of "
        "GB/T 8170))",
        at_limit.reason.en.c_str());
    CHECK_FALSE(at_limit.p_conform.has_value());
    check("non-compliant", judged(pue_rule(), year_of(1.31)));
}

TEST(Judge, the_plain_comparison_is_always_there) {
    CHECK(*judged(pue_rule(), year_of(1.299, 0.005)).within_limit);
    CHECK_FALSE(*judged(pue_rule(), year_of(1.301, 0.005)).within_limit);
}

TEST(Judge, a_certain_value_has_no_band) {
    DOUBLES_EQUAL(1, *judged(pue_rule(), year_of(1.30, 0.0)).p_conform, 0);
    check("compliant", judged(pue_rule(), year_of(1.30, 0.0)));
    check("non-compliant", judged(pue_rule(), year_of(1.3001, 0.0)));
}

TEST(Judge, an_open_or_short_period_is_no_year) {
    auto measured = year_of(1.2);
    measured.closed = false;
    check("insufficient-data", judged(pue_rule(), measured));
    measured.closed = true;
    measured.window = hours{365 * 24 - 1};
    check("insufficient-data", judged(pue_rule(), measured));
    measured.window = days{366};
    check("compliant", judged(pue_rule(), measured));
}

TEST(Judge, low_coverage_is_said_with_both_numbers) {
    auto measured = year_of(1.2);
    measured.coverage = 0.97;
    check("compliant", judged(pue_rule(), measured));
    measured.coverage = 0.9649;
    const auto out = judged(pue_rule(), measured);
    check("insufficient-data", out);
    STRCMP_EQUAL("coverage 96.5 % is below 97.0 %", out.reason.en.c_str());
    STRCMP_EQUAL("数据不足：数据覆盖率 96.5 %，低于 97.0 %", out.reason.zh.c_str());
}

TEST(Judge, more_than_three_percent_of_estimates_is_said_of_either_side) {
    auto measured = year_of(1.2, 0.001);
    measured.estimated_facility = 0.03;
    measured.estimated_it = 0.03;
    check("compliant", judged(pue_rule(), measured));
    measured.estimated_facility = 0.0312;
    auto out = judged(pue_rule(), measured);
    check("insufficient-data", out);
    STRCMP_EQUAL("3.1 % of the facility's energy is estimated, more than 3.0 %", out.reason.en.c_str());
    STRCMP_EQUAL("数据不足：数据中心总电量中估算值占 3.1 %，高于 3.0 %", out.reason.zh.c_str());
    measured.estimated_it = 0.05;
    out = judged(pue_rule(), measured);
    STRCMP_EQUAL("5.0 % of the IT energy is estimated, more than 3.0 %", out.reason.en.c_str());
}

TEST(Judge, what_is_missing_is_said_in_the_order_of_the_reference) {
    auto measured = year_of(1.2, 0.001);
    measured.closed = false;
    measured.coverage = 0.5;
    measured.integrity_alarm = true;
    measured.integrity_reason = "meter \"a1\": scale fault";
    auto out = judged(pue_rule(), measured);
    STRCMP_EQUAL("interim figure, no verdict: the rule is about a whole year, which is not closed yet",
                 out.reason.en.c_str());
    STRCMP_EQUAL("阶段性数值，不作判定：规定以完整年度为期，周期尚未结束", out.reason.zh.c_str());
    measured.closed = true;
    STRCMP_EQUAL("coverage 50.0 % is below 97.0 %", judged(pue_rule(), measured).reason.en.c_str());
    measured.coverage = 1;
    out = judged(pue_rule(), measured);
    check("indeterminate", out);
    STRCMP_EQUAL("an integrity alarm is open on a contributing meter: meter \"a1\": scale fault",
                 out.reason.en.c_str());
    STRCMP_EQUAL("无法判定：相关电能表存在未关闭的完整性告警：meter \"a1\": scale fault", out.reason.zh.c_str());
    CHECK_TRUE(*out.within_limit);  // the plain comparison stays beside it
}

TEST(Judge, a_verdict_tells_its_decision_rule_and_simple_acceptance_beside_it) {
    const auto out = judged(pue_rule(), year_of(1.292, 0.005));
    STRCMP_EQUAL(
        "inside the limit, but nearer to it than the guard band (1.292, U = 0.010 (k = 2); guard band w = U; "
        "simple acceptance: inside the limit; compared unrounded (full-value comparison of GB/T 8170))",
        out.reason.en.c_str());
    STRCMP_EQUAL(
        "在限值以内，但距限值小于保护带，无法判定（1.292，扩展不确定度 U = 0.010（k = 2）；保护带 w = U；"
        "按简单接受：符合；按全数值比较法比较，不修约（GB/T 8170））",
        out.reason.zh.c_str());
}

TEST(Judge, E24_what_prints_as_the_limit_may_be_beyond_it) {
    const auto out = judged(pue_rule(), year_of(1.3003, 0.0001));
    check("non-compliant", out);
    CHECK_TRUE(out.reason.en.find("(1.300, U = 0.00020 (k = 2);") != std::string::npos);
}

TEST(Judge, no_value_and_no_number_are_no_data) {
    Measurement measured = year_of(0);
    measured.value.reset();
    check("insufficient-data", judged(pue_rule(), measured));
    measured.value = std::numeric_limits<double>::quiet_NaN();
    check("insufficient-data", judged(pue_rule(), measured));
    CHECK_FALSE(judged(pue_rule(), measured).within_limit.has_value());
}

TEST(Judge, an_uncertainty_that_is_no_number_is_none) {
    const auto out = judged(pue_rule(), year_of(1.2, std::numeric_limits<double>::quiet_NaN()));
    STRCMP_EQUAL("simple-acceptance", to_string(out.method).data());
}

TEST(Judge, an_integrity_alarm_forbids_a_verdict) {
    auto measured = year_of(1.2, 0.001);
    measured.integrity_alarm = true;
    check("indeterminate", judged(pue_rule(), measured));
}

TEST(Judge, what_does_not_apply_is_said_before_data_is_missed) {
    auto rule = pue_rule();
    rule.scope.hub_node = true;
    check("not-applicable", judged(rule, {}));
}

TEST(Judge, an_undeclared_fact_is_named) {
    auto rule = pue_rule();
    rule.scope.racks_min = 3000;
    const auto out = judged(rule, year_of(1.5));
    check("indeterminate", out);
    STRCMP_EQUAL("site.standard_racks is not declared", out.reason.en.c_str());
    STRCMP_EQUAL("未申报标准机架数（site.standard_racks）", out.reason.zh.c_str());
}

TEST(Judge, weak_evidence_or_force_never_condemns) {
    for (const auto confidence : {Confidence::recalled, Confidence::inferred}) {
        auto rule = pue_rule();
        rule.standard.confidence = confidence;
        check("indeterminate", judged(rule, year_of(1.5)));
        CHECK(judged(rule, year_of(1.5)).advisory);
    }
    for (const auto force : {Force::reported, Force::monitor}) {
        auto rule = pue_rule();
        rule.standard.force = force;
        check("indeterminate", judged(rule, year_of(1.5, 0.001)));
    }
    auto rule = pue_rule();
    rule.alerting = Alerting::advisory;
    check("indeterminate", judged(rule, year_of(1.5)));
    check("compliant", judged(rule, year_of(1.2)));
}

TEST(Judge, the_grade_reached_is_named) {
    auto rule = pue_rule(1.5);
    rule.grades = {{"1", {}, 1.2}, {"2", {}, 1.3}, {"3", {}, 1.5}};
    STRCMP_EQUAL("1", judged(rule, year_of(1.2)).grade.c_str());
    STRCMP_EQUAL("2", judged(rule, year_of(1.2001)).grade.c_str());
    STRCMP_EQUAL("3", judged(rule, year_of(1.5)).grade.c_str());
    STRCMP_EQUAL("", judged(rule, year_of(1.51)).grade.c_str());
}

TEST(Judge, the_tier_of_the_sites_energy_binds_with_its_own_confidence) {
    auto rule = pue_rule();
    rule.tiers = {{"small", {}, 1.3, 5e6, Confidence::found_b}, {"large", {}, 1.2, 1e8, Confidence::recalled}};
    const auto at = [&](double kwh) { return judge(rule, {.annual_energy_kwh = kwh}, year_of(1.25), today); };
    check("compliant", at(1e8 - 1));
    DOUBLES_EQUAL(1.3, *at(1e8 - 1).limit, 0);
    check("indeterminate", at(1e8));  // over 1.2, but that is recalled
    DOUBLES_EQUAL(1.2, *at(1e8).limit, 0);
    STRCMP_EQUAL("large", at(1e8).grade.c_str());
    CHECK_FALSE(judged(rule, year_of(1.25)).limit.has_value());
}

TEST(Judge, a_least_value_is_the_mirror_of_a_largest) {
    auto rule = pue_rule(0.5);
    rule.metric = RuleMetric::compute_per_watt_rated;
    rule.limit.direction = Direction::at_least;
    check("compliant", judged(rule, {.value = 0.5}));
    check("non-compliant", judged(rule, {.value = 0.37}));
    check("indeterminate", judged(rule, {.value = 0.51, .u = 0.01}));
    check("compliant", judged(rule, {.value = 0.53, .u = 0.01}));
    DOUBLES_EQUAL(0.9986501019683699, *judged(rule, {.value = 0.53, .u = 0.01}).p_conform, 1e-9);  // Φ(3)
}
