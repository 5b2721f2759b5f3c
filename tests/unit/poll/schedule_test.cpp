// Slots that never bunch or drift, and rests that grow to a bound.
#include "drivers/poll/schedule.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using std::chrono::milliseconds;

namespace {
BootTime ms(std::int64_t value) { return BootTime{milliseconds{value}}; }
}  // namespace

TEST_GROUP(Schedule){};

TEST(Schedule, the_first_poll_is_due_at_once_and_sets_the_slots) {
    Schedule schedule{milliseconds{1000}};
    CHECK_TRUE(schedule.due(ms(0)));
    UNSIGNED_LONGS_EQUAL(0, schedule.take(ms(7)));
    CHECK_TRUE(schedule.next() == ms(1007));
    CHECK_FALSE(schedule.due(ms(1006)));
    CHECK_TRUE(schedule.due(ms(1007)));
}

TEST(Schedule, a_late_poll_does_not_move_the_next) {
    Schedule schedule{milliseconds{1000}};
    schedule.take(ms(0));
    UNSIGNED_LONGS_EQUAL(0, schedule.take(ms(1400)));
    CHECK_TRUE(schedule.next() == ms(2000));
}

TEST(Schedule, slots_missed_are_counted_and_not_made_up_for) {
    Schedule schedule{milliseconds{1000}};
    schedule.take(ms(0));
    schedule.take(ms(1000));
    UNSIGNED_LONGS_EQUAL(3, schedule.take(ms(5300)));  // 2, 3, 4 are lost; this one stands for 5
    CHECK_TRUE(schedule.next() == ms(6000));
}

TEST(Schedule, no_period_is_so_short_that_nothing_else_happens) {
    Schedule schedule{Duration{0}};
    schedule.take(ms(0));
    CHECK_TRUE(schedule.next() == ms(10));
}

TEST_GROUP(Backoff){};

TEST(Backoff, one_failure_is_tried_again_at_the_next_slot) {
    Backoff backoff{1};
    backoff.failed(ms(0));
    CHECK_FALSE(backoff.resting(ms(0)));
}

TEST(Backoff, rests_grow_to_eight_seconds_and_no_further) {
    Backoff backoff{1};
    backoff.failed(ms(0));
    for (const int full_ms : {1000, 2000, 4000, 7000, 7000, 7000}) {
        backoff.failed(ms(0));
        CHECK_TRUE(backoff.resting(ms(full_ms * 8 / 10 - 1)));
        CHECK_FALSE(backoff.resting(ms(full_ms)));
    }
    backoff.succeeded();
    CHECK_FALSE(backoff.resting(ms(0)));
    UNSIGNED_LONGS_EQUAL(0, backoff.failures());
}

TEST(Backoff, a_thousand_failures_do_not_overflow) {
    Backoff backoff{1};
    for (int i = 0; i < 1000; ++i) backoff.failed(ms(0));
    CHECK_TRUE(backoff.resting(ms(6000)));
    CHECK_FALSE(backoff.resting(ms(8000)));
}

TEST(Backoff, a_line_may_ask_for_a_least_rest) {
    Backoff backoff{1};
    backoff.failed(ms(0), milliseconds{300});
    CHECK_TRUE(backoff.resting(ms(299)));
    CHECK_FALSE(backoff.resting(ms(300)));
}
