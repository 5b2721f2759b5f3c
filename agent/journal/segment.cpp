// Walks a segment for a restart.
#include "agent/journal/segment.hpp"

#include <algorithm>

#include "agent/journal/frame.hpp"

namespace pued {

namespace {

class Scanner {
public:
    Scanner(SegmentScan& out, const std::set<std::uint64_t>& sizes) : out_(out), sizes_(sizes) {}

    // Empty when the record is taken, else why not.
    std::string take(std::string_view leaf) {
        auto record = decode(leaf);
        if (!record) return record.error();
        const bool first = out_.records.empty();
        if (first && !begin(*record)) return "the segment does not begin with a snapshot and its tree";
        if (record->seq != out_.tree.size()) return "record " + std::to_string(record->seq) + " stands here";
        if (!first && record->previous != out_.last) return "the record before it was another one";
        out_.last = sha256(leaf);
        out_.tree.append(leaf_hash(leaf));
        out_.records.push_back(std::move(*record));
        keep_root();
        return {};
    }

private:
    bool begin(const Record& record) {
        auto tree = tree_before(record, out_.name.first);
        if (!tree) return false;
        out_.tree = std::move(*tree);
        keep_root();
        return true;
    }
    void keep_root() {
        if (sizes_.contains(out_.tree.size())) out_.roots[out_.tree.size()] = out_.tree.root();
    }

    SegmentScan& out_;
    const std::set<std::uint64_t>& sizes_;
};

}  // namespace

std::optional<Frontier> tree_before(const Record& record, std::uint64_t first) {
    if (first == 0) return Frontier{};
    if (record.type != RecordType::snapshot) return std::nullopt;
    return Frontier::of(first, record.frontier);
}

const Record* SegmentScan::snapshot() const {
    const auto found = std::find_if(records.rbegin(), records.rend(),
                                    [](const Record& record) { return record.type == RecordType::snapshot; });
    return found == records.rend() ? nullptr : &*found;
}

Result<SegmentScan> scan_segment(const Store& store, const SegmentName& name, const std::set<std::uint64_t>& sizes) {
    const auto file = store.load(name.name);
    if (!file) return Error{file.error()};
    const std::string_view bytes = file->has_value() ? std::string_view{**file} : std::string_view{};
    SegmentScan out;
    out.name = name;
    out.bytes = bytes.size();
    Scanner scanner{out, sizes};
    FrameReader frames{bytes};
    std::string_view leaf;
    while (frames.next(leaf)) {
        out.damage = scanner.take(leaf);
        if (!out.damage.empty()) break;
        out.good_bytes = frames.good_bytes();
        if (out.records.size() == 1 && name.first > 0) out.head_bytes = out.good_bytes;
    }
    if (out.damage.empty() && !frames.whole() && frames.good_frame_follows())
        out.damage = "a frame is not right, and right ones follow";
    if (!out.damage.empty()) out.damage = name.name + ", byte " + std::to_string(out.good_bytes) + ": " + out.damage;
    return out;
}

}  // namespace pued
