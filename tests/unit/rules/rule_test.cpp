// Texts and small arithmetic of a rule: messages, limits as text, surcharge, rated efficiency, identity.
#include <string>

#include "agent/journal/digest.hpp"
#include "agent/rules/identity.hpp"
#include "agent/rules/surcharge.hpp"
#include "tests/unit/rules/shipped.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

TEST_GROUP(RuleTexts){};

TEST(RuleTexts, a_limit_has_two_decimals_and_more_only_where_it_needs_them) {
    STRCMP_EQUAL("1.30", limit_text(1.3).c_str());
    STRCMP_EQUAL("0.50", limit_text(0.5).c_str());
    STRCMP_EQUAL("1.255", limit_text(1.255).c_str());
    STRCMP_EQUAL("2.00", limit_text(2).c_str());
}

TEST(RuleTexts, a_message_carries_value_and_limit_in_both_languages) {
    Rule rule;
    rule.message = {"PUE {value} above {limit}; {limit}", "电能比 {value} 高于 {limit}"};
    const auto out = message(rule, 1.30449, 1.3);
    STRCMP_EQUAL("PUE 1.304 above 1.30; 1.30", out.en.c_str());
    STRCMP_EQUAL("电能比 1.304 高于 1.30", out.zh.c_str());
}

TEST_GROUP(Identity){};

TEST(Identity, F10_is_the_beginning_of_a_hash_over_rule_scope_and_limit) {
    STRCMP_EQUAL("bc7ff42603358334", dedup_key("PUE_YEAR_FORECAST", "site-1", 1.30, sha256_hex).c_str());
}

TEST(Identity, changes_with_the_limit) {
    CHECK(dedup_key("r", "site", 1.30, sha256_hex) != dedup_key("r", "site", 1.31, sha256_hex));
}

TEST_GROUP(Surcharge) {
    const shipped::Rules rules{};
    const Rule& rule = rules["cn-beijing-tariff-2026"];
};

TEST(Surcharge, is_nothing_at_the_limit) {
    const auto out = surcharge(rule, 1e7, 1.35);
    DOUBLES_EQUAL(0, out->over_kwh, 0);
    DOUBLES_EQUAL(0, out->cny, 0);
    DOUBLES_EQUAL(0, surcharge(rule, 1e7, 1.2)->cny, 0);
}

TEST(Surcharge, charges_only_the_portion_over_the_limit) {
    // By hand: 12 GWh at 1.50 is 8 GWh of IT; allowed 1.35 * 8 = 10.8; over 1.2 GWh at 0.2 = 240 000 CNY.
    const auto out = surcharge(rule, 12e6, 1.50);
    DOUBLES_EQUAL(1.2e6, out->over_kwh, 1e-3);
    DOUBLES_EQUAL(0.2, out->cny_per_kwh, 0);
    DOUBLES_EQUAL(240000, out->cny, 1e-3);
}

TEST(Surcharge, the_first_band_ends_with_one_hundred_percent_over) {
    // 2.70 is exactly twice the limit: 10.8 GWh is 4 GWh of IT; over 10.8 - 5.4 = 5.4 GWh.
    DOUBLES_EQUAL(0.2, surcharge(rule, 10.8e6, 2.70)->cny_per_kwh, 0);
    DOUBLES_EQUAL(1.08e6, surcharge(rule, 10.8e6, 2.70)->cny, 1e-3);
    DOUBLES_EQUAL(0.5, surcharge(rule, 10.8e6, 2.71)->cny_per_kwh, 0);
}

TEST(Surcharge, needs_a_price_an_energy_and_a_pue) {
    CHECK_FALSE(surcharge(rules["cn-gb40879-limit"], 1e7, 1.6).has_value());
    CHECK_FALSE(surcharge(rule, -1, 1.6).has_value());
    CHECK_FALSE(surcharge(rule, 1e7, 0.9).has_value());
    CHECK_FALSE(surcharge(rule, 1e7, std::strtod("nan", nullptr)).has_value());
}

TEST_GROUP(RatedEfficiency) { const shipped::Accelerators accelerators{}; };

TEST(RatedEfficiency, is_dense_peak_over_rated_power) {  // G01
    DOUBLES_EQUAL(1.4134285714285715, *rated_efficiency(accelerators["nvidia-h100-sxm5"], Precision::fp16), 1e-12);
}

TEST(RatedEfficiency, of_the_h20_is_below_one_half_in_16_bits_only) {
    const auto& h20 = accelerators["nvidia-h20"];
    DOUBLES_EQUAL(0.37, *rated_efficiency(h20, Precision::fp16), 1e-12);
    DOUBLES_EQUAL(0.74, *rated_efficiency(h20, Precision::int8), 1e-12);
}

TEST(RatedEfficiency, is_nothing_where_power_or_peak_is_unpublished) {
    CHECK_FALSE(rated_efficiency(accelerators["nvidia-h20-141gb"], Precision::fp16).has_value());
    CHECK_FALSE(rated_efficiency(accelerators["cambricon-mlu290-m5"], Precision::fp16).has_value());
}
