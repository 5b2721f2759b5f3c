// The energy balance of the site in one interval: every meter's energy on its side (metering.md 2.1). A sum with a
// missing child is not measured: it is never silently smaller. Pure. Energies in mWh.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/metering/ledger.hpp"
#include "agent/model/topology.hpp"

namespace pued {

struct Sum {
    Energy energy;
    std::uint32_t meters = 0;
    std::uint32_t missing = 0;

    [[nodiscard]] std::optional<Energy> measured() const {
        return meters > 0 && missing == 0 ? std::optional{energy} : std::nullopt;
    }
    void add(const std::optional<Energy>& part, int sign = 1);
};

// Where E_IT is taken: 1 at the UPS outputs, 2 at the PDUs, 3 at the servers.
inline constexpr std::size_t categories = 3;

struct RackSums {
    std::string_view rack;  // a name in the point table
    Sum it;                 // its PDUs, or its servers where it has no PDU
    Sum total;              // the same and the cooling, lighting and auxiliaries of this rack; only where it has such
};

struct SiteSums {
    UtcTime start{};
    std::chrono::seconds length{};
    Sum facility;     // E_DC = sum of d E, and the declared constant
    Energy declared;  // the part of it that no meter measures
    std::array<Sum, categories> it;
    Sum cooling;
    Sum other;  // lighting and auxiliaries
    Sum ups_input;
    std::vector<RackSums> racks;  // all racks of the point table, by rising name

    // UPS and distribution up to the point where this category takes E_IT.
    [[nodiscard]] std::optional<Energy> losses(std::size_t category) const;
};

struct BalanceSettings {
    double unmeasured_w = 0;  // declared auxiliaries without a meter, in E_DC
    unsigned category = 0;    // of the metric "pue"; 0: the highest that covers all IT
};

// +1: into E_DC; -1: taken out of it; 0: neither.
int facility_sign(Role role);
// The category that a device of this role measures, as an index 0..2.
std::optional<std::size_t> category_of(Role role);

// What a meter shows with the correction of its calibration certificate (a fraction).
Energy corrected(Energy shown, double correction);

// Where each device of a table enters the sums, worked out once: a year of intervals passes here after an outage.
class BalancePlan {
public:
    // Keeps a reference to the table.
    BalancePlan(const PointTable& table, BalanceSettings settings);

    // Every meter's energy with its correction.
    [[nodiscard]] SiteSums sum(const std::vector<IntervalEnergy>& by_device, UtcTime start,
                               std::chrono::seconds length) const;
    [[nodiscard]] const std::vector<std::string_view>& racks() const { return racks_; }

private:
    static constexpr std::size_t no_rack = static_cast<std::size_t>(-1);

    const PointTable& table_;
    BalanceSettings settings_;
    std::vector<std::string_view> racks_;  // by rising name
    std::vector<std::size_t> rack_of_;     // by device: an index into racks_
};

SiteSums balance(const std::vector<IntervalEnergy>& by_device, UtcTime start, std::chrono::seconds length,
                 const PointTable& table, const BalanceSettings& settings);

// Which category stands for the site, as an index: the highest that sees at least 85 % of what the largest sees. Below
// that it does not meter all IT (some servers or PDUs have no meter): losses between UPS and server are smaller.
inline constexpr double covers_all_it = 0.85;
std::optional<std::size_t> best_category(const std::array<std::optional<double>, categories>& it, unsigned fixed);

}  // namespace pued
