// Flap damping: vector F11, and what time may do to it.
#include "agent/rules/damping.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace std::chrono;

namespace {

constexpr UtcTime start{seconds{1767196800}};
const DampingSettings settings;

Damping five_fires() {
    Damping damping;
    for (int i = 0; i < 5; ++i) damping = after_fire(damping, start + seconds{600 * i}, settings);
    return damping;
}

}  // namespace

TEST_GROUP(Damping){};

TEST(Damping, F11_suppresses_from_the_fourth_of_five_fires_in_40_minutes) {
    struct Step {
        double penalty;
        bool suppressed;
    };
    constexpr Step expected[] = {{1000.0, false},
                                 {1890.8987181403393, false},
                                 {2684.599244124439, false},
                                 {3391.706025310986, true},
                                 {4021.666550258423, true}};
    Damping damping;
    auto at = start;
    for (const auto& step : expected) {
        damping = after_fire(damping, at, settings);
        DOUBLES_EQUAL(step.penalty, damping.penalty, 1e-9);
        CHECK_EQUAL(step.suppressed, damping.suppressed);
        at += seconds{600};
    }
    DOUBLES_EQUAL(7228.056484658399, in_seconds(release_after(damping, settings)), 1e-6);
}

TEST(Damping, ends_two_hours_after_the_last_fire) {
    const auto last_fire = start + seconds{2400};
    CHECK(decayed(five_fires(), last_fire + seconds{7228}, settings).suppressed);
    CHECK_FALSE(decayed(five_fires(), last_fire + seconds{7229}, settings).suppressed);
}

TEST(Damping, decay_in_steps_is_decay_at_once) {
    auto stepped = five_fires();
    for (int i = 1; i <= 60; ++i) stepped = decayed(stepped, start + seconds{2400 + 60 * i}, settings);
    DOUBLES_EQUAL(decayed(five_fires(), start + seconds{2400 + 3600}, settings).penalty, stepped.penalty, 1e-9);
}

TEST(Damping, a_clock_set_back_decays_nothing) {
    DOUBLES_EQUAL(five_fires().penalty, decayed(five_fires(), start - hours{5}, settings).penalty, 0);
}
