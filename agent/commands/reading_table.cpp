// Rows of the reading table, and their two shapes: aligned text and JSON.
#include "agent/commands/reading_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "agent/runtime/json.hpp"

namespace pued {
namespace {

std::string_view name_of(Quality quality) {
    static constexpr std::string_view kNames[] = {"good", "stale", "invalid"};
    return kNames[static_cast<std::size_t>(quality)];
}

std::string why_not_good(const Report& report, std::string_view quality) {
    if (!report.error.empty()) return report.error;
    return quality == "stale" ? "an old value" : "the device gives no value";
}

}  // namespace

void ReadingTable::accept(const Report& report) {
    if (report.device >= reports_.size()) return;
    auto& newest = reports_[report.device];
    const auto earlier = std::exchange(newest, report);
    for (const auto& sample : report.samples) read_at_[sample.point] = report.at;
    if (!earlier || report.state != DeviceState::good) return;
    for (const auto& sample : earlier->samples) {
        const auto same = [&sample](const Sample& read) { return read.point == sample.point; };
        if (std::ranges::none_of(report.samples, same)) newest->samples.push_back(sample);
    }
}

bool ReadingTable::complete() const {
    for (DeviceIndex i = 0; i < reports_.size(); ++i) {
        if (!reports_[i] && !points_.devices[i].points.empty()) return false;
    }
    return true;
}

bool ReadingTable::all_good() const {
    const auto is_good = [](const Sample& sample) { return sample.quality == Quality::good; };
    return complete() && std::all_of(reports_.begin(), reports_.end(), [&](const auto& report) {
               if (!report) return true;
               return report->state == DeviceState::good &&
                      std::all_of(report->samples.begin(), report->samples.end(), is_good);
           });
}

void ReadingTable::append_rows(DeviceIndex device, const Now& now, std::vector<Row>& out) const {
    const auto& report = reports_[device];
    const auto& points = points_.devices[device].points;
    for (const auto point : points) {
        const auto unit = unit_of(points_.points[point].quantity.quantity);
        Row row{points_.points[point].name, std::nullopt, unit, "invalid", std::nullopt, {}};
        if (!report) {
            row.error = "no answer yet";
        } else {
            const auto sample = std::find_if(report->samples.begin(), report->samples.end(),
                                             [point](const Sample& s) { return s.point == point; });
            const bool there = sample != report->samples.end();
            if (there && sample->quality != Quality::invalid) row.value = sample->value;
            if (there) row.quality = name_of(sample->quality);
            if (there) row.age_s = in_seconds(now.boot - read_at_.at(point));
            if (row.quality != "good") row.error = why_not_good(*report, row.quality);
        }
        out.push_back(std::move(row));
    }
    if (points.empty() && report && report->state != DeviceState::good) {
        out.push_back({points_.devices[device].id, std::nullopt, "", "invalid", std::nullopt, report->error});
    }
}

std::vector<ReadingTable::Row> ReadingTable::rows(const Now& now) const {
    std::vector<Row> out;
    for (DeviceIndex device = 0; device < reports_.size(); ++device) append_rows(device, now, out);
    return out;
}

void ReadingTable::print(std::FILE* out, const Now& now, TableShape shape) const {
    const auto all = rows(now);
    if (shape != TableShape::text) {
        Json document{{"time", json_time(now.utc)}, {"points", Json::array()}};
        for (const auto& row : all) {
            document["points"].push_back({{"point", row.point},
                                          {"value", json_number(row.value)},
                                          {"unit", row.unit},
                                          {"quality", row.quality},
                                          {"age_s", json_number(row.age_s)},
                                          {"error", row.error.empty() ? Json(nullptr) : Json(row.error)}});
        }
        fmt::print(out, "{}\n", to_text(document, shape == TableShape::json ? 2 : -1));
        std::fflush(out);
        return;
    }
    std::size_t width = 5;
    for (const auto& row : all) width = std::max(width, row.point.size());
    fmt::print(out, "{:<{}}  {:>14}  {:<4} {:<8} {:>7}  {}\n", "point", width, "value", "unit", "quality", "age s",
               "error");
    for (const auto& row : all) {
        const auto value = row.value ? fmt::format("{:.10g}", *row.value) : std::string{"-"};
        const auto age = row.age_s ? fmt::format("{:.1f}", *row.age_s) : std::string{"-"};
        fmt::print(out, "{:<{}}  {:>14}  {:<4} {:<8} {:>7}  {}\n", row.point, width, value, row.unit, row.quality, age,
                   row.error);
    }
    std::fflush(out);
}

}  // namespace pued
