// How much room a journal takes, before there is one (metering.md 6.6): for `pued check`, so that an operator with 4
// MiB of flash knows how long it lasts. The sizes are those of the reference's reckoning; a real year stays below.
// Pure.
#pragma once

#include <cstdint>

namespace pued {

inline constexpr std::int64_t framed_record_bytes(std::int64_t points) { return 83 + 17 * points; }

// Of a year of 365 days.
inline constexpr std::int64_t records_per_year(std::int64_t interval_s) { return 31'536'000 / interval_s; }
inline constexpr std::int64_t journal_bytes_per_year(std::int64_t points, std::int64_t interval_s) {
    return framed_record_bytes(points) * records_per_year(interval_s);
}
// Of the whole tree, for who keeps it; pued keeps the frontier only.
inline constexpr std::int64_t tree_bytes_per_year(std::int64_t interval_s) {
    return (2 * records_per_year(interval_s) - 1) * 32;
}
// Hashes of an inclusion proof in a tree of so many records.
inline constexpr int proof_hashes(std::int64_t records) {
    int out = 0;
    while ((std::int64_t{1} << out) < records) ++out;
    return out;
}
// What eMMC programs for it, each commit a page of data and one of metadata, written twice by the card itself.
inline constexpr std::int64_t flash_bytes_per_year(std::int64_t interval_s) {
    return records_per_year(interval_s) * 2 * 16384 * 2;
}
// How long so much NOR flash lasts, one padded record after the other.
inline constexpr double retention_days(double flash_kib, double record_kib, std::int64_t interval_s) {
    return flash_kib / record_kib * static_cast<double>(interval_s) / 86400;
}
// Years until every block was erased `cycles` times.
inline constexpr double wear_years(double flash_kib, double record_kib, std::int64_t interval_s, double cycles) {
    return cycles * flash_kib / (record_kib * static_cast<double>(records_per_year(interval_s)));
}

}  // namespace pued
