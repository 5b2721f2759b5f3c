// BUDGET (metering.md 4.3): is the year's headroom burning too fast? Four pairs of a long and a short window over the
// hourly excess energy. Sums are whole Wh, so that windows that slide for years stay exact. Owned by Drift; pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace pued {

struct BudgetTier {
    const char* name;
    std::size_t long_hours, short_hours;
    double share;  // of the year's headroom, spent within the long window

    [[nodiscard]] double needed(double headroom_kwh) const { return share * headroom_kwh; }
    // Mean excess power of the long window at the alarm, kW.
    [[nodiscard]] double pace(double headroom_kwh) const {
        return needed(headroom_kwh) / static_cast<double>(long_hours);
    }
};

inline constexpr std::array<BudgetTier, 4> kBudgetTiers{
    {{"24h", 24, 2, 0.01}, {"72h", 72, 6, 0.02}, {"14d", 336, 24, 0.05}, {"45d", 1080, 72, 0.10}}};

// The headroom below which the slowest tier would ask for less than `least_residual` (points of PUE): noise, not burn.
double least_headroom(double it_year_kwh, double least_residual);

struct Burn {
    double value = 0;  // fires at 1
    const BudgetTier* tier = nullptr;
};

class ExcessWindows {
public:
    void add(std::optional<double> excess_kwh);  // absent: unknown
    // The worst tier; nothing while less than 95 % of every tier's windows is known.
    [[nodiscard]] std::optional<Burn> burn(double headroom_kwh) const;

    // Wh by hour, oldest first; kUnknown where not known.
    static constexpr std::int64_t kUnknown = INT64_MIN;
    [[nodiscard]] std::vector<std::int64_t> state() const;
    void set_state(const std::vector<std::int64_t>& hours);

private:
    struct Sum {
        std::int64_t wh = 0, known = 0;
    };
    static constexpr std::size_t kHours = 1080;

    void push(std::int64_t wh);
    void slide(Sum& sum, std::size_t length, std::int64_t newest) const;
    [[nodiscard]] std::optional<Burn> burn(std::size_t tier, double headroom_kwh) const;

    std::array<std::int64_t, kHours> ring_{};
    std::size_t next_ = 0, size_ = 0;
    std::array<Sum, kBudgetTiers.size()> long_{}, short_{};
};

}  // namespace pued
