// The expected overhead of an hour over IT energy and weather, and its fit (metering.md 4.2): ordinary least squares
// with two change points on a grid of half degrees. Hours are not kept: sums by half degree of weather are exactly
// enough for that fit. Owned by Drift, engine thread; pure. kWh of one hour, degrees Celsius.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace pued {

inline constexpr double kDegreeStep = 0.5;  // of weather: bins, and the grid of the change points
inline constexpr double kColdest = -50, kHottest = 50;
inline constexpr std::size_t kDegreeBins = 200;

// Nothing outside kColdest..kHottest is weather.
std::optional<std::size_t> degree_bin(double weather_c);
double degree_edge(std::size_t bin);  // its lower end

// b0 + b1 I + b2 I (T-k1)+ + b3 I (T-k2)+
struct HingeModel {
    double b0 = 0, b1 = 0, b2 = 0, b3 = 0, k1 = 0, k2 = 0;

    [[nodiscard]] double per_it(double weather_c) const;  // without b0
    [[nodiscard]] double predict(double it_kwh, double weather_c) const { return b0 + it_kwh * per_it(weather_c); }
};

struct HingeFit {
    HingeModel model;
    double rms_kwh = 0;  // of the hours about the model
    std::int64_t hours = 0;
    double mean_it = 0;
    double coldest = 0, hottest = 0;
};

class HingeSums {
public:
    // n, I, I^2, I T, I^2 T, I^2 T^2, y, I y, I T y
    using Bin = std::array<double, 9>;
    struct State {
        std::vector<Bin> bins;  // kDegreeBins of them; empty before the first hour
        double yy = 0;
        std::int64_t hours = 0;
        double coldest = 0, hottest = 0;
    };

    void add(double it_kwh, double weather_c, double overhead_kwh);
    // Nothing under two days of hours.
    [[nodiscard]] std::optional<HingeFit> fit() const;

    [[nodiscard]] std::int64_t hours() const { return state_.hours; }
    [[nodiscard]] const State& state() const { return state_; }
    void set_state(State state) { state_ = std::move(state); }

private:
    State state_;
};

}  // namespace pued
