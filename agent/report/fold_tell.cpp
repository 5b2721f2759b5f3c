// From the sums of a period to what the report says of it.
#include <algorithm>
#include <cmath>
#include <limits>

#include "agent/metrics/pue.hpp"
#include "agent/report/conclude.hpp"
#include "agent/report/fold.hpp"

namespace pued {
namespace {

constexpr std::size_t most_scatter = 2000;
// A point of a plot stands for a day or an hour that was nearly whole.
constexpr double plotted_from = 0.75;

std::string zone_text(int minutes) {
    std::string text = minutes < 0 ? "UTC-" : "UTC+";
    const int size = std::abs(minutes);
    text += std::to_string(size / 60);
    if (size % 60 != 0) text += ":" + std::to_string(size % 60);
    return text;
}

std::optional<double> mean_of(double sum, double seconds) {
    return seconds > 0 ? std::optional{sum / seconds} : std::nullopt;
}

std::vector<std::pair<double, double>> thinned(const std::vector<std::pair<double, double>>& all) {
    if (all.size() <= most_scatter) return all;
    std::vector<std::pair<double, double>> out;
    for (std::size_t i = 0; i < most_scatter; ++i) out.push_back(all[i * all.size() / most_scatter]);
    return out;
}

// Work over the energy of the intervals in which there was work, TFLOP/J; NaN where unknown.
double delivered(const std::map<std::string, ComputeSum>& sums, const std::string& scope) {
    const auto found = sums.find(scope);
    if (found == sums.end()) return std::numeric_limits<double>::quiet_NaN();
    const auto ratio = tflop_per_joule(found->second.active_tflop, watt_hours(found->second.active_energy));
    return ratio.value_or(std::numeric_limits<double>::quiet_NaN());
}

}  // namespace

// How much of this part of the period the journal could have measured: from its own beginning to its newest interval.
// Where its oldest records are not here, nobody knows what was measured in them.
double DossierFold::watched_s(Span span) const {
    const bool whole = missing_before_.value_or(0) == 0;
    const UtcTime from = std::max({span.start, period_.span.start, whole ? first_.value_or(span.start) : span.start});
    const UtcTime to = std::min({span.end, period_.span.end, last_});
    return std::max(0.0, in_seconds(to - from));
}

void DossierFold::tell_site(Dossier& out) const {
    const auto& site = installation_.config.site;
    out.site = site.id;
    out.site_name = site.name.empty() ? site.id : site.name;
    out.agent = site.agent;
    out.region = site.region;
    out.version = version_;
    out.zone = zone_text(site.utc_offset_minutes);
    out.utc_offset_minutes = site.utc_offset_minutes;
    out.accuracy_note = site.accuracy_note;
    out.start = period_.span.start;
    out.end = period_.span.end;
    out.made = made_;
    out.period = period_.text;
    out.unmeasured_kw = unmeasured_w_ / 1000;
    out.interval = interval_;
    out.watched_from = std::max(period_.span.start, first_.value_or(period_.span.start));
    out.watched_to = last_;
    out.closed = last_ >= period_.span.end;
    out.intervals = intervals_;
    out.amended = amended_;
    out.epoch = epoch_;
    out.tree_size = size_;
    out.replayed = replayed_;
    out.missing_before = missing_before_.value_or(0);
    for (const auto& work : installation_.config.maintenance) {
        if (work.from < period_.span.end && work.until > period_.span.start)
            out.maintenance.push_back({work.from, work.until, work.reason});
    }
}

void DossierFold::tell_figures(Dossier& out, std::size_t category) const {
    out.category = static_cast<unsigned>(category) + 1;
    out.impossible = site_.impossible(period_.kind, period_.span.start, category);
    out.figure = site_.figure(period_.kind, period_.span.start, category);
    for (const auto& [start, month] : months_) {
        const auto date = zone_.date(start);
        ReportMonth row;
        row.month = date.year() / date.month();
        row.figure = site_.figure(Window::month, start, category);
        row.weather_c = mean_of(month.weather_sum, month.weather_s);
        row.weather_of_climate = month.climate_s * 2 > month.weather_s;
        out.months.push_back(std::move(row));
    }
}

void DossierFold::tell_days(Dossier& out, std::size_t category) const {
    for (const auto& [date, day] : days_) {
        const auto& ratio = day.ratios.at(category);
        ReportDay row;
        row.day = date;
        row.coverage = ratio.joint_s / 86400;
        row.weather_c = mean_of(day.weather_sum, day.weather_s);
        row.weather_of_climate = day.climate_s * 2 > day.weather_s;
        row.residual = day.residual;
        if (ratio.joint_s > 0) row.it_kw = ratio.it_mwh / ratio.joint_s * 3.6e-3;
        if (ratio.it_mwh > 0 && row.coverage >= plotted_from) row.pue = ratio.facility_mwh / ratio.it_mwh;
        out.days.push_back(row);
        if (day.headroom_kwh || day.forecast)
            out.burn.push_back({date, day.headroom_kwh, day.forecast, day.forecast_p});
    }
    std::vector<std::pair<double, double>> all;
    for (const auto& [hour, ratios] : hours_) {
        const auto& ratio = ratios.at(category);
        if (ratio.it_mwh <= 0 || ratio.joint_s < plotted_from * 3600) continue;
        all.emplace_back(ratio.it_mwh / ratio.joint_s * 3.6e-3, ratio.facility_mwh / ratio.it_mwh);
    }
    out.load_pue = thinned(all);
}

void DossierFold::tell_compute(Dossier& out) const {
    std::map<std::string, bool> scopes;
    for (const auto& [start, month] : months_) {
        for (const auto& [scope, sum] : month.compute) {
            if (scope.starts_with("rack-") || scope == "site") scopes[scope] = true;
        }
    }
    for (const auto& [scope, known] : scopes) {
        auto& row = out.compute_by_rack[scope];
        for (const auto& [start, month] : months_) row.push_back(delivered(month.compute, scope));
    }
}

Dossier DossierFold::finish() {
    Dossier out;
    const auto category = site_.category(period_.kind, period_.span.start);
    tell_site(out);
    tell_figures(out, category);
    tell_days(out, category);
    tell_compute(out);
    out.meters = meters_.report(watched_s(period_.span));
    out.energy_by_role = meters_.energy_by_role();
    events_.tell(out);
    statements_.tell(out);
    conclude(out, installation_, zone_);
    return out;
}

}  // namespace pued
