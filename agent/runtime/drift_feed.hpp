// Intervals into hours, for the drift model: an hour counts as measured as far as its intervals are. Owned by
// Accounting; pure. Energies in kWh.
#pragma once

#include <optional>
#include <vector>

#include "agent/drift/drift.hpp"
#include "agent/metrics/balance.hpp"
#include "agent/runtime/interval_record.hpp"

namespace pued {

struct DriftFeedState {
    std::optional<UtcTime> hour;
    double facility_kwh = 0, it_kwh = 0, cooling_kwh = 0, losses_kwh = 0;
    double measured_s = 0, cooling_s = 0, losses_s = 0, weather_sum = 0;
    unsigned weather_n = 0;
    bool guarded = false, meter_event = false, climate = false;

    friend bool operator==(const DriftFeedState&, const DriftFeedState&) = default;
};

class DriftFeed {
public:
    // The hour that this interval completes; of an hour of which no interval came, nothing is said. `category`: where
    // the interval took its IT energy.
    std::optional<DriftHour> add(const SiteSums& site, std::optional<std::size_t> category,
                                 const IntervalExtras& extras, bool guarded, bool meter_event);

    [[nodiscard]] const DriftFeedState& save() const { return state_; }
    void restore(const DriftFeedState& state) { state_ = state; }

private:
    void count(const SiteSums& site, std::optional<std::size_t> category);

    DriftFeedState state_;
};

}  // namespace pued
