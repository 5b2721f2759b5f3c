// The one store: an append-only log of records in segments, with its tree and its signed checkpoints (metering.md 6).
// Records are chained in memory by append() and made durable by commit(), which writes, syncs and only then signs.
// Owned by the engine's thread; the files are behind the Store door: "journal/e0001-0000000000.seg" (epoch, first seq),
// "journal/checkpoint" (the newest note), "journal/checkpoints" (the first notes of each day and of each start, one
// after the other), "journal/key.pem" (0600), "journal/public.pem", "journal/exported" (name of the newest segment that
// was copied elsewhere).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/journal/note.hpp"
#include "agent/journal/record.hpp"
#include "agent/journal/tree.hpp"
#include "agent/model/time.hpp"
#include "agent/ports/store.hpp"

namespace pued {

struct JournalSettings {
    std::string origin;                                // without the epoch: "example.com/pue/site-1/bmc-7f3a"
    std::size_t segment_bytes = std::size_t{2} << 20;  // behind its snapshot; then the next one begins, with another
    std::size_t keep_bytes = 0;                        // 0: for ever; else exported segments beyond are removed
    std::size_t pending_bytes = std::size_t{4} << 20;  // kept in memory while the disk will not take them
    std::chrono::seconds checkpoint_every{3600};
};

struct Stamp {  // where a record stands
    std::uint32_t epoch = 0;
    std::uint64_t seq = 0;
    Digest sha256{};
};

struct Recovery {                    // what open() found
    std::optional<Record> snapshot;  // the newest
    std::vector<Record> tail;        // records after it, oldest first
    std::uint32_t epoch = 0;         // of these
    std::size_t torn_bytes = 0;      // cut off at the end of the last segment
    std::string evidence_loss;       // empty: the past is whole; else what is missing and where, for people
};

struct Commit {
    std::optional<std::string> checkpoint;  // a new signed note, to be published
};

class Journal {
public:
    // Makes the key and the first epoch where there is nothing. Opens a new epoch where the past does not match its own
    // last checkpoint (6.4), or where `published`, the checkpoint that the broker or a witness has, is larger or other.
    static Result<Journal> open(Store& store, JournalSettings settings, const std::optional<std::string>& published,
                                Recovery& found);

    // Chains it: seq and previous are set here. Durable only after commit(). When the pending bytes are full it is
    // counted as lost instead, and the stamp says nothing; a `loss` record follows when the disk takes records again.
    std::optional<Stamp> append(Record record);
    // Writes what is pending, syncs, signs when it is time (or `now_sign`). After an error everything stays pending and
    // the next commit tries again, from the last byte that is known to be on the disk.
    Result<Commit> commit(const Now& now, bool now_sign = false);

    // Whether the next record begins a segment: then it must be a snapshot, which the caller makes.
    [[nodiscard]] bool wants_snapshot() const;

    [[nodiscard]] std::uint64_t size() const { return frontier_.size(); }  // records, with pending ones
    [[nodiscard]] std::uint32_t epoch() const { return epoch_; }
    [[nodiscard]] std::string origin() const;  // with the epoch
    [[nodiscard]] std::size_t pending() const { return pending_records_; }
    [[nodiscard]] const std::string& last_note() const { return last_note_; }
    [[nodiscard]] const Signer& signer() const { return *signer_; }

private:
    friend class JournalOpener;

    struct Part {  // what one segment has, and what is still to be written to it
        std::string segment;
        std::size_t on_disk = 0;  // bytes that are there for sure
        Bytes bytes;              // to be written behind them
        std::size_t records = 0;  // in `bytes`
        bool torn = false;        // something stands behind on_disk, to be cut off
        std::size_t head = 0;     // of all, the snapshot that it begins with
        Frontier before;          // the tree when this segment began: signed before it is written
    };
    struct Opening {      // of an epoch: written with the first record, because only then the time is known
        Bytes log_epoch;  // aux; empty in the first epoch
        Bytes key;
    };
    struct Losses {
        std::uint64_t records = 0;
        std::int64_t from_s = 0, to_s = 0;
        ClockState clock = ClockState::synced;
    };

    Journal(Store& store, JournalSettings settings) : store_(&store), settings_(std::move(settings)) {}

    [[nodiscard]] bool segment_is_full() const;
    void begin_epoch(std::int64_t start_s, ClockState clock);
    Stamp chain(Record& record);
    void push(std::string_view leaf);
    void count_loss(const Record& record);
    void record_losses();
    Result<void> prepare();
    Result<void> save_keys();
    Result<void> write(Part& part);
    Result<void> flush(const Now& now, Commit& out);
    Result<void> sign(const Frontier& tree, const Now& now, Commit& out);
    [[nodiscard]] bool sign_is_due(const Now& now) const;
    void keep_day_note(const Now& now);
    void prune();

    Store* store_;
    JournalSettings settings_;
    std::optional<Signer> signer_;
    std::uint32_t epoch_ = 1;
    Frontier frontier_;
    Digest previous_{};
    std::vector<Part> parts_;    // oldest first; the last is the segment that grows
    bool has_snapshot_ = false;  // the last segment
    std::size_t pending_bytes_ = 0;
    std::size_t pending_records_ = 0;
    std::optional<Opening> opening_;
    Losses lost_;
    std::string why_;                 // the last commit failed
    std::vector<std::string> stale_;  // segments that were begun and hold nothing: removed before the next write
    std::optional<std::pair<std::string, std::size_t>> seal_;  // the past, synced as it is before a new epoch joins it
    bool keys_saved_ = false;
    std::string last_note_;
    std::uint64_t signed_size_ = 0;
    std::optional<BootTime> signed_at_;       // in this run
    std::optional<std::int64_t> noted_day_;   // of journal/checkpoints, in this run
    std::optional<std::size_t> notes_bytes_;  // whole notes in it
};

}  // namespace pued
