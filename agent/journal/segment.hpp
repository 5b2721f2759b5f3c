// A segment's file: its name, and what a walk through its frames finds. Pure apart from the Store.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/journal/reader.hpp"
#include "agent/journal/tree.hpp"

namespace pued {

// The journal's last segments as a restart reads them: everything up to the first thing that is not right.
struct SegmentScan {
    SegmentName name;
    std::size_t bytes = 0;                  // of the file
    std::size_t good_bytes = 0;             // of whole, right frames
    std::size_t head_bytes = 0;             // of them, the snapshot that it begins with
    std::vector<Record> records;            // in them
    Frontier tree;                          // after the last of them
    Digest last{};                          // its SHA-256
    std::map<std::uint64_t, Digest> roots;  // at the sizes asked for, as far as they lie in this segment
    std::string damage;  // empty: nothing behind good_bytes but a torn tail; else what is wrong, for people

    [[nodiscard]] const Record* snapshot() const;  // the newest
};

Result<SegmentScan> scan_segment(const Store& store, const SegmentName& name, const std::set<std::uint64_t>& sizes);

// Whether a record may begin a segment whose first record is `first`, and with which tree before it.
std::optional<Frontier> tree_before(const Record& record, std::uint64_t first);

}  // namespace pued
