// The offline check of a copied journal, as far as it needs no knowledge of metering (metering.md 6.5, 1 to 5): frames,
// encoding, chain, sequence, tree against every retained checkpoint, signatures, witnesses, joins of epochs. What the
// numbers mean is checked by agent/report/audit.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/journal/note.hpp"
#include "agent/model/bilingual.hpp"
#include "agent/ports/store.hpp"

namespace pued {

struct Finding {      // something that does not hold
    Bilingual where;  // "journal/e0001-0000000000.seg, byte 4711, record 812"
    Bilingual what;   // "the record before it was another one (chain broken)"
};

// What a store says of its own failure (the system's words), as a sentence of each language.
inline Bilingual unreadable(const std::string& why) { return {why, "无法读取：" + why}; }

struct VerifySettings {
    std::optional<PublicKey> key;  // else the journal's own public.pem, and the report says that nobody vouches for it
    std::vector<NoteKey> witnesses;
    std::optional<std::string> published;  // a checkpoint that somebody kept: the journal must contain its tree
};

struct VerifyResult {
    std::vector<Finding> findings;  // empty: sound
    std::uint64_t records = 0;
    std::uint64_t checkpoints = 0;
    std::uint32_t epochs = 0;
    std::optional<Checkpoint> newest;
    std::vector<Bilingual> notes;  // what a reader should know though nothing is wrong: pruned, torn tail, joins
};

VerifyResult verify_journal(const Store& store, const VerifySettings& settings);

}  // namespace pued
