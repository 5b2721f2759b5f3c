// What OpenBMC's sensors say, as values: units, readings that are none, several sensors of one point.
#include "drivers/dbus/sensor.hpp"

#include <cmath>
#include <limits>

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::dbus;

namespace {

Properties reading(double value, const char* unit) { return {value, unit, {}, {}}; }

void check_refused(Quantity quantity, const Properties& properties, const char* why) {
    const auto value = value_of(quantity, 1, properties);
    CHECK_FALSE(bool(value));
    STRCMP_EQUAL(why, value.error().c_str());
}

}  // namespace

TEST_GROUP(DbusSensor){};

TEST(DbusSensor, each_quantity_has_its_unit) {
    DOUBLES_EQUAL(350, *value_of(Quantity::power, 1, reading(350, "Watts")), 0);
    DOUBLES_EQUAL(7200, *value_of(Quantity::energy, 1, reading(7200, "Joules")), 0);
    DOUBLES_EQUAL(0.5, *value_of(Quantity::activity, 1, reading(50, "Percent")), 0);
    DOUBLES_EQUAL(-5, *value_of(Quantity::temperature, 1, reading(-5, "DegreesC")), 0);
    DOUBLES_EQUAL(40, *value_of(Quantity::humidity, 1, reading(40, "PercentRH")), 0);
    check_refused(Quantity::power, reading(350, "Joules"), "measures Joules (expected Watts)");
    check_refused(Quantity::humidity, reading(40, "Volts"), "measures Volts (expected PercentRH or Percent)");
    check_refused(Quantity::power, {350.0, {}, {}, {}}, "measures nothing with a unit (expected Watts)");
}

TEST(DbusSensor, scale_corrects_a_service_that_tells_millijoules_as_joules) {
    DOUBLES_EQUAL(7.2, *value_of(Quantity::energy, 0.001, reading(7200, "Joules")), 1e-12);
}

TEST(DbusSensor, what_is_no_reading_is_none) {
    check_refused(Quantity::power, reading(std::nan(""), "Watts"), "has no reading now");
    check_refused(Quantity::power, {{}, "Watts", {}, {}}, "has no reading now");
    check_refused(Quantity::power, {350.0, "Watts", false, {}}, "is not available");
    check_refused(Quantity::power, {350.0, "Watts", true, false}, "is not functional");
    check_refused(Quantity::energy, reading(-1, "Joules"), "reads -1, out of range (expected 0 to 9e+12)");
    check_refused(Quantity::activity, reading(101, "Percent"), "reads 1.01, out of range (expected 0 to 1)");
    CHECK_FALSE(bool(value_of(Quantity::power, 1, reading(std::numeric_limits<double>::infinity(), "Watts"))));
}

TEST(DbusSensor, powers_add_up_shares_are_averaged_and_one_that_is_missing_leaves_none) {
    RegisterSum energy;
    DOUBLES_EQUAL(600, sample_of(4, Quantity::power, {350.0, 250.0}, energy).value, 0);
    DOUBLES_EQUAL(0.5, sample_of(4, Quantity::activity, {0.25, 0.75}, energy).value, 0);
    CHECK(sample_of(4, Quantity::power, {350.0, std::nullopt}, energy).quality == Quality::invalid);
}

TEST(DbusSensor, energies_are_one_register_that_begins_anew_with_one_of_them) {
    RegisterSum energy;
    const Sample first = sample_of(4, Quantity::energy, {3600.0, 7200.0}, energy);
    CHECK_EQUAL(3'000'000U, first.count->counts);
    DOUBLES_EQUAL(3, first.value, 1e-12);
    const Sample reset = sample_of(4, Quantity::energy, {3.6, 7203.6}, energy);
    CHECK_EQUAL(2000U, reset.count->counts);
}
