// The sum of several counters as one register: exact, and beginning anew with a part that does.
#include "agent/model/register_sum.hpp"

#include <array>

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

using Two = std::array<std::uint64_t, 2>;

}  // namespace

TEST_GROUP(RegisterSum){};

TEST(RegisterSum, is_the_sum_as_long_as_no_part_falls) {
    RegisterSum sum;
    CHECK_EQUAL(1000U, sum.add(Two{700, 300}));
    CHECK_EQUAL(1000U, sum.add(Two{700, 300}));
    CHECK_EQUAL(1015U, sum.add(Two{710, 305}));
}

TEST(RegisterSum, begins_anew_with_what_has_flowed_when_one_part_does) {
    RegisterSum sum;
    sum.add(Two{700, 300});
    CHECK_EQUAL(12U, sum.add(Two{710, 2}));
    CHECK_EQUAL(21U, sum.add(Two{715, 6}));
}

TEST(RegisterSum, begins_anew_with_all_parts_after_a_reload) {
    RegisterSum sum;
    sum.add(Two{700, 300});
    CHECK_EQUAL(9U, sum.add(Two{5, 4}));
    CHECK_EQUAL(12U, sum.add(Two{6, 6}));
}

TEST(RegisterSum, says_by_its_modulus_that_it_is_no_longer_the_sum_of_its_parts) {
    RegisterSum sum;
    sum.add(Two{700, 300});
    const auto plain = sum.modulus();
    CHECK(is_sum(plain));
    sum.add(Two{709, 2});
    const auto first = sum.modulus();
    sum.add(Two{712, 3});
    CHECK_EQUAL(first, sum.modulus());
    sum.add(Two{1, 1});
    const auto second = sum.modulus();
    sum.begin_anew(Two{50, 60});
    CHECK(sum_begins_anew(plain, first) && sum_begins_anew(first, second) && sum_begins_anew(second, sum.modulus()));
    CHECK_FALSE(sum_begins_anew(first, plain) || sum_begins_anew(plain, second) || sum_begins_anew(first, first));
    CHECK_FALSE(sum_begins_anew(second, first) || sum_begins_anew(1ULL << 32U, (1ULL << 32U) + 1));
}

TEST(RegisterSum, of_one_part_is_a_register_like_others_until_the_part_is_another) {
    RegisterSum sum;
    sum.add(std::array<std::uint64_t, 1>{700});
    CHECK_EQUAL(2U, sum.add(std::array<std::uint64_t, 1>{2}));
    CHECK_EQUAL(0U, sum.modulus());
    sum.begin_anew(std::array<std::uint64_t, 1>{9000});
    CHECK(sum_begins_anew(0, sum.modulus()));
}

TEST(RegisterSum, begins_anew_at_nothing_with_other_parts) {
    RegisterSum sum;
    sum.add(Two{700, 300});
    CHECK_EQUAL(0U, sum.begin_anew(Two{700, 9000}));
    CHECK_EQUAL(15U, sum.add(Two{710, 9005}));
    CHECK_EQUAL(0U, sum.add(std::array<std::uint64_t, 3>{710, 9005, 200}));
    CHECK_EQUAL(1U, sum.add(std::array<std::uint64_t, 3>{710, 9005, 201}));
}
