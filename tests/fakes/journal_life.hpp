// A journal on a fake disk, lived through by tests: records numbered by their start, the same key every time.
#pragma once

#include <cstdlib>
#include <string>
#include <vector>

#include "agent/journal/journal.hpp"
#include "agent/journal/reader.hpp"
#include "agent/journal/verify.hpp"
#include "tests/fakes/both_languages.hpp"
#include "tests/fakes/disk.hpp"

namespace pued::fake {

inline Signer test_signer(std::uint8_t seed = 7) {
    std::array<std::uint8_t, 32> octets{};
    octets.fill(seed);
    auto signer = Signer::from_seed(octets);
    if (!signer) std::abort();
    return *signer;
}

inline void put_key(FakeStore& store, const Signer& signer) {
    store.documents["journal/key.pem"] = *signer.to_pem();
    store.documents["journal/public.pem"] = public_key_to_pem(signer.public_key());
}

inline JournalSettings test_settings(std::size_t segment_bytes = std::size_t{2} << 20) {
    JournalSettings settings;
    settings.origin = "example.com/site-1/bmc-1";
    settings.segment_bytes = segment_bytes;
    return settings;
}

inline Now at_hour(int hour) {
    return {BootTime{std::chrono::hours{hour}}, UtcTime{std::chrono::seconds{1767225600} + std::chrono::hours{hour}},
            ClockQuality::synced};
}

// Its number stands where its start would.
inline Record numbered(std::int64_t number, RecordType type = RecordType::interval) {
    Record record;
    record.type = type;
    record.start_s = number;
    if (type == RecordType::interval) {
        record.duration_s = 900;
        record.points = {
            {0, 1000 + static_cast<std::uint64_t>(number), 1001 + static_cast<std::uint64_t>(number), 9, 0}};
    } else {
        record.aux = "\xa0";
    }
    return record;
}

inline bool is_numbered(const Record& record) {
    return record.type == RecordType::interval || record.type == RecordType::snapshot;
}

inline std::vector<std::int64_t> numbers(const std::vector<Record>& records) {
    std::vector<std::int64_t> out;
    for (const auto& record : records) {
        if (is_numbered(record)) out.push_back(record.start_s);
    }
    return out;
}

// All that a restart would fold: the snapshot first.
inline std::vector<std::int64_t> numbers(const Recovery& recovery) {
    auto out = numbers(recovery.tail);
    if (recovery.snapshot) out.insert(out.begin(), recovery.snapshot->start_s);
    return out;
}

// Everything in the journal; nothing when it cannot be read to its end.
inline std::optional<std::vector<std::int64_t>> read_numbers(const Store& store) {
    auto reader = JournalReader::open(store);
    if (!reader) return std::nullopt;
    std::vector<Record> records;
    for (;;) {
        auto entry = reader->next();
        if (!entry) return std::nullopt;
        if (!*entry) return numbers(records);
        records.push_back((*entry)->record);
    }
}

inline std::string verified(const Store& store, const VerifySettings& settings = {}) {
    std::string out;
    for (const auto& finding : in_both_languages(verify_journal(store, settings)).findings)
        out += finding.where.en + ": " + finding.what.en + "\n";
    return out;
}

}  // namespace pued::fake
