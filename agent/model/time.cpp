// Conversions between the two clocks, and the RFC 3339 label.
#include "agent/model/time.hpp"

#include <cstdio>

namespace pued {

UtcTime to_utc(const Anchor& anchor, BootTime boot) {
    return anchor.utc + std::chrono::floor<UtcTime::duration>(boot - anchor.boot);
}

BootTime to_boot(const Anchor& anchor, UtcTime utc) { return anchor.boot + (utc - anchor.utc); }

std::string rfc3339(UtcTime time) {
    using namespace std::chrono;
    const auto day = floor<days>(time);
    const year_month_day date{sys_days{day}};
    const hh_mm_ss clock{time - day};
    char text[40];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
    return text;
}

}  // namespace pued
