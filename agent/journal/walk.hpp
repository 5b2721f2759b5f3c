// The verifier's walk through all records of a journal: frames, encoding, chain, sequence, joins of epochs; and what it
// leaves for the comparison with the checkpoints. Pure apart from the Store.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/journal/layout.hpp"
#include "agent/journal/segment.hpp"
#include "agent/journal/verify.hpp"

namespace pued {

struct WalkedEpoch {
    std::uint32_t epoch = 0;
    std::uint64_t first = 0;         // the oldest record from which on all are here
    std::uint64_t last_segment = 0;  // first record of the last segment
    Frontier before;                 // the tree before it
    std::vector<Digest> leaves;      // hashes, from it on
    Frontier tree;                   // after them
    Digest last{};                   // SHA-256 of the last record
    std::optional<layout::Join> join;
    std::optional<layout::KeyStatement> key;
    std::optional<Bilingual> torn;  // where its last segment ends in bytes that are no frame

    [[nodiscard]] std::uint64_t size() const { return tree.size(); }
};

struct WalkedNote {  // a witness's, as a record of the journal
    Bilingual where;
    std::string note;
};

class Walk {
public:
    Walk(const Store& store, VerifyResult& result) : store_(store), result_(result) {}
    void all();

    std::vector<WalkedEpoch> epochs;  // rising
    std::vector<WalkedNote> notes;

private:
    void segment(const SegmentName& name, bool last_of_epoch, bool last);
    void begin_epoch(const SegmentName& name);
    void begin_segment(const SegmentName& name, const Record& record);
    void take(std::string_view leaf, const Record& record);
    void check_place(const Record& record);
    void check_first(const Record& record);
    void check_join(const Record& record, const WalkedEpoch& before);
    void remember(const Record& record);
    void tell_join(const WalkedEpoch& epoch);
    static Bilingual records_before(const SegmentName& name);
    void end(std::string_view rest, bool good_follows, bool last_of_epoch, bool last);
    void missing_before(const SegmentName& first, const Bilingual& what);
    [[nodiscard]] bool names_export_up_to(const SegmentName& first) const;
    [[nodiscard]] const WalkedEpoch* epoch_before() const;
    [[nodiscard]] Bilingual where(const Record* record = nullptr) const;
    void find(Bilingual where, Bilingual what) { result_.findings.push_back({std::move(where), std::move(what)}); }

    const Store& store_;
    VerifyResult& result_;
    std::string name_;    // of the segment at hand
    std::size_t at_ = 0;  // byte in it
    bool fresh_ = false;  // nothing of it was read yet
    bool lost_ = false;   // what stands before in this epoch could not be read
};

}  // namespace pued
