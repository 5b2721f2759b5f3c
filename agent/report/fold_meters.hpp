// The metering points of a period, by name, whatever configuration they stood in: what each was credited with, what was
// estimated, its registers at both ends, its epochs. Part of the fold (fold.hpp); pure.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "agent/journal/record.hpp"
#include "agent/metrics/filler.hpp"
#include "agent/report/dossier.hpp"

namespace pued {

// A metering point as a configuration record described it.
struct FoldPoint {
    std::string profile, accuracy, certificate, role_name;
    Device device;
    std::optional<std::int64_t> q_uwh;
};

class MeterBook {
public:
    // The points of a configuration record, in its order; what the record says of a known name replaces what was known.
    void configure(const nlohmann::json& points);
    // A register began anew, or a meter was exchanged. `place`: the time as people read it.
    void add_event(const nlohmann::json& aux, RecordType type, const std::string& place, bool in_period);
    // An interval of the period and what it says of the energies.
    void credit(const Record& record, const std::vector<IntervalEnergy>& energies, double seconds);

    // Slot of a point of the configuration in force; nothing for one that it does not have.
    [[nodiscard]] std::optional<std::size_t> slot(std::uint64_t point) const;
    [[nodiscard]] const std::vector<FoldPoint>& points() const { return points_; }
    [[nodiscard]] std::size_t size() const { return points_.size(); }

    [[nodiscard]] std::vector<ReportMeter> report(double watched_s) const;
    [[nodiscard]] std::map<std::string, double> energy_by_role() const;

private:
    struct Tally {
        double credited_mwh = 0, measured_s = 0;
        std::array<double, estimate_methods> estimated_mwh{};
        std::optional<std::int64_t> first_s, last_s;
        std::optional<std::uint64_t> first_count, last_count;
        std::optional<std::int64_t> first_q_uwh, last_q_uwh;
        std::uint32_t epochs = 1;
        std::vector<Bilingual> events;
        bool seen = false;
    };
    [[nodiscard]] std::size_t slot_of(const std::string& id);
    void keep_registers(Tally& tally, const RecordPoint& point, std::int64_t start_s) const;

    std::vector<FoldPoint> points_;
    std::vector<Tally> tallies_;
    std::map<std::string, std::size_t> by_id_;
    std::vector<std::size_t> order_;  // slot by index of the configuration in force
};

}  // namespace pued
