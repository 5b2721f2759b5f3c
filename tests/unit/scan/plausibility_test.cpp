// What mains quantities can be, alone and together.
#include <numeric>

#include "agent/scan/plausibility.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued::scan;

namespace {

double weight(const std::vector<Finding>& findings) {
    return std::accumulate(findings.begin(), findings.end(), 0.0,
                           [](double sum, const Finding& finding) { return sum + finding.weight; });
}

bool told(const std::vector<Finding>& findings, const std::string& text) {
    for (const auto& finding : findings) {
        if (finding.text.find(text) != std::string::npos) return true;
    }
    return false;
}

const Values kMeter{{"voltage_l1_v", 230.1}, {"voltage_l2_v", 229.4}, {"voltage_l3_v", 231.0},
                    {"current_l1_a", 10},    {"current_l2_a", 11},    {"current_l3_a", 9},
                    {"power_l1_w", 2186},    {"power_l2_w", 2397},    {"power_l3_w", 1975},
                    {"power_w", 6558},       {"power_factor", 0.95},  {"apparent_power_va", 6903}};

}  // namespace

TEST_GROUP(Plausibility){};

TEST(Plausibility, values_of_a_mains_weigh_for_a_map_and_others_against_it) {
    CHECK(weight(judge_values({{"voltage_l1_v", 230.1}, {"frequency_hz", 50.02}, {"power_factor", 0.97}})) > 4);
    CHECK(weight(judge_values({{"voltage_l1_v", 2.2e8}, {"frequency_hz", 1e-41}, {"power_factor", 312}})) < -3);
}

TEST(Plausibility, zero_says_almost_nothing) {
    CHECK(weight(judge_values({{"voltage_l1_v", 0}, {"power_w", 0}})) > -1);
    CHECK(judge_relations({{"power_w", 0}, {"power_l1_w", 0}, {"power_l2_w", 0}, {"power_l3_w", 0}}).empty());
}

TEST(Plausibility, medium_voltage_and_direct_current_are_possible) {
    CHECK(weight(judge_values({{"voltage_l1_v", 5774}})) > 0);
    CHECK(weight(judge_values({{"output-1.voltage_v", 48.2}})) > 0);
}

TEST(Plausibility, a_sound_meter_passes_every_comparison) {
    const auto findings = judge_relations(kMeter);
    CHECK(weight(findings) >= 12);
    CHECK(told(findings, "the phases add up"));
    CHECK(told(findings, "power_w is V·I·PF"));
}

TEST(Plausibility, a_power_ten_times_too_large_doubts_the_scale) {
    auto meter = kMeter;
    for (const char* name : {"power_w", "power_l1_w", "power_l2_w", "power_l3_w"}) meter[name] *= 10;
    CHECK(told(judge_relations(meter), "power_w is 10 times V·I·PF: doubt the scale"));
}

TEST(Plausibility, phases_that_do_not_add_up_are_told) {
    auto meter = kMeter;
    meter["power_l2_w"] = 23;
    CHECK(told(judge_relations(meter), "the phases do not add up"));
}

TEST(Plausibility, one_phase_of_three_is_not_taken_for_all) {
    CHECK(judge_relations({{"voltage_l1_v", 230}, {"voltage_l2_v", 230}, {"current_l1_a", 10}, {"power_w", 9000}})
              .empty());
}

TEST(Plausibility, a_counter_that_falls_speaks_against_and_one_that_grows_for_the_map) {
    CHECK(judge_growth(1000, 999, 10).weight < 0);
    CHECK(judge_growth(1000, 1001, 10).weight > 0);
    DOUBLES_EQUAL(0, judge_growth(1000, 1000, 10).weight, 0);
    CHECK(judge_growth(1000, 1e9, 1).weight < 0);
}
