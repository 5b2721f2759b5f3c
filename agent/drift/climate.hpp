// The weather to be expected on the days of a year: configured for each hour (8760) or month (12), or learnt. Kept as a
// histogram by half degree for each third of a month: overhead bends with weather, its mean needs the spread as well.
// Owned by Drift, engine thread; pure. Degrees Celsius.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "agent/drift/baseline.hpp"

namespace pued {

class Climate {
public:
    static constexpr std::size_t kSlices = 36;
    using Histogram = std::vector<std::uint32_t>;  // by degree_bin; empty: no hour yet
    using Histograms = std::array<Histogram, kSlices>;

    // 8760 hours of a civil year, 12 means of months, or nothing: learnt.
    explicit Climate(const std::vector<double>& configured);

    // Days 1 to 10, 11 to 20, and the rest of each month.
    static std::size_t slice_of(std::chrono::year_month_day date);
    void learn(std::size_t slice, double weather_c);

    // The mean of a function of the weather over a slice. Nothing where the slice is neither configured nor learnt
    // (five days or more). Means of months get the spread that was learnt, if any.
    [[nodiscard]] std::optional<double> mean(std::size_t slice, const std::function<double(double)>& of) const;
    // Coldest and hottest of what was configured.
    [[nodiscard]] std::optional<std::pair<double, double>> configured_range() const { return range_; }

    [[nodiscard]] const Histograms& learnt() const { return learnt_; }
    void set_learnt(Histograms learnt) { learnt_ = std::move(learnt); }

private:
    [[nodiscard]] double shift_of(std::size_t month) const;

    Histograms hours_{}, learnt_{};
    std::vector<double> months_;
    std::optional<std::pair<double, double>> range_;
};

}  // namespace pued
