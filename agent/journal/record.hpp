// One record of the journal: a leaf of the tree (metering.md 6.2). Encoded as a CBOR map with integer keys: 1 seq, 2
// type, 3 SHA-256 of the record before, 4 start (POSIX s; boot s where the clock was never set), 5 duration s, 6 [clock
// state, error ms], 7 [[point, reg_start, reg_end, energy mWh, flags]…], 8 [E_DC, E_IT] mWh, 9 joint coverage ppm, 10
// hash of the configuration, 12 whatever else the type has, as a byte string of CBOR (nlohmann-json's, keys sorted), 13
// hashes of the tree's frontier, one byte string of 32 octets each.
// Keys of what is absent are left out. Pure plain data: meaning is given by who writes and folds (agent/runtime,
// agent/report).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "agent/journal/digest.hpp"
#include "agent/model/result.hpp"

namespace pued {

enum class RecordType : std::uint8_t {
    interval = 1,        // a closed interval
    amend = 2,           // the same interval once more, as it is known now; replaces every earlier one of this start
    config = 3,          // configuration in force from here on: its text, points, rules
    log_epoch = 4,       // leaf 0 of an epoch that could not go on with the one before: old origin, size, root, note
    meter_epoch = 5,     // a register began anew: why, last and first reading
    meter_exchange = 6,  // announced by the operator
    time_step = 7,       // the wall clock was set: old and new offset
    dating = 8,          // when an undated boot was, now that the clock is known
    alert = 9,           // one alert's transition, whole
    baseline = 10,       // coefficients of the drift model
    report = 11,         // a report was made: period, figures, verdicts, its hash
    boot = 12,           // the daemon started: version, boot id
    key = 13,            // the signing key from here on
    snapshot = 14,       // all state, so that a restart need not fold older records; begins every segment
    undated = 15,        // registers while the clock was never set: start is boot time
    loss = 16,           // records that could not be written: how many, from when to when
    note = 17,           // a cosigned checkpoint of a witness
};
inline constexpr std::uint8_t last_record_type = 17;
std::string_view to_string(RecordType type);

struct RecordPoint {
    std::uint32_t point = 0;                          // index in the list of the configuration record
    std::optional<std::uint64_t> reg_start, reg_end;  // reg_start may be left out on the disk: registers.hpp
    std::int64_t energy_mwh = 0;
    std::uint32_t flags = 0;

    friend bool operator==(const RecordPoint&, const RecordPoint&) = default;
};

enum class ClockState : std::uint8_t { unsynced = 0, synced = 1, holdover = 2 };

struct Record {
    std::uint64_t seq = 0;
    RecordType type = RecordType::interval;
    Digest previous{};  // of record 0: zeros, or of what a log_epoch names
    std::int64_t start_s = 0;
    std::optional<std::uint32_t> duration_s;
    ClockState clock = ClockState::synced;
    std::uint32_t clock_error_ms = 0;
    std::vector<RecordPoint> points;                   // key 7 is there for interval, amend and undated
    std::optional<std::int64_t> facility_mwh, it_mwh;  // key 8: null where not measured
    std::optional<std::uint32_t> coverage_ppm;         // key 9
    std::optional<Digest> config;                      // key 10
    Bytes aux;                                         // key 12; empty: none
    std::vector<Digest> frontier;  // key 13, snapshots only: the tree before this record (set by Journal::append)

    friend bool operator==(const Record&, const Record&) = default;
};

Bytes encode(const Record& record);
// Refuses what encode() would not have written.
Result<Record, BilingualError> decode(std::string_view leaf);

}  // namespace pued
