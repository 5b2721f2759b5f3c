// Every record in order; each break is told once, and the walk goes on behind it.
#include "agent/journal/walk.hpp"

#include <algorithm>

#include "agent/journal/frame.hpp"

namespace pued {

void Walk::all() {
    const auto segments = list_segments(store_);
    if (!segments) return find("journal", segments.error());
    for (std::size_t i = 0; i < segments->size(); ++i) {
        const bool last = i + 1 == segments->size();
        segment((*segments)[i], last || (*segments)[i + 1].epoch != (*segments)[i].epoch, last);
    }
    if (segments->empty()) find("journal", "holds no segment (is this the journal's folder?)");
}

std::string Walk::where(const Record* record) const {
    auto out = name_ + ", byte " + std::to_string(at_);
    return record ? out + ", record " + std::to_string(record->seq) : out;
}

void Walk::segment(const SegmentName& name, bool last_of_epoch, bool last) {
    name_ = name.name;
    at_ = 0;
    if (epochs.empty() || epochs.back().epoch != name.epoch) begin_epoch(name);
    epochs.back().last_segment = name.first;
    const auto file = store_.load(name.name);
    if (!file || !*file) return find(name.name, file ? "is gone" : file.error());
    fresh_ = true;
    FrameReader frames{**file};
    std::string_view leaf;
    while (frames.next(leaf)) {
        const auto record = decode(leaf);
        if (!record) {
            find(where(), record.error());
            lost_ = true;
            return;
        }
        if (std::exchange(fresh_, false)) begin_segment(name, *record);
        take(leaf, *record);
        at_ = frames.good_bytes();
    }
    if (!frames.whole())
        end(std::string_view{**file}.substr(at_), frames.good_frame_follows(), last_of_epoch, last);
    else if (fresh_ && !last_of_epoch)
        find(name.name, "is empty");
}

void Walk::begin_epoch(const SegmentName& name) {
    WalkedEpoch epoch;
    epoch.epoch = name.epoch;
    epochs.push_back(std::move(epoch));
    lost_ = false;
}

void Walk::begin_segment(const SegmentName& name, const Record& record) {
    auto& epoch = epochs.back();
    const bool follows = epoch.size() == name.first && !lost_;
    if (follows) return;
    const bool pruned = epochs.size() == 1 && epoch.leaves.empty() && !lost_;
    if (pruned) {
        missing_before(name, "records 0 to " + std::to_string(name.first - 1) + " of epoch " +
                                 std::to_string(name.epoch) + (name.epoch > 1 ? " and all epochs before" : ""));
    } else if (!lost_) {
        find(name_, "begins with record " + std::to_string(name.first) + ", " + std::to_string(epoch.size()) +
                        " is due: a segment is missing");
    }
    auto before = tree_before(record, name.first);
    if (!before) {
        find(where(&record), "a segment whose predecessor is not here must begin with a snapshot and its tree");
        before = Frontier{};
    }
    epoch.first = name.first;
    epoch.before = epoch.tree = std::move(*before);
    epoch.leaves.clear();
    epoch.last = record.previous;
    lost_ = false;
}

// What the receipt of an export names was elsewhere before the daemon removed it; anything else was taken away.
void Walk::missing_before(const SegmentName& first, const std::string& what) {
    if (names_export_up_to(first))
        return result_.notes.push_back(what + " are not here: pruned after an export, as " +
                                       std::string{layout::exported} + " says; the copy that was exported has them");
    find(first.name,
         what + " are missing, and no receipt of an export (" + std::string{layout::exported} + ") names them");
}

// Its lines: the newest segment that was exported, and the one that follows it.
bool Walk::names_export_up_to(const SegmentName& first) const {
    const auto receipt = store_.load(layout::exported);
    if (!receipt || !*receipt) return false;
    const std::string_view lines = **receipt;
    for (std::size_t at = 0; at < lines.size();) {
        const auto end = std::min(lines.find('\n', at), lines.size());
        const auto line = lines.substr(at, end - at);
        if (line.size() >= first.name.size() && line.ends_with(".seg") && line >= first.name) return true;
        at = end + 1;
    }
    return false;
}

const WalkedEpoch* Walk::epoch_before() const {
    for (auto epoch = epochs.rbegin() + 1; epoch < epochs.rend(); ++epoch) {
        if (epoch->size() > 0) return &*epoch;
    }
    return nullptr;
}

void Walk::take(std::string_view leaf, const Record& record) {
    auto& epoch = epochs.back();
    check_place(record);
    if (record.type == RecordType::snapshot && record.frontier != epoch.tree.hashes())
        find(where(&record), "the tree that this snapshot carries is not that of the records before it");
    remember(record);
    epoch.last = sha256(leaf);
    epoch.leaves.push_back(leaf_hash(leaf));
    epoch.tree.append(epoch.leaves.back());
    ++result_.records;
}

void Walk::check_place(const Record& record) {
    const auto& epoch = epochs.back();
    if (epoch.size() == 0) return check_first(record);
    if (record.seq != epoch.size())
        find(where(&record),
             "record " + std::to_string(epoch.size()) + " is due here: records were removed, moved or added");
    else if (record.previous != epoch.last)
        find(where(&record), "the record before it was another one (chain broken)");
}

void Walk::check_first(const Record& record) {
    const auto* before = epoch_before();
    if (record.seq != 0) find(where(&record), "record 0 is due here: records were removed, moved or added");
    if (before) return check_join(record, *before);
    if (const auto join = layout::decode_join(record.aux); record.type == RecordType::log_epoch && join) {
        const auto old = std::to_string(join->recovered) + " records of " + join->origin;
        if (join->recovered > 0) missing_before({epochs.back().epoch, 0, name_}, old);
    }
    if (record.type != RecordType::log_epoch && record.previous != Digest{})
        find(where(&record), "it names a record before it, and is the first");
}

void Walk::check_join(const Record& record, const WalkedEpoch& before) {
    const auto join = layout::decode_join(record.aux);
    if (record.type != RecordType::log_epoch || !join)
        return find(where(&record), "a new epoch must begin by saying why the one before could not go on");
    const auto old = std::to_string(before.epoch);
    if (join->recovered != before.size())
        find(where(&record), "epoch " + old + " had " + std::to_string(join->recovered) + " records, " +
                                 std::to_string(before.size()) + " are here");
    else if (record.previous != before.last)
        find(where(&record), "the last record of epoch " + old + " was another one (chain broken)");
}

void Walk::remember(const Record& record) {
    auto& epoch = epochs.back();
    if (record.type == RecordType::log_epoch && record.seq == 0) {
        epoch.join = layout::decode_join(record.aux);
        if (epoch.join)
            result_.notes.push_back("epoch " + std::to_string(epoch.epoch) + " was begun because " + epoch.join->why +
                                    " (" + std::to_string(epoch.join->recovered) + " records recovered)");
    }
    if (record.type == RecordType::key) epoch.key = layout::decode_key(record.aux);
    if (record.type != RecordType::note) return;
    if (auto note = layout::decode_note(record.aux)) notes.push_back({where(&record), std::move(*note)});
}

void Walk::end(std::string_view rest, bool good_follows, bool last_of_epoch, bool last) {
    if (!last_of_epoch || (last && good_follows)) {
        find(where(), good_follows ? "the frame is not right, and right ones follow" : "the frame is not right");
        lost_ = true;
        return;
    }
    epochs.back().torn = where();
    result_.notes.push_back(where() + ": " + std::to_string(rest.size()) + " bytes that are no whole record" +
                            (last ? " (a torn tail: what was being written when the power went)" : ""));
}

}  // namespace pued
