// FORECAST (metering.md 4.3): where the year will end, how sure that is, and what the rest of the year may have.
// Arithmetic on sums only (F01, F04, F12). Pure; kWh, PUE.
#pragma once

#include <optional>

namespace pued {

struct YearSoFar {
    double facility_kwh = 0, it_kwh = 0;
};

// What is still to come.
struct RestOfYear {
    double it_kwh = 0;
    double overhead = 0;       // expected by the model on the climate, per IT energy
    double level = 0;          // of the residual today: the EWMA that is taken to last
    double weather_slope = 0;  // of `overhead`, per degree
    double days = 0;
};

struct ForecastDeviation {
    double level = 0, base = 0, meter = 0;
};

double pue_at_year_end(const YearSoFar& year, const RestOfYear& rest);
// L (I + I_rest) less what is used and expected: the headroom that is left, kWh.
double headroom_left(double limit, const YearSoFar& year, const RestOfYear& rest);
// The PUE that the rest may have; nothing when there is no rest.
std::optional<double> pue_allowed_rest(double limit, const YearSoFar& year, double rest_it_kwh);
// Share of the allowed overhead that is used for the IT energy so far; nothing before there is any.
std::optional<double> burn_pro_rata(double limit, const YearSoFar& year);

// Standard deviation of the mean weather of so many days between years, in degrees.
double weather_deviation(double days);
double forecast_deviation(const YearSoFar& year, const RestOfYear& rest, const ForecastDeviation& of);
double probability_above(double limit, double pue, double u);

}  // namespace pued
