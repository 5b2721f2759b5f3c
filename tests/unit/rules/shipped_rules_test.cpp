// The rules we ship, held against three fictitious sites, and the promises that all rows keep.
#include <map>
#include <string>

#include "agent/rules/judge.hpp"
#include "tests/unit/rules/shipped.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace std::chrono;

namespace {

constexpr year_month_day today{2026y / November / 22};

using Verdicts = std::map<std::string, std::string>;

struct Values {
    double pue;
    double tflops_per_w;
    std::optional<double> u{};
};

// Every rule's verdict that is not "not-applicable".
Verdicts verdicts(const shipped::Rules& rules, const SiteFacts& site, const Values& values) {
    Verdicts out;
    for (const auto& rule : rules.all) {
        const bool pue = rule.metric == RuleMetric::pue;
        const Measurement measured{.value = pue ? values.pue : values.tflops_per_w,
                                   .window = days{365},
                                   .closed = true,
                                   .coverage = 1,
                                   .u = pue ? values.u : std::nullopt};
        const auto judgement = judge(rule, site, measured, today);
        if (judgement.verdict != Verdict::not_applicable) out[rule.id] = to_string(judgement.verdict);
    }
    return out;
}

std::string text(const Verdicts& verdicts) {
    std::string out;
    for (const auto& [id, verdict] : verdicts) out += id + " " + verdict + "\n";
    return out;
}

}  // namespace

TEST_GROUP(ShippedRules) { const shipped::Rules rules{}; };

TEST(ShippedRules, load_without_a_problem) { STRCMP_EQUAL("", shipped::texts(rules.problems).c_str()); }

TEST(ShippedRules, a_large_new_campus_in_the_horinger_hub) {
    const SiteFacts site{.build = BuildKind::new_build,
                         .region = "inner-mongolia",
                         .hub_node = true,
                         .standard_racks = 12000,
                         .commissioned = 2026y / March / 1,
                         .annual_energy_kwh = 6e8};
    // 1.22 with U = 0.006: beyond 1.20, inside 1.25, grade 2. H20: below the reported level, but nobody is condemned.
    STRCMP_EQUAL(
        "cn-chip-level-reported indeterminate\n"
        "cn-gb40879-limit compliant\n"
        "cn-green-dc-2025 compliant\n"
        "cn-inner-mongolia-new non-compliant\n"
        "cn-plan2024-hub non-compliant\n"
        "cn-plan2024-large compliant\n",
        text(verdicts(rules, site, {1.22, 148.0 / 400, 0.003})).c_str());
}

TEST(ShippedRules, an_old_government_data_centre_in_beijing) {
    const SiteFacts site{.build = BuildKind::existing,
                         .region = "beijing",
                         .government = true,
                         .standard_racks = 1500,
                         .commissioned = 2019y / May / 1,
                         .annual_energy_kwh = 4e7};
    STRCMP_EQUAL(
        "cn-beijing-tariff-2026 non-compliant\n"
        "cn-gb40879-older-sites compliant\n"
        "cn-gov-procurement non-compliant\n",
        text(verdicts(rules, site, {1.42, 0.37})).c_str());
    // Over the limit for reference, yet only monitored.
    STRCMP_EQUAL("indeterminate", verdicts(rules, site, {1.55, 0.37})["cn-gb40879-older-sites"].c_str());
}

TEST(ShippedRules, a_small_new_edge_site_in_shanghai) {
    const SiteFacts site{
        .build = BuildKind::new_build, .region = "shanghai", .standard_racks = 80, .annual_energy_kwh = 1e6};
    STRCMP_EQUAL("cn-chip-level-reported compliant\n", text(verdicts(rules, site, {1.7, 0.78})).c_str());
}

TEST(ShippedRules, a_site_that_declares_nothing_is_asked_for_facts) {
    const auto out = verdicts(rules, {}, {1.4, 0.37});
    // Unknown region, racks, day of commissioning and energy; build kind "existing" by default.
    STRCMP_EQUAL(
        "cn-beijing-tariff-2026 indeterminate\n"
        "cn-gb40879-limit indeterminate\n"
        "cn-gb40879-older-sites indeterminate\n"
        "cn-green-dc-2025 indeterminate\n"
        "cn-inner-mongolia-existing indeterminate\n"
        "cn-qingyang-average indeterminate\n",
        text(out).c_str());
}

TEST(ShippedRules, beijings_review_becomes_stricter_with_energy) {
    const auto at = [&](double kwh, double pue) {
        const SiteFacts site{.build = BuildKind::new_build, .region = "beijing", .annual_energy_kwh = kwh};
        return std::string{to_string(judge(rules["cn-beijing-review"], site,
                                           {.value = pue, .window = days{365}, .closed = true, .coverage = 1}, today)
                                         .verdict)};
    };
    STRCMP_EQUAL("not-applicable", at(4.9e6, 1.4).c_str());
    STRCMP_EQUAL("compliant", at(2e7, 1.3).c_str());
    STRCMP_EQUAL("non-compliant", at(2e7, 1.31).c_str());
    STRCMP_EQUAL("non-compliant", at(4e7, 1.26).c_str());
    STRCMP_EQUAL("indeterminate", at(7e7, 1.24).c_str());   // 1.20 is recalled
    STRCMP_EQUAL("indeterminate", at(1.2e8, 1.2).c_str());  // 1.15 is recalled
    STRCMP_EQUAL("compliant", at(1.2e8, 1.15).c_str());
}

TEST(ShippedRules, past_periods_have_the_rules_of_their_day) {
    const SiteFacts site{
        .build = BuildKind::new_build, .region = "guangdong", .government = true, .standard_racks = 500};
    const auto on = [&](const char* id, year_month_day day) { return applies(rules[id], site, day).answer; };
    CHECK(on("cn-guangdong-new", 2025y / December / 31) == Answer::applies);
    CHECK(on("cn-guangdong-new", today) == Answer::not_applicable);
    CHECK(on("cn-gov-procurement-2023", 2024y / June / 1) == Answer::applies);
    CHECK(on("cn-gov-procurement", 2024y / June / 1) == Answer::not_applicable);
    CHECK(on("cn-gov-procurement", today) == Answer::applies);
    CHECK(on("cn-gb40879-limit", 2022y / October / 31) == Answer::not_applicable);
}

TEST(ShippedRules, the_grades_of_gb_40879) {
    const auto& rule = rules["cn-gb40879-limit"];
    STRCMP_EQUAL("1", grade_of(rule, 1.20)->id.c_str());
    STRCMP_EQUAL("2", grade_of(rule, 1.30)->id.c_str());
    STRCMP_EQUAL("3", grade_of(rule, 1.50)->id.c_str());
    POINTERS_EQUAL(nullptr, grade_of(rule, 1.5001));
    STRCMP_EQUAL("1级", rule.grades[0].title.zh.c_str());
}

TEST(ShippedRules, a_message_reads_in_both_languages) {
    const auto out = message(rules["cn-gb40879-limit"], 1.5123, 1.5);
    STRCMP_EQUAL("PUE 1.512 is above 1.50, the limit value (grade 3) of GB 40879-2021", out.en.c_str());
    STRCMP_EQUAL("数据中心电能比 1.512 高于 GB 40879-2021 能效限定值（3级）1.50", out.zh.c_str());
}

TEST(ShippedRules, only_what_is_well_known_and_binding_alerts_as_a_limit) {
    for (const auto& rule : rules.all) {
        const bool weak = advisory_only(rule.standard.force, rule.standard.confidence);
        CHECK_TEXT(!weak || rule.alerting == Alerting::advisory, rule.id.c_str());
    }
    STRCMP_EQUAL("advisory", std::string{severity(rules["cn-chip-level-reported"], Confidence::found_b)}.c_str());
    STRCMP_EQUAL("ticket", std::string{severity(rules["cn-gb40879-limit"], Confidence::found_c)}.c_str());
}

TEST(ShippedRules, accelerators_load_and_none_is_of_low_confidence) {
    const shipped::Accelerators accelerators;
    STRCMP_EQUAL("", shipped::texts(accelerators.problems).c_str());
    for (const auto& row : accelerators.all) CHECK_TEXT(row.confidence != Grading::low, row.id.c_str());
    for (const char* id : {"nvidia-h20", "nvidia-h100-sxm5", "nvidia-h200", "nvidia-h800", "nvidia-a800-sxm4",
                           "nvidia-b200", "huawei-ascend-910b3", "huawei-ascend-910c", "cambricon-mlu370-x8"}) {
        STRCMP_EQUAL(id, accelerators[id].id.c_str());
    }
    CHECK_FALSE(accelerators["nvidia-h20"].conflicts.empty());
}
