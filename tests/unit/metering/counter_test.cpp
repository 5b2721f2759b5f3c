// Steps of energy registers: vectors A01 to A08, A12 to A15 of the reference, and the corners between them.
#include <cstdint>

#include "agent/metering/counter.hpp"
#include "agent/metering/exact.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

constexpr std::int64_t tenth_kwh = 100'000'000;  // µWh
constexpr std::uint64_t two32 = 1ULL << 32;

std::uint64_t limit_1500kw(Duration dt) { return plausible_counts(1.5e6, dt, tenth_kwh); }

void check(Step step, StepKind kind, std::uint64_t credit) {
    STRCMP_EQUAL(std::string{name_of(kind)}.c_str(), std::string{name_of(step.kind)}.c_str());
    CHECK_EQUAL(credit, step.credit);
}

}  // namespace

TEST_GROUP(Counter){};

TEST(Counter, A01_a_32_bit_register_wraps) {
    check(advance(4294967290, 15, two32, limit_1500kw(seconds{60})), StepKind::rollover, 21);
    CHECK_EQUAL(2'100'000, energy_of(21, tenth_kwh).mwh);
}

TEST(Counter, A02_a_decimal_register_wraps) {
    check(advance(9999995, 12, 10'000'000, limit_1500kw(seconds{60})), StepKind::rollover, 17);
}

TEST(Counter, A03_a_mod10_register_is_worth_its_counts) {
    constexpr std::uint64_t mod10 = 123ULL * 10000 + 4567;  // [4567, 0123, 0, 0], low word first, of 1 Wh
    CHECK_EQUAL(1'234'567'000, energy_of(mod10, 1'000'000).mwh);
    check(advance(9'999'999'999'999'990, 7, 10'000'000'000'000'000, 100), StepKind::rollover, 17);
}

TEST(Counter, A04_a_reset_is_no_rollover) {
    CHECK_EQUAL(4501U, limit_1500kw(seconds{900}));  // 450 kWh and the one of quantisation
    check(advance(12345678, 32, two32, limit_1500kw(seconds{900})), StepKind::reset, 32);
}

TEST(Counter, A05_jitter_keeps_the_high_water_mark) {
    const auto limit = limit_1500kw(seconds{60});
    check(advance(50000, 49999, two32, limit), StepKind::jitter, 0);
    check(advance(50000, 50004, two32, limit), StepKind::advance, 4);
}

TEST(Counter, A06_a_torn_read_is_backward_and_the_next_one_advances) {
    const auto limit = limit_1500kw(seconds{60});
    check(advance(0x1FFFE, 0x10003, two32, limit), StepKind::backward, 0);
    check(advance(0x1FFFE, 0x20003, two32, limit), StepKind::advance, 5);
}

TEST(Counter, A07_a_jump_credits_nothing) {
    CHECK_EQUAL(301U, limit_1500kw(seconds{60}));
    check(advance(100000, 265536, two32, 301), StepKind::jump, 0);
    check(advance(100000, 100301, two32, 301), StepKind::advance, 301);
    check(advance(100000, 100302, two32, 301), StepKind::jump, 0);
}

TEST(Counter, A08_a_float_register_resolves_what_its_mantissa_can) {
    DOUBLES_EQUAL(0.0078125, float32_ulp(123456.78), 0);
    DOUBLES_EQUAL(0.125, float32_ulp(1234567.8), 0);
    DOUBLES_EQUAL(1.0, float32_ulp(12345678.9), 0);
    DOUBLES_EQUAL(2.0, float32_ulp(20e6), 0);
    const Count register_20gwh{200'000'000, tenth_kwh, 0, 2000};
    DOUBLES_EQUAL(2000, effective_resolution_wh(register_20gwh), 0);
    CHECK_EQUAL(40U, jitter_of(register_20gwh));  // two steps of 2 kWh in counts of 0.1 kWh
    CHECK_EQUAL(2U, jitter_of(Count{1, tenth_kwh, 0, 0}));
}

TEST(Counter, A12_two_floored_readings_differ_with_a_triangular_error) {
    DOUBLES_EQUAL(0.4082482904638631, quantisation_u(1), 1e-15);
}

TEST(Counter, A13_a_register_is_stuck_after_three_resolutions) {
    CHECK(stuck_after(1000, 400e3) == Duration{seconds{27}});
    CHECK(stuck_after(1000, 0) == Duration::max());
}

TEST(Counter, A14_an_exchanged_meter_starts_low_or_high) {
    const auto limit = limit_1500kw(seconds{60});
    check(advance(5000000, 12, two32, limit), StepKind::reset, 12);
    check(advance(5000000, 7123456, two32, limit), StepKind::jump, 0);
}

TEST(Counter, A15_after_ten_days_only_the_low_one_shows) {
    const auto limit = limit_1500kw(hours{240});
    CHECK_EQUAL(4320001U, limit);
    check(advance(5000000, 12, two32, limit), StepKind::reset, 12);
    check(advance(5000000, 7123456, two32, limit), StepKind::advance, 2123456);
}

TEST(Counter, a_register_of_64_bits_wraps_at_modulus_zero) {
    check(advance(UINT64_MAX - 4, 5, 0, 100), StepKind::rollover, 10);
}

TEST(Counter, a_reading_above_its_modulus_is_never_called_a_rollover) {
    check(advance(10'000'050, 9'000'000, 10'000'000, 100), StepKind::backward, 0);
}

TEST(Counter, time_running_backwards_leaves_one_count) { CHECK_EQUAL(1U, limit_1500kw(seconds{-5})); }

TEST(Counter, the_limit_saturates) { CHECK_EQUAL(1ULL << 62, plausible_counts(1e12, hours{1'000'000}, 1)); }

TEST(Counter, stuck_needs_power_and_two_polls) {
    StuckWatch watch;
    const BootTime start{};
    watch.power_polled(start, 400e3, seconds{30});
    watch.register_polled(false);
    watch.power_polled(start + seconds{27}, 400e3, seconds{30});
    CHECK_FALSE(watch.stuck(1000));  // one poll only
    watch.register_polled(false);
    CHECK_TRUE(watch.stuck(1000));
    watch.register_polled(true);
    CHECK_FALSE(watch.stuck(1000));
}

TEST(Counter, stuck_does_not_integrate_over_gaps) {
    StuckWatch watch;
    watch.power_polled(BootTime{}, 400e3, seconds{30});
    watch.power_polled(BootTime{hours{1}}, 400e3, seconds{30});
    watch.register_polled(false);
    watch.register_polled(false);
    CHECK_FALSE(watch.stuck(1000));
}

TEST_GROUP(Exact){};

TEST(Exact, counts_become_floored_milliwatt_hours) {
    CHECK_EQUAL(1, energy_of(1999, 1).mwh);  // 1999 µWh
    CHECK_EQUAL(2'000'000'000'000LL, energy_of(20'000'000, 100'000'000).mwh);
    // 10^16 - 1 counts of 0.123457 Wh: 1234569999999999.876543 Wh and 1000 times that in mWh, floored.
    CHECK_EQUAL(1'234'569'999'999'999'876LL, energy_of(9'999'999'999'999'999, 123'457).mwh);
    CHECK_EQUAL(INT64_MAX, energy_of(UINT64_MAX, 1'000'000'000).mwh);
    CHECK_EQUAL(0, energy_of(5, 0).mwh);
}

TEST(Exact, products_of_more_than_64_bits_divide_exactly) {
    // (2^62 - 1) * (2^61) / (2^62) = 2^61 - 1/2, floored.
    CHECK_EQUAL((1ULL << 61) - 1, mul_div_floor((1ULL << 62) - 1, 1ULL << 61, 1ULL << 62));
    CHECK_EQUAL(UINT64_MAX, mul_div_floor(UINT64_MAX, 7, 7));
    CHECK_EQUAL(0U, mul_div_floor(UINT64_MAX, 0, 7));
    CHECK_EQUAL(33U, mul_div_floor(100, 1, 3));
}
