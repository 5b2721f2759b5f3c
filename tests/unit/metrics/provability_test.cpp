// What metering can prove: the balance of a site at an assumed PUE (E22, E25 to E27, and sums made by hand), and what a
// proof may lack.
#include <cmath>

#include "agent/metrics/provability.hpp"
#include "tests/unit/metering/plant.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

constexpr Classes k02s{MeterClass::c02s, CtClass::c02s, 0.3};
constexpr Classes k05s{MeterClass::c05s, CtClass::c05s, 0.3};
constexpr double kU02s = 0.0017237685006225832;  // E01
constexpr double kU05s = 0.004405572296571051;   // E02
const double kUPdu = 0.01 / std::sqrt(3);
const double kUEstimate = 0.2 / std::sqrt(3);

void close(double expected, double got) { DOUBLES_EQUAL(expected, got, 1e-12 * std::fabs(expected)); }

}  // namespace

TEST_GROUP(Provability) {
    test::Plant plant;

    void meter(const char* id, Role role, std::optional<Instrument> instrument, double rated_w = 0) {
        plant.table.devices[plant.add(id, role, true, rated_w)].instrument = instrument;
    }
    Provability proof(double unmeasured_w = 0) {
        const auto out = Provability::of(plant.table, unmeasured_w);
        STRCMP_EQUAL("", out ? "" : out.error().c_str());
        return *out;
    }
    void lacks(const char* expected, double unmeasured_w = 0) {
        const auto out = Provability::of(plant.table, unmeasured_w);
        CHECK_FALSE(static_cast<bool>(out));
        STRCMP_EQUAL(expected, out.error().c_str());
    }
};

TEST(Provability, E25_02S_everywhere) {
    meter("a", Role::feed, k02s);
    for (const char* id : {"p1", "p2", "p3"}) meter(id, Role::pdu, k02s);
    close(0.0031203542937241497, proof().u_at(1.28));
    close(1.2936925327355, *proof().largest(1.30));
    CHECK_EQUAL(1U, proof().category());
}

TEST(Provability, E26_02S_and_UPS_displays) {
    meter("a", Role::feed, k02s, 1000);
    meter("u", Role::ups_output, WithoutPapers::ups_display, 700);
    close(0.014943949905982513, proof().u_at(1.28));
    close(1.2703377138141883, *proof().largest(1.30));
    CHECK_EQUAL(0U, proof().category());
}

TEST(Provability, E22_E27_05S_everywhere) {
    meter("a", Role::feed, k05s);
    for (int i = 0; i < 10; ++i) meter("u", Role::ups_output, k05s);
    close(0.007974937717537236, proof().u_at(1.28));
    close(1.2840002777432764, *proof().largest(1.30));
    CHECK_EQUAL(2U, proof().groups().size());
}

TEST(Provability, shares_follow_the_ratings_where_all_are_known) {
    meter("a", Role::feed, k02s, 3000);
    meter("b", Role::feed, k05s, 1000);
    meter("p", Role::pdu, WithoutPapers::pdu, 100);
    meter("q", Role::pdu, WithoutPapers::pdu);  // unrated: IT in equal shares, the same type
    const auto metering = proof();
    CHECK(metering.supply_shares() == Shares::rated && metering.it_shares() == Shares::equal);
    close(1.25 * std::hypot(0.75 * kU02s, 0.25 * kU05s, kUPdu), metering.u_at(1.25));
}

TEST(Provability, shares_are_equal_where_one_rating_is_missing) {
    meter("a", Role::feed, k02s, 3000);
    meter("b", Role::feed, k05s);
    meter("p", Role::pdu, WithoutPapers::pdu, 100);
    const auto metering = proof();
    CHECK(metering.supply_shares() == Shares::equal && metering.it_shares() == Shares::rated);
    close(1.25 * std::hypot(0.5 * kU02s, 0.5 * kU05s, kUPdu), metering.u_at(1.25));
}

TEST(Provability, what_is_taken_out_makes_the_feed_and_the_doubt_larger) {
    meter("a", Role::feed, k02s, 1000);
    meter("offices", Role::non_dc, WithoutPapers::pdu, 200);
    meter("p", Role::pdu, WithoutPapers::pdu, 100);
    // The feed carries 1.25 E_DC, the offices 0.25; the offices' and the PDU's sensitivities share type and sign.
    close(1.2 * std::hypot(1.25 * kU02s, (0.25 + 1) * kUPdu), proof().u_at(1.2));
}

TEST(Provability, a_declared_constant_counts_against_what_usually_flows) {
    meter("a", Role::feed, k02s, 100'000);
    meter("p", Role::pdu, WithoutPapers::pdu, 60'000);
    // 3 kW beside 30 % of 100 kW: a share of 1/11.
    close(1.3 * std::hypot(kU02s * 10 / 11, kUEstimate / 11, kUPdu), proof(3000).u_at(1.3));
}

TEST(Provability, the_category_is_the_daemons_where_ratings_tell) {
    meter("a", Role::feed, k02s, 1000);
    meter("u", Role::ups_output, WithoutPapers::ups_display, 800);
    meter("p", Role::pdu, WithoutPapers::pdu, 700);  // 87 % of the UPS: covers all IT
    meter("s", Role::server, WithoutPapers::bmc, 10);
    CHECK_EQUAL(1U, proof().category());
    meter("t", Role::server, WithoutPapers::bmc);  // now nobody can compare: what stands nearest to the UPS
    CHECK_EQUAL(0U, proof().category());
}

TEST(Provability, meters_of_no_balance_do_not_matter) {
    meter("a", Role::feed, k05s);
    meter("p", Role::pdu, k05s);
    const double before = proof().u_at(1.28);
    meter("chiller", Role::cooling, std::nullopt);
    meter("in", Role::ups_input, std::nullopt);
    meter("x", Role::none, std::nullopt);
    close(before, proof().u_at(1.28));
}

TEST(Provability, without_a_side_there_is_no_pue) {
    lacks("no meter has role \"feed\"");
    meter("p", Role::pdu, k05s);
    meter("offices", Role::non_dc, k05s);
    lacks("no meter has role \"feed\"");
}

TEST(Provability, without_it_there_is_no_pue) {
    meter("a", Role::feed, k05s);
    meter("chiller", Role::cooling, k05s);
    lacks("no meter has role \"ups-output\", \"pdu\" or \"server\"");
}

TEST(Provability, a_feed_without_a_class_proves_nothing) {
    meter("a", Role::feed, k05s);
    meter("b", Role::feed, std::nullopt);
    meter("p", Role::pdu, k05s);
    lacks("meter \"b\" states no meter_class");
}

TEST(Provability, a_class_proves_nothing_below_its_range) {
    meter("a", Role::feed, Classes{MeterClass::c1, CtClass::c1, 0.04});
    meter("p", Role::pdu, k05s);
    lacks("meter \"a\": its classes state no limit at so low a load (expected a larger load_fraction)");
}

TEST(Provability, what_is_taken_out_or_constant_needs_ratings) {
    meter("a", Role::feed, k05s, 1000);
    meter("p", Role::pdu, k05s);
    proof(1000);
    meter("b", Role::feed, k05s);
    lacks("the share of metering.unmeasured_w needs rated_w of every meter of the supply", 1000);
    meter("out", Role::export_, k05s, 10);
    lacks("the share of meter \"out\" needs rated_w of every meter of the supply");
}

TEST(Provability, more_out_than_in_is_no_supply) {
    meter("a", Role::feed, k05s, 1000);
    meter("out", Role::export_, k05s, 1000);
    meter("p", Role::pdu, k05s);
    lacks("by rated_w as much is taken out of the supply as comes in");
}

TEST(Provability, some_limits_are_beyond_every_proof) {
    meter("a", Role::feed, k05s);
    meter("s", Role::server, WithoutPapers::bmc);
    CHECK_FALSE(proof().largest(1.05).has_value());  // 2u is 0.058 at a PUE of 1
    CHECK(proof().largest(1.06).has_value());
}

TEST(Provability, a_certificate_stands_before_the_class_and_apart) {
    meter("a", Role::feed, k05s);
    meter("b", Role::feed, k05s);
    meter("p", Role::pdu, std::nullopt);
    plant.table.devices[1].u_rel = 0.0005;
    plant.table.devices[2].u_rel = 0.001;
    const auto metering = proof();
    CHECK_EQUAL(3U, metering.groups().size());
    CHECK(!metering.groups()[0].certified && metering.groups()[1].certified && metering.groups()[2].certified);
    // Both feeds are of one type still: a certificate is no proof of independence.
    close(1.25 * std::hypot(0.5 * kU05s + 0.5 * 0.0005, 0.001), metering.u_at(1.25));
}

TEST(Provability, the_weakest_group_is_the_one_whose_doubt_weighs_most) {
    meter("a", Role::feed, k02s, 1000);
    meter("g", Role::generator, WithoutPapers::bmc, 10);  // bad, but small
    meter("u", Role::ups_output, WithoutPapers::ups_display, 700);
    CHECK(proof().weakest(1.30).role == Role::ups_output);
    plant.table.devices[2].u_rel = 0.0005;
    CHECK(proof().weakest(1.30).role == Role::feed);
}
