// Registers at the begin of an interval are those at the end of the one before, and need not be written twice: a fifth
// of a year's journal. Where an interval record gives reg_end but no reg_start, and its flags do not say partial or
// missing, reg_start is the reg_end that the interval record before it gave for that point. A snapshot, a configuration
// or a new epoch of the log begins anew: a segment can be read alone. Pure; one object a writer or reader.
#pragma once

#include <cstdint>
#include <map>

#include "agent/journal/record.hpp"

namespace pued {

class RegisterChain {
public:
    // For the writer, in the order of writing.
    void shorten(Record& record);
    // For readers, in the order of the journal.
    void complete(Record& record);

private:
    bool follow(const Record& record);  // whether it is one that this is about
    [[nodiscard]] std::optional<std::uint64_t> before(const RecordPoint& point) const;
    void remember(const Record& record);

    std::map<std::uint32_t, std::uint64_t> ends_;  // by point
};

}  // namespace pued
