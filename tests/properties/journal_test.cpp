// Random lives of a journal: records, commits, full disks, lying fsyncs, power cuts at any byte, restarts. Whatever
// happens, what was committed is there once and in order, nothing else than what was appended is, and it verifies.
#include <random>
#include <string>
#include <vector>

#include "tests/fakes/journal_life.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::fake;

namespace {

class Life {
public:
    explicit Life(std::uint32_t seed) : seed_(seed), dice_(seed) {
        put_key(store_, test_signer());
        store_.seed = seed;
        store_.lose_pages = seed % 4 == 0;
        settings_.pending_bytes = seed % 3 == 0 ? 900 : std::size_t{1} << 20;
    }

    void run() {
        for (int start = 0; start < 8; ++start) {
            try {
                open();
                for (int step = 0; step < 12; ++step) act();
            } catch (const PowerCut&) {
            }
            heal();  // the machine comes up again, the program anew
        }
        open();
        commit();
        CHECK_EQUAL(0U, journal_->pending());
        STRCMP_EQUAL("", verified(store_).c_str());
        CHECK(read_numbers(store_) == appended_);
    }

private:
    unsigned roll(unsigned sides) { return static_cast<unsigned>(dice_() % sides); }

    void heal() {
        store_.room.reset();
        store_.cut_after.reset();
        store_.read_only = false;
        store_.failing_syncs = 0;
        failed_ = failed_ || store_.lose_pages;
    }

    void open() {
        Recovery found;
        auto journal = Journal::open(store_, settings_, published_, found);
        CHECK_TEXT(bool(journal), journal ? "" : journal.error().c_str());
        journal_.emplace(std::move(*journal));
        const auto there = read_numbers(store_);
        CHECK_TEXT(there.has_value(), ("seed " + std::to_string(seed_)).c_str());
        CHECK(there->size() >= acknowledged_);
        CHECK(there->size() <= appended_.size());
        appended_.resize(there->size());
        CHECK(*there == appended_);
        const auto folded = numbers(found);
        CHECK(folded.size() <= there->size());
        CHECK(std::equal(folded.rbegin(), folded.rend(), there->rbegin()));
        // Pages that were lost before others may look like damage; a plain torn tail never does.
        CHECK_TEXT(failed_ || found.evidence_loss.empty(), found.evidence_loss.c_str());
    }

    void act() {
        switch (roll(10)) {
            case 0: store_.room = roll(300); break;
            case 1: store_.failing_syncs = roll(3); break;
            case 2: store_.read_only = !store_.read_only; break;
            case 3: store_.room.reset(), store_.read_only = false; break;
            case 4:
                if (roll(2) == 0) store_.cut_after = roll(2000);
                break;
            default: append(); break;
        }
        if (roll(3) > 0) commit();
    }

    void append() {
        const bool snapshot = journal_->wants_snapshot() && roll(4) > 0;
        if (journal_->append(numbered(next_, snapshot ? RecordType::snapshot : RecordType::interval)))
            appended_.push_back(next_);
        ++next_;
    }

    void commit() {
        failed_ = failed_ || store_.failing_syncs > 0;
        const auto commit = journal_->commit(at_hour(hour_ += static_cast<int>(roll(2))), roll(5) == 0);
        if (!commit) return;
        acknowledged_ = appended_.size();
        if (commit->checkpoint) published_ = *commit->checkpoint;
    }

    std::uint32_t seed_;
    std::mt19937 dice_;
    FakeStore store_;
    JournalSettings settings_ = test_settings(1200);
    std::optional<Journal> journal_;
    std::optional<std::string> published_;
    std::vector<std::int64_t> appended_;
    std::size_t acknowledged_ = 0;
    std::int64_t next_ = 0;
    int hour_ = 0;
    bool failed_ = false;
};

}  // namespace

TEST_GROUP(JournalProperties){};

TEST(JournalProperties, whatever_happens_what_was_committed_is_there_once) {
    for (std::uint32_t seed = 1; seed <= 500; ++seed) {
        Life{seed}.run();
    }
}
