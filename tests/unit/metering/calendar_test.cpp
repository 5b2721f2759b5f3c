// Windows of civil time: C01 to C03, and the corners of months and hours.
#include "agent/metering/calendar.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr seconds quarter{900};

UtcTime utc(std::int64_t s) { return UtcTime{seconds{s}}; }
UtcTime utc(int y, unsigned m, unsigned d, int h = 0) {
    return UtcTime{std::chrono::sys_days{std::chrono::year{y} / std::chrono::month{m} / std::chrono::day{d}}
                       .time_since_epoch()} +
           hours{h};
}

// Europe/Berlin in 2026: summer time begins on 29 March and ends on 25 October, at 01:00 UTC.
Zone berlin() { return Zone{minutes{60}, {{utc(2026, 3, 29, 1), minutes{120}}, {utc(2026, 10, 25, 1), minutes{60}}}}; }

}  // namespace

TEST_GROUP(Calendar) { Zone china{minutes{480}}; };

TEST(Calendar, C01_the_reporting_year_2026_in_china) {
    const Span year = china.window(Window::year, utc(2026, 7, 1));
    CHECK_TRUE(year == (Span{utc(1767196800), utc(1798732800)}));
    CHECK_EQUAL(35040, intervals_in(year, quarter));
    STRCMP_EQUAL("2025-12-31T16:00:00.000Z", rfc3339(year.start).c_str());
    STRCMP_EQUAL("2026-12-31T16:00:00.000Z", rfc3339(year.end).c_str());
}

TEST(Calendar, C02_a_leap_year) {
    CHECK_EQUAL(35136, intervals_in(china.window(Window::year, utc(2028, 7, 1)), quarter));
}

TEST(Calendar, C03_days_on_which_summer_time_begins_and_ends) {
    CHECK_EQUAL(92, intervals_in(berlin().window(Window::day, utc(2026, 3, 29, 12)), quarter));
    CHECK_EQUAL(100, intervals_in(berlin().window(Window::day, utc(2026, 10, 25, 12)), quarter));
    CHECK_EQUAL(96, intervals_in(berlin().window(Window::day, utc(2026, 7, 1, 12)), quarter));
    CHECK_EQUAL(35040, intervals_in(berlin().window(Window::year, utc(2026, 7, 1)), quarter));
}

TEST(Calendar, the_last_instant_belongs_to_the_old_year) {
    CHECK_TRUE(china.window(Window::year, utc(1798732799)).start == utc(1767196800));
    CHECK_TRUE(china.window(Window::year, utc(1798732800)).start == utc(1798732800));
}

TEST(Calendar, months_and_days_begin_at_local_midnight) {
    const Span february = china.window(Window::month, utc(2026, 2, 14));
    CHECK_TRUE(february == (Span{utc(2026, 1, 31, 16), utc(2026, 2, 28, 16)}));
    const Span december = china.window(Window::month, utc(2026, 12, 31, 15));
    CHECK_TRUE(december.end == utc(2026, 12, 31, 16));
    const Span day = china.window(Window::day, utc(2026, 5, 1, 16));
    CHECK_TRUE(day == (Span{utc(2026, 5, 1, 16), utc(2026, 5, 2, 16)}));
    CHECK_TRUE(china.date(utc(2026, 5, 1, 16)) == std::chrono::year{2026} / 5 / 2);
}

TEST(Calendar, hours_follow_offsets_of_half_an_hour) {
    const Zone india{minutes{330}};
    const Span hour = india.window(Window::hour, utc(2026, 5, 1, 16));
    CHECK_TRUE(hour == (Span{utc(2026, 5, 1, 15) + minutes{30}, utc(2026, 5, 1, 16) + minutes{30}}));
}

TEST(Calendar, windows_of_a_kind_tile_time) {
    const Zone zone = berlin();
    for (const Window kind : {Window::hour, Window::day, Window::month}) {
        UtcTime time = utc(2026, 1, 1);
        while (time < utc(2027, 1, 1)) {
            const Span span = zone.window(kind, time);
            CHECK_TRUE(span.contains(time));
            CHECK_TRUE(zone.window(kind, span.end).start == span.end);
            time = span.end;
        }
    }
}
