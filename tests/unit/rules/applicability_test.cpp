// Truth tables of each condition alone, then how their answers join.
#include <string>
#include <vector>

#include "agent/rules/applicability.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace std::chrono;

namespace {

constexpr year_month_day today{2026y / November / 22};

Rule scoped(Scope scope) {
    Rule rule;
    rule.scope = std::move(scope);
    return rule;
}

Answer answer(const Scope& scope, const SiteFacts& site, year_month_day day = today) {
    return applies(scoped(scope), site, day).answer;
}

void check(Answer expected, const Scope& scope, const SiteFacts& site, const char* what) {
    CHECK_TEXT(expected == answer(scope, site), what);
}

SiteFacts of_racks(std::optional<double> racks) { return {.standard_racks = racks}; }

}  // namespace

TEST_GROUP(Applicability){};

TEST(Applicability, a_rule_without_conditions_applies_to_a_site_that_declares_nothing) {
    const auto out = applies(scoped({}), {}, today);
    CHECK(out.answer == Answer::applies);
    CHECK(out.missing.empty() && out.reason.en.empty() && out.reason.zh.empty());
}

TEST(Applicability, builds_are_a_choice) {
    const Scope scope{.builds = {BuildKind::new_build, BuildKind::rebuilt}};
    check(Answer::applies, scope, {.build = BuildKind::new_build}, "new");
    check(Answer::applies, scope, {.build = BuildKind::rebuilt}, "rebuilt");
    check(Answer::not_applicable, scope, {.build = BuildKind::existing}, "existing");
    STRCMP_EQUAL("only for new or rebuilt or expanded data centres",
                 applies(scoped(scope), {}, today).reason.en.c_str());
    STRCMP_EQUAL("仅适用于新建、改扩建数据中心", applies(scoped(scope), {}, today).reason.zh.c_str());
}

TEST(Applicability, racks_are_inclusive_on_both_ends) {
    const Scope scope{.racks_min = 3000, .racks_max = 10000};
    check(Answer::not_applicable, scope, of_racks(2999), "one too few");
    check(Answer::applies, scope, of_racks(3000), "just enough");
    check(Answer::applies, scope, of_racks(10000), "just not too many");
    check(Answer::not_applicable, scope, of_racks(10000.5), "too many");
    check(Answer::cannot_tell, scope, of_racks({}), "undeclared");
}

TEST(Applicability, an_edge_site_is_exempt_up_to_and_including_100_racks) {
    const Scope scope{.edge_racks_max = 100};
    check(Answer::not_applicable, scope, of_racks(100), "100");
    check(Answer::applies, scope, of_racks(101), "101");
    check(Answer::cannot_tell, scope, of_racks({}), "undeclared");
    STRCMP_EQUAL("不适用于边缘数据中心（不超过 100 个标准机架）",
                 applies(scoped(scope), of_racks(80), today).reason.zh.c_str());
}

TEST(Applicability, regions_are_a_choice_and_silence_is_not_elsewhere) {
    const Scope scope{.regions = {"beijing"}, .region_name = {"Beijing", "北京市"}};
    check(Answer::applies, scope, {.region = "beijing"}, "there");
    check(Answer::not_applicable, scope, {.region = "gansu"}, "elsewhere");
    check(Answer::cannot_tell, scope, {}, "undeclared");
    STRCMP_EQUAL("仅适用于北京市", applies(scoped(scope), {.region = "gansu"}, today).reason.zh.c_str());
}

TEST(Applicability, hub_and_government_must_be_declared) {
    check(Answer::applies, {.hub_node = true}, {.hub_node = true}, "hub");
    check(Answer::not_applicable, {.hub_node = true}, {}, "no hub");
    check(Answer::applies, {.hub_node = false}, {.hub_node = true}, "hub, any");
    check(Answer::applies, {.government = true}, {.government = true}, "government");
    check(Answer::not_applicable, {.government = true}, {}, "no government");
}

TEST(Applicability, annual_energy_is_inclusive) {
    const Scope scope{.annual_energy_min_kwh = 5e6};
    check(Answer::applies, scope, {.annual_energy_kwh = 5e6}, "just enough");
    check(Answer::not_applicable, scope, {.annual_energy_kwh = 4999999}, "less");
    check(Answer::cannot_tell, scope, {}, "undeclared");
}

TEST(Applicability, tiers_need_the_annual_energy_even_without_a_least_one) {
    auto rule = scoped({});
    rule.tiers = {{"a", {}, 1.2, 1e7, Confidence::found_b}};
    CHECK(applies(rule, {}, today).answer == Answer::cannot_tell);
    CHECK(applies(rule, {.annual_energy_kwh = 1}, today).answer == Answer::applies);
}

TEST(Applicability, first_and_last_day_belong_to_the_period) {
    const Scope scope{.valid_from = 2025y / January / 1, .valid_until = 2025y / December / 31};
    CHECK(answer(scope, {}, 2024y / December / 31) == Answer::not_applicable);
    CHECK(answer(scope, {}, 2025y / January / 1) == Answer::applies);
    CHECK(answer(scope, {}, 2025y / December / 31) == Answer::applies);
    CHECK(answer(scope, {}, 2026y / January / 1) == Answer::not_applicable);
    STRCMP_EQUAL("its period ended on 2025-12-31", applies(scoped(scope), {}, today).reason.en.c_str());
}

TEST(Applicability, the_day_of_commissioning_decides_for_existing_sites_only) {
    const Scope from{.commissioned_from = 2022y / November / 1};
    const Scope before{.commissioned_before = 2022y / November / 1};
    const SiteFacts first_day{.commissioned = 2022y / November / 1};
    const SiteFacts day_before{.commissioned = 2022y / October / 31};
    check(Answer::applies, from, first_day, "from, on the day");
    check(Answer::not_applicable, from, day_before, "from, the day before");
    check(Answer::not_applicable, before, first_day, "before, on the day");
    check(Answer::applies, before, day_before, "before, the day before");
    check(Answer::cannot_tell, from, {}, "undeclared");
    check(Answer::applies, from, {.build = BuildKind::new_build}, "new");
}

TEST(Applicability, one_no_outweighs_every_unknown) {
    const Scope scope{.regions = {"beijing"}, .region_name = {"Beijing", "北京市"}, .racks_min = 3000};
    const auto out = applies(scoped(scope), {.region = "gansu"}, today);
    CHECK(out.answer == Answer::not_applicable);
    CHECK(out.missing.empty());
}

TEST(Applicability, every_missing_fact_is_named_once) {
    const Scope scope{.regions = {"beijing"},
                      .region_name = {"Beijing", "北京市"},
                      .racks_min = 3000,
                      .edge_racks_max = 100,
                      .annual_energy_min_kwh = 5e6};
    const auto out = applies(scoped(scope), {}, today);
    CHECK(out.answer == Answer::cannot_tell);
    CHECK((out.missing == std::vector<std::string>{"region", "standard_racks", "annual_energy_kwh"}));
    STRCMP_EQUAL(
        "site.region is not declared; site.standard_racks is not declared; site.annual_energy_kwh is not declared",
        out.reason.en.c_str());
}
