// plant.json and truth.csv, written and read back. See truth.hpp.
#include "drivers/sim/truth.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <ctime>
#include <optional>
#include <utility>
#include <vector>

#include "drivers/sim/files.hpp"

namespace pued::sim {

namespace {

struct Row {
    double at_ms = 0;
    double facility_wh = 0;
    double it_wh = 0;
};

Result<std::vector<Row>> read_rows(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    std::vector<Row> rows;
    std::getline(file, line);  // header
    while (std::getline(file, line)) {
        Row row;
        if (std::sscanf(line.c_str(), "%lf,%lf,%lf", &row.at_ms, &row.facility_wh, &row.it_wh) == 3)
            rows.push_back(row);
    }
    if (rows.empty()) return Error{"there is no truth in " + path};
    return rows;
}

// Linear between two rows.
std::optional<Row> at(const std::vector<Row>& rows, double ms) {
    for (std::size_t i = 1; i < rows.size(); ++i) {
        const Row &a = rows[i - 1], &b = rows[i];
        if (a.at_ms > ms || b.at_ms < ms || b.at_ms <= a.at_ms) continue;
        const double share = (ms - a.at_ms) / (b.at_ms - a.at_ms);
        return Row{ms, a.facility_wh + share * (b.facility_wh - a.facility_wh), a.it_wh + share * (b.it_wh - a.it_wh)};
    }
    return std::nullopt;
}

std::string quoted_list(const std::vector<std::string>& texts) {
    std::string list;
    for (const std::string& text : texts) list += (list.empty() ? "\"" : ",\"") + text + "\"";
    return list;
}

std::string devices_json(const Site& site) {
    std::string list;
    for (const Place& place : site.places()) {
        const Measured m = place.device->measured();
        list += fmt::format("{}\n  \"{}\":{{\"power_w\":{},\"energy_wh\":{},\"serial\":{}}}", list.empty() ? "" : ",",
                            place.device->id(), m.power_w, m.energy_wh, m.serial);
    }
    return list;
}

std::string servers_json(const Site& site) {
    std::string list;
    for (const ServerPlace& place : site.servers()) {
        const Server& server = site.plant().racks()[place.rack].servers[place.index];
        list += fmt::format("{}\n  \"{}\":{{\"power_w\":{},\"activity\":{}}}", list.empty() ? "" : ",", place.id,
                            server.flow.power_w, server.activity);
    }
    return list;
}

double milliseconds(UtcTime time) { return static_cast<double>(time.time_since_epoch().count()); }

}  // namespace

std::string plant_json(UtcTime now, double elapsed_s, Site& site) {
    const Plant& plant = site.plant();
    const auto& counts = site.server().counts();
    return fmt::format(
        "{{\"time\":\"{}\",\"elapsed_s\":{:.3f},\"pue\":{},\"pue_pdus\":{},\"facility_w\":{},\"it_w\":{},\"pdus_w\":{},"
        "\"servers_w\":{}"
        ",\n"
        " \"facility_wh\":{},\"it_wh\":{},\"wet_bulb_c\":{:.2f},\"room_c\":{:.2f},\"troubles\":[{}],\n"
        " \"modbus\":{{\"requests\":{},\"exceptions\":{},\"not_reading\":{}}},\n \"devices\":{{{}}},\n "
        "\"servers\":{{{}}}}}\n",
        rfc3339(now), elapsed_s, plant.pue(), plant.facility_w() / plant.pdus_w(), plant.facility_w(),
        plant.ups_output().power_w, plant.pdus_w(), plant.servers_w(), plant.facility_wh(),
        plant.ups_output().energy_wh, plant.wet_bulb_c(), plant.room_c(), quoted_list(site.troubles()), counts.requests,
        counts.exceptions, counts.refused_functions, devices_json(site), servers_json(site));
}

Truth::Truth(std::string run_directory)
    : directory_(std::move(run_directory)), rows_(directory_ + "/truth.csv", std::ios::trunc) {
    rows_ << "time_ms,facility_wh,it_wh,pue\n";
}

void Truth::record(UtcTime now, double elapsed_s, Site& site) {
    const Plant& plant = site.plant();
    rows_ << fmt::format("{:.0f},{},{},{:.5f}\n", milliseconds(now), plant.facility_wh(), plant.ups_output().energy_wh,
                         plant.pue())
          << std::flush;
    replace_file(directory_ + "/plant.json", plant_json(now, elapsed_s, site));
}

Result<double> true_pue(const std::string& run_directory, UtcTime from, UtcTime to) {
    const auto rows = read_rows(run_directory + "/truth.csv");
    if (!rows) return Error{rows.error()};
    const auto begin = at(*rows, milliseconds(from)), end = at(*rows, milliseconds(to));
    if (!begin || !end || end->it_wh <= begin->it_wh)
        return Error{"the plant did not run from " + rfc3339(from) + " to " + rfc3339(to)};
    return (end->facility_wh - begin->facility_wh) / (end->it_wh - begin->it_wh);
}

Result<UtcTime> parse_utc(const std::string& text) {
    std::tm day{};
    double seconds = 0;
    char zone = 0;
    if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%lf%c", &day.tm_year, &day.tm_mon, &day.tm_mday, &day.tm_hour,
                    &day.tm_min, &seconds, &zone) != 7 ||
        zone != 'Z')
        return Error{"\"" + text + "\" is no time (expected such as 2026-11-22T06:05:00.000Z)"};
    day.tm_year -= 1900;
    day.tm_mon -= 1;
    const auto whole_ms = static_cast<std::int64_t>(timegm(&day)) * 1000;
    return UtcTime{std::chrono::milliseconds{whole_ms + static_cast<std::int64_t>(seconds * 1000 + 0.5)}};
}

}  // namespace pued::sim
