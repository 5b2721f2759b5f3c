// The journal of the specification's vectors H02 to H10: seven quarters of an hour of two meters. Only record 0 is
// printed there; that the others go on with the same steps is shown by the hashes of H04 to H07.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "agent/journal/record.hpp"

namespace pued {

inline Bytes unhex(std::string_view digits) {
    Bytes out;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        out += static_cast<char>(std::stoi(std::string{digits.substr(i, 2)}, nullptr, 16));
    }
    return out;
}

inline Digest digest_of(std::string_view digits) {
    const auto bytes = unhex(digits);
    Digest out{};
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return out;
}

// H02: two meters with registers in 0.1 kWh, a quarter of an hour.
inline constexpr std::string_view record0_hex =
    "a90100020103582000000000000000000000000000000000000000000000000000000000000000000"
    "41a69554880051903840682010c078285001a004c4b401a004c61841a21f982800085011a000c3500"
    "1a000c46941a1ad274800008821a21f982801a1ad27480091a000f4240";

inline Record record0() {
    return {.seq = 0,
            .type = RecordType::interval,
            .start_s = 1767196800,
            .duration_s = 900,
            .clock = ClockState::synced,
            .clock_error_ms = 12,
            .points = {{.point = 0, .reg_start = 5000000, .reg_end = 5005700, .energy_mwh = 570000000, .flags = 0},
                       {.point = 1, .reg_start = 800000, .reg_end = 804500, .energy_mwh = 450000000, .flags = 0}},
            .facility_mwh = 570000000,
            .it_mwh = 450000000,
            .coverage_ppm = 1000000,
            .config = {},
            .aux = {},
            .frontier = {}};
}

inline std::vector<Bytes> seven_leaves() {
    std::vector<Bytes> leaves;
    auto record = record0();
    for (record.seq = 0; record.seq < 7; ++record.seq) {
        leaves.push_back(encode(record));
        record.previous = sha256(leaves.back());
        record.start_s += 900;
        for (auto& point : record.points) {
            const auto step = *point.reg_end - *point.reg_start;
            point.reg_start = point.reg_end;
            point.reg_end = *point.reg_end + step;
        }
    }
    return leaves;
}

}  // namespace pued
