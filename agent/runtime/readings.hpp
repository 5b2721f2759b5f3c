// READINGS.csv for `pued replay`: recorded readings, row by row, checked strictly and at the speed of the disk. Called
// by one thread; holds 1 MiB of the file and never more. Values are in the unit of the point's name.
//
//   time,point,value,quality
//   2026-01-01T00:00:00+08:00,feed-a.energy_wh,1204500,good
//   2026-01-01T00:00:00+08:00,feed-a.power_w,,stale
//
// A row that is not as it should be is an error "FILE:LINE:COLUMN: what (expected …)"; nothing follows it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agent/model/reading.hpp"
#include "agent/model/result.hpp"
#include "agent/model/topology.hpp"

namespace pued {

struct ReadingRow {
    UtcTime time;
    PointIndex point = 0;
    Quality quality = Quality::invalid;  // of a row without a value: invalid, whatever it is called
    double value = 0;
};

// Fills at most so many bytes and says how many; 0 is the end.
using ChunkReader = std::function<Result<std::size_t>(char* into, std::size_t room)>;

ChunkReader chunks_of(std::FILE* file);         // which stays the caller's
ChunkReader chunks_of(std::string_view bytes);  // which must outlive it

class ReadingsFile {
public:
    // `name` is for messages; `points` must outlive this.
    ReadingsFile(std::string name, ChunkReader read, const PointTable& points);

    // The next row, in order of time; nothing at the end of the file.
    Result<std::optional<ReadingRow>> next();

private:
    bool next_line(std::string_view& line);  // false at the end, and where error_ says why
    bool refill();
    bool parse(std::string_view line, ReadingRow& row);
    bool parse_time(std::string_view line);
    bool parse_point(std::string_view line, ReadingRow& row);
    bool parse_value(std::string_view line, ReadingRow& row);
    bool parse_quality(std::string_view line, ReadingRow& row);
    bool header();
    bool fail(std::size_t column, std::string what);
    bool unknown_point(std::string_view name);

    std::string name_;
    ChunkReader read_;
    const PointTable& points_;
    std::unordered_map<std::string_view, PointIndex> by_name_;
    std::vector<PointIndex> follower_;  // the point that came after this one last time
    std::vector<char> buffer_;
    std::size_t begin_ = 0, end_ = 0;  // of what is not yet parsed
    bool ended_ = false, headed_ = false;
    unsigned line_ = 0;
    std::size_t at_ = 0;  // in the line that is being parsed
    std::string time_text_;
    UtcTime time_ = UtcTime::min();
    PointIndex last_point_ = 0;
    std::string error_;
};

}  // namespace pued
