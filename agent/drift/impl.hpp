// Drift::Impl: the hour in hour.cpp, the day in day.cpp, fits in fit.cpp. Owned by Drift, engine thread; pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agent/drift/state.hpp"

namespace pued {

struct Drift::Impl {
    explicit Impl(DriftSettings s);

    std::vector<Metric> add(const DriftHour& hour);

    // hour.cpp
    void step(const DriftHour& hour, std::vector<Metric>& out);
    void begin_day(UtcTime start);
    void roll_year(UtcTime start);
    [[nodiscard]] double reference_it() const;
    [[nodiscard]] const Baseline& baseline() const;  // the one in use
    void note_usable(const DriftHour& hour);
    void collect(const DriftHour& hour);
    void note_residual(const DriftHour& hour, const HourResidual& residual);
    void tell_hour(const DriftHour& hour, const HourResidual& residual, std::vector<Metric>& out) const;
    [[nodiscard]] Metric burn_metric(const Span& span, double coverage) const;
    void plan_budget(UtcTime from);

    // day.cpp
    void close_day(std::vector<Metric>& out);
    [[nodiscard]] Metric metric(std::string name, std::optional<double> value, std::string_view reason) const;
    [[nodiscard]] Metric residual_day(std::optional<double> value) const;
    [[nodiscard]] std::string day_reason() const;
    Metric judge_change(std::optional<double> residual);
    void pile_up(double residual);
    void describe_change(Metric& score) const;
    void tell_forecast(std::vector<Metric>& out) const;
    [[nodiscard]] std::optional<double> recent_it() const;  // mean of an hour of the last 28 days
    struct Rest {
        RestOfYear rest;
        std::string_view reason;  // why there is none
    };
    [[nodiscard]] Rest rest_of_year(UtcTime from) const;
    [[nodiscard]] bool mean_ahead(UtcTime from, double it, RestOfYear& rest) const;

    // fit.cpp
    void fit_if_due(UtcTime now);
    [[nodiscard]] bool enough_for_year(UtcTime now) const;
    [[nodiscard]] bool alert_open() const;
    bool fit(BaselineKind kind, UtcTime now);
    void settle();
    [[nodiscard]] std::vector<double> residuals_of_days() const;
    [[nodiscard]] std::string describe(const HingeFit& fit, UtcTime now) const;

    DriftSettings settings;
    Baseline design;
    Climate climate;
    DriftState state;
};

}  // namespace pued
