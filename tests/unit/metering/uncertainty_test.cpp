// The uncertainty of points and of a PUE: vectors E01 to E13, E20 to E22, E25 to E27 of the reference, and where
// classes say nothing.
#include <array>
#include <cmath>
#include <limits>

#include "agent/metering/uncertainty.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

void close(double expected, double got) { DOUBLES_EQUAL(expected, got, 1e-12 * std::fabs(expected)); }

double u_of(const Instrument& instrument) {
    const auto u = relative_uncertainty(instrument);
    CHECK(u.has_value());
    return u.value_or(NAN);
}

// The load fractions are those whose row the vectors took: 20 % and more, and nominal for class 1.
constexpr Classes k02s{MeterClass::c02s, CtClass::c02s, 0.3};
constexpr Classes k05s{MeterClass::c05s, CtClass::c05s, 0.3};
constexpr Classes k1{MeterClass::c1, CtClass::c1, 1.0};

double independent(bool, bool) { return 0; }
double half_within_type(bool same_type, bool) { return same_type ? 0.5 : 0; }
double full_within_type(bool same_type, bool) { return same_type ? 1 : 0; }

void add(std::vector<Contribution>& out, int count, int d, int t, double energy, const Instrument& instrument) {
    for (int i = 0; i < count; ++i) {
        out.push_back({d, t, energy, u_of(instrument), instrument_type(instrument)});
    }
}

// 2 incomers (0.2S) and 10 UPS outputs (0.5S), MWh.
std::vector<Contribution> two_types() {
    std::vector<Contribution> out;
    add(out, 2, 1, 0, 10240, k02s);
    add(out, 10, 0, 1, 1600, k05s);
    return out;
}

std::vector<Contribution> one_type() {
    std::vector<Contribution> out;
    add(out, 1, 1, 0, 20480, k05s);
    add(out, 10, 0, 1, 1600, k05s);
    return out;
}

// One point on either side, at a PUE.
PueUncertainty pair(const Instrument& main, const Instrument& it, double pue) {
    std::vector<Contribution> out;
    add(out, 1, 1, 0, pue, main);
    add(out, 1, 0, 1, 1, it);
    return *pue_uncertainty(out);
}

}  // namespace

TEST_GROUP(Uncertainty){void provable(const Instrument& main, const Instrument& it, double u_at_128,
                                      double expected){const auto at_128 = pair(main, it, 1.28);
close(1.28, at_128.pue);
close(u_at_128, at_128.u);
const auto largest = largest_provable(1.30, [&](double pue) { return pair(main, it, pue).u; });
CHECK(largest.has_value());
close(expected, *largest);
}
}
;

TEST(Uncertainty, E01_to_E04_a_point_by_its_classes) {
    close(0.0017237685006225832, u_of(k02s));
    close(0.004405572296571051, u_of(k05s));
    close(0.008811144593142101, u_of(k1));
    close(0.005773502691896258, u_of(Classes{MeterClass::c1, CtClass::none, 1.0}));
}

TEST(Uncertainty, E05_E06_a_point_without_papers_by_its_kind) {
    close(0.011547005383792516, u_of(WithoutPapers::ups_display));
    close(0.02886751345948129, u_of(WithoutPapers::bmc));
    close(0.01 / std::sqrt(3), u_of(WithoutPapers::pdu));
    close(0.2 / std::sqrt(3), u_of(WithoutPapers::estimate));
}

TEST(Uncertainty, E07_a_transformers_phase_error_counts_at_a_power_factor_below_1) {
    close(0.002868309917171254, phase_error(30, 0.95));
    DOUBLES_EQUAL(0, phase_error(30, 1), 0);
}

TEST(Uncertainty, E08_to_E10_a_shared_bias_weighs_more_than_independent_errors) {
    const auto meters = two_types();
    const auto u = pue_uncertainty(meters, independent);
    close(1.28, u->pue);
    close(0.002369416449153796, u->u);
    close(0.004738832898307592, guard_band(u->u));
    close(0.004597948214584468, pue_uncertainty(meters, half_within_type)->u);
    close(0.006055420815969804, pue_uncertainty(meters, full_within_type)->u);
    close(0.006055420815969804, pue_uncertainty(meters)->u);  // each type stands on one side only
}

TEST(Uncertainty, E11_full_correlation_would_claim_that_one_type_knows_all) {
    DOUBLES_EQUAL(0.0, pue_uncertainty(one_type(), full_within_type)->u, 1e-9);  // the square root of rounding errors
}

TEST(Uncertainty, E12_meters_on_both_sides_count_by_their_share_in_the_difference) {
    std::vector<Contribution> meters;
    add(meters, 10, 1, 1, 1600, k05s);
    add(meters, 1, 1, 0, 3360, k1);
    add(meters, 1, 1, 0, 1120, k1);
    const auto u = pue_uncertainty(meters, full_within_type);
    close(1.28, u->pue);
    close(0.002758324557778366, u->u);
}

TEST(Uncertainty, E13_gaps_of_one_method_add_linearly) {
    const auto measured = *pue_uncertainty(two_types());
    const std::array once{GapEnergy{0.08, 409.6, 0}};
    close(0.006392372428017661, with_gaps(measured, 16000, once));
    // Another method is independent of it, and so are the two sides.
    const std::array twice{GapEnergy{0.08, 409.6, 0}, GapEnergy{0.02, 0, 100}};
    close(std::hypot(0.006392372428017661, 0.02 * 1.28 * 100 / 16000), with_gaps(measured, 16000, twice));
    close(measured.u, with_gaps(measured, 16000, {}));
}

TEST(Uncertainty, E21_few_readings_lower_the_degrees_of_freedom) {
    const double infinite = std::numeric_limits<double>::infinity();
    const std::array components{Component{0.0030, 9}, Component{0.0040, infinite}};
    close(69.44444444444443, effective_degrees(components));
    CHECK_TRUE(std::isinf(effective_degrees(std::array{Component{0.0040, infinite}})));
}

TEST(Uncertainty, a_certificate_stands_before_the_class_of_a_meter) {
    Device device;
    CHECK_FALSE(relative_uncertainty(device).has_value());
    const auto unknown = instrument_type(device);
    device.instrument = k05s;
    close(0.004405572296571051, *relative_uncertainty(device));
    CHECK_EQUAL(instrument_type(*device.instrument), instrument_type(device));
    device.u_rel = 0.0005;
    close(0.0005, *relative_uncertainty(device));
    CHECK(unknown != instrument_type(k05s) && unknown != instrument_type(WithoutPapers::bmc));
}

TEST(Uncertainty, the_default_rule_in_one_pass_is_the_formula) {
    const auto same = [](bool same_type, bool same_sign) { return same_type && same_sign ? 1.0 : 0.0; };
    auto meters = two_types();
    add(meters, 3, -1, 0, 500, k1);
    add(meters, 2, 1, 1, 300, k05s);
    close(pue_uncertainty(meters, same)->u, pue_uncertainty(meters)->u);
}

TEST(Uncertainty, E22_the_default_rule_gives_no_credit_for_cancellation) {
    close(0.007974937717537236, pue_uncertainty(one_type())->u);
}

TEST(Uncertainty, different_types_on_one_side_are_independent) {
    std::vector<Contribution> meters;
    add(meters, 1, 1, 0, 60, k02s);
    add(meters, 1, 1, 0, 60, k05s);
    add(meters, 1, 0, 1, 100, WithoutPapers::pdu);
    close(std::hypot(0.6 * 0.0017237685006225832, 0.6 * 0.004405572296571051, 1.2 * 0.01 / std::sqrt(3)),
          pue_uncertainty(meters)->u);
}

TEST(Uncertainty, what_is_taken_out_adds_its_uncertainty) {
    // E_DC = 110 - 10, E_IT = 80: u^2 = (110 a / 80)^2 + ((10 + 1.25 * 80) a / 80)^2; the last two share a sign.
    std::vector<Contribution> meters;
    add(meters, 1, 1, 0, 110, WithoutPapers::pdu);
    add(meters, 1, -1, 0, 10, WithoutPapers::pdu);
    add(meters, 1, 0, 1, 80, WithoutPapers::pdu);
    const auto u = pue_uncertainty(meters);
    close(1.25, u->pue);
    close(110.0 / 80 * std::sqrt(2) * 0.01 / std::sqrt(3), u->u);
}

TEST(Uncertainty, there_is_no_pue_without_it_energy) {
    std::vector<Contribution> meters;
    add(meters, 1, 1, 0, 100, k02s);
    CHECK_FALSE(pue_uncertainty(meters).has_value());
    CHECK_FALSE(pue_uncertainty({}).has_value());
}

TEST(Uncertainty, E20_the_largest_compliant_pue_at_a_fixed_u) {
    close(1.29, *largest_provable(1.30, [](double) { return 0.0050; }));
    close(1.2810000000000001, *largest_provable(1.30, [](double) { return 0.0095; }));
}

TEST(Uncertainty, E25_02S_everywhere) { provable(k02s, k02s, 0.0031203542937241497, 1.2936925327355); }

TEST(Uncertainty, E26_02S_and_UPS_displays) {
    provable(k02s, WithoutPapers::ups_display, 0.014943949905982513, 1.2703377138141883);
}

TEST(Uncertainty, E27_05S_everywhere) { provable(k05s, k05s, 0.007974937717537232, 1.2840002777432764); }

TEST(Uncertainty, a_guard_band_as_wide_as_the_overhead_leaves_nothing_to_prove) {
    CHECK_FALSE(largest_provable(1.10, [](double) { return 0.0501; }).has_value());
    close(1.0, *largest_provable(1.10, [](double) { return 0.05; }));
    close(1.10, *largest_provable(1.10, [](double) { return 0.0; }));
}

TEST(Uncertainty, low_load_takes_the_wider_limits) {
    // Rows at 5 %: 0.5S transformers 0.75 % and 45 minutes; the meter keeps 0.5 %.
    const double phase = 0.75 / 180 * std::acos(-1.0) * std::tan(std::acos(0.95));
    close(std::hypot(0.005, 0.0075, phase) / std::sqrt(3), u_of(Classes{MeterClass::c05s, CtClass::c05s, 0.05}));
    // Just below it: 1.5 %, 90 minutes and 1 %.
    close(std::hypot(0.01, 0.015, 2 * phase) / std::sqrt(3), u_of(Classes{MeterClass::c05s, CtClass::c05s, 0.049}));
    // Class 1 at 20 to 100 %: 1.5 % and 90 minutes.
    close(std::hypot(0.01, 0.015, 2 * phase) / std::sqrt(3), u_of(Classes{MeterClass::c1, CtClass::c1, 0.3}));
    close(0.025 / std::sqrt(3), u_of(Classes{MeterClass::c2, CtClass::none, 0.02}));
    close(0.02 / std::sqrt(3), u_of(Classes{MeterClass::c2, CtClass::none, 0.05}));
}

TEST(Uncertainty, below_the_first_row_a_class_says_nothing) {
    CHECK_FALSE(relative_uncertainty(Classes{MeterClass::c1, CtClass::none, 0.019}).has_value());
    CHECK_FALSE(relative_uncertainty(Classes{MeterClass::c05s, CtClass::c05, 0.04}).has_value());
    CHECK(relative_uncertainty(Classes{MeterClass::c02s, CtClass::c02s, 0.01}).has_value());
}

TEST(Uncertainty, a_type_is_an_instrument_whatever_its_load) {
    CHECK_EQUAL(instrument_type(Classes{MeterClass::c1, CtClass::c1, 0.1}), instrument_type(k1));
    CHECK(instrument_type(k02s) != instrument_type(k05s));
    CHECK(instrument_type(Classes{MeterClass::c1, CtClass::none, 1}) != instrument_type(k1));
    CHECK(instrument_type(WithoutPapers::pdu) != instrument_type(WithoutPapers::bmc));
}
