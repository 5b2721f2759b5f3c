// Signed notes: H07 to the letter with RFC 8032's first key, keys as they are passed around, cosignatures, and
// refusals.
#include <random>
#include <string>

#include "agent/journal/note.hpp"
#include "tests/unit/journal/vectors.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

const std::string origin = "example.com/pue/site-1/bmc-7f3a/epoch-1";
const std::string vector_note =
    "example.com/pue/site-1/bmc-7f3a/epoch-1\n7\n/sKFBDFQbK+kNz69Gd88ZHmPdXxl86k5Ej5sW8Rmfi4=\n\n"
    "\u2014 example.com/pue/site-1/bmc-7f3a/epoch-1 "
    "CYWAgYle6W354uXKN3JD5+LyRm4abUaShT/qcRAT14l6iWQ55ZyiR3bolUUpHWXd+A2DQmb4e0MGj+EBuKeZYpR+fAs=\n";

Signer rfc8032() {
    return *Signer::from_seed(digest_of("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
}

Checkpoint checkpoint() {
    return {.origin = origin,
            .size = 7,
            .root = digest_of("fec2850431506cafa4373ebd19df3c64798f757c65f3a939123e6c5bc4667e2e")};
}

NoteKey log_key() { return {.name = origin, .type = 1, .key = rfc8032().public_key()}; }

NoteKey witness_key() { return {.name = "witness.example/w1", .type = 4, .key = rfc8032().public_key()}; }

Bytes octets(std::uint64_t value) {
    Bytes out;
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
    return out;
}

// The note with what a witness adds to it at this time.
SignedNote cosigned(std::uint64_t seconds) {
    auto note = *parse_note(vector_note);
    const auto signature = *rfc8032().sign("cosignature/v1\ntime " + std::to_string(seconds) + "\n" + note.text);
    note.signatures.push_back(
        {witness_key().name, witness_key().id(), octets(seconds) + Bytes{signature.begin(), signature.end()}});
    return *parse_note(note.whole());
}

}  // namespace

TEST_GROUP(Note){};

TEST(Note, TheSignedCheckpointIsTheVectorToTheLetter) {
    const auto note = sign_checkpoint(checkpoint(), rfc8032());
    CHECK(static_cast<bool>(note));
    STRCMP_EQUAL(vector_note.c_str(), note->c_str());
    LONGS_EQUAL(225, note->size());
    UNSIGNED_LONGS_EQUAL(0x09858081, log_key().id());
}

TEST(Note, ItComesBackAndIsSignedByItsLogOnly) {
    const auto note = parse_note(vector_note);
    CHECK(static_cast<bool>(note));
    STRCMP_EQUAL(vector_note.c_str(), note->whole().c_str());
    const auto back = parse_checkpoint(note->text);
    CHECK(static_cast<bool>(back));
    CHECK(*back == checkpoint());
    CHECK(signed_by(*note, log_key()));
    auto other = log_key();
    other.name += "x";
    CHECK(!signed_by(*note, other));
    other = log_key();
    other.key[0] ^= 1U;
    CHECK(!signed_by(*note, other));
    CHECK(!signed_by(*note, witness_key()));
}

TEST(Note, AnyFlippedBitIsRefused) {
    for (std::size_t at = 0; at < vector_note.size(); ++at) {
        auto spoilt = vector_note;
        spoilt[at] = static_cast<char>(spoilt[at] ^ 1);
        const auto note = parse_note(spoilt);
        CHECK(!note || !signed_by(*note, log_key()));
    }
}

TEST(Note, AKeyGoesThroughItsText) {
    for (const auto& key : {log_key(), witness_key()}) {
        const auto back = NoteKey::parse(key.vkey());
        CHECK(static_cast<bool>(back));
        CHECK(back->name == key.name && back->type == key.type && back->key == key.key);
    }
    STRCMP_EQUAL((origin + "+09858081+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea").c_str(), log_key().vkey().c_str());
}

TEST(Note, AKeyWhoseIdOrFormIsWrongIsRefused) {
    const std::string base64 = "AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
    CHECK(!NoteKey::parse(origin + "+09858082+" + base64));
    CHECK(!NoteKey::parse(origin + "+9858081+" + base64));
    CHECK(!NoteKey::parse(origin + "+09858081"));
    CHECK(!NoteKey::parse(origin + "+09858081+" + base64.substr(4)));
    CHECK(!NoteKey::parse(origin + "+09858081+A" + base64));
    CHECK(!NoteKey::parse("+09858081+" + base64));
    CHECK(!NoteKey::parse(""));
    CHECK(!NoteKey::parse("++"));
    CHECK(!NoteKey::parse("a b+09858081+" + base64));
    CHECK(!NoteKey::parse(NoteKey{.name = "ml-dsa", .type = 6, .key = {}}.vkey()));
}

TEST(Note, ACosignatureTellsWhenTheWitnessSawIt) {
    const auto note = cosigned(1767225600);
    LONGS_EQUAL(2, note.signatures.size());
    CHECK(signed_by(note, log_key()));
    const auto at = cosigned_at(note, witness_key());
    CHECK(at.has_value());
    STRCMP_EQUAL("2026-01-01T00:00:00.000Z", rfc3339(*at).c_str());
}

TEST(Note, ACosignatureOfAnotherTimeTextOrWitnessIsNone) {
    auto other_time = cosigned(1767225600);
    other_time.signatures[1].signature[7] ^= 1;
    CHECK(!cosigned_at(other_time, witness_key()));
    auto other_text = cosigned(1767225600);
    other_text.text += "more\n";
    CHECK(!cosigned_at(other_text, witness_key()));
    auto other_witness = witness_key();
    other_witness.name = "witness.example/w2";
    CHECK(!cosigned_at(cosigned(1767225600), other_witness));
    auto as_log = witness_key();
    as_log.type = 1;
    CHECK(!cosigned_at(cosigned(1767225600), as_log));
    CHECK(!cosigned_at(*parse_note(vector_note), witness_key()));
    CHECK(!cosigned_at(cosigned(~std::uint64_t{0}), witness_key()));
}

TEST(Note, WhatIsNoNoteIsRefused) {
    const std::string line = vector_note.substr(vector_note.find("\u2014"));
    CHECK(!parse_note(""));
    CHECK(!parse_note("text\n"));
    CHECK(!parse_note("text\n\n"));
    CHECK(!parse_note("text\n\n" + line.substr(0, line.size() - 1)));
    CHECK(!parse_note("text\n\n- name AAAAAAA=\n"));
    CHECK(!parse_note("text\n\n\u2014 name\n"));
    CHECK(!parse_note("text\n\n\u2014  AAAAAAA=\n"));
    CHECK(!parse_note("text\n\n\u2014 name AAAAAA==\n"));  // a key id and no signature
    CHECK(!parse_note("text\n\n\u2014 name AAAA AAA=\n"));
    CHECK(!parse_note("text\n\n\u2014 name AAAAAAB=\n"));  // stray bits
    CHECK(static_cast<bool>(parse_note("text\n\n\u2014 name AAAAAAA=\n")));
    CHECK(static_cast<bool>(parse_note("two\n\nparts\n\n" + line + line)));
}

TEST(Note, WhatIsNoCheckpointIsRefused) {
    const auto text = checkpoint().text();
    const std::string root = "/sKFBDFQbK+kNz69Gd88ZHmPdXxl86k5Ej5sW8Rmfi4=\n";
    CHECK(static_cast<bool>(parse_checkpoint(text)));
    CHECK(!parse_checkpoint(text + "extension\n"));
    CHECK(!parse_checkpoint(text.substr(0, text.size() - 1)));
    CHECK(!parse_checkpoint(origin + "\n07\n" + root));
    CHECK(!parse_checkpoint(origin + "\n-7\n" + root));
    CHECK(!parse_checkpoint(origin + "\n\n" + root));
    CHECK(!parse_checkpoint(origin + "\n99999999999999999999\n" + root));
    CHECK(!parse_checkpoint(origin + "\n7\nAAAA\n"));
    CHECK(!parse_checkpoint("\n7\n" + root));
    CHECK(!parse_checkpoint(""));
    CHECK(!sign_checkpoint({.origin = "a site", .size = 0, .root = {}}, rfc8032()));
}
