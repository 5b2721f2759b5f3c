// The last line of `pued check`, word for word. Its numbers are E25 to E27 of the reference, or computed beside.
#include <chrono>
#include <string>

#include "agent/commands/metering_text.hpp"
#include "agent/config/load.hpp"
#include "agent/config/points.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::year_month_day kToday = 2026y / 11 / 22;

Rule pue_rule(double limit) {
    Rule rule;
    rule.id = "limit";
    rule.limit = {limit, Direction::at_most};
    return rule;
}

// A meter of a profile that nobody knows: the accuracy is all that matters here.
std::string meter(const std::string& id, const std::string& keys) {
    return "[[meter]]\nid = '" + id + "'\nhost = 'h'\nprofile = 'p'\n" + keys + '\n';
}
const std::string k05s = "\nmeter_class = '0.5S'\nct_class = '0.5S'";

}  // namespace

TEST_GROUP(MeteringText) {
    Installation installation;

    void says(const std::string& devices, const std::string& expected) {
        Problems problems;
        auto config = parse_config("[site]\nid = 's'\n" + devices, "t", problems);
        CHECK(config.has_value() && problems.none());
        installation.config = std::move(*config);
        installation.points = build_points(installation.config, {});
        STRCMP_EQUAL(expected.c_str(), metering_line(installation, kToday).c_str());
    }
};

TEST(MeteringText, E27_one_limit) {
    installation.rules = {pue_rule(1.30)};
    says(meter("a", "role = 'feed'\nrated_kw = 100" + k05s) + meter("p", "role = 'pdu'\nrated_kw = 60" + k05s),
         "metering: PUE category 2, u = 0.0081 at PUE 1.30 (class 0.5S feeds, class 0.5S PDUs; rho = 1 within a type; "
         "shares by rated_w): COMPLIANT with 1.30 can be proven up to PUE 1.284 (U = 0.016); replace first: class 0.5S "
         "feeds");
}

TEST(MeteringText, E26_each_limit_is_told_once_the_strictest_first) {
    // u = 1.02 * 0.0116749 (E26); 1.30 / 1.0233498 is 1.27034, 1.50 / 1.0233498 is 1.46577.
    installation.rules = {pue_rule(1.50), pue_rule(1.30), pue_rule(1.30), pue_rule(1.02)};
    says(
        meter("a", "role = 'feed'\nmeter_class = '0.2S'\nct_class = '0.2S'") + meter("u", "role = 'ups-output'"),
        "metering: PUE category 1, u = 0.012 at PUE 1.02 (class 0.2S feeds, UPS outputs at 2 %; rho = 1 within a type; "
        "shares equal): COMPLIANT with 1.02 can be proven at no PUE (U = 0.024 at PUE 1), with 1.30 up to PUE 1.270 "
        "(U = 0.030), with 1.50 up to PUE 1.465 (U = 0.035); replace first: UPS outputs at 2 %");
}

TEST(MeteringText, E25_02S_everywhere) {
    installation.rules = {pue_rule(1.30)};
    const std::string k02s = "\nmeter_class = '0.2S'\nct_class = '0.2S'";
    says(meter("a", "role = 'feed'" + k02s) + meter("p", "role = 'pdu'" + k02s),
         "metering: PUE category 2, u = 0.0032 at PUE 1.30 (class 0.2S feeds, class 0.2S PDUs; rho = 1 within a type; "
         "shares equal): COMPLIANT with 1.30 can be proven up to PUE 1.293 (U = 0.0064); replace first: class 0.2S "
         "feeds");
}

TEST(MeteringText, certificates_stand_before_classes) {
    // 1.30 * hypot(0.0005, 0.001) is 0.0014534; 1.30 / (1 + 2 * 0.00111803) is 1.29710.
    installation.rules = {pue_rule(1.30)};
    says(meter("a", "role = 'feed'\ncertificate = { number = 'c1', u_percent = 0.1, k = 2 }" + k05s) +
             meter("p", "role = 'pdu'\ncertificate = { number = 'c2', u_percent = 0.2, k = 2 }"),
         "metering: PUE category 2, u = 0.0015 at PUE 1.30 (feeds certified to U = 0.10 %, PDUs certified to U = 0.20 "
         "%; "
         "rho = 1 within a type; shares equal): COMPLIANT with 1.30 can be proven up to PUE 1.297 (U = 0.0030); "
         "calibrate anew first: PDUs certified to U = 0.20 %");
}

TEST(MeteringText, only_limits_on_pue_that_bind_the_site_count) {
    auto elsewhere = pue_rule(1.20);
    elsewhere.scope.regions = {"beijing"};
    auto chips = pue_rule(0.5);
    chips.metric = RuleMetric::compute_per_watt_rated;
    installation.rules = {elsewhere, chips};
    // 1.3 * hypot(0.0057735 / 2, u / 2, 0.0288675) with u = hypot(0.005, 0.002, 0.000956) / sqrt 3: 0.03777, rounded
    // up.
    says(
        "[[server]]\nid = 'g'\n" + meter("a", "role = 'feed'\nmeter_class = '1'\nct_class = 'none'") +
            meter("b", "role = 'generator'\nmeter_class = '0.5S'\nct_class = '0.2S'"),
        "metering: PUE category 3, u = 0.038 at PUE 1.30 (class 1 feeds without CTs, class 0.5S generators with CTs of "
        "class 0.2S, servers at 5 %; rho = 1 within a type; shares equal): no limit on PUE is known to bind this site");
}

TEST(MeteringText, sides_may_differ_in_how_their_shares_are_known) {
    installation.rules = {pue_rule(1.30)};
    says("[metering]\nunmeasured_kw = 3\n" + meter("a", "role = 'feed'\nrated_kw = 100" + k05s) +
             meter("p", "role = 'pdu'" + k05s),
         "metering: PUE category 2, u = 0.016 at PUE 1.30 (class 0.5S feeds, unmeasured_w at 20 %, class 0.5S PDUs; "
         "rho = "
         "1 within a type; shares of the supply by rated_w, of IT equal): COMPLIANT with 1.30 can be proven up to PUE "
         "1.269 (U = 0.031); measure first: what unmeasured_w stands for");
}

TEST(MeteringText, what_the_proof_lacks_is_named) {
    says("[[server]]\nid = 'g'\n", "metering: PUE cannot be proven: no meter has role \"feed\"");
    says(meter("a", "role = 'feed'") + meter("p", "role = 'pdu'"),
         "metering: PUE cannot be proven: meter \"a\" states no meter_class");
}
