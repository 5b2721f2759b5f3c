// Histograms of weather, and Stull's wet bulb.
#include "agent/drift/climate.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "agent/drift/drift.hpp"

namespace pued {

namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::year;

constexpr std::uint32_t kLeastHours = 120;
constexpr std::size_t kHoursOfYear = 8760;

std::uint32_t hours_in(const Climate::Histogram& histogram) {
    return std::accumulate(histogram.begin(), histogram.end(), 0U);
}

double middle(std::size_t bin) { return degree_edge(bin) + kDegreeStep / 2; }

void count(Climate::Histogram& histogram, double weather_c) {
    const auto bin = degree_bin(weather_c);
    if (!bin) return;
    if (histogram.empty()) histogram.resize(kDegreeBins);
    ++histogram[*bin];
}

double mean_of(const Climate::Histogram& histogram, double shift, const std::function<double(double)>& of) {
    double sum = 0;
    for (std::size_t i = 0; i < histogram.size(); ++i) {
        if (histogram[i] > 0) sum += histogram[i] * of(middle(i) + shift);
    }
    return sum / hours_in(histogram);
}

}  // namespace

Climate::Climate(const std::vector<double>& configured) {
    if (configured.empty()) return;
    const auto [low, high] = std::minmax_element(configured.begin(), configured.end());
    range_ = {*low, *high};
    if (configured.size() == 12) months_ = configured;
    if (configured.size() != kHoursOfYear) return;
    const std::chrono::sys_days first{year{2025} / 1 / 1};  // any year of 365 days
    for (std::size_t i = 0; i < kHoursOfYear; ++i) {
        count(hours_[slice_of(first + std::chrono::days{i / 24})], configured[i]);
    }
}

std::size_t Climate::slice_of(std::chrono::year_month_day date) {
    const unsigned third = std::min((static_cast<unsigned>(date.day()) - 1) / 10, 2U);
    return (static_cast<unsigned>(date.month()) - 1) * 3 + third;
}

void Climate::learn(std::size_t slice, double weather_c) { count(learnt_[slice], weather_c); }

// From the mean that was learnt to the one that was configured.
double Climate::shift_of(std::size_t month) const {
    double sum = 0;
    std::uint32_t hours = 0;
    for (std::size_t slice = 3 * month; slice < 3 * month + 3; ++slice) {
        const std::uint32_t n = hours_in(learnt_[slice]);
        if (n == 0) continue;
        sum += n * mean_of(learnt_[slice], 0, [](double t) { return t; });
        hours += n;
    }
    return months_[month] - sum / hours;
}

std::optional<double> Climate::mean(std::size_t slice, const std::function<double(double)>& of) const {
    if (!hours_[slice].empty()) return mean_of(hours_[slice], 0, of);
    const bool learnt = hours_in(learnt_[slice]) >= kLeastHours;
    if (!months_.empty()) return learnt ? mean_of(learnt_[slice], shift_of(slice / 3), of) : of(months_[slice / 3]);
    return learnt ? std::optional{mean_of(learnt_[slice], 0, of)} : std::nullopt;
}

double wet_bulb_c(double t, double rh) {
    return t * std::atan(0.151977 * std::sqrt(rh + 8.313659)) + std::atan(t + rh) - std::atan(rh - 1.676331) +
           0.00391838 * std::pow(rh, 1.5) * std::atan(0.023101 * rh) - 4.686035;
}

}  // namespace pued
