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

TEST(Library, one_that_is_missing_says_which_it_is_and_which_package_of_debian_brings_it) {
    const Mathematics library{"libmathematics.so.77"};
    STRCMP_CONTAINS("libmathematics.so.77: cannot open", library.error().c_str());
    STRCMP_CONTAINS("(expected libmathematics.so.77 on this machine; on Debian 12: package libmathematics)",
                    library.error().c_str());
}

TEST(Library, one_without_a_function_says_which) {
    const Newer library;
    STRCMP_EQUAL("libm.so.6 has no cos_of_tomorrow (expected a newer libm.so.6; on Debian 12: package libmathematics)",
                 library.error().c_str());
}
