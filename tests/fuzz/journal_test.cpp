// Journals from hell: a seeded, bounded run of random and nearly-right frames, records and notes. Nothing may crash
// (run it under the sanitizers), and whatever is accepted must be exactly what would have been written.
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "agent/journal/frame.hpp"
#include "agent/journal/note.hpp"
#include "agent/journal/record.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

class Dice {
public:
    explicit Dice(unsigned seed) : random_(seed) {}
    std::uint64_t any() { return random_() >> upto(63); }  // of all sizes alike
    std::size_t upto(std::size_t most) { return static_cast<std::size_t>(random_() % (std::uint64_t{most} + 1)); }
    bool one_in(std::size_t n) { return upto(n - 1) == 0; }
    char byte() { return static_cast<char>(upto(255)); }

private:
    std::mt19937_64 random_;
};

Digest any_digest(Dice& dice) {
    Digest out{};
    for (auto& byte : out) byte = static_cast<std::uint8_t>(dice.byte());
    return out;
}

std::optional<std::uint64_t> maybe(Dice& dice) { return dice.one_in(4) ? std::nullopt : std::optional{dice.any()}; }

std::int64_t any_sign(Dice& dice) {
    const auto value = static_cast<std::int64_t>(dice.any() >> 1U);
    return dice.one_in(3) ? -1 - value : value;
}

Record any_record(Dice& dice) {
    Record record;
    record.seq = dice.any();
    record.type = static_cast<RecordType>(1 + dice.upto(last_record_type - 1));
    record.previous = any_digest(dice);
    record.start_s = any_sign(dice);
    if (!dice.one_in(3)) record.duration_s = static_cast<std::uint32_t>(dice.any());
    record.clock = static_cast<ClockState>(dice.upto(2));
    record.clock_error_ms = static_cast<std::uint32_t>(dice.any());
    for (auto left = dice.upto(5); left > 0; --left) {
        record.points.push_back({static_cast<std::uint32_t>(dice.any()), maybe(dice), maybe(dice), any_sign(dice),
                                 static_cast<std::uint32_t>(dice.any())});
    }
    if (!dice.one_in(3)) record.facility_mwh = any_sign(dice);
    if (!dice.one_in(3)) record.it_mwh = any_sign(dice);
    if (!dice.one_in(3)) record.coverage_ppm = static_cast<std::uint32_t>(dice.any());
    if (dice.one_in(3)) record.config = any_digest(dice);
    for (auto left = dice.one_in(2) ? dice.upto(300) : 0; left > 0; --left) record.aux += dice.byte();
    for (auto left = dice.one_in(4) ? dice.upto(30) : 0; left > 0; --left) record.frontier.push_back(any_digest(dice));
    return record;
}

void spoil(Dice& dice, Bytes& bytes) {
    for (auto times = dice.upto(3); times > 0 && !bytes.empty(); --times) {
        const auto at = dice.upto(bytes.size() - 1);
        switch (dice.upto(4)) {
            case 0: bytes[at] = dice.byte(); break;
            case 1: bytes.erase(at, 1); break;
            case 2: bytes.insert(at, 1, dice.byte()); break;
            case 3: bytes[at] = static_cast<char>(bytes[at] ^ (1 << dice.upto(7))); break;
            default: bytes.erase(at); break;
        }
    }
}

Bytes noise(Dice& dice, std::size_t most) {
    Bytes out(dice.upto(most), '\0');
    for (auto& byte : out) byte = dice.byte();
    return out;
}

}  // namespace

TEST_GROUP(JournalFuzz){};

TEST(JournalFuzz, EveryRecordComesBackAndNoSpoiltOneIsTakenForMoreThanItSays) {
    Dice dice{1};
    for (int round = 0; round < 20000; ++round) {
        const auto record = any_record(dice);
        auto leaf = encode(record);
        const auto back = decode(leaf);
        CHECK(static_cast<bool>(back));
        CHECK(*back == record);
        spoil(dice, leaf);
        if (const auto other = decode(leaf)) CHECK(encode(*other) == leaf);
    }
}

TEST(JournalFuzz, NoiseIsNoRecord) {
    Dice dice{2};
    for (int round = 0; round < 20000; ++round) {
        auto bytes = noise(dice, 200);
        if (!bytes.empty()) bytes[0] = static_cast<char>(0xa5 + dice.upto(7));
        CHECK(!decode(bytes));
    }
}

// A second telling of what a right frame is, from the written side: whatever is read, written again, is a piece of the
// segment at its place.
TEST(JournalFuzz, FramesReadAreFramesWritten) {
    Dice dice{3};
    for (int round = 0; round < 3000; ++round) {
        Bytes segment;
        for (auto left = dice.upto(6); left > 0; --left) append_frame(segment, noise(dice, 60) + 'x');
        spoil(dice, segment);
        FrameReader reader{segment};
        Bytes again;
        for (std::string_view leaf; reader.next(leaf);) append_frame(again, leaf);
        LONGS_EQUAL(again.size(), reader.good_bytes());
        CHECK(segment.starts_with(again));
        CHECK(reader.whole() == (again == segment));
        if (reader.whole()) CHECK(!reader.good_frame_follows());
    }
}

TEST(JournalFuzz, NotesReadAreNotesWrittenAndSpoiltOnesAreNotSigned) {
    Dice dice{4};
    const auto signer = *Signer::from_seed({7});
    const NoteKey key{.name = "example.com/log", .type = 1, .key = signer.public_key()};
    for (int round = 0; round < 3000; ++round) {
        const auto whole = *sign_checkpoint({.origin = key.name, .size = dice.any(), .root = any_digest(dice)}, signer);
        auto spoilt = whole;
        spoil(dice, spoilt);
        const auto note = parse_note(spoilt);
        if (!note) continue;
        CHECK(note->whole() == spoilt);
        CHECK(signed_by(*note, key) == (spoilt == whole));
        if (const auto checkpoint = parse_checkpoint(note->text)) CHECK(checkpoint->text() == note->text);
        auto vkey = key.vkey();
        spoil(dice, vkey);
        if (const auto other = NoteKey::parse(vkey)) CHECK(other->vkey() == vkey);
    }
}
