// The journal's daily life: records chained in memory, written, synced, signed. How it is opened: recovery.cpp.
#include "agent/journal/journal.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "agent/journal/frame.hpp"
#include "agent/journal/layout.hpp"
#include "agent/journal/segment.hpp"

namespace pued {

namespace {

std::int64_t whole_seconds(UtcTime time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

std::int64_t day_of(UtcTime time) { return std::chrono::floor<std::chrono::days>(time).time_since_epoch().count(); }

// As records are stamped: boot seconds as long as nobody knows the time.
std::int64_t start_of(const Now& now) {
    if (now.quality != ClockQuality::unsynced) return whole_seconds(now.utc);
    return std::chrono::floor<std::chrono::seconds>(now.boot).time_since_epoch().count();
}

ClockState state_of(ClockQuality quality) {
    switch (quality) {
        case ClockQuality::synced: return ClockState::synced;
        case ClockQuality::holdover: return ClockState::holdover;
        case ClockQuality::unsynced: break;
    }
    return ClockState::unsynced;
}

// A record of the journal's own, which says nothing about meters.
Record own_record(RecordType type, std::int64_t start_s, ClockState clock, Bytes aux) {
    Record record;
    record.type = type;
    record.start_s = start_s;
    record.clock = clock;
    record.aux = std::move(aux);
    return record;
}

}  // namespace

std::string Journal::origin() const { return layout::origin(settings_.origin, epoch_); }

bool Journal::segment_is_full() const {
    const auto& part = parts_.back();
    return has_snapshot_ && part.on_disk + part.bytes.size() - part.head >= settings_.segment_bytes;
}

bool Journal::wants_snapshot() const { return !has_snapshot_ || segment_is_full(); }

std::optional<Stamp> Journal::append(Record record) {
    begin_epoch(record.start_s, record.clock);
    const bool rolls = record.type == RecordType::snapshot && segment_is_full();
    record.frontier = record.type == RecordType::snapshot ? frontier_.hashes() : std::vector<Digest>{};
    record.seq = frontier_.size();
    record.previous = previous_;
    const auto bytes = frame_header + encode(record).size();
    // What finds nothing before it always fits: else a large snapshot never would.
    const bool fits = pending_bytes_ == 0 || pending_bytes_ + bytes <= settings_.pending_bytes;
    if (!fits || bytes > largest_leaf) {
        count_loss(record);
        return std::nullopt;
    }
    if (rolls) parts_.push_back({segment_name(epoch_, frontier_.size()), 0, {}, 0, false, bytes, frontier_});
    if (record.type == RecordType::snapshot) has_snapshot_ = true;
    return chain(record);
}

void Journal::begin_epoch(std::int64_t start_s, ClockState clock) {
    if (!opening_) return;
    const auto opening = *std::exchange(opening_, std::nullopt);
    if (!opening.log_epoch.empty()) {
        auto record = own_record(RecordType::log_epoch, start_s, clock, opening.log_epoch);
        chain(record);
    }
    auto record = own_record(RecordType::key, start_s, clock, opening.key);
    chain(record);
}

Stamp Journal::chain(Record& record) {
    record.seq = frontier_.size();
    record.previous = previous_;
    const auto leaf = encode(record);
    previous_ = sha256(leaf);
    push(leaf);
    frontier_.append(leaf_hash(leaf));
    return {epoch_, record.seq, previous_};
}

void Journal::push(std::string_view leaf) {
    auto& part = parts_.back();
    append_frame(part.bytes, leaf);
    ++part.records;
    ++pending_records_;
    pending_bytes_ += frame_header + leaf.size();
}

void Journal::count_loss(const Record& record) {
    if (lost_.records++ == 0) lost_.from_s = record.start_s;
    lost_.to_s = record.start_s + record.duration_s.value_or(0);
    lost_.clock = record.clock;
}

void Journal::record_losses() {
    const auto lost = std::exchange(lost_, {});
    const auto aux = nlohmann::json::to_cbor({{"records", lost.records},
                                              {"from", lost.from_s},
                                              {"to", lost.to_s},
                                              {"why", why_.empty() ? "more than the journal takes at once" : why_}});
    auto record = own_record(RecordType::loss, lost.from_s, lost.clock, {aux.begin(), aux.end()});
    chain(record);
}

Result<Commit> Journal::commit(const Now& now, bool now_sign) {
    Commit out;
    begin_epoch(start_of(now), state_of(now.quality));
    auto done = flush(now, out);
    if (done && lost_.records > 0) {
        record_losses();
        done = flush(now, out);
    }
    if (done && (now_sign || sign_is_due(now))) done = sign(frontier_, now, out);
    why_ = done ? "" : done.error();
    if (!done) return Error{done.error()};
    return out;
}

Result<void> Journal::prepare() {
    if (auto saved = save_keys(); !saved) return saved;
    while (!stale_.empty()) {
        if (auto removed = store_->remove(stale_.back()); !removed) return removed;
        stale_.pop_back();
    }
    if (!seal_) return {};
    auto sealed = store_->write_from(seal_->first, seal_->second, {});
    if (sealed) seal_.reset();
    return sealed;
}

Result<void> Journal::save_keys() {
    if (keys_saved_) return {};
    const auto pem = signer_->to_pem();
    if (!pem) return Error{pem.error()};
    if (auto saved = store_->save(layout::key, *pem); !saved) return saved;
    auto saved = store_->save(layout::public_key, public_key_to_pem(signer_->public_key()));
    keys_saved_ = bool(saved);
    return saved;
}

Result<void> Journal::write(Part& part) {
    if (part.bytes.empty() && !part.torn) return {};
    if (auto written = store_->write_from(part.segment, part.on_disk, part.bytes); !written) return written;
    part.on_disk += part.bytes.size();
    pending_bytes_ -= part.bytes.size();
    pending_records_ -= part.records;
    part.bytes = {};
    part.records = 0;
    part.torn = false;
    return {};
}

// Segment by segment. The tree is signed where one ends, so that the newest checkpoint is never older than the segment
// that a restart reads.
Result<void> Journal::flush(const Now& now, Commit& out) {
    if (pending_records_ == 0 && parts_.size() == 1) return {};
    if (auto ready = prepare(); !ready) return ready;
    const bool rolls = parts_.size() > 1;
    while (parts_.size() > 1) {
        if (auto written = write(parts_.front()); !written) return written;
        if (auto done = sign(parts_[1].before, now, out); !done) return done;
        parts_.erase(parts_.begin());
    }
    auto written = write(parts_.back());
    if (written && rolls) prune();
    return written;
}

bool Journal::sign_is_due(const Now& now) const {
    return !signed_at_ || now.boot - *signed_at_ >= settings_.checkpoint_every;
}

Result<void> Journal::sign(const Frontier& tree, const Now& now, Commit& out) {
    if (tree.size() <= signed_size_) return {};
    auto note = sign_checkpoint({origin(), tree.size(), tree.root()}, *signer_);
    if (!note) return Error{note.error()};
    if (auto saved = store_->save(layout::checkpoint, *note); !saved) return saved;
    signed_size_ = tree.size();
    signed_at_ = now.boot;
    last_note_ = std::move(*note);
    out.checkpoint = last_note_;
    keep_day_note(now);
    return {};
}

// The first note of each day, and of each start since nobody remembers whether the day had one. What cannot be kept is
// tried again with the next checkpoint: the newest one, which matters, is safe.
void Journal::keep_day_note(const Now& now) {
    const auto day = day_of(now.utc);
    if (noted_day_ == day) return;
    if (!notes_bytes_) {
        const auto file = store_->load(layout::checkpoints);
        if (!file) return;
        std::size_t whole = 0;
        (void)layout::split_notes(file->value_or(""), whole);
        notes_bytes_ = whole;
    }
    if (!store_->write_from(layout::checkpoints, *notes_bytes_, last_note_)) return;
    *notes_bytes_ += last_note_.size();
    noted_day_ = day;
}

// The oldest segments go when they are known to be elsewhere. Each is taken for as large as segment_bytes, so that they
// need only be counted. What fails is tried again when the next segment begins.
void Journal::prune() {
    if (settings_.keep_bytes == 0) return;
    const auto receipt = store_->load(layout::exported);
    const auto segments = list_segments(*store_);
    if (!receipt || !*receipt || !segments) return;
    const auto newest = (*receipt)->substr(0, (*receipt)->find('\n'));
    const auto kept = std::max<std::size_t>(1, settings_.keep_bytes / settings_.segment_bytes);
    const auto covered = std::find_if(segments->begin(), segments->end(),
                                      [&](const SegmentName& segment) { return segment.name == newest; });
    if (covered == segments->end()) return;
    const auto exported = static_cast<std::size_t>(covered - segments->begin()) + 1;
    const auto surplus = segments->size() > kept ? segments->size() - kept : 0;
    for (std::size_t i = 0; i < std::min({exported, surplus, segments->size() - 1}); ++i) {
        if (!store_->remove((*segments)[i].name)) return;
    }
}

}  // namespace pued
