// The latest report of every device, as `pued read` shows it: point, value, unit, quality, age, error. Owned by the
// read command, main thread only.
#pragma once

#include <cstdio>
#include <map>
#include <optional>
#include <vector>

#include "agent/model/reading.hpp"
#include "agent/model/topology.hpp"

namespace pued {

enum class TableShape : std::uint8_t { text, json, json_line };

class ReadingTable {
public:
    explicit ReadingTable(const PointTable& points) : points_(points), reports_(points.devices.size()) {}

    // Points that this report was not asked for keep their last value.
    void accept(const Report& report);
    // A device without points of its own (a server whose values come by MQTT) reports nothing and is not waited for.
    [[nodiscard]] bool complete() const;  // every device has reported, good or not
    [[nodiscard]] bool all_good() const;  // and every point is good
    void print(std::FILE* out, const Now& now, TableShape shape) const;

private:
    struct Row {
        std::string point;
        std::optional<double> value;
        std::string_view unit, quality;
        std::optional<double> age_s;
        std::string error;
    };
    [[nodiscard]] std::vector<Row> rows(const Now& now) const;
    void append_rows(DeviceIndex device, const Now& now, std::vector<Row>& out) const;

    const PointTable& points_;
    std::vector<std::optional<Report>> reports_;  // the newest of each device
    std::map<PointIndex, BootTime> read_at_;      // of samples that stand in a report after the one that read them
};

}  // namespace pued
