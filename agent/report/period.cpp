// Reading the name of a period.
#include "agent/report/period.hpp"

#include <cstdio>

namespace pued {
namespace {

// The number in these characters; -1 where they are not all digits.
int digits(std::string_view text) {
    int number = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return -1;
        number = 10 * number + (c - '0');
    }
    return number;
}

// A time of that civil date, whatever the zone: noon there is never another date for less than 12 h of offset, and
// farther zones are found by going on from it.
UtcTime local_noon(std::chrono::year_month_day date, const Zone& zone) {
    const UtcTime noon{std::chrono::sys_days{date} + std::chrono::hours{12}};
    return noon - zone.offset_at(noon);
}

}  // namespace

Result<Period> parse_period(std::string_view text, const Zone& zone) {
    const Error wrong{"period \"" + std::string{text} +
                      "\" is none (expected a year, month or day: 2026, 2026-07 or 2026-07-14)"};
    const bool shape = text.size() == 4 || (text.size() == 7 && text[4] == '-') ||
                       (text.size() == 10 && text[4] == '-' && text[7] == '-');
    if (!shape) return wrong;
    const int year = digits(text.substr(0, 4));
    const int month = text.size() > 4 ? digits(text.substr(5, 2)) : 1;
    const int day = text.size() > 7 ? digits(text.substr(8, 2)) : 1;
    if (year < 1970 || year > 9999 || month < 1 || day < 1) return wrong;
    const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (!date.ok()) return wrong;
    const Window kind = text.size() == 4 ? Window::year : text.size() == 7 ? Window::month : Window::day;
    return Period{std::string{text}, kind, zone.window(kind, local_noon(date, zone))};
}

Period year_around(UtcTime time, const Zone& zone) {
    char text[16];
    std::snprintf(text, sizeof text, "%04d", static_cast<int>(zone.date(time).year()));
    return {text, Window::year, zone.window(Window::year, time)};
}

}  // namespace pued
