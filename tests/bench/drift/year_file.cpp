// Four rows an hour; see year_file.hpp.
#include "tests/bench/drift/year_file.hpp"

#include <array>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>

namespace pued::bench {

namespace {

using Row = std::array<double, 5>;  // weather, facility, IT, cooling, losses

std::optional<Row> row_of(const std::string& line) {
    std::istringstream in(line);
    std::string cell;
    std::getline(in, cell, ',');  // the time
    Row row{};
    for (double& value : row) {
        if (!std::getline(in, cell, ',') || cell.empty()) return std::nullopt;
        char* end = nullptr;
        value = std::strtod(cell.c_str(), &end);
        if (end == cell.c_str()) return std::nullopt;
    }
    return row;
}

DriftHour hour_of(const std::vector<Row>& rows, std::size_t first, UtcTime start) {
    Row sum{};
    for (std::size_t i = first; i < first + 4; ++i) {
        for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += rows[i][j];
    }
    DriftHour h;
    h.start = start;
    h.weather_c = sum[0] / 4;
    h.facility_kwh = sum[1];
    h.it_kwh = sum[2];
    h.cooling_kwh = sum[3];
    h.losses_kwh = sum[4];
    h.coverage = 1;
    return h;
}

}  // namespace

std::vector<DriftHour> read_year(const std::string& path, UtcTime start) {
    std::ifstream file(path);
    std::vector<Row> rows;
    for (std::string line; std::getline(file, line);) {
        const auto row = line.starts_with('#') ? std::nullopt : row_of(line);
        if (row) rows.push_back(*row);
    }
    std::vector<DriftHour> hours;
    for (std::size_t i = 0; i + 4 <= rows.size(); i += 4) {
        hours.push_back(hour_of(rows, i, start + std::chrono::hours{i / 4}));
    }
    return hours;
}

}  // namespace pued::bench
