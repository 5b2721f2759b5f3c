// The offline check finds every single change to a journal, and says where.
#include "agent/journal/verify.hpp"

#include <string>
#include <vector>

#include "agent/journal/frame.hpp"
#include "agent/journal/layout.hpp"
#include "tests/fakes/journal_life.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::fake;

namespace {

const std::string segment = "journal/e0001-0000000000.seg";

VerifySettings by_key(const Signer& signer, std::optional<std::string> published = {}) {
    return {.key = signer.public_key(), .witnesses = {}, .published = std::move(published)};
}

// A journal of `n` records behind the key's, all of them signed.
std::string live(FakeStore& store, const Signer& signer, int n, std::int64_t from = 0,
                 std::size_t segment_bytes = 1 << 20) {
    put_key(store, signer);
    Recovery found;
    auto journal = *Journal::open(store, test_settings(segment_bytes), {}, found);
    for (auto i = from; i < from + n; ++i) {
        journal.append(numbered(i, journal.wants_snapshot() ? RecordType::snapshot : RecordType::interval));
        (void)journal.commit(at_hour(0));
    }
    (void)journal.commit(at_hour(0), true);
    return store.documents["journal/checkpoint"];
}

std::vector<std::string> frames_of(const std::string& file) {
    std::vector<std::string> out;
    FrameReader reader{file};
    std::string_view leaf;
    for (std::size_t at = 0; reader.next(leaf); at = reader.good_bytes())
        out.push_back(file.substr(at, reader.good_bytes() - at));
    return out;
}

std::string joined(const std::vector<std::string>& frames) {
    std::string out;
    for (const auto& frame : frames) out += frame;
    return out;
}

}  // namespace

TEST_GROUP(Verify) {
    FakeStore store;
    Signer signer = test_signer();
    std::string newest;

    void setup() override { newest = live(store, signer, 5); }
    void teardown() override { newest = {}; }

    std::string found(const VerifySettings& settings) { return verified(store, settings); }
    void check_each_bit(const std::string& name, const char* named) {
        const auto whole = store.documents[name];
        for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
            store.documents[name][bit / 8] = static_cast<char>(whole[bit / 8] ^ (1 << bit % 8));
            const auto text = found(by_key(signer));
            CHECK_TEXT(!text.empty(), (name + ", bit " + std::to_string(bit) + " is not missed").c_str());
            CHECK_TEXT(text.find(named) != text.npos, text.c_str());
            store.documents[name] = whole;
        }
    }
};

TEST(Verify, a_sound_journal_is_sound_and_counted) {
    const auto result = in_both_languages(verify_journal(store, by_key(signer, newest)));
    CHECK(result.findings.empty());
    CHECK_EQUAL(6U, result.records);
    CHECK_EQUAL(1U, result.epochs);
    CHECK_EQUAL(3U, result.checkpoints);  // the newest, the day's, the one that was kept
    CHECK_EQUAL(6U, result.newest->size);
    CHECK(result.notes.empty());
}

TEST(Verify, without_a_key_it_says_that_nobody_vouches) {
    const auto result = in_both_languages(verify_journal(store, {}));
    CHECK(result.findings.empty());
    STRCMP_CONTAINS("nobody vouches for it", result.notes.at(0).en.c_str());
    store.documents.erase("journal/public.pem");
    STRCMP_CONTAINS("journal/public.pem: is not here", found({}).c_str());
}

TEST(Verify, each_flipped_bit_of_the_records_is_found) { check_each_bit(segment, segment.c_str()); }

TEST(Verify, each_flipped_bit_of_the_newest_checkpoint_is_found) {
    check_each_bit("journal/checkpoint", "journal/checkpoint");
}

TEST(Verify, each_flipped_bit_of_the_kept_checkpoints_is_found) {
    check_each_bit("journal/checkpoints", "journal/checkpoints");
}

TEST(Verify, each_removed_record_is_found) {
    const auto whole = frames_of(store.documents[segment]);
    for (std::size_t i = 0; i < whole.size(); ++i) {
        auto frames = whole;
        frames.erase(frames.begin() + static_cast<std::ptrdiff_t>(i));
        store.documents[segment] = joined(frames);
        const auto text = found(by_key(signer));
        if (i + 1 < whole.size()) {
            STRCMP_CONTAINS(
                (", record " + std::to_string(i + 1) + ": record " + std::to_string(i) + " is due here").c_str(),
                text.c_str());
        } else {
            STRCMP_CONTAINS("journal/checkpoint: it covers 6 records of epoch 1, 5 are here", text.c_str());
        }
    }
}

TEST(Verify, swapped_and_doubled_records_are_found) {
    const auto whole = frames_of(store.documents[segment]);
    for (std::size_t i = 0; i + 1 < whole.size(); ++i) {
        auto frames = whole;
        std::swap(frames[i], frames[i + 1]);
        store.documents[segment] = joined(frames);
        STRCMP_CONTAINS("removed, moved or added", found(by_key(signer)).c_str());
        frames = whole;
        frames.insert(frames.begin() + static_cast<std::ptrdiff_t>(i), whole[i]);
        store.documents[segment] = joined(frames);
        STRCMP_CONTAINS("removed, moved or added", found(by_key(signer)).c_str());
    }
}

TEST(Verify, a_record_that_was_written_anew_breaks_the_chain_behind_it) {
    auto frames = frames_of(store.documents[segment]);
    auto record = *decode(std::string_view{frames[3]}.substr(frame_header));
    record.points[0].energy_mwh += 1;
    frames[3].clear();
    append_frame(frames[3], encode(record));
    store.documents[segment] = joined(frames);
    const auto text = found(by_key(signer));
    STRCMP_CONTAINS("record 4: the record before it was another one (chain broken)", text.c_str());
    STRCMP_CONTAINS("journal/checkpoint: it covers 6 records of epoch 1, and the records that are here are others",
                    text.c_str());
}

TEST(Verify, a_rolled_back_copy_is_found_by_the_checkpoint_that_was_kept) {
    FakeStore younger;
    live(younger, signer, 3);
    STRCMP_EQUAL("", verified(younger, by_key(signer)).c_str());
    STRCMP_EQUAL(
        "the checkpoint that was kept: it covers 6 records of epoch 1, 4 are here (cut off, or an older copy)\n",
        verified(younger, by_key(signer, newest)).c_str());
}

TEST(Verify, a_fork_signed_with_another_key_is_found) {
    FakeStore fork;
    live(fork, test_signer(9), 5, 100);
    STRCMP_EQUAL("", verified(fork).c_str());  // in itself it is sound
    STRCMP_CONTAINS("journal/checkpoint: the signature is not of the key", verified(fork, by_key(signer)).c_str());
}

TEST(Verify, a_fork_signed_with_the_same_key_is_found_by_the_checkpoint_that_was_kept) {
    FakeStore fork;
    live(fork, signer, 5, 100);
    STRCMP_EQUAL("", verified(fork, by_key(signer)).c_str());
    STRCMP_EQUAL(
        "the checkpoint that was kept: it covers 6 records of epoch 1, and the records that are here are others "
        "(altered, "
        "or a fork)\n",
        verified(fork, by_key(signer, newest)).c_str());
}

TEST(Verify, each_missing_segment_is_found) {
    FakeStore large;
    live(large, signer, 40, 0, 600);
    const auto whole = large.documents;
    const auto segments = *list_segments(large);
    CHECK(segments.size() > 4);
    for (std::size_t i = 1; i + 1 < segments.size(); ++i) {
        large.documents = whole;
        large.documents.erase(segments[i].name);
        STRCMP_CONTAINS((segments[i + 1].name + ": begins with record").c_str(),
                        verified(large, by_key(signer)).c_str());
    }
    large.documents = whole;
    large.documents.erase(segments.back().name);
    STRCMP_CONTAINS("journal/checkpoint: it covers 41 records", verified(large, by_key(signer)).c_str());
}

TEST(Verify, oldest_segments_may_be_gone_only_where_a_receipt_names_them) {
    FakeStore large;
    live(large, signer, 40, 0, 600);
    const auto segments = *list_segments(large);
    const auto gone = "records 0 to " + std::to_string(segments[2].first - 1) + " of epoch 1 are ";
    large.documents.erase(segments[0].name);
    large.documents.erase(segments[1].name);
    STRCMP_EQUAL(
        (segments[2].name + ": " + gone + "missing, and no receipt of an export (journal/exported) names them\n")
            .c_str(),
        verified(large, by_key(signer)).c_str());
    large.documents["journal/exported"] = segments[0].name + "\n" + segments[1].name + "\n";
    STRCMP_CONTAINS("no receipt", verified(large, by_key(signer)).c_str());
    large.documents["journal/exported"] = "z\n";
    STRCMP_CONTAINS("no receipt", verified(large, by_key(signer)).c_str());
    large.documents["journal/exported"] = segments[1].name + "\n" + segments[2].name + "\n";
    const auto result = in_both_languages(verify_journal(large, by_key(signer)));
    CHECK(result.findings.empty());
    STRCMP_CONTAINS((gone + "not here: pruned after an export").c_str(), result.notes.at(0).en.c_str());
}

TEST(Verify, a_key_of_somebody_else_is_told_once) {
    const auto result = in_both_languages(verify_journal(store, by_key(test_signer(9))));
    CHECK_EQUAL(1U, result.findings.size());
    STRCMP_CONTAINS("nor is that of any other of the 2 checkpoints", result.findings[0].what.en.c_str());
}

TEST(Verify, a_bad_frame_in_an_older_segment_is_found_and_the_next_segment_still_checked) {
    FakeStore large;
    live(large, signer, 40, 0, 600);
    const auto segments = *list_segments(large);
    auto& second = large.documents[segments[1].name];
    second[second.size() - 3] ^= 1;
    const auto text = verified(large, by_key(signer));
    STRCMP_CONTAINS((segments[1].name + ", byte ").c_str(), text.c_str());
    STRCMP_CONTAINS("the frame is not right", text.c_str());
    CHECK_TEXT(text.find(segments[2].name) == text.npos, text.c_str());
}

TEST(Verify, a_snapshot_with_the_tree_of_another_journal_is_found) {
    FakeStore large;
    live(large, signer, 20, 0, 600);
    const auto segments = *list_segments(large);
    auto frames = frames_of(large.documents[segments[1].name]);
    auto record = *decode(std::string_view{frames[0]}.substr(frame_header));
    record.frontier[0][0] ^= 1;
    frames[0].clear();
    append_frame(frames[0], encode(record));
    large.documents[segments[1].name] = joined(frames);
    STRCMP_CONTAINS("the tree that this snapshot carries", verified(large, by_key(signer)).c_str());
}

TEST(Verify, checkpoints_that_are_gone_are_missed) {
    FakeStore large;
    live(large, signer, 40, 0, 600);
    large.documents.erase("journal/checkpoint");
    STRCMP_CONTAINS("no checkpoint covers the records before the last segment",
                    verified(large, by_key(signer)).c_str());
}

TEST(Verify, records_that_nobody_has_signed_yet_are_counted) {
    Recovery found;
    auto journal = *Journal::open(store, test_settings(), {}, found);
    (void)journal.commit(at_hour(0));
    for (int i = 5; i < 8; ++i) {
        journal.append(numbered(i));
        (void)journal.commit(at_hour(0));
    }
    const auto result = in_both_languages(verify_journal(store, by_key(signer)));
    CHECK(result.findings.empty());
    STRCMP_EQUAL("2 records are newer than the newest checkpoint: chained, not yet signed",
                 result.notes.at(0).en.c_str());
}

TEST(Verify, a_folder_without_a_journal_is_none) {
    FakeStore empty;
    STRCMP_CONTAINS("journal: holds no segment", verified(empty).c_str());
    empty.broken = true;
    STRCMP_CONTAINS("the store is broken", verified(empty).c_str());
}

TEST(Verify, place_and_finding_are_told_in_chinese_too) {
    auto frames = frames_of(store.documents[segment]);
    frames.erase(frames.begin() + 2);
    store.documents[segment] = joined(frames);
    const auto result = in_both_languages(verify_journal(store, by_key(signer, newest)));
    const auto place = segment + "，字节 " + std::to_string(frames[0].size() + frames[1].size()) + "，记录 3";
    STRCMP_EQUAL(place.c_str(), result.findings.at(0).where.zh.c_str());
    STRCMP_EQUAL("此处应为记录 2：有记录被删除、移动或添加", result.findings.at(0).what.zh.c_str());
    STRCMP_EQUAL("另行保存的检查点", result.findings.back().where.zh.c_str());
    STRCMP_EQUAL("覆盖纪元 1 的 6 条记录，现有 5 条（被截断，或是较早的副本）", result.findings.back().what.zh.c_str());
}

TEST(Verify, a_witness_who_never_signed_is_missed) {
    const NoteKey witness{"witness.example", 4, test_signer(3).public_key()};
    STRCMP_CONTAINS("witness witness.example: no checkpoint that is here was cosigned by it",
                    found({.key = signer.public_key(), .witnesses = {witness}, .published = {}}).c_str());
}

TEST(Verify, what_is_no_checkpoint_is_said_to_be_none) {
    STRCMP_CONTAINS("the checkpoint that was kept: ", found(by_key(signer, "garbage")).c_str());
}
