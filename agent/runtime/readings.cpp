// The parser of READINGS.csv. Its speed: 1 MiB at a time, a time parsed only where it differs from the row before, and
// a point guessed from what followed its predecessor last time before it is looked up.
#include "agent/runtime/readings.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <utility>

#include "agent/config/problems.hpp"
#include "agent/model/rfc3339.hpp"

namespace pued {
namespace {

constexpr std::size_t kBuffer = 1U << 20U;
constexpr std::size_t kMaxLine = 1000;
constexpr std::size_t kMaxShown = 60;  // of a field, in a message
constexpr std::string_view kHeader = "time,point,value,quality";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // spreadsheets write it

// From here to the next comma, or to the end.
std::string_view field(std::string_view line, std::size_t at) { return line.substr(at, line.find(',', at) - at); }

std::string in_quotes(std::string_view text) {
    return '"' + std::string{text.substr(0, kMaxShown)} + (text.size() > kMaxShown ? "…\"" : "\"");
}

}  // namespace

ChunkReader chunks_of(std::FILE* file) {
    return [file](char* into, std::size_t room) -> Result<std::size_t> {
        const auto got = std::fread(into, 1, room, file);
        if (got == 0 && std::ferror(file) != 0) return Error{"cannot be read on (expected a whole file)"};
        return got;
    };
}

ChunkReader chunks_of(std::string_view bytes) {
    return [bytes](char* into, std::size_t room) mutable -> Result<std::size_t> {
        const auto count = std::min(room, bytes.size());
        std::copy_n(bytes.data(), count, into);
        bytes.remove_prefix(count);
        return count;
    };
}

ReadingsFile::ReadingsFile(std::string name, ChunkReader read, const PointTable& points)
    : name_(std::move(name)), read_(std::move(read)), points_(points), buffer_(kBuffer) {
    for (PointIndex i = 0; i < points.points.size(); ++i) {
        by_name_.emplace(points.points[i].name, i);
        follower_.push_back(static_cast<PointIndex>((i + 1) % points.points.size()));
    }
}

bool ReadingsFile::fail(std::size_t column, std::string what) {
    Problems problems;  // makes both fit for one line of a log
    problems.add({name_, line_, static_cast<unsigned>(column + 1)}, {}, std::move(what));
    error_ = problems.sorted().front().text();
    return false;
}

// Moves what is left to the front and reads behind it.
bool ReadingsFile::refill() {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
    const auto got = read_(buffer_.data() + end_, buffer_.size() - end_);
    if (!got) {
        error_ = name_ + ": " + got.error();
        return false;
    }
    ended_ = *got == 0;
    end_ += *got;
    return true;
}

bool ReadingsFile::next_line(std::string_view& line) {
    const char* feed = nullptr;
    for (;;) {
        const char* start = buffer_.data() + begin_;
        feed = static_cast<const char*>(std::memchr(start, '\n', end_ - begin_));
        if (feed != nullptr || ended_ || end_ - begin_ > kMaxLine) break;
        if (!refill()) return false;
    }
    if (feed == nullptr && begin_ == end_) return false;
    const char* start = buffer_.data() + begin_;
    line = {start, feed == nullptr ? end_ - begin_ : static_cast<std::size_t>(feed - start)};
    begin_ += line.size() + (feed == nullptr ? 0 : 1);
    ++line_;
    if (line.size() > kMaxLine) {
        return fail(0, "this line is too long (expected at most " + std::to_string(kMaxLine) + " bytes)");
    }
    if (line.ends_with('\r')) line.remove_suffix(1);
    return true;
}

bool ReadingsFile::header() {
    headed_ = true;
    std::string_view line;
    const bool there = next_line(line);
    if (!error_.empty()) return false;
    if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
    if (line == kHeader) return true;
    line_ = 1;
    return fail(0, there ? "the header is " + in_quotes(line) + " (expected " + in_quotes(kHeader) + ")"
                         : "the file is empty (expected the header " + in_quotes(kHeader) + ")");
}

Result<std::optional<ReadingRow>> ReadingsFile::next() {
    if (!error_.empty() || (!headed_ && !header())) return Error{error_};
    std::string_view line;
    if (!next_line(line)) {
        if (!error_.empty()) return Error{error_};
        return std::optional<ReadingRow>{};
    }
    ReadingRow row;
    if (!parse(line, row)) return Error{error_};
    return std::optional{row};
}

bool ReadingsFile::parse(std::string_view line, ReadingRow& row) {
    at_ = 0;
    if (!parse_time(line)) return false;
    row.time = time_;
    return parse_point(line, row) && parse_value(line, row);
}

bool ReadingsFile::parse_time(std::string_view line) {
    const auto length = time_text_.size();
    if (length > 0 && line.size() > length && line[length] == ',' && line.starts_with(time_text_)) {
        at_ = length + 1;
        return true;
    }
    const auto text = field(line, 0);
    if (text.size() == line.size()) return fail(0, "there is no comma here (expected " + in_quotes(kHeader) + ")");
    const auto time = parse_rfc3339(text);
    if (!time) {
        return fail(0, "time = " + in_quotes(text) + " is no time (expected such as 2026-01-01T00:00:00+08:00)");
    }
    if (*time < time_) {
        return fail(0, "time = " + in_quotes(text) + " is before that of the row above, " + in_quotes(time_text_) +
                           " (expected rows in order of time)");
    }
    time_ = *time;
    time_text_ = text;
    at_ = text.size() + 1;
    return true;
}

bool ReadingsFile::parse_point(std::string_view line, ReadingRow& row) {
    if (!follower_.empty()) {
        const PointIndex guess = follower_[last_point_];
        const std::string& name = points_.points[guess].name;
        const auto end = at_ + name.size();
        if (end < line.size() && line[end] == ',' && std::memcmp(line.data() + at_, name.data(), name.size()) == 0) {
            row.point = last_point_ = guess;
            at_ = end + 1;
            return true;
        }
    }
    const auto text = field(line, at_);
    if (at_ + text.size() >= line.size()) return fail(at_, "the row ends here (expected " + in_quotes(kHeader) + ")");
    const auto found = by_name_.find(text);
    if (found == by_name_.end()) return unknown_point(text);
    row.point = follower_[last_point_] = found->second;
    last_point_ = found->second;
    at_ += text.size() + 1;
    return true;
}

bool ReadingsFile::unknown_point(std::string_view name) {
    std::vector<std::string> names;
    for (const auto& point : points_.points) names.push_back(point.name);
    return fail(at_, "point = " + in_quotes(name) + " is not in the configuration" + suggestion(name, names) +
                         " (expected METER.QUANTITY)");
}

bool ReadingsFile::parse_value(std::string_view line, ReadingRow& row) {
    const char* begin = line.data() + at_;
    const char* end = line.data() + line.size();
    const auto [after, problem] = std::from_chars(begin, end, row.value);
    const bool number = problem == std::errc{} && after != end && *after == ',' && std::isfinite(row.value);
    const bool empty = begin != end && *begin == ',';
    if (!number && !empty) {
        const auto text = field(line, at_);
        if (text.size() == line.size() - at_)
            return fail(at_, "the row ends here (expected " + in_quotes(kHeader) + ")");
        return fail(at_, "value = " + in_quotes(text) + " is no number (expected such as 1204500 or 3.5e6)");
    }
    if (empty) row.value = 0;
    const auto value_at = at_;
    at_ = static_cast<std::size_t>((empty ? begin : after) - line.data()) + 1;
    if (!parse_quality(line, row)) return false;
    if (!number && row.quality == Quality::good) {
        return fail(value_at, "value is empty and quality is good (expected a number, or another quality)");
    }
    if (!number) row.quality = Quality::invalid;
    return true;
}

bool ReadingsFile::parse_quality(std::string_view line, ReadingRow& row) {
    const auto text = line.substr(at_);
    if (text == "good") {
        row.quality = Quality::good;
    } else if (text == "stale") {
        row.quality = Quality::stale;
    } else if (text == "invalid") {
        row.quality = Quality::invalid;
    } else {
        return fail(at_, "quality = " + in_quotes(text) + " is unknown" +
                             suggestion(text, {"good", "stale", "invalid"}) + " (expected good, stale or invalid)");
    }
    return true;
}

}  // namespace pued
