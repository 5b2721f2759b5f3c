// The period of a report: a civil year, month or day of the site, by its name. Pure; times in UTC.
#pragma once

#include <string>
#include <string_view>

#include "agent/metering/calendar.hpp"
#include "agent/model/result.hpp"

namespace pued {

struct Period {
    std::string text;  // "2026", "2026-07", "2026-07-14"
    Window kind = Window::year;
    Span span{};
};

// The error says what is wrong with the text and which texts are right.
Result<Period> parse_period(std::string_view text, const Zone& zone);
// The civil year in which this time lies.
Period year_around(UtcTime time, const Zone& zone);

}  // namespace pued
