// The limit of open files, in words.
#include <string>

#include "drivers/modbus/descriptors.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

TEST_GROUP(Descriptors){};

TEST(Descriptors, some_are_left_to_the_rest_of_the_daemon) {
    UNSIGNED_LONGS_EQUAL(896, endpoints_within(1024));
    UNSIGNED_LONGS_EQUAL(0, endpoints_within(100));
}

TEST(Descriptors, whoever_has_too_many_endpoints_is_told_how_many_and_what_to_do) {
    STRCMP_EQUAL(
        "one endpoint too many: 1200 need 1328 open files and this process may have 1024 (raise LimitNOFILE= of the "
        "service, or ulimit -n, or give some of them to another agent)",
        too_many_endpoints(1200, 896).c_str());
}
