// Records to CBOR and back. Decoding takes each key in its place or not at all, so that whatever is accepted is exactly
// what encode() writes.
#include "agent/journal/record.hpp"

#include <algorithm>
#include <limits>

#include "agent/journal/cbor.hpp"

namespace pued {

namespace {

enum Key : std::uint8_t {
    key_seq = 1,
    key_type = 2,
    key_previous = 3,
    key_start = 4,
    key_duration = 5,
    key_clock = 6,
    key_points = 7,
    key_balance = 8,
    key_coverage = 9,
    key_config = 10,
    key_aux = 12,
    key_frontier = 13
};

bool has_points(RecordType type) {
    return type == RecordType::interval || type == RecordType::amend || type == RecordType::undated;
}

std::string_view view(const Digest& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

template <class T>
void write(CborWriter& out, const std::optional<T>& value) {
    if (!value) return out.null();
    if constexpr (std::is_signed_v<T>) {
        out.integer(*value);
    } else {
        out.unsigned_integer(*value);
    }
}

void write(CborWriter& out, const RecordPoint& point) {
    out.array(5);
    out.unsigned_integer(point.point);
    write(out, point.reg_start);
    write(out, point.reg_end);
    out.integer(point.energy_mwh);
    out.unsigned_integer(point.flags);
}

bool writes_points(const Record& record) { return has_points(record.type) || !record.points.empty(); }

bool writes_balance(const Record& record) { return record.facility_mwh || record.it_mwh; }

std::uint64_t keys(const Record& record) {
    std::uint64_t keys = 5;  // seq, type, previous, start, clock
    for (const bool is_there :
         {record.duration_s.has_value(), writes_points(record), writes_balance(record), record.coverage_ppm.has_value(),
          record.config.has_value(), !record.aux.empty(), !record.frontier.empty()}) {
        keys += is_there ? 1 : 0;
    }
    return keys;
}

void write_when(CborWriter& out, const Record& record) {
    out.unsigned_integer(key_start);
    out.integer(record.start_s);
    if (record.duration_s) {
        out.unsigned_integer(key_duration);
        out.unsigned_integer(*record.duration_s);
    }
    out.unsigned_integer(key_clock);
    out.array(2);
    out.unsigned_integer(static_cast<std::uint8_t>(record.clock));
    out.unsigned_integer(record.clock_error_ms);
}

void write_figures(CborWriter& out, const Record& record) {
    if (writes_points(record)) {
        out.unsigned_integer(key_points);
        out.array(record.points.size());
        for (const auto& point : record.points) write(out, point);
    }
    if (writes_balance(record)) {
        out.unsigned_integer(key_balance);
        out.array(2);
        write(out, record.facility_mwh);
        write(out, record.it_mwh);
    }
    if (record.coverage_ppm) {
        out.unsigned_integer(key_coverage);
        out.unsigned_integer(*record.coverage_ppm);
    }
}

void write_rest(CborWriter& out, const Record& record) {
    if (record.config) {
        out.unsigned_integer(key_config);
        out.bytes(view(*record.config));
    }
    if (!record.aux.empty()) {
        out.unsigned_integer(key_aux);
        out.bytes(record.aux);
    }
    if (record.frontier.empty()) return;
    out.unsigned_integer(key_frontier);
    out.array(record.frontier.size());
    for (const auto& hash : record.frontier) out.bytes(view(hash));
}

// The pairs of one record's map, in order; each is asked for once, by rising key.
class Pairs {
public:
    explicit Pairs(std::string_view leaf) : in_(leaf), left_(in_.map()) { step(); }

    [[nodiscard]] bool at(Key key) const { return key_ == key; }
    // The value is read by `read`, which leaves the reader behind it.
    template <class Read>
    void required(Key key, Read read) {
        if (!optional(key, read)) in_.fail();
    }
    template <class Read>
    bool optional(Key key, Read read) {
        if (!in_.ok() || !at(key)) return false;
        read(in_);
        step();
        return true;
    }
    [[nodiscard]] bool complete() const { return in_.ok() && key_ == 0 && in_.at_end(); }
    CborReader& in() { return in_; }

private:
    void step() {
        key_ = left_ == 0 ? 0 : in_.unsigned_integer();
        if (left_ > 0) {
            --left_;
            if (key_ == 0) in_.fail();
        }
    }
    CborReader in_;
    std::uint64_t left_;
    std::uint64_t key_ = 0;
};

std::uint32_t small(CborReader& in, std::uint64_t most = std::numeric_limits<std::uint32_t>::max()) {
    const auto value = in.unsigned_integer();
    if (value <= most) return static_cast<std::uint32_t>(value);
    in.fail();
    return 0;
}

Digest digest(CborReader& in) {
    const auto bytes = in.bytes();
    Digest out{};
    if (bytes.size() != out.size()) {
        in.fail();
        return out;
    }
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return out;
}

void expect_array(CborReader& in, std::uint64_t size) {
    if (in.array() != size) in.fail();
}

template <class T>
std::optional<T> or_null(CborReader& in) {
    if (in.null()) return {};
    if constexpr (std::is_signed_v<T>) {
        return in.integer();
    } else {
        return in.unsigned_integer();
    }
}

RecordPoint read_point(CborReader& in) {
    expect_array(in, 5);
    RecordPoint point;
    point.point = small(in);
    point.reg_start = or_null<std::uint64_t>(in);
    point.reg_end = or_null<std::uint64_t>(in);
    point.energy_mwh = in.integer();
    point.flags = small(in);
    return point;
}

template <class T, class Read>
std::vector<T> read_list(CborReader& in, std::size_t least_octets, Read read) {
    const auto size = in.array();
    std::vector<T> out;
    // What an element takes at least in the file bounds what is reserved for a length that lies.
    out.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(size, in.left() / least_octets)));
    for (std::uint64_t i = 0; i < size && in.ok(); ++i) out.push_back(read(in));
    return out;
}

void read_head(Pairs& pairs, Record& record) {
    pairs.required(key_seq, [&](CborReader& in) { record.seq = in.unsigned_integer(); });
    pairs.required(key_type, [&](CborReader& in) {
        const auto type = small(in, last_record_type);
        if (type == 0) in.fail();
        record.type = static_cast<RecordType>(type);
    });
    pairs.required(key_previous, [&](CborReader& in) { record.previous = digest(in); });
    pairs.required(key_start, [&](CborReader& in) { record.start_s = in.integer(); });
    pairs.optional(key_duration, [&](CborReader& in) { record.duration_s = small(in); });
    pairs.required(key_clock, [&](CborReader& in) {
        expect_array(in, 2);
        record.clock = static_cast<ClockState>(small(in, static_cast<std::uint8_t>(ClockState::holdover)));
        record.clock_error_ms = small(in);
    });
}

void read_figures(Pairs& pairs, Record& record) {
    const auto points = [&](CborReader& in) { record.points = read_list<RecordPoint>(in, 6, read_point); };
    if (has_points(record.type)) {
        pairs.required(key_points, points);
    } else if (pairs.optional(key_points, points) && record.points.empty()) {
        pairs.in().fail();
    }
    pairs.optional(key_balance, [&](CborReader& in) {
        expect_array(in, 2);
        record.facility_mwh = or_null<std::int64_t>(in);
        record.it_mwh = or_null<std::int64_t>(in);
        if (!writes_balance(record)) in.fail();
    });
    pairs.optional(key_coverage, [&](CborReader& in) { record.coverage_ppm = small(in); });
}

void read_rest(Pairs& pairs, Record& record) {
    pairs.optional(key_config, [&](CborReader& in) { record.config = digest(in); });
    pairs.optional(key_aux, [&](CborReader& in) {
        record.aux = in.bytes();
        if (record.aux.empty()) in.fail();
    });
    pairs.optional(key_frontier, [&](CborReader& in) {
        record.frontier = read_list<Digest>(in, 34, digest);
        if (record.frontier.empty()) in.fail();
    });
}

}  // namespace

std::string_view to_string(RecordType type) {
    constexpr std::string_view names[] = {
        "interval", "amend",  "config", "log_epoch", "meter_epoch", "meter_exchange", "time_step", "dating", "alert",
        "baseline", "report", "boot",   "key",       "snapshot",    "undated",        "loss",      "note"};
    static_assert(std::size(names) == last_record_type);
    return names[static_cast<std::uint8_t>(type) - 1];
}

Bytes encode(const Record& record) {
    CborWriter out;
    out.map(keys(record));
    out.unsigned_integer(key_seq);
    out.unsigned_integer(record.seq);
    out.unsigned_integer(key_type);
    out.unsigned_integer(static_cast<std::uint8_t>(record.type));
    out.unsigned_integer(key_previous);
    out.bytes(view(record.previous));
    write_when(out, record);
    write_figures(out, record);
    write_rest(out, record);
    return out.take();
}

Result<Record, BilingualError> decode(std::string_view leaf) {
    Pairs pairs{leaf};
    Record record;
    read_head(pairs, record);
    read_figures(pairs, record);
    read_rest(pairs, record);
    if (!pairs.complete())
        return BilingualError{"no record in the one encoding that pued writes", "不是按 pued 唯一编码写成的记录"};
    return record;
}

}  // namespace pued
