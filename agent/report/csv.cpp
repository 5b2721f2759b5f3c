// Rows and cells of the CSV report.
#include "agent/report/csv.hpp"

#include <fmt/format.h>

#include "agent/report/text.hpp"
#include "agent/rules/judge.hpp"

namespace pued {
namespace {

std::string cell(std::string_view text) {
    // A spreadsheet would run a text that begins like a formula.
    const bool formula = !text.empty() && std::string_view{"=+-@"}.find(text.front()) != std::string_view::npos;
    std::string out{formula ? "'" : ""};
    out += text;
    if (out.find_first_of(",\"\r\n") == std::string::npos) return out;
    std::string quoted{'"'};
    for (const char c : out) quoted.append(c == '"' ? 2 : 1, c);
    return quoted + '"';
}

std::string cell(const std::optional<double>& value) { return value ? fmt::format("{}", *value) : std::string{}; }

std::optional<double> expanded(const ReportFigure& figure) {
    return figure.u ? std::optional{expanded_by * *figure.u} : std::nullopt;
}

std::string_view weather_source(const ReportMonth& month) {
    if (!month.weather_c) return "";
    return month.weather_of_climate ? "climate" : "measured";
}

// `when`: a month, or the date of a day's report.
std::string figure_row(const std::string& when, const ReportMonth& month, const ReportFigure& f, bool replayed) {
    return fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\r\n", when, cell(f.value),
                       cell(f.u), cell(expanded(f)), f.u ? "2" : "", cell(f.filled), cell(f.worst_case), f.coverage,
                       f.doubted, cell(f.grade), f.facility_kwh, f.it_kwh, cell(f.cooling_kwh), cell(f.losses_kwh),
                       cell(f.other_kwh), f.estimated_facility, f.estimated_it, cell(month.weather_c),
                       weather_source(month), replayed ? "replay" : "measured");
}

std::string methods(const ReportMeter& meter) {
    std::string out;
    for (const auto& [method, kwh] : meter.estimated_by)
        out += fmt::format("{}{} {}", out.empty() ? "" : "; ", method, kwh);
    return out;
}

std::string meter_row(const ReportMeter& meter) {
    const auto energy = [&](double kwh) { return meter.sensor ? std::optional<double>{} : std::optional{kwh}; };
    return fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\r\n", cell(meter.id), cell(meter.role),
                       cell(meter.rack), cell(meter.profile), cell(meter.accuracy), cell(meter.u_rel),
                       cell(meter.certificate), meter.epochs, cell(meter.first_reading_kwh),
                       cell(meter.last_reading_kwh), cell(energy(meter.energy_kwh)),
                       cell(energy(100 * meter.correction)), cell(energy(meter.corrected_kwh)),
                       cell(energy(meter.measured)), cell(methods(meter)));
}

}  // namespace

std::string csv_report(const Dossier& dossier) {
    const bool one_day = dossier.period.size() == 10;
    std::string out{one_day ? "date" : "month"};
    out +=
        ",pue,u (k=1),U (k=2),k,pue_filled,pue_worst_case,coverage (0..1),doubted (0..1),grade,facility_kwh,it_kwh,"
        "cooling_kwh,losses_kwh,other_kwh,estimated_facility (0..1),estimated_it (0..1),weather_c,weather_source,"
        "origin\r\n";
    for (const auto& month : dossier.months) {
        out += one_day ? figure_row(dossier.period, month, dossier.figure, dossier.replayed)
                       : figure_row(month_text(month.month), month, month.figure, dossier.replayed);
    }
    out +=
        "\r\nmeter,role,rack,profile,accuracy,u_rel (k=1),certificate,epochs,first_reading_kwh,last_reading_kwh,"
        "energy_raw_kwh,correction_percent,energy_corrected_kwh,measured (0..1),estimated_kwh\r\n";
    for (const auto& meter : dossier.meters) out += meter_row(meter);
    return out;
}

}  // namespace pued
