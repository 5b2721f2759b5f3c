// Four quarter hours, one hour.
#include "agent/runtime/drift_feed.hpp"

#include "agent/metering/calendar.hpp"

namespace pued {
namespace {

constexpr std::chrono::hours kHour{1};
constexpr double kHourSeconds = 3600;

double kwh(Energy energy) { return watt_hours(energy) / 1000; }

// A part that was not measured for the whole time is not known.
std::optional<double> part(double kwh_so_far, double seconds, double of_seconds) {
    return seconds > 0 && seconds >= of_seconds ? std::optional{kwh_so_far} : std::nullopt;
}

}  // namespace

void DriftFeed::count(const SiteSums& site, std::optional<std::size_t> category) {
    const auto facility = site.facility.measured();
    if (!facility || !category) return;
    const auto seconds = static_cast<double>(site.length.count());
    state_.facility_kwh += kwh(*facility);
    state_.it_kwh += kwh(*site.it[*category].measured());
    state_.measured_s += seconds;
    if (const auto cooling = site.cooling.measured()) {
        state_.cooling_kwh += kwh(*cooling);
        state_.cooling_s += seconds;
    }
    if (const auto losses = site.losses(*category)) {
        state_.losses_kwh += kwh(*losses);
        state_.losses_s += seconds;
    }
}

std::optional<DriftHour> DriftFeed::add(const SiteSums& site, std::optional<std::size_t> category,
                                        const IntervalExtras& extras, bool guarded, bool meter_event) {
    const auto hour = floor_to(site.start, kHour);
    if (state_.hour != hour) {
        state_ = {};
        state_.hour = hour;
    }
    count(site, category);
    if (extras.weather_c) {
        state_.weather_sum += *extras.weather_c;
        ++state_.weather_n;
    }
    state_.climate = state_.climate || extras.climate;
    state_.guarded = state_.guarded || guarded;
    state_.meter_event = state_.meter_event || meter_event;
    if (site.start + site.length < hour + kHour) return std::nullopt;
    DriftHour out;
    out.start = hour;
    out.coverage = state_.measured_s / kHourSeconds;
    if (state_.measured_s > 0) {
        out.facility_kwh = state_.facility_kwh;
        out.it_kwh = state_.it_kwh;
    }
    out.cooling_kwh = part(state_.cooling_kwh, state_.cooling_s, state_.measured_s);
    out.losses_kwh = part(state_.losses_kwh, state_.losses_s, state_.measured_s);
    if (state_.weather_n > 0) out.weather_c = state_.weather_sum / state_.weather_n;
    out.climate = state_.climate;
    out.guarded = state_.guarded;
    out.meter_event = state_.meter_event;
    state_ = {};
    return out;
}

}  // namespace pued
