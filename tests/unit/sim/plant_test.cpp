// The simulated physics: balances, limits, and that the same seed is the same plant.
#include "drivers/sim/plant.hpp"

#include <algorithm>

#include <CppUTest/TestHarness.h>

using namespace pued::sim;

namespace {

// PUE at every tenth of a second for a while.
std::pair<double, double> pue_range(Plant& plant, int seconds) {
    double lowest = 1e9, highest = 0;
    for (int i = 0; i < seconds * 10; ++i) {
        plant.advance(0.1);
        lowest = std::min(lowest, plant.pue());
        highest = std::max(highest, plant.pue());
    }
    return {lowest, highest};
}

double overhead_w(const Plant& plant) {
    const double losses_w = plant.ups_input().power_w - plant.ups_output().power_w;
    const double chillers_w = plant.chillers()[0].flow.power_w + plant.chillers()[1].flow.power_w;
    return losses_w + chillers_w + plant.crahs().power_w + plant.pumps().power_w + plant.lighting().power_w +
           plant.auxiliary().power_w;
}

}  // namespace

TEST_GROUP(Plant){};

TEST(Plant, what_the_feeds_bring_is_what_is_used) {
    Plant plant({});
    for (int i = 0; i < 500; ++i) {
        plant.advance(0.1);
        DOUBLES_EQUAL(plant.facility_w(), plant.ups_output().power_w + overhead_w(plant), 1e-6 * plant.facility_w());
        CHECK(plant.ups_output().power_w > plant.pdus_w());
        DOUBLES_EQUAL(plant.pdus_w(), plant.servers_w(), 1e-6 * plant.pdus_w());
    }
}

TEST(Plant, energy_is_the_integral_of_power_over_real_time) {
    Plant plant({});
    double facility_ws = 0, chiller_ws = 0;
    const double chiller_before = plant.chillers()[0].flow.energy_wh;
    for (int i = 0; i < 1000; ++i) {  // one step of plant time each: power is constant in it
        facility_ws += plant.facility_w() * 0.05;
        chiller_ws += plant.chillers()[0].flow.power_w * 0.05;
        plant.advance(0.05);
    }
    DOUBLES_EQUAL(facility_ws / 3600, plant.facility_wh(), 1e-6);
    DOUBLES_EQUAL(chiller_ws / 3600, plant.chillers()[0].flow.energy_wh - chiller_before, 1e-6);
}

TEST(Plant, a_healthy_plant_stays_below_a_pue_of_1_25_all_day) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        PlantOptions options;
        options.seed = seed;
        options.racks = 6;
        Plant plant(options);
        const auto [lowest, highest] = pue_range(plant, 1440);  // a day at 60 times the speed
        CHECK(lowest > 1.15);
        CHECK(highest < 1.25);
    }
}

TEST(Plant, a_stuck_chiller_drives_the_pue_over_1_30_within_seconds_and_back_when_repaired) {
    for (const unsigned racks : {2U, 16U}) {
        PlantOptions options;
        options.racks = racks;
        Plant plant(options);
        pue_range(plant, 10);
        plant.set_stuck(0, true);
        pue_range(plant, 3);
        CHECK(plant.pue() > 1.30);
        CHECK(pue_range(plant, 60).first > 1.30);  // and stays there
        CHECK(plant.chillers()[0].flow.power_w > 2 * plant.chillers()[1].flow.power_w);
        plant.set_stuck(0, false);
        pue_range(plant, 10);
        CHECK(plant.pue() < 1.25);
        DOUBLES_EQUAL(24, plant.room_c(), 3);
    }
}

TEST(Plant, both_chillers_stuck_overheat_the_hall_but_not_without_end) {
    Plant plant({.racks = 1, .servers_per_rack = 6, .time_scale = 60, .seed = 1, .start_hour = 10});
    plant.set_stuck(0, true);
    plant.set_stuck(1, true);
    pue_range(plant, 60);
    CHECK(plant.room_c() > 30);
    for (int i = 0; i < 600; ++i) plant.advance(10);
    CHECK(plant.room_c() < 200);
}

TEST(Plant, distribution_losses_follow_the_square_of_the_load_and_a_ups_loses_more_at_more_load) {
    Plant plant({});
    const auto loss_w = [&plant] { return plant.ups_output().power_w - plant.pdus_w(); };
    const auto ups_loss_w = [&plant] { return plant.ups_input().power_w - plant.ups_output().power_w; };
    const double first_load_w = plant.pdus_w(), first_loss_w = loss_w(), first_ups_loss_w = ups_loss_w();
    plant.advance(60);
    const double ratio = plant.pdus_w() / first_load_w;
    CHECK(ratio != 1);
    DOUBLES_EQUAL(ratio * ratio, loss_w() / first_loss_w, 1e-9);
    CHECK((ratio > 1) == (ups_loss_w() > first_ups_loss_w));
}

TEST(Plant, the_wet_bulb_is_warmest_in_the_afternoon_and_costs_cooling) {
    const auto at = [](double hour) {
        PlantOptions options;
        options.start_hour = hour;
        return Plant(options);
    };
    CHECK(at(15).wet_bulb_c() > at(3).wet_bulb_c() + 4);
    CHECK(at(15).pue() > at(3).pue());  // the same servers doing the same
}

TEST(Plant, the_same_seed_is_the_same_plant_and_another_is_another) {
    Plant a({}), b({});
    PlantOptions other_options;
    other_options.seed = 2;
    Plant other(other_options);
    for (int i = 0; i < 300; ++i) {
        a.advance(0.1), b.advance(0.1), other.advance(0.1);
        DOUBLES_EQUAL(a.facility_wh(), b.facility_wh(), 0);
        DOUBLES_EQUAL(a.pue(), b.pue(), 0);
    }
    CHECK(a.servers_w() != other.servers_w());
}

TEST(Plant, an_idle_server_still_draws_power_and_a_busy_one_its_peak) {
    CHECK(server_power_w(0) > 1000);
    DOUBLES_EQUAL(server_peak_w, server_power_w(1), 1e-9);
}
