// Rows and cells of the CSV report.
#include "agent/report/csv.hpp"

#include <fmt/format.h>

#include "agent/report/text.hpp"

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

std::string month_row(const ReportMonth& month) {
    const auto& f = month.figure;
    return fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\r\n", month_text(month.month), cell(f.value),
                       cell(f.u), cell(f.filled), cell(f.worst_case), f.coverage, cell(f.grade), f.facility_kwh,
                       f.it_kwh, cell(f.cooling_kwh), cell(f.losses_kwh), cell(f.other_kwh), f.estimated_facility,
                       f.estimated_it, cell(month.weather_c));
}

std::string methods(const ReportMeter& meter) {
    std::string out;
    for (const auto& [method, kwh] : meter.estimated_by)
        out += fmt::format("{}{} {}", out.empty() ? "" : "; ", method, kwh);
    return out;
}

std::string meter_row(const ReportMeter& meter) {
    return fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{}\r\n", cell(meter.id), cell(meter.role), cell(meter.rack),
                       cell(meter.profile), cell(meter.accuracy), cell(meter.u_rel), cell(meter.certificate),
                       meter.epochs, cell(meter.first_reading_kwh), cell(meter.last_reading_kwh), meter.energy_kwh,
                       meter.measured, cell(methods(meter)));
}

}  // namespace

std::string csv_report(const Dossier& dossier) {
    std::string out =
        "month,pue,u,pue_filled,pue_worst_case,coverage,grade,facility_kwh,it_kwh,cooling_kwh,losses_kwh,other_kwh,"
        "estimated_facility,estimated_it,weather_c\r\n";
    for (const auto& month : dossier.months) out += month_row(month);
    out +=
        "\r\nmeter,role,rack,profile,accuracy,u_rel,certificate,epochs,first_reading_kwh,last_reading_kwh,energy_kwh,"
        "measured,estimated\r\n";
    for (const auto& meter : dossier.meters) out += meter_row(meter);
    return out;
}

}  // namespace pued
