// Millijoules as whole microwatt-hours.
#include "agent/model/joules.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

TEST_GROUP(Joules){};

TEST(Joules, become_whole_microwatt_hours) {
    CHECK_EQUAL(0U, microwatt_hours(3));  // 0.83 of one
    CHECK_EQUAL(1U, microwatt_hours(4));
    CHECK_EQUAL(1'000'000U, microwatt_hours(3'600'000));
    CHECK_EQUAL(5'124'095'576'030'430'970U, microwatt_hours(18'446'744'073'709'551'492U));  // no overflow on the way
}

TEST(Joules, are_a_register_of_microwatt_hours_that_never_wraps) {
    const Count count = count_of_millijoules(7'200'000);
    CHECK_EQUAL(1, count.q_uwh);
    CHECK_EQUAL(0U, count.modulus);
    DOUBLES_EQUAL(2, watt_hours_of(count), 1e-12);
}
