// What is learnt about a device's latency.
#include "drivers/modbus/latency.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using std::chrono::milliseconds;

TEST_GROUP(Latency) {
    Latency latency{milliseconds{4}};

    // A whole window, with a straggler in it; whether plans are to be made anew.
    bool window_of(milliseconds usual) {
        bool changed = latency.add(milliseconds{500});
        for (std::size_t i = 1; i < Latency::window; ++i) changed = latency.add(usual) || changed;
        return changed;
    }
};

TEST(Latency, the_median_of_a_window_counts) {
    CHECK_TRUE(window_of(milliseconds{20}));
    CHECK_TRUE(latency.planned() == milliseconds{20});
}

TEST(Latency, what_is_much_alike_makes_no_new_plans) {
    window_of(milliseconds{20});
    CHECK_FALSE(window_of(milliseconds{24}));
    CHECK_FALSE(window_of(milliseconds{16}));
    CHECK_TRUE(latency.planned() == milliseconds{20});
    CHECK_TRUE(window_of(milliseconds{30}));
}

TEST(Latency, less_than_a_millisecond_is_not_worth_it) {
    window_of(milliseconds{0});
    CHECK_FALSE(window_of(milliseconds{1}));
}

TEST(Latency, nothing_is_looked_for_before_the_quickest_reply_less_a_margin) {
    CHECK_TRUE(latency.dead_time() == Duration{});
    window_of(milliseconds{16});
    CHECK_TRUE(latency.dead_time() == milliseconds{13});
    window_of(milliseconds{1});
    CHECK_TRUE(latency.dead_time() == Duration{});
}

TEST(Latency, a_clock_that_says_the_reply_came_too_soon_is_none) {
    window_of(milliseconds{-3});
    CHECK_TRUE(latency.planned() == milliseconds{0});
}
