// Has the plant, or a meter, changed; is the year's headroom burning; will the year end above its limit? Four layers
// (metering.md 4.1 to 4.5) over the residual that weather and load do not explain. Fed with closed hours in order, it
// gives metrics; the alerts are ordinary watches on these (drift_watches). Owned by the engine, on its thread; pure.
// Energies in kWh, temperatures in degrees Celsius, residuals in points of PUE.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/metering/calendar.hpp"
#include "agent/metrics/metric.hpp"

namespace pued {

struct DriftHour {
    UtcTime start;
    std::optional<double> facility_kwh, it_kwh;     // measured; absent: unknown
    std::optional<double> cooling_kwh, losses_kwh;  // of the overhead; absent where not metered
    double coverage = 0;                            // measured share of the hour, 0..1
    std::optional<double> weather_c;                // wet bulb, or dry bulb where that is all there is
    bool climate = false;                           // weather_c is no measurement: single hours say nothing then
    bool guarded = false;                           // maintenance declared, storage discharging, integrity alarm open
    bool meter_event = false;                       // an epoch began, or the balance of children and parents moved
};

struct DriftSettings {
    std::optional<double> limit;  // PUE of the year; without it BUDGET and FORECAST stay silent
    double u_meter = 0;           // standard uncertainty of the year's PUE from the meters
    double acute = 0.08, acute_clear = 0.04;
    double k = 0.015, h = 0.15, shewhart = 0.04;
    double least_load = 0.4;  // of the reference IT power; below: unknown
    double u_model = 0.03;    // of the baseline that was configured, until a year has been measured
    // Expected PUE over weather until ten months have been measured: (degrees, PUE), by rising temperature.
    std::vector<std::pair<double, double>> design_curve;
    // Mean weather of each hour of the civil year (8760), or of each month (12); empty: learnt from the first year.
    std::vector<double> climate_c;
    Zone zone{std::chrono::minutes{480}};
};

// A change of the baseline, to be journaled.
struct BaselineEvent {
    UtcTime at;
    std::string text;  // JSON: coefficients, knots, range of weather, residual deviation, what it was fitted on
};

class Drift {
public:
    explicit Drift(DriftSettings settings);
    ~Drift();
    Drift(Drift&&) noexcept;

    // Each closed hour of the site, in order; a gap in time counts as unknown hours. Returns every hour:
    // "pue-residual-hour", "budget-burn"; and when a civil day of the site is over also "pue-residual-day",
    // "change-score", "pue-forecast", "forecast-p", "pue-allowed-rest", "headroom", "burn-pro-rata". Scope "site".
    // A value that guards withhold is absent, with extra["reason"].
    // change-score: max(S+/h, S-/h, |e_d| and |e_d-1| over shewhart), fires at 1; extra: onset (RFC 3339), onset_day
    // (of the site), direction
    // ("worse" | "better"), cause ("plant" | "metering"), component ("cooling" | "losses" | "other"), waste_kwh.
    // What alarms are made of also says so for people: extra text_en, text_zh.
    // budget-burn: max over the tiers of min(long/needed, short/pace), fires at 1; extra: tier.
    // forecast-p: probability that the year ends above the limit.
    std::vector<Metric> add(const DriftHour& hour);

    std::vector<BaselineEvent> take_baselines();

    // All state as bytes (CBOR of nlohmann-json), and back; false where the bytes are of another shape.
    [[nodiscard]] std::string save() const;
    bool restore(const std::string& bytes);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// The alerts of the four layers, for agent/runtime/alert_book: which metric, at which level, for how long.
struct DriftWatch {
    std::string rule;  // "drift-acute", "drift-change", "drift-budget", "forecast-at-risk", "forecast-breach"
    std::string metric;
    double limit = 0, clear_level = 0;
    unsigned for_count = 1, clear_count = 1;
    std::string severity;  // "page", "ticket", "advisory"
};
std::vector<DriftWatch> drift_watches(const DriftSettings& settings);

// Stull's formula: wet bulb from dry bulb and relative humidity (R. Stull 2011; valid 5..99 %, -20..50 degrees).
double wet_bulb_c(double dry_bulb_c, double humidity_percent);

}  // namespace pued
