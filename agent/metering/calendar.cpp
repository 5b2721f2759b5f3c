// Windows of civil time; see calendar.hpp.
#include "agent/metering/calendar.hpp"

namespace pued {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::months;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year_month_day;
using std::chrono::years;

UtcTime floor_to(UtcTime time, std::chrono::seconds length) {
    auto rest = time.time_since_epoch() % length;
    if (rest < rest.zero()) rest += length;
    return time - rest;
}

bool is_plausible(const Now& now) {
    constexpr UtcTime first{std::chrono::sys_days{std::chrono::year{2024} / 1 / 1}.time_since_epoch()};
    return now.quality != ClockQuality::unsynced || now.utc >= first;
}

std::int64_t intervals_in(const Span& span, std::chrono::seconds interval) {
    return interval.count() > 0 ? (span.end - span.start) / interval : 0;
}

minutes Zone::offset_at(UtcTime time) const {
    minutes offset = first_;
    for (const Change& change : changes_) {
        if (change.from > time) break;
        offset = change.offset;
    }
    return offset;
}

UtcTime Zone::to_utc(sys_seconds local) const {
    const auto with = [&](minutes offset) { return UtcTime{(local - offset).time_since_epoch()}; };
    if (offset_at(with(first_)) == first_) return with(first_);
    for (const Change& change : changes_) {
        if (offset_at(with(change.offset)) == change.offset) return with(change.offset);
    }
    return with(offset_at(with(first_)));  // a local time that was skipped: any offset near it will do
}

year_month_day Zone::date(UtcTime time) const { return floor<days>(time + offset_at(time)); }

UtcTime Zone::twelve_months_before(UtcTime end) const {
    const year_month_day last = date(end - std::chrono::milliseconds{1});
    const year_month_day first = last.year() / last.month() / 1;
    return to_utc(sys_days{first - months{11}});
}

Span Zone::window(Window kind, UtcTime time) const {
    if (kind == Window::hour) {  // offsets are whole quarter hours: an hour of local time is one of UTC
        const minutes offset = offset_at(time);
        const UtcTime start = UtcTime{floor<hours>(time + offset).time_since_epoch()} - offset;
        return {start, start + hours{1}};
    }
    const year_month_day today = date(time);
    switch (kind) {
        case Window::month: {
            const year_month_day first = today.year() / today.month() / 1;
            return {to_utc(sys_days{first}), to_utc(sys_days{first + months{1}})};
        }
        case Window::year: {
            const year_month_day first = today.year() / 1 / 1;
            return {to_utc(sys_days{first}), to_utc(sys_days{first + years{1}})};
        }
        default: return {to_utc(sys_days{today}), to_utc(sys_days{today} + days{1})};
    }
}

}  // namespace pued
