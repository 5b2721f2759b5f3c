// What ends the doubt about a unit whose reply may still come.
#include "drivers/modbus/doubts.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

TEST_GROUP(ModbusDoubts) {
    Doubts doubts;
    // Compared as addresses only.
    const Unit* const unit = reinterpret_cast<const Unit*>(&doubts);

    bool open() const { return doubts.words(unit).has_value(); }
};

TEST(ModbusDoubts, there_is_none_until_a_request_was_in_vain) {
    CHECK_FALSE(open());
    doubts.begin(unit, 20);
    UNSIGNED_LONGS_EQUAL(20, *doubts.words(unit));
}

TEST(ModbusDoubts, registers_of_the_probes_own_length_end_it) {
    doubts.begin(unit, 20);
    CHECK(doubts.answered(unit, 0));
    CHECK_FALSE(open());
}

TEST(ModbusDoubts, a_refusal_may_be_that_of_the_earlier_request_and_ends_it_only_when_it_comes_again) {
    doubts.begin(unit, 20);
    CHECK_FALSE(doubts.answered(unit, 2));
    doubts.begin(unit, 20);  // the probe failed
    CHECK(open());
    CHECK(doubts.answered(unit, 2));
    CHECK_FALSE(open());
}

TEST(ModbusDoubts, a_new_doubt_needs_two_refusals_again) {
    doubts.begin(unit, 20);
    CHECK_FALSE(doubts.answered(unit, 2));
    CHECK(doubts.answered(unit, 2));
    doubts.begin(unit, 20);
    CHECK_FALSE(doubts.answered(unit, 2));
}

TEST(ModbusDoubts, that_the_unit_is_absent_never_ends_it) {
    doubts.begin(unit, 20);
    for (int i = 0; i < 3; ++i) {
        CHECK_FALSE(doubts.answered(unit, 11));
        CHECK_FALSE(doubts.answered(unit, 10));
    }
    CHECK_FALSE(doubts.answered(unit, 4));
    CHECK_FALSE(doubts.answered(unit, 11));
    CHECK(doubts.answered(unit, 4));
}
