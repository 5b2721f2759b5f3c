// A report's facts out of the journal: fed with all records in order, twice; then finish(). The first pass, survey(),
// finds which record of an interval is the last (an AMEND replaces what came before it), so that the second, add(),
// keeps sums only and memory does not grow with the number of meters. The points of each time are those of the
// configuration record then in force. Pure; owned by one command, on its thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/config/installation.hpp"
#include "agent/journal/record.hpp"
#include "agent/metrics/compute.hpp"
#include "agent/report/dossier.hpp"
#include "agent/report/fold_events.hpp"
#include "agent/report/fold_meters.hpp"
#include "agent/report/fold_statements.hpp"
#include "agent/report/period.hpp"
#include "agent/report/site_book.hpp"

namespace pued {

class DossierFold {
public:
    // Keeps a reference to the installation: rules, facts of the site, limits.
    DossierFold(const Installation& installation, Period period, UtcTime made);

    void survey(std::uint32_t epoch, const Record& record);
    void add(std::uint32_t epoch, const Record& record);
    Dossier finish();

    // Whether the journal has any interval of the period.
    [[nodiscard]] bool empty() const { return intervals_ == 0; }

private:
    struct Ratio {  // one category in one hour or day
        double facility_mwh = 0, it_mwh = 0, joint_s = 0;
    };
    using Ratios = std::array<Ratio, categories>;
    struct Day {
        Ratios ratios;
        double weather_sum = 0, weather_s = 0, climate_s = 0;
        std::optional<double> residual, headroom_kwh, forecast, forecast_p;
    };
    struct Month {
        double weather_sum = 0, weather_s = 0, climate_s = 0;  // climate_s: of weather_s, as configured
        std::map<std::string, ComputeSum> compute;
    };
    using LocalDay = std::chrono::sys_days;

    [[nodiscard]] static std::uint64_t before(const Record& first);
    void take_config(const Record& record);
    void take_interval(std::uint32_t epoch, const Record& record);
    void take_extras(const Record& record);  // weather, compute, the day's drift figures
    void credit(const Record& record, ClosedInterval interval, bool replaced);
    [[nodiscard]] bool in_period(const Record& record) const;
    [[nodiscard]] Month& month_at(UtcTime time);
    [[nodiscard]] Day& day_at(UtcTime time);

    [[nodiscard]] double watched_s(Span span) const;
    void tell_site(Dossier& out) const;
    void tell_figures(Dossier& out, std::size_t category) const;
    void tell_days(Dossier& out, std::size_t category) const;
    void tell_compute(Dossier& out) const;

    const Installation& installation_;
    Period period_;
    UtcTime made_;
    Zone zone_;
    std::unordered_map<std::int64_t, std::pair<std::uint32_t, std::uint64_t>> newest_;  // by start: epoch, seq

    MeterBook meters_;
    EventBook events_;
    StatementBook statements_;
    double unmeasured_w_ = 0;
    std::chrono::seconds interval_{900};
    std::string version_;
    std::optional<UtcTime> first_;  // begin of the journal's first interval
    UtcTime last_{};                // end of the newest in the period
    std::uint64_t intervals_ = 0;
    std::uint32_t amended_ = 0;
    std::uint32_t epoch_ = 0;
    std::uint64_t size_ = 0;
    std::optional<std::uint64_t> missing_before_;
    bool replayed_ = false;

    SiteBook site_;
    std::map<UtcTime, Month> months_;
    std::map<LocalDay, Day> days_;
    std::map<std::int64_t, Ratios> hours_;  // by hour of UTC
};

}  // namespace pued
