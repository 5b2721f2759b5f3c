// The formulae; see forecast.hpp.
#include "agent/drift/forecast.hpp"

#include <algorithm>
#include <cmath>

namespace pued {

namespace {

// Means of months differ between years by about 1.3 K, means of years by about 0.5 K (mid-latitude climates; our
// assumption, because one year of data cannot tell and a typical year does not say).
constexpr double kMonthDeviation = 1.3, kYearDeviation = 0.5, kDaysOfMonth = 30;

double total_expected(const YearSoFar& year, const RestOfYear& rest) {
    return year.facility_kwh + rest.it_kwh * (1 + rest.overhead + rest.level);
}

}  // namespace

double pue_at_year_end(const YearSoFar& year, const RestOfYear& rest) {
    return total_expected(year, rest) / (year.it_kwh + rest.it_kwh);
}

double headroom_left(double limit, const YearSoFar& year, const RestOfYear& rest) {
    return limit * (year.it_kwh + rest.it_kwh) - total_expected(year, rest);
}

std::optional<double> pue_allowed_rest(double limit, const YearSoFar& year, double rest_it_kwh) {
    if (!(rest_it_kwh > 0)) return std::nullopt;
    return (limit * (year.it_kwh + rest_it_kwh) - year.facility_kwh) / rest_it_kwh;
}

std::optional<double> burn_pro_rata(double limit, const YearSoFar& year) {
    if (!(year.it_kwh > 0) || !(limit > 1)) return std::nullopt;
    return (year.facility_kwh / year.it_kwh - 1) / (limit - 1);
}

double weather_deviation(double days) {
    return std::max(kYearDeviation, kMonthDeviation * std::sqrt(kDaysOfMonth / std::max(1.0, days)));
}

double forecast_deviation(const YearSoFar& year, const RestOfYear& rest, const ForecastDeviation& of) {
    const double w = rest.it_kwh / (year.it_kwh + rest.it_kwh);
    const double weather = rest.weather_slope * weather_deviation(rest.days);
    return std::hypot(w * std::hypot(of.level, of.base, weather), of.meter);
}

double probability_above(double limit, double pue, double u) {
    if (!(u > 0)) return pue > limit ? 1 : 0;
    return std::erfc((limit - pue) / (u * std::sqrt(2.0))) / 2;
}

}  // namespace pued
