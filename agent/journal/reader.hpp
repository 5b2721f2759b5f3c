// Reads a journal's records in order, segment by segment, from a Store; for commands, reports and verification. Holds
// one segment in memory. Pure apart from the Store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/journal/record.hpp"
#include "agent/journal/registers.hpp"
#include "agent/ports/store.hpp"

namespace pued {

struct SegmentName {
    std::uint32_t epoch = 0;
    std::uint64_t first = 0;
    std::string name;  // "journal/e0001-0000000000.seg"
};

std::string segment_name(std::uint32_t epoch, std::uint64_t first);
// By epoch, then by first record. Files of other names are passed over.
Result<std::vector<SegmentName>> list_segments(const Store& store);

class JournalReader {
public:
    struct Entry {
        std::uint32_t epoch = 0;
        std::size_t offset = 0;    // of the frame in its segment
        std::string_view segment;  // name
        std::string_view leaf;     // valid until the next call
        Record record;  // with the registers at its begin (registers.hpp), also where the leaf leaves them out
    };

    static Result<JournalReader> open(const Store& store);
    // The next record; nothing at the end; an error names segment and offset. A torn tail of the last segment is an
    // end, and so is whatever stands behind the last record of an epoch that another one follows. After the end, asks
    // the store anew whether more was written meanwhile.
    Result<std::optional<Entry>> next();

private:
    JournalReader(const Store& store, std::vector<SegmentName> segments)
        : store_(&store), segments_(std::move(segments)) {}
    Result<void> load();
    Result<void> refresh();
    Result<std::optional<Entry>> entry(std::string_view leaf);
    [[nodiscard]] bool may_end_badly() const;
    [[nodiscard]] std::string where() const;

    const Store* store_;
    std::vector<SegmentName> segments_;
    std::size_t index_ = 0;
    Bytes segment_;
    std::size_t at_ = 0;
    RegisterChain registers_;
    bool ended_ = false;
};

}  // namespace pued
