// Which rate a field falls under.
#include "agent/config/rates.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

TEST_GROUP(Rates) {
    std::map<std::string, Milliseconds> rates{{"energy_wh", Milliseconds{60'000}},
                                              {"voltage_v", Milliseconds{30'000}},
                                              {"voltage_l1_v", Milliseconds{20'000}},
                                              {"outlet-7.energy_wh", Milliseconds{10'000}}};
    long of(std::string_view field) { return static_cast<long>(rate_of(rates, field).count()); }
};

TEST(Rates, a_quantity_stands_for_all_its_phases_and_elements) {
    LONGS_EQUAL(60'000, of("energy_wh"));
    LONGS_EQUAL(60'000, of("outlet-3.energy_wh"));
    LONGS_EQUAL(30'000, of("voltage_l2_v"));
    LONGS_EQUAL(30'000, of("branch-1.voltage_l2_v"));
}

TEST(Rates, what_says_more_goes_first) {
    LONGS_EQUAL(20'000, of("voltage_l1_v"));
    LONGS_EQUAL(10'000, of("outlet-7.energy_wh"));
}

TEST(Rates, what_nothing_speaks_of_is_read_with_every_poll) {
    LONGS_EQUAL(0, of("power_w"));
    LONGS_EQUAL(0, of("energy_export_wh"));
    LONGS_EQUAL(0, of("ct"));
}
