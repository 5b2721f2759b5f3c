// One journal record in words for people, or as one JSON object with everything that is in it. Used by pued journal, on
// its thread. Remembers the points' names from the configuration records that it is shown.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/journal/reader.hpp"

namespace pued {

class RecordText {
public:
    // Lines, each with its end: the record, then its points.
    std::string lines(const JournalReader::Entry& entry);
    // One line, with its end.
    std::string json(const JournalReader::Entry& entry);

private:
    void learn(const Record& record);
    [[nodiscard]] std::string point_name(std::uint32_t point) const;
    [[nodiscard]] std::string points(const Record& record) const;
    [[nodiscard]] bool is_sensor(const RecordPoint& point) const;

    std::vector<std::string> names_;
    std::vector<bool> sensors_;  // by point: role "none"
};

// "measured|interpolated"
std::string flag_names(std::uint32_t flags);

}  // namespace pued
