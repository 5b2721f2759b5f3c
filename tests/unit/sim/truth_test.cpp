// Times as they come from pued's messages.
#include "drivers/sim/truth.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

TEST_GROUP(Truth){};

TEST(Truth, utc_times_are_read_as_they_are_printed) {
    for (const std::int64_t ms : {0LL, 1'767'225'600'123LL, 4'102'444'800'999LL}) {  // 1970, 2026, 2100
        const UtcTime time{std::chrono::milliseconds{ms}};
        CHECK(time == *sim::parse_utc(rfc3339(time)));
    }
    LONGS_EQUAL(1'767'225'600'000LL, sim::parse_utc("2026-01-01T00:00:00Z")->time_since_epoch().count());
}

TEST(Truth, other_texts_are_no_times) {
    for (const char* text : {"", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00:00+08:00", "now"})
        CHECK_FALSE_TEXT(static_cast<bool>(sim::parse_utc(text)), text);
}

TEST(Truth, a_directory_without_a_plant_is_an_error) {
    const UtcTime start{};
    const auto pue = sim::true_pue("/nonexistent", start, start + std::chrono::milliseconds{1000});
    STRCMP_CONTAINS("there is no truth in /nonexistent/truth.csv", pue.error().c_str());
}
