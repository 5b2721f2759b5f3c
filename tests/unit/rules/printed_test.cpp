// How judged figures are printed: the rounding that people read and that no comparison uses.
#include <limits>
#include <string>

#include "agent/rules/printed.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

void expanded(const char* text, double value) { STRCMP_EQUAL(text, expanded_text(value).c_str()); }

}  // namespace

TEST_GROUP(Printed){};

TEST(Printed, values_have_three_decimals) {
    STRCMP_EQUAL("1.280", value_text(1.28).c_str());
    STRCMP_EQUAL("1.305", value_text(1.3049).c_str());
}

TEST(Printed, uncertainties_have_two_significant_digits_rounded_up) {
    expanded("0.013", 0.012110841631939607);   // E10
    expanded("0.0048", 0.004738832898307592);  // E08
    expanded("0.0063", 0.006240708587448299);  // E25
    expanded("0.030", 0.029887899811965025);   // E26
    expanded("0.016", 0.015949875435074465);   // E27
    expanded("1.3", 1.21);
    expanded("13", 12.1);
    expanded("130", 121);
}

TEST(Printed, what_has_two_digits_already_stays) {
    expanded("0.010", 2 * 0.005);
    expanded("0.019", 2 * 0.0095);
    expanded("0.10", 0.1);
    expanded("0.30", 0.1 + 0.2);
    expanded("1.0", 1);
    expanded("10", 10);
}

TEST(Printed, rounding_up_may_need_a_digit_less) {
    expanded("0.10", 0.0996);
    expanded("1.0", 0.991);
    expanded("10", 9.91);
    expanded("100", 99.1);
}

TEST(Printed, no_number_has_no_digits) {
    expanded("0", 0);
    expanded("unknown", -0.1);
    expanded("unknown", std::numeric_limits<double>::quiet_NaN());
    expanded("unknown", std::numeric_limits<double>::infinity());
}
