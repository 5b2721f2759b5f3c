// The sums behind a report's figures (metering.md 2.1, 2.3, 3.4): what each interval adds on either side of the ratio,
// and the figure that a window of such intervals comes to. Energies in mWh, with the corrections of calibration
// certificates applied. Pure; owned by the fold.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/metering/ledger.hpp"
#include "agent/metrics/balance.hpp"
#include "agent/report/dossier.hpp"

namespace pued {

inline constexpr std::size_t estimate_methods = 4;
// Relative standard uncertainty of what a method puts into a gap (metering.md 1.5).
inline constexpr std::array<double, estimate_methods> method_u{0.02, 0.01, 0.08, 0.10};

// A metering point as a configuration record described it.
struct FoldPoint {
    std::string id, rack, profile, accuracy, certificate;
    std::string role_name;
    Role role = Role::none;
    std::optional<double> u_rel;
    unsigned type = 0;
    double correction = 0;
    std::optional<std::int64_t> q_uwh;
};

// What a point did in one interval.
struct PointEnergy {
    std::size_t slot = 0;  // of the point, for the life of the fold
    bool measured = false;
    double mwh = 0;  // measured, corrected
    std::optional<double> estimate_mwh;
    std::size_t method = 0;
};

// One side of a ratio in one interval.
struct Side {
    double measured_mwh = 0;
    double estimated_mwh = 0;
    std::array<double, estimate_methods> by_method{};
    unsigned meters = 0, missing = 0, unknown = 0;  // unknown: neither measured nor estimated

    void add(const PointEnergy& energy, int sign = 1);
    [[nodiscard]] bool measured() const { return meters > 0 && missing == 0; }
    [[nodiscard]] bool known() const { return meters > 0 && unknown == 0; }
    [[nodiscard]] double best() const { return measured_mwh + estimated_mwh; }
};

struct IntervalSides {
    Side facility;
    std::array<Side, categories> it;
    Side cooling, ups_input;
    double declared_mwh = 0;  // in facility.measured_mwh, too
    double seconds = 0;

    // Both sides measured and possible: more facility than IT energy.
    [[nodiscard]] bool joint(std::size_t category) const;
    [[nodiscard]] bool impossible(std::size_t category) const;
};

IntervalSides sides_of(std::span<const PointEnergy> energies, const std::vector<FoldPoint>& points, double unmeasured_w,
                       double seconds);

// A numerator and the IT energy of the same intervals.
struct Pair {
    double part_mwh = 0, it_mwh = 0, seconds = 0;
};

struct CategorySums {
    double facility_mwh = 0, it_mwh = 0, declared_mwh = 0, joint_s = 0;  // over J
    std::uint64_t impossible = 0;
    double rest_facility_mwh = 0, rest_it_mwh = 0;  // of the other intervals, measured and estimated
    double rest_s = 0, unfilled_s = 0;
    std::array<double, estimate_methods> facility_by_method{}, it_by_method{};
    Pair cooling, losses;
    std::vector<double> by_slot;  // energies over J

    [[nodiscard]] std::optional<double> pue() const;
};

class FigureSums {
public:
    void add(const IntervalSides& sides, std::span<const PointEnergy> energies, std::size_t slots);
    // Of a window that was watched for so many seconds. The value is withheld where grade_of() says so.
    [[nodiscard]] ReportFigure figure(std::size_t category, double watched_s,
                                      const std::vector<FoldPoint>& points) const;
    // Mean IT energies of each category, for best_category().
    [[nodiscard]] std::array<std::optional<double>, categories> it_means() const;
    [[nodiscard]] const CategorySums& of(std::size_t category) const { return sums_.at(category); }

private:
    std::array<CategorySums, categories> sums_;
};

}  // namespace pued
