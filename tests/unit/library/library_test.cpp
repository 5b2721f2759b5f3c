// A library that is there, one that is not, and one that is too old.
#include "drivers/library/library.hpp"

#include <cmath>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

struct Mathematics : Library {
    explicit Mathematics(const std::string& name) : Library(name, "libmathematics") {}
    Function<double(double)> cosine{*this, "cos"};
};

struct Newer : Library {
    Newer() : Library("libm.so.6", "libmathematics") {}
    Function<double(double)> cosine{*this, "cos"};
    Function<double(double)> tomorrow{*this, "cos_of_tomorrow"};
};

}  // namespace

TEST_GROUP(Library){};

TEST(Library, its_functions_are_called_by_name) {
    const Mathematics library{"libm.so.6"};
    STRCMP_EQUAL("", library.error().c_str());
    DOUBLES_EQUAL(1.0, library.cosine(0.0), 1e-12);
}

TEST(Library, one_that_is_missing_says_which_package_brings_it) {
    const Mathematics library{"libmathematics.so.77"};
    CHECK_TRUE(library.error().find("libmathematics.so.77") != std::string::npos);
    CHECK_TRUE(library.error().find("(expected the package libmathematics on this machine)") != std::string::npos);
}

TEST(Library, one_without_a_function_says_which) {
    const Newer library;
    STRCMP_EQUAL("libm.so.6 has no cos_of_tomorrow (expected a newer package libmathematics)", library.error().c_str());
}
