// Times from outside.
#include "agent/model/rfc3339.hpp"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace pued;

TEST_GROUP(Rfc3339){};

TEST(Rfc3339, a_time_has_a_date_a_clock_and_an_offset) {
    const auto is = [](const char* text) { return rfc3339(*parse_rfc3339(text)); };
    STRCMP_EQUAL("2026-07-14T01:30:00.000Z", is("2026-07-14T09:30:00+08:00").c_str());
    STRCMP_EQUAL("2026-07-14T13:00:00.000Z", is("2026-07-14t09:30:00-03:30").c_str());
    STRCMP_EQUAL("2028-02-29T00:00:00.007Z", is("2028-02-29 00:00:00.0079999999999999z").c_str());
    STRCMP_EQUAL("2017-01-01T00:00:00.000Z", is("2016-12-31T23:59:60Z").c_str());
    for (const char* bad :
         {"", "2026-07-14", "2026-07-14T09:30:00", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
          "2026-07-14T24:00:00Z", "2026-07-14T09:60:00Z", "2026-07-14T09:30:61Z", "2026-07-14T09:30:00.Z",
          "2026-07-14T09:30Z", "2026-07-14T09:30:00+8:00", "2026-07-14T09:30:00+0800", "2026-07-14T09:30:00Zx",
          "26-07-14T09:30:00Z", "2026-07-14T09:30:00+24:00", " 2026-07-14T09:30:00Z", "2026-07-14T09:30:00 Z"}) {
        CHECK_FALSE_TEXT(parse_rfc3339(bad).has_value(), bad);
    }
}
