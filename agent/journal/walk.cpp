// Every record in order; each break is told once, and the walk goes on behind it.
#include "agent/journal/walk.hpp"

#include <algorithm>

#include "agent/journal/frame.hpp"

namespace pued {

namespace {

Bilingual due_here(std::uint64_t seq) {
    const auto number = std::to_string(seq);
    return {"record " + number + " is due here: records were removed, moved or added",
            "此处应为记录 " + number + "：有记录被删除、移动或添加"};
}

}  // namespace

void Walk::all() {
    const auto segments = list_segments(store_);
    const auto folder = Bilingual::same(std::string{layout::folder});
    if (!segments) return find(folder, unreadable(segments.error()));
    for (std::size_t i = 0; i < segments->size(); ++i) {
        const bool last = i + 1 == segments->size();
        segment((*segments)[i], last || (*segments)[i + 1].epoch != (*segments)[i].epoch, last);
    }
    if (segments->empty())
        find(folder, {"holds no segment (is this the journal's folder?)", "没有日志段（这是日志的文件夹吗？）"});
}

Bilingual Walk::where(const Record* record) const {
    const auto byte = std::to_string(at_);
    Bilingual out{name_ + ", byte " + byte, name_ + "，字节 " + byte};
    if (record == nullptr) return out;
    const auto seq = std::to_string(record->seq);
    return out + Bilingual{", record " + seq, "，记录 " + seq};
}

void Walk::segment(const SegmentName& name, bool last_of_epoch, bool last) {
    name_ = name.name;
    at_ = 0;
    if (epochs.empty() || epochs.back().epoch != name.epoch) begin_epoch(name);
    epochs.back().last_segment = name.first;
    const auto file = store_.load(name.name);
    if (!file) return find(Bilingual::same(name.name), unreadable(file.error()));
    if (!*file) return find(Bilingual::same(name.name), {"is gone", "已不存在"});
    fresh_ = true;
    FrameReader frames{**file};
    std::string_view leaf;
    while (frames.next(leaf)) {
        const auto record = decode(leaf);
        if (!record) {
            find(where(), record.failure().both());
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
        find(Bilingual::same(name.name), {"is empty", "为空"});
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
        missing_before(name, records_before(name));
    } else if (!lost_) {
        const auto first = std::to_string(name.first), due = std::to_string(epoch.size());
        find(Bilingual::same(name_), {"begins with record " + first + ", " + due + " is due: a segment is missing",
                                      "以记录 " + first + " 开始，应为记录 " + due + "：缺少日志段"});
    }
    auto before = tree_before(record, name.first);
    if (!before) {
        find(where(&record), {"a segment whose predecessor is not here must begin with a snapshot and its tree",
                              "前一日志段不在此处时，本段须以快照及其日志树开始"});
        before = Frontier{};
    }
    epoch.first = name.first;
    epoch.before = epoch.tree = std::move(*before);
    epoch.leaves.clear();
    epoch.last = record.previous;
    lost_ = false;
}

Bilingual Walk::records_before(const SegmentName& name) {
    const auto last = std::to_string(name.first - 1), epoch = std::to_string(name.epoch);
    Bilingual out{"records 0 to " + last + " of epoch " + epoch, "纪元 " + epoch + " 的记录 0 至 " + last};
    return name.epoch > 1 ? out + Bilingual{" and all epochs before", "及此前所有纪元"} : out;
}

// What the receipt of an export names was elsewhere before the daemon removed it; anything else was taken away.
void Walk::missing_before(const SegmentName& first, const Bilingual& what) {
    const std::string receipt{layout::exported};
    if (names_export_up_to(first)) {
        return result_.notes.push_back(what +
                                       Bilingual{" are not here: pruned after an export, as " + receipt +
                                                     " says; the copy that was exported has them",
                                                 "不在此处：" + receipt + " 表明已在导出后清理；导出的副本中仍有"});
    }
    find(Bilingual::same(first.name),
         what + Bilingual{" are missing, and no receipt of an export (" + receipt + ") names them",
                          "缺失，且没有导出回执（" + receipt + "）提及"});
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
        find(where(&record), {"the tree that this snapshot carries is not that of the records before it",
                              "该快照所载的日志树与其之前的记录不符"});
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
        find(where(&record), due_here(epoch.size()));
    else if (record.previous != epoch.last)
        find(where(&record), {"the record before it was another one (chain broken)", "前一条记录已非原记录（链断裂）"});
}

void Walk::check_first(const Record& record) {
    const auto* before = epoch_before();
    if (record.seq != 0) find(where(&record), due_here(0));
    if (before) return check_join(record, *before);
    if (const auto join = layout::decode_join(record.aux); record.type == RecordType::log_epoch && join) {
        const auto count = std::to_string(join->recovered);
        const Bilingual old{count + " records of " + join->origin, join->origin + " 的 " + count + " 条记录"};
        if (join->recovered > 0) missing_before({epochs.back().epoch, 0, name_}, old);
    }
    if (record.type != RecordType::log_epoch && record.previous != Digest{})
        find(where(&record), {"it names a record before it, and is the first", "指向前一条记录，自身却是第一条"});
}

void Walk::check_join(const Record& record, const WalkedEpoch& before) {
    const auto join = layout::decode_join(record.aux);
    if (record.type != RecordType::log_epoch || !join)
        return find(where(&record), {"a new epoch must begin by saying why the one before could not go on",
                                     "新纪元须首先说明前一纪元为何不能继续"});
    const auto old = std::to_string(before.epoch);
    const auto had = std::to_string(join->recovered), has = std::to_string(before.size());
    if (join->recovered != before.size())
        find(where(&record), {"epoch " + old + " had " + had + " records, " + has + " are here",
                              "纪元 " + old + " 原有 " + had + " 条记录，现有 " + has + " 条"});
    else if (record.previous != before.last)
        find(where(&record), {"the last record of epoch " + old + " was another one (chain broken)",
                              "纪元 " + old + " 的最后一条记录已非原记录（链断裂）"});
}

void Walk::remember(const Record& record) {
    auto& epoch = epochs.back();
    if (record.type == RecordType::log_epoch && record.seq == 0) {
        epoch.join = layout::decode_join(record.aux);
        if (epoch.join) tell_join(epoch);
    }
    if (record.type == RecordType::key) epoch.key = layout::decode_key(record.aux);
    if (record.type != RecordType::note) return;
    if (auto note = layout::decode_note(record.aux)) notes.push_back({where(&record), std::move(*note)});
}

void Walk::tell_join(const WalkedEpoch& epoch) {
    const auto number = std::to_string(epoch.epoch), recovered = std::to_string(epoch.join->recovered);
    result_.notes.push_back(
        {"epoch " + number + " was begun because " + epoch.join->why + " (" + recovered + " records recovered)",
         "纪元 " + number + " 是新开启的，原因：" + epoch.join->why + "（已恢复 " + recovered + " 条记录）"});
}

void Walk::end(std::string_view rest, bool good_follows, bool last_of_epoch, bool last) {
    if (!last_of_epoch || (last && good_follows)) {
        find(where(), good_follows
                          ? Bilingual{"the frame is not right, and right ones follow", "帧不正确，其后仍有正确的帧"}
                          : Bilingual{"the frame is not right", "帧不正确"});
        lost_ = true;
        return;
    }
    epochs.back().torn = where();
    const auto count = std::to_string(rest.size());
    auto what =
        where() + Bilingual{": " + count + " bytes that are no whole record", "：" + count + " 字节不是完整的记录"};
    if (last)
        what += {" (a torn tail: what was being written when the power went)", "（尾部残缺：断电时正在写入的内容）"};
    result_.notes.push_back(std::move(what));
}

}  // namespace pued
