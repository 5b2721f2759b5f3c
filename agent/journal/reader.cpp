// Segments listed, records read in order.
#include "agent/journal/reader.hpp"

#include <algorithm>
#include <cstdio>
#include <tuple>

#include "agent/journal/frame.hpp"
#include "agent/journal/layout.hpp"

namespace pued {

namespace {

constexpr std::string_view suffix = ".seg";

// A number of exactly these digits at least: names are compared as text elsewhere.
std::optional<std::uint64_t> number(std::string_view digits, std::size_t least) {
    if (digits.size() < least || digits.size() > 19 || (digits.size() > least && digits.front() == '0'))
        return std::nullopt;
    std::uint64_t value = 0;
    for (const char digit : digits) {
        if (digit < '0' || digit > '9') return std::nullopt;
        value = value * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    return value;
}

std::optional<SegmentName> parse_segment(const std::string& file) {
    if (!file.starts_with('e') || !file.ends_with(suffix)) return std::nullopt;
    const auto middle = std::string_view{file}.substr(1, file.size() - 1 - suffix.size());
    const auto dash = middle.find('-');
    if (dash == middle.npos) return std::nullopt;
    const auto epoch = number(middle.substr(0, dash), 4);
    const auto first = number(middle.substr(dash + 1), 10);
    if (!epoch || !first || *epoch > UINT32_MAX) return std::nullopt;
    return SegmentName{static_cast<std::uint32_t>(*epoch), *first, std::string{layout::folder} + '/' + file};
}

}  // namespace

std::string segment_name(std::uint32_t epoch, std::uint64_t first) {
    char name[48];
    std::snprintf(name, sizeof name, "/e%04u-%010llu", epoch, static_cast<unsigned long long>(first));
    return std::string{layout::folder} + name + std::string{suffix};
}

Result<std::vector<SegmentName>> list_segments(const Store& store) {
    const auto files = store.list(layout::folder);
    if (!files) return Error{files.error()};
    std::vector<SegmentName> out;
    for (const auto& file : *files) {
        if (auto segment = parse_segment(file)) out.push_back(std::move(*segment));
    }
    std::sort(out.begin(), out.end(), [](const SegmentName& a, const SegmentName& b) {
        return std::tie(a.epoch, a.first) < std::tie(b.epoch, b.first);
    });
    return out;
}

Result<JournalReader> JournalReader::open(const Store& store) {
    auto segments = list_segments(store);
    if (!segments) return Error{segments.error()};
    JournalReader reader{store, std::move(*segments)};
    if (auto loaded = reader.load(); !loaded) return Error{loaded.error()};
    return reader;
}

// The file of the segment at hand; one that was pruned meanwhile has nothing more to say.
Result<void> JournalReader::load() {
    if (index_ >= segments_.size()) return {};
    auto file = store_->load(segments_[index_].name);
    if (!file) return Error{file.error()};
    if (*file) segment_ = std::move(**file);
    return {};
}

// What was written since the end was reached. The list first: a segment that is no longer the last in it is complete.
Result<void> JournalReader::refresh() {
    auto segments = list_segments(*store_);
    if (!segments) return Error{segments.error()};
    const auto at_hand = index_ < segments_.size() ? std::optional{segments_[index_]} : std::nullopt;
    segments_ = std::move(*segments);
    const auto place = std::find_if(segments_.begin(), segments_.end(), [&](const SegmentName& segment) {
        return !at_hand || std::tie(segment.epoch, segment.first) >= std::tie(at_hand->epoch, at_hand->first);
    });
    index_ = static_cast<std::size_t>(place - segments_.begin());
    if (index_ < segments_.size() && (!at_hand || segments_[index_].name != at_hand->name)) at_ = 0;
    return load();
}

// Behind the last record that was recovered of an epoch anything may stand: the next epoch says why.
bool JournalReader::may_end_badly() const {
    return index_ + 1 == segments_.size() || segments_[index_ + 1].epoch != segments_[index_].epoch;
}

Result<std::optional<JournalReader::Entry>> JournalReader::next() {
    if (std::exchange(ended_, false)) {
        if (auto done = refresh(); !done) return Error{done.error()};
    }
    while (index_ < segments_.size()) {
        FrameReader frames{std::string_view{segment_}.substr(std::min(at_, segment_.size()))};
        std::string_view leaf;
        if (frames.next(leaf)) return entry(leaf);
        if (!frames.whole() && !may_end_badly()) return Error{where() + ": the frame is not right"};
        if (index_ + 1 == segments_.size()) break;
        ++index_;
        at_ = 0;
        if (auto loaded = load(); !loaded) return Error{loaded.error()};
    }
    ended_ = true;
    return std::optional<Entry>{};
}

Result<std::optional<JournalReader::Entry>> JournalReader::entry(std::string_view leaf) {
    auto record = decode(leaf);
    if (!record) return Error{where() + ": " + record.error()};
    registers_.complete(*record);
    Entry out{segments_[index_].epoch, at_, segments_[index_].name, leaf, std::move(*record)};
    at_ += frame_header + leaf.size();
    return std::optional{std::move(out)};
}

std::string JournalReader::where() const { return segments_[index_].name + ", byte " + std::to_string(at_); }

}  // namespace pued
