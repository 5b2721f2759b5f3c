// The windows of a period, summed and told by the same code as in the daemon (agent/metrics/windows): the configuration
// in force, its points and their balance. Fed with the intervals of the period in the journal's order. Part of the fold
// (fold.hpp); pure. Energies in mWh.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "agent/metering/calendar.hpp"
#include "agent/metrics/balance.hpp"
#include "agent/metrics/windows.hpp"
#include "agent/report/dossier.hpp"

namespace pued {

class SiteBook {
public:
    explicit SiteBook(Zone zone) : zone_(std::move(zone)) {}

    // The points of a configuration record, in its order.
    void configure(const nlohmann::json& points, BalanceSettings settings);
    // Watched since then already: its first interval is not the begin of what could be known.
    void watched_since(UtcTime start) { since_ = start; }
    // `replaced`: a later record tells this interval anew. The sums of it, for plots.
    SiteSums add(ClosedInterval interval, bool replaced);

    // Where E_IT of this window is taken, as an index.
    [[nodiscard]] std::size_t category(Window kind, UtcTime in) const;
    [[nodiscard]] ReportFigure figure(Window kind, UtcTime in, std::size_t category) const;
    [[nodiscard]] std::uint64_t impossible(Window kind, UtcTime in, std::size_t category) const;

private:
    struct Site {  // never moved: its parts refer to the table
        PointTable table;
        std::unique_ptr<Windows> windows;
        std::unique_ptr<BalancePlan> plan;
    };
    void open(const ClosedInterval& first);

    Zone zone_;
    std::optional<UtcTime> since_;
    std::vector<Device> devices_;
    BalanceSettings settings_;
    bool changed_ = true;  // since `site_` was made
    std::unique_ptr<Site> site_;
};

}  // namespace pued
