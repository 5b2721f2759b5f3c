// Energy from samples of power: vectors B01 to B10 and C06.
#include <vector>

#include "agent/metering/samples.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

std::vector<PowerSample> kilowatts(std::initializer_list<std::pair<int, double>> pairs) {
    std::vector<PowerSample> samples;
    for (const auto& [at_s, kw] : pairs) samples.push_back({BootTime{seconds{at_s}}, kw * 1000});
    return samples;
}

}  // namespace

TEST_GROUP(Samples){};

TEST(Samples, B01_three_ways_to_integrate_irregular_samples) {
    const auto samples = kilowatts({{0, 100}, {10, 120}, {25, 90}, {60, 110}});
    DOUBLES_EQUAL(1715.2777777777777, integrate(samples, seconds{60}).wh, 1e-9);
    DOUBLES_EQUAL(1652.7777777777777, integrate(samples, seconds{60}, Hold::left).wh, 1e-9);
    DOUBLES_EQUAL(1777.7777777777777, integrate(samples, seconds{60}, Hold::right).wh, 1e-9);
}

TEST(Samples, B02_a_gap_is_not_integrated) {
    const auto samples = kilowatts({{0, 100}, {60, 100}, {360, 130}, {420, 130}});
    const Integral measured = integrate(samples, seconds{180});
    DOUBLES_EQUAL(3833.3333333333335, measured.wh, 1e-9);
    DOUBLES_EQUAL(0.2857142857142857, measured.coverage(), 1e-15);
    const auto gap = integrate(samples, seconds{300}).wh - measured.wh;
    DOUBLES_EQUAL(9583.333333333334, gap, 1e-9);
}

TEST(Samples, B03_a_limited_slope_bounds_the_error) { DOUBLES_EQUAL(1687.5, slope_bound(2, 60, 30), 1e-9); }

TEST(Samples, B04_a_limited_range_bounds_the_error) {
    DOUBLES_EQUAL(50.0, range_bound(400, 1600, 1000, 300) / 3600, 1e-12);
}

TEST(Samples, B05_to_B09_sampling_uncertainty) {
    DOUBLES_EQUAL(0.033311132253990294, langevin(60.0 / 600), 1e-15);
    DOUBLES_EQUAL(0.009424950186109251, sampling_u(0.2, 300, 60, 15), 1e-15);
    DOUBLES_EQUAL(0.31303528549933146, langevin(1), 1e-15);
    DOUBLES_EQUAL(0.028892226659285893, sampling_u(0.2, 30, 60, 15), 1e-15);
    DOUBLES_EQUAL(0.002948800535336979, sampling_u(0.2, 30, 60, 1440), 1e-15);
    DOUBLES_EQUAL(0.00015434727431422034, sampling_u(0.2, 30, 60, 525600), 1e-16);
    DOUBLES_EQUAL(0.8000908039820194, langevin(5), 1e-15);
    DOUBLES_EQUAL(0.10328541710438569, sampling_u(0.2, 30, 300, 3), 1e-15);
}

TEST(Samples, B10_the_register_is_held_against_the_integral) {
    const Agreement agreement = register_against_integral(1212, 1250, 1, 0.0028);
    DOUBLES_EQUAL(0.9696, agreement.ratio, 1e-15);
    DOUBLES_EQUAL(-2.925963913334269, agreement.z, 1e-12);
}

TEST(Samples, C06_a_free_running_clock_and_unaligned_reads) {
    DOUBLES_EQUAL(4.32, holdover_error_s(50, hours{24}), 1e-12);
    DOUBLES_EQUAL(0.13333333333333333, unaligned_bound(60, 900), 1e-15);
}

TEST(Samples, langevin_is_smooth_near_zero) {
    DOUBLES_EQUAL(1.0011e-3 / 3, langevin(1.0011e-3), 1e-9);
    DOUBLES_EQUAL(0, langevin(0), 0);
}

TEST(Samples, correlation_time_comes_from_the_lag_one_autocorrelation) {
    DOUBLES_EQUAL(60, correlation_time_s(60, 0.36787944117144233), 1e-9);
    DOUBLES_EQUAL(0, correlation_time_s(60, -0.2), 0);
}

TEST(Samples, nothing_is_covered_by_one_sample) {
    const Integral none = integrate(kilowatts({{0, 100}}), seconds{60});
    DOUBLES_EQUAL(0, none.wh, 0);
    DOUBLES_EQUAL(0, none.coverage(), 0);
}
