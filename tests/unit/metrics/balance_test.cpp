// The balance of an interval: signs, categories, racks, holes (D09).
#include "agent/metrics/balance.hpp"
#include "tests/unit/metering/plant.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::test;
using std::chrono::seconds;

TEST_GROUP(Balance) {
    Plant plant;
    std::vector<IntervalEnergy> energies;

    void meter(const char* id, Role role, std::optional<std::int64_t> wh, const char* rack = "") {
        const DeviceIndex device = plant.add(id, role, true, 0, rack);
        IntervalEnergy energy{device, std::nullopt, {}, flag::missing, 0, true};
        if (wh) energy = {device, Energy{*wh * 1000}, Energy{*wh * 1000}, flag::measured, 1, true};
        energies.push_back(energy);
    }
    SiteSums sums(BalanceSettings settings = {}) {
        return balance(energies, year_2026, seconds{900}, plant.table, settings);
    }
};

TEST(Balance, D09_sources_count_and_exports_do_not) {
    meter("grid", Role::feed, 15'000);
    meter("gen", Role::generator, 40);
    meter("pv", Role::onsite, 300);
    meter("out", Role::export_, 20);
    meter("offices", Role::non_dc, 120);
    meter("ups", Role::ups_output, 11'800);
    const SiteSums site = sums();
    CHECK_EQUAL(15'200'000, site.facility.measured()->mwh);
    DOUBLES_EQUAL(1.2881355932203389, watt_hours(*site.facility.measured()) / watt_hours(*site.it[0].measured()),
                  1e-15);
}

TEST(Balance, a_missing_child_makes_the_sum_unknown_and_not_smaller) {
    meter("grid", Role::feed, 1000);
    meter("p1", Role::pdu, 400);
    meter("p2", Role::pdu, std::nullopt);
    const SiteSums site = sums();
    CHECK_TRUE(site.facility.measured().has_value());
    CHECK_FALSE(site.it[1].measured().has_value());
    CHECK_EQUAL(2U, site.it[1].meters);
    CHECK_EQUAL(1U, site.it[1].missing);
    CHECK_FALSE(site.it[0].measured().has_value());  // no such meter at all
    CHECK_FALSE(site.cooling.measured().has_value());
}

TEST(Balance, a_missing_export_makes_the_facility_unknown) {
    meter("grid", Role::feed, 1000);
    meter("out", Role::export_, std::nullopt);
    CHECK_FALSE(sums().facility.measured().has_value());
}

TEST(Balance, without_an_import_there_is_no_facility_energy) {
    meter("offices", Role::non_dc, 10);
    meter("p1", Role::pdu, 400);
    CHECK_FALSE(sums({.unmeasured_w = 500}).facility.measured().has_value());
}

TEST(Balance, the_declared_constant_enters_as_an_estimate) {
    meter("grid", Role::feed, 1000);
    const SiteSums site = sums({.unmeasured_w = 400});  // 100 Wh in a quarter hour
    CHECK_EQUAL(100'000, site.declared.mwh);
    CHECK_EQUAL(1'100'000, site.facility.measured()->mwh);
}

TEST(Balance, racks_take_their_pdus_before_their_servers) {
    meter("p1", Role::pdu, 500, "r1");
    meter("s1", Role::server, 450, "r1");
    meter("s2", Role::server, 300, "r2");
    meter("door", Role::cooling, 60, "r2");
    const SiteSums site = sums();
    CHECK_EQUAL(2U, site.racks.size());
    CHECK_EQUAL(500'000, site.racks[0].it.measured()->mwh);
    CHECK_FALSE(site.racks[0].total.measured().has_value());
    CHECK_EQUAL(300'000, site.racks[1].it.measured()->mwh);
    CHECK_EQUAL(360'000, site.racks[1].total.measured()->mwh);
}

TEST(Balance, losses_lie_between_the_ups_input_and_the_category) {
    meter("in", Role::ups_input, 1000);
    meter("out", Role::ups_output, 950);
    meter("p1", Role::pdu, 930);
    const SiteSums site = sums();
    CHECK_EQUAL(50'000, site.losses(0)->mwh);
    CHECK_EQUAL(70'000, site.losses(1)->mwh);
    CHECK_FALSE(site.losses(2).has_value());
}

TEST(Balance, losses_below_zero_are_a_fault_and_no_number) {
    meter("in", Role::ups_input, 900);
    meter("out", Role::ups_output, 950);
    CHECK_FALSE(sums().losses(0).has_value());
}

TEST(Balance, the_best_category_is_the_highest_that_sees_all_it) {
    CHECK_EQUAL(2U, *best_category({100.0, 98.0, 95.0}, 0));
    CHECK_EQUAL(1U, *best_category({100.0, 98.0, 40.0}, 0));  // some servers only
    CHECK_EQUAL(0U, *best_category({100.0, std::nullopt, std::nullopt}, 0));
    CHECK_EQUAL(0U, *best_category({100.0, 98.0, 95.0}, 1));
    CHECK_FALSE(best_category({100.0, std::nullopt, std::nullopt}, 3).has_value());
    CHECK_FALSE(best_category({std::nullopt, std::nullopt, std::nullopt}, 0).has_value());
    CHECK_FALSE(best_category({std::nullopt, std::nullopt, 0.0}, 0).has_value());
}
