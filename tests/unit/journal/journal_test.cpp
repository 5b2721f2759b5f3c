// The journal's life: what is committed is there after whatever happens, once, and where it is not, the journal says
// so.
#include "agent/journal/journal.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "agent/journal/frame.hpp"
#include "agent/journal/layout.hpp"
#include "tests/fakes/journal_life.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::fake;

namespace {

const std::string first_segment = "journal/e0001-0000000000.seg";

std::vector<std::int64_t> up_to(std::int64_t n) {
    std::vector<std::int64_t> out;
    for (std::int64_t i = 0; i < n; ++i) out.push_back(i);
    return out;
}

}  // namespace

TEST_GROUP(Journal) {
    FakeStore store;
    Recovery found;

    void setup() override { put_key(store, test_signer()); }

    Journal opened(const JournalSettings& settings = test_settings(), std::optional<std::string> published = {}) {
        auto journal = Journal::open(store, settings, published, found);
        CHECK_TEXT(bool(journal), journal ? "" : journal.error().c_str());
        return *journal;
    }
    static Commit committed(Journal & journal, int hour = 0, bool sign = false) {
        auto commit = journal.commit(at_hour(hour), sign);
        CHECK_TEXT(bool(commit), commit ? "" : commit.error().c_str());
        return *commit;
    }
    // A snapshot, then intervals, each committed.
    void live(Journal & journal, std::int64_t from, std::int64_t to) {
        for (auto i = from; i < to; ++i) {
            journal.append(numbered(i, journal.wants_snapshot() ? RecordType::snapshot : RecordType::interval));
            committed(journal);
        }
    }
    // Where each frame of a segment begins, and its end.
    std::vector<std::size_t> frames(const std::string& segment) {
        std::vector<std::size_t> out{0};
        FrameReader reader{store.documents[segment]};
        std::string_view leaf;
        while (reader.next(leaf)) out.push_back(reader.good_bytes());
        return out;
    }
    void check_sound() { STRCMP_EQUAL("", verified(store).c_str()); }
    void check_holds(std::int64_t n) {
        const auto numbers = read_numbers(store);
        CHECK(numbers.has_value());
        CHECK(*numbers == up_to(n));
    }
};

TEST(Journal, where_nothing_is_a_key_and_the_first_epoch_are_made) {
    store.documents.clear();
    auto journal = opened();
    STRCMP_EQUAL("", found.evidence_loss.c_str());
    CHECK(!found.snapshot);
    CHECK(store.documents.contains("journal/key.pem"));
    STRCMP_EQUAL(public_key_to_pem(journal.signer().public_key()).c_str(),
                 store.documents["journal/public.pem"].c_str());
    CHECK_TRUE(journal.wants_snapshot());
    live(journal, 0, 3);
    STRCMP_EQUAL("example.com/site-1/bmc-1/epoch-1", journal.origin().c_str());
    CHECK_EQUAL(4U, journal.size());  // the key's record, too
    check_holds(3);
    check_sound();
}

TEST(Journal, the_first_record_of_an_epoch_names_its_key) {
    auto journal = opened();
    live(journal, 5, 6);
    auto reader = *JournalReader::open(store);
    const auto key = (*reader.next())->record;
    CHECK(key.type == RecordType::key);
    CHECK_EQUAL(5, key.start_s);
    const auto statement = layout::decode_key(key.aux);
    CHECK(statement.has_value());
    STRCMP_EQUAL((NoteKey{journal.origin(), 1, test_signer().public_key()}.vkey()).c_str(), statement->vkey.c_str());
    CHECK(!statement->successor_of);
}

TEST(Journal, a_stamp_says_where_the_record_stands) {
    auto journal = opened();
    const auto stamp = journal.append(numbered(1));
    CHECK_EQUAL(1U, stamp->epoch);
    CHECK_EQUAL(1U, stamp->seq);
    committed(journal);
    auto reader = *JournalReader::open(store);
    (void)reader.next();
    CHECK(sha256((*reader.next())->leaf) == stamp->sha256);
}

TEST(Journal, a_commit_signs_when_it_is_time_or_asked_to) {
    auto journal = opened();
    journal.append(numbered(0, RecordType::snapshot));
    const auto first = committed(journal, 0);
    CHECK(first.checkpoint.has_value());
    STRCMP_EQUAL(store.documents["journal/checkpoint"].c_str(), first.checkpoint->c_str());
    journal.append(numbered(1));
    CHECK(!committed(journal, 0).checkpoint);
    CHECK_TRUE(committed(journal, 0, true).checkpoint.has_value());
    CHECK(!committed(journal, 0, true).checkpoint);  // nothing new
    journal.append(numbered(2));
    CHECK_TRUE(committed(journal, 1).checkpoint.has_value());
}

TEST(Journal, the_first_checkpoint_of_each_day_is_kept) {
    auto journal = opened();
    for (int hour = 0; hour < 72; ++hour) {
        journal.append(numbered(hour, hour == 0 ? RecordType::snapshot : RecordType::interval));
        committed(journal, hour);
    }
    std::size_t end = 0;
    const auto notes = layout::split_notes(store.documents["journal/checkpoints"], end);
    CHECK_EQUAL(3U, notes.size());
    CHECK_EQUAL(store.documents["journal/checkpoints"].size(), end);
    check_sound();
}

TEST(Journal, a_torn_note_is_overwritten_by_the_next) {
    auto journal = opened();
    live(journal, 0, 1);
    auto& file = store.documents["journal/checkpoints"];
    const auto whole = file;
    for (const auto torn : {std::size_t{1}, whole.size() / 2, whole.size() - 1}) {
        file = whole + whole.substr(0, torn);
        check_sound();
        auto again = opened();
        again.append(numbered(1));
        committed(again, 30);
        std::size_t end = 0;
        CHECK_EQUAL(2U, layout::split_notes(file, end).size());
        CHECK_EQUAL(file.size(), end);
        check_sound();
    }
}

TEST(Journal, a_restart_gives_the_newest_snapshot_and_what_came_after) {
    {
        auto journal = opened();
        live(journal, 0, 4);
        journal.append(numbered(4, RecordType::snapshot));
        journal.append(numbered(5));
        committed(journal);
        journal.append(numbered(6));  // never committed
    }
    auto journal = opened();
    CHECK_EQUAL(4, found.snapshot->start_s);
    CHECK(numbers(found.tail) == (std::vector<std::int64_t>{5}));
    STRCMP_EQUAL("", found.evidence_loss.c_str());
    CHECK_FALSE(journal.wants_snapshot());
    live(journal, 6, 8);
    check_holds(8);
    check_sound();
}

TEST(Journal, a_full_segment_asks_for_a_snapshot_which_begins_the_next) {
    auto journal = opened(test_settings(2000));
    std::int64_t i = 0;
    for (; !journal.wants_snapshot() || i == 0; ++i) live(journal, i, i + 1);
    for (int more = 0; more < 3; ++more) {
        journal.append(numbered(i++));  // not asked for: still into the old one
        committed(journal);
    }
    CHECK_EQUAL(1U, list_segments(store)->size());
    journal.append(numbered(i++, RecordType::snapshot));
    const auto commit = committed(journal);
    const auto segments = *list_segments(store);
    CHECK_EQUAL(2U, segments.size());
    CHECK_EQUAL(journal.size() - 1, segments[1].first);
    CHECK(parse_checkpoint(parse_note(*commit.checkpoint)->text)->size == segments[1].first);
    live(journal, i, i + 30);
    check_holds(i + 30);
    check_sound();
}

TEST(Journal, a_snapshot_larger_than_a_segment_does_not_ask_for_the_next_one) {
    auto journal = opened(test_settings(600));
    for (std::int64_t i = 0; i < 40; ++i) {
        auto record = numbered(i, journal.wants_snapshot() ? RecordType::snapshot : RecordType::interval);
        if (record.type == RecordType::snapshot) record.aux = std::string(2000, 'x');
        journal.append(record);
        committed(journal);
        if (i % 3 == 0) journal = opened(test_settings(600));
    }
    CHECK(list_segments(store)->size() < 9);
    CHECK(list_segments(store)->size() > 3);
    check_holds(40);
    check_sound();
}

TEST(Journal, several_segments_may_wait_for_the_disk) {
    auto journal = opened(test_settings(600));
    live(journal, 0, 2);
    store.room = 0;
    for (int i = 2; i < 40; ++i) {
        journal.append(numbered(i, journal.wants_snapshot() ? RecordType::snapshot : RecordType::interval));
        CHECK_FALSE(bool(journal.commit(at_hour(0))));
    }
    CHECK_EQUAL(38U, journal.pending());
    store.room = 1500;  // enough for two of them
    CHECK_FALSE(bool(journal.commit(at_hour(0))));
    CHECK(list_segments(store)->size() > 1);
    store.room.reset();
    committed(journal);
    CHECK_EQUAL(0U, journal.pending());
    check_holds(40);
    check_sound();
}

TEST(Journal, restart_reads_no_more_of_an_old_journal_than_of_a_young_one) {
    std::vector<std::size_t> cost;
    std::int64_t i = 0;
    for (const auto age : {200, 2000}) {
        {
            auto journal = opened(test_settings(5000));
            while (i < age || !journal.wants_snapshot()) live(journal, i, i + 1), ++i;
        }
        store.bytes_loaded = 0;
        auto journal = opened(test_settings(5000));
        cost.push_back(store.bytes_loaded);
    }
    CHECK(cost[1] < cost[0] + 300);
    CHECK(cost[1] < 8000);
}

TEST(Journal, exported_segments_beyond_what_is_kept_go_and_others_never) {
    auto settings = test_settings(1000);
    settings.keep_bytes = 3000;
    auto journal = opened(settings);
    live(journal, 0, 80);
    const auto before = *list_segments(store);
    CHECK(before.size() > 5);
    store.documents["journal/exported"] = before[1].name + "\n";
    live(journal, 80, 100);
    auto after = *list_segments(store);
    STRCMP_EQUAL(before[2].name.c_str(), after[0].name.c_str());
    store.documents["journal/exported"] = after.back().name + "\n";
    live(journal, 100, 120);
    CHECK_EQUAL(3U, list_segments(store)->size());
    check_sound();
    opened(settings);
    STRCMP_EQUAL("", found.evidence_loss.c_str());
    CHECK_EQUAL(119, numbers(found).back());
    const auto result = in_both_languages(verify_journal(store, {}));
    STRCMP_CONTAINS("pruned", result.notes.at(1).en.c_str());
}

TEST(Journal, what_the_disk_does_not_take_is_kept_until_it_does) {
    auto journal = opened();
    live(journal, 0, 2);
    store.room = 50;  // a short write stays behind
    journal.append(numbered(2));
    CHECK_FALSE(bool(journal.commit(at_hour(0))));
    store.room.reset();
    store.read_only = true;
    journal.append(numbered(3));
    CHECK_FALSE(bool(journal.commit(at_hour(0))));
    store.read_only = false;
    store.failing_syncs = 1;
    CHECK_FALSE(bool(journal.commit(at_hour(0))));
    CHECK_EQUAL(2U, journal.pending());
    committed(journal);
    check_holds(4);
    check_sound();
}

TEST(Journal, a_journal_on_a_disk_that_takes_nothing_is_opened_and_waits) {
    {
        auto journal = opened();
        live(journal, 0, 3);
    }
    store.documents[first_segment] += "torn";
    store.read_only = true;
    auto journal = opened();
    CHECK_EQUAL(4U, found.torn_bytes);
    journal.append(numbered(3));
    CHECK_FALSE(bool(journal.commit(at_hour(0))));
    store.read_only = false;
    committed(journal);
    check_holds(4);
    check_sound();
}

TEST(Journal, a_new_journal_may_begin_on_a_disk_that_takes_nothing) {
    store.documents.clear();
    store.read_only = true;
    auto journal = opened();
    journal.append(numbered(0, RecordType::snapshot));
    CHECK_FALSE(bool(journal.commit(at_hour(0))));
    store.read_only = false;
    committed(journal);
    CHECK(store.documents.contains("journal/key.pem"));
    check_holds(1);
    check_sound();
}

TEST(Journal, when_memory_is_full_too_losses_are_counted_and_recorded) {
    auto settings = test_settings();
    settings.pending_bytes = 500;
    auto journal = opened(settings);
    live(journal, 0, 1);
    store.room = 0;
    std::int64_t kept = 1;
    for (int i = 1; i < 20; ++i) {
        kept += journal.append(numbered(i)) ? 1 : 0;
        CHECK_FALSE(bool(journal.commit(at_hour(0))));
    }
    CHECK(kept > 2 && kept < 10);
    store.room.reset();
    committed(journal);
    live(journal, 20, 21);
    check_sound();
    opened(settings);
    const auto& loss = found.tail[found.tail.size() - 2];
    CHECK(loss.type == RecordType::loss);
    CHECK_EQUAL(kept, loss.start_s);
    const auto aux = nlohmann::json::from_cbor(loss.aux);
    CHECK_EQUAL(20 - kept, aux["records"].get<std::int64_t>());
    CHECK_EQUAL(19 + 900, aux["to"].get<std::int64_t>());
    STRCMP_CONTAINS("No space left", aux["why"].get<std::string>().c_str());
}

TEST(Journal, a_snapshot_larger_than_the_memory_for_pending_records_still_fits) {
    auto settings = test_settings();
    settings.pending_bytes = 500;
    auto journal = opened(settings);
    committed(journal);
    auto snapshot = numbered(0, RecordType::snapshot);
    snapshot.aux = std::string(5000, 'x');
    CHECK(journal.append(snapshot).has_value());
    committed(journal);
    check_holds(1);
}

TEST(Journal, a_torn_tail_is_cut_off_also_where_the_next_record_begins_a_segment) {
    {
        auto journal = opened(test_settings(450));
        for (std::int64_t i = 0; i < 5; ++i) {
            journal.append(numbered(i, i == 0 ? RecordType::snapshot : RecordType::interval));
            committed(journal);
        }
    }
    store.documents[first_segment] += "torn";
    auto journal = opened(test_settings(450));
    CHECK_TRUE(journal.wants_snapshot());
    live(journal, 5, 6);
    CHECK_EQUAL(2U, list_segments(store)->size());
    check_holds(6);
    check_sound();
}

// The tail is cut at every byte of the last three records; the newest checkpoint covers all, all but two, or nothing of
// the last three.
TEST(Journal, a_torn_tail_at_every_byte_loses_nothing_silently) {
    for (const std::int64_t signed_after : {3, 4, 6}) {
        store.documents.clear();
        put_key(store, test_signer());
        {
            auto journal = opened();
            for (std::int64_t i = 0; i < 6; ++i) {
                journal.append(numbered(i, i == 0 ? RecordType::snapshot : RecordType::interval));
                committed(journal, 0, i + 1 == signed_after);
            }
        }
        const auto whole = store.documents;
        const auto ends = frames(first_segment);  // record 0 is the key's
        for (auto cut = ends[4]; cut <= ends.back(); ++cut) {
            store.documents = whole;
            store.documents[first_segment].resize(cut);
            const auto left = std::upper_bound(ends.begin(), ends.end(), cut) - ends.begin() - 2;
            auto journal = opened();
            CHECK(numbers(found) == up_to(left));
            CHECK_EQUAL(left < signed_after, !found.evidence_loss.empty());
            CHECK_EQUAL(left < signed_after ? 2U : 1U, journal.epoch());
            live(journal, left, left + 2);
            check_holds(left + 2);
            check_sound();
            opened();
            STRCMP_EQUAL("", found.evidence_loss.c_str());
            CHECK_EQUAL(left + 1, numbers(found).back());
        }
    }
}

TEST(Journal, a_new_epoch_says_what_was_lost_and_names_the_last_record_that_was_not) {
    Digest last{};
    std::string note;
    {
        auto journal = opened();
        live(journal, 0, 3);
        last = journal.append(numbered(3))->sha256;
        committed(journal);
        journal.append(numbered(4));
        note = *committed(journal, 0, true).checkpoint;
    }
    store.documents[first_segment].resize(frames(first_segment)[5] + 10);
    auto journal = opened();
    STRCMP_EQUAL("the journal's own checkpoint covers 6 records of epoch 1, 5 are here", found.evidence_loss.c_str());
    CHECK_TRUE(journal.wants_snapshot());
    live(journal, 4, 5);
    auto reader = *JournalReader::open(store);
    auto entry = *reader.next();
    while (entry->epoch == 1) entry = *reader.next();
    CHECK(entry->record.type == RecordType::log_epoch);
    CHECK(entry->record.previous == last);
    CHECK_EQUAL(0U, entry->record.seq);
    const auto join = layout::decode_join(entry->record.aux);
    STRCMP_EQUAL("example.com/site-1/bmc-1/epoch-1", join->origin.c_str());
    CHECK_EQUAL(6U, join->size);
    CHECK_EQUAL(5U, join->recovered);
    STRCMP_EQUAL(note.c_str(), join->note.c_str());
}

TEST(Journal, a_bad_frame_before_good_ones_is_damage_and_its_bytes_are_kept) {
    {
        auto journal = opened();
        live(journal, 0, 5);
    }
    auto& segment = store.documents[first_segment];
    segment[frames(first_segment)[3] + 20] ^= 4;
    const auto damaged = segment;
    auto journal = opened();
    STRCMP_CONTAINS("a frame is not right, and right ones follow", found.evidence_loss.c_str());
    STRCMP_CONTAINS(first_segment.c_str(), found.evidence_loss.c_str());
    CHECK(numbers(found) == up_to(2));
    live(journal, 2, 4);
    CHECK(segment == damaged);
    check_holds(4);
    check_sound();
}

TEST(Journal, a_published_checkpoint_that_is_larger_or_other_opens_a_new_epoch) {
    std::string larger;
    {
        auto journal = opened();
        live(journal, 0, 3);
        const auto old = store.documents;
        live(journal, 3, 5);
        journal.append(numbered(5));
        larger = *committed(journal, 0, true).checkpoint;
        store.documents = old;  // a restored image
    }
    opened();
    STRCMP_EQUAL("", found.evidence_loss.c_str());
    auto journal = opened(test_settings(), larger);
    STRCMP_EQUAL("the published checkpoint covers 7 records of epoch 1, 4 are here", found.evidence_loss.c_str());
    CHECK_EQUAL(2U, journal.epoch());
    live(journal, 3, 9);
    check_holds(9);
    check_sound();
    opened(test_settings(), larger);  // of the past epoch: known
    STRCMP_EQUAL("", found.evidence_loss.c_str());
    const auto other = sign_checkpoint({"example.com/site-1/bmc-1/epoch-2", 2, sha256("other")}, test_signer());
    opened(test_settings(), *other);
    STRCMP_CONTAINS("the records that are here are others", found.evidence_loss.c_str());
    const auto foreign = sign_checkpoint({"example.com/site-1/bmc-1/epoch-2", 999, sha256("other")}, test_signer(8));
    opened(test_settings(), *foreign);
    STRCMP_EQUAL("", found.evidence_loss.c_str());
    opened(test_settings(), "garbage");
    STRCMP_EQUAL("", found.evidence_loss.c_str());
}

TEST(Journal, an_older_published_checkpoint_is_compared_in_its_own_segment) {
    auto journal = opened(test_settings(600));
    live(journal, 0, 3);
    journal.append(numbered(3));
    const auto old = *committed(journal, 0, true).checkpoint;
    live(journal, 4, 40);
    opened(test_settings(600), old);
    STRCMP_EQUAL("", found.evidence_loss.c_str());
    const auto forged = sign_checkpoint({journal.origin(), 3, sha256("other")}, test_signer());
    opened(test_settings(600), *forged);
    STRCMP_CONTAINS("others", found.evidence_loss.c_str());
}

TEST(Journal, when_all_but_the_checkpoint_is_gone_the_loss_is_whole) {
    {
        auto journal = opened();
        live(journal, 0, 3);
    }
    const auto published = store.documents["journal/checkpoint"];
    store.documents.erase(first_segment);
    auto journal = opened();
    STRCMP_CONTAINS("covers 2 records of epoch 1, 0 are here", found.evidence_loss.c_str());
    live(journal, 0, 2);
    check_sound();
    store.documents.clear();  // a new flash: only the broker remembers
    auto fresh = opened(test_settings(), published);
    STRCMP_CONTAINS("nothing is left", found.evidence_loss.c_str());
    CHECK_EQUAL(2U, fresh.epoch());
    live(fresh, 0, 2);
    check_sound();
}

TEST(Journal, a_lost_checkpoint_or_key_is_a_loss_of_evidence) {
    {
        auto journal = opened(test_settings(600));
        live(journal, 0, 30);
    }
    const auto whole = store.documents;
    store.documents.erase("journal/checkpoint");
    opened(test_settings(600));
    STRCMP_EQUAL("journal/checkpoint is gone", found.evidence_loss.c_str());
    store.documents = whole;
    store.documents["journal/checkpoint"][3] ^= 1;
    opened(test_settings(600));
    STRCMP_CONTAINS("journal/checkpoint is damaged", found.evidence_loss.c_str());
    store.documents = whole;
    store.documents.erase("journal/key.pem");
    auto journal = opened(test_settings(600));
    STRCMP_CONTAINS("journal/key.pem is gone", found.evidence_loss.c_str());
    CHECK(!numbers(found).empty());
    live(journal, 30, 35);
    check_holds(35);
    check_sound();  // the new key names the old one
    const auto result =
        in_both_languages(verify_journal(store, {.key = test_signer().public_key(), .witnesses = {}, .published = {}}));
    CHECK_FALSE(result.findings.empty());  // who only knows the old key cannot know the new one
}

TEST(Journal, a_log_that_is_named_anew_begins_a_new_epoch_without_a_loss) {
    {
        auto journal = opened();
        live(journal, 0, 3);
    }
    auto settings = test_settings();
    settings.origin = "example.com/site-2/bmc-1";
    auto journal = opened(settings);
    STRCMP_EQUAL("", found.evidence_loss.c_str());
    STRCMP_EQUAL("example.com/site-2/bmc-1/epoch-2", journal.origin().c_str());
    CHECK(numbers(found) == up_to(3));
    live(journal, 3, 5);
    check_holds(5);
    check_sound();
}

TEST(Journal, a_restart_before_the_snapshot_of_a_new_epoch_folds_the_old_one) {
    {
        auto journal = opened();
        live(journal, 0, 5);
        journal.append(numbered(5));
        committed(journal, 0, true);
    }
    store.documents[first_segment].resize(frames(first_segment)[5]);
    {
        auto journal = opened();
        CHECK_FALSE(found.evidence_loss.empty());
        committed(journal);  // log_epoch and key only
    }
    auto journal = opened();
    STRCMP_EQUAL("", found.evidence_loss.c_str());
    CHECK(numbers(found) == up_to(4));
    CHECK_EQUAL(2U, journal.epoch());
    CHECK_TRUE(journal.wants_snapshot());
}

TEST(Journal, a_reader_follows_while_the_journal_is_written) {
    auto journal = opened(test_settings(600));
    auto reader = *JournalReader::open(store);
    CHECK(!*reader.next());
    std::vector<std::int64_t> seen;
    for (std::int64_t i = 0; i < 30; ++i) {
        live(journal, i, i + 1);
        for (auto entry = reader.next(); entry && *entry; entry = reader.next()) {
            if (is_numbered((*entry)->record)) seen.push_back((*entry)->record.start_s);
        }
    }
    CHECK(seen == up_to(30));
}
