// C2SP signed notes and tlog checkpoints (c2sp.org/signed-note, c2sp.org/tlog-checkpoint, c2sp.org/tlog-cosignature):
// what is published and what witnesses sign. Pure. A note's text ends in a newline; a signature line is
// "— NAME BASE64(key id || signature)".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/journal/signer.hpp"
#include "agent/model/time.hpp"

namespace pued {

struct Checkpoint {
    std::string origin;  // "pued.example/SITE/AGENT/epoch-1"
    std::uint64_t size = 0;
    Digest root{};

    [[nodiscard]] std::string text() const;  // the three lines
    friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// Who signs: a name and an Ed25519 key; type 0x01 for logs, 0x04 for witnesses' cosignatures.
struct NoteKey {
    std::string name;
    std::uint8_t type = 1;
    PublicKey key{};

    [[nodiscard]] std::uint32_t id() const;  // first four bytes of SHA-256(name || '\n' || type || key)
    // "name+hex id+base64(type || key)", as keys of logs and witnesses are passed around.
    static Result<NoteKey, BilingualError> parse(std::string_view vkey);
    [[nodiscard]] std::string vkey() const;
};

struct NoteSignature {
    std::string name;
    std::uint32_t key_id = 0;
    Bytes signature;  // after the key id: 64 octets; of a witness 8 of time and 64
};

struct SignedNote {
    std::string text;
    std::vector<NoteSignature> signatures;
    [[nodiscard]] std::string whole() const;
};

Result<SignedNote, BilingualError> parse_note(std::string_view note);
Result<Checkpoint, BilingualError> parse_checkpoint(std::string_view text);
// The checkpoint signed by the log: "ORIGIN\nSIZE\nROOT\n\n— ORIGIN …\n" (H07).
Result<std::string> sign_checkpoint(const Checkpoint& checkpoint, const Signer& signer);
// Whether one of the note's signatures is this log's and right.
bool signed_by(const SignedNote& note, const NoteKey& log);
// The time at which this witness says it saw the note; nothing unless its cosignature is there and right.
std::optional<UtcTime> cosigned_at(const SignedNote& note, const NoteKey& witness);

}  // namespace pued
