// Energy as the ledger keeps it: an exact integer number of milliwatt-hours (int64: up to 9.2e9 MWh). Ratios are
// taken once, from sums. metering.md section 0.
#pragma once

#include <compare>
#include <cstdint>

namespace pued {

struct Energy {
    std::int64_t mwh = 0;  // milliwatt-hours, never megawatt-hours

    friend constexpr auto operator<=>(Energy, Energy) = default;
    friend constexpr Energy operator+(Energy a, Energy b) { return {a.mwh + b.mwh}; }
    friend constexpr Energy operator-(Energy a, Energy b) { return {a.mwh - b.mwh}; }
    friend constexpr Energy operator-(Energy a) { return {-a.mwh}; }
    constexpr Energy& operator+=(Energy b) {
        mwh += b.mwh;
        return *this;
    }
};

constexpr double watt_hours(Energy e) { return static_cast<double>(e.mwh) / 1000.0; }

}  // namespace pued
