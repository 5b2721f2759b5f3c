// A journal made by hand for the audit's tests: a feed and a PDU whose registers are polled at uneven times, with
// energies interpolated at the boundaries as the ledger does it (metering.md 1.5); written here a second time, so that
// the audit is not asked whether it agrees with itself.
#pragma once

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "agent/journal/record.hpp"
#include "agent/metering/flags.hpp"
#include "agent/report/audit.hpp"
#include "tests/fakes/both_languages.hpp"

namespace pued {

inline Bytes cbor(const nlohmann::json& document) {
    Bytes out;
    nlohmann::json::to_cbor(document, out);
    return out;
}

// One register, polled: counts as a meter would show them, wrapped at the modulus.
class PolledRegister {
public:
    PolledRegister(std::uint64_t first, std::uint64_t modulus, std::int64_t q_mwh, unsigned seed)
        : modulus_(modulus), q_mwh_(q_mwh), counts_(first), random_(seed) {}

    // Reads until one reading stands behind `until`.
    void poll(std::int64_t until_s, unsigned most_step) {
        while (readings_.empty() || readings_.back().at_s <= until_s) {
            const auto at = readings_.empty() ? until_s - 1000
                                              : readings_.back().at_s + 20 + static_cast<std::int64_t>(random_() % 100);
            readings_.push_back({at, counts_});
            counts_ += random_() % (most_step + 1);
        }
    }
    // E in mWh, floored between two readings.
    [[nodiscard]] std::int64_t energy(std::int64_t at_s) const {
        const auto after = behind(at_s);
        const auto before = after - 1;
        const auto low = static_cast<std::int64_t>(before->counts) * q_mwh_;
        const auto high = static_cast<std::int64_t>(after->counts) * q_mwh_;
        return low + (high - low) * (at_s - before->at_s) / (after->at_s - before->at_s);
    }
    [[nodiscard]] std::uint64_t shown(std::int64_t at_s) const { return (behind(at_s) - 1)->counts % modulus_; }

private:
    struct Reading {
        std::int64_t at_s;
        std::uint64_t counts;  // unwrapped
    };
    [[nodiscard]] std::vector<Reading>::const_iterator behind(std::int64_t at_s) const {
        return std::upper_bound(readings_.begin(), readings_.end(), at_s,
                                [](std::int64_t at, const Reading& reading) { return at < reading.at_s; });
    }
    std::uint64_t modulus_;
    std::int64_t q_mwh_;
    std::uint64_t counts_;
    std::mt19937 random_;
    std::vector<Reading> readings_;
};

inline constexpr std::int64_t audit_begin = 1767196800;  // 2026-01-01 in China

inline Record audit_record(RecordType type, std::int64_t start_s, const nlohmann::json& aux) {
    Record out;
    out.type = type;
    out.start_s = start_s;
    out.aux = cbor(aux);
    return out;
}

inline Record config_of_two(double unmeasured_w = 0, unsigned category = 0) {
    return audit_record(RecordType::config, audit_begin - 60,
                        {{"text", ""},
                         {"metering", {{"interval_s", 900}, {"category", category}, {"unmeasured_w", unmeasured_w}}},
                         {"points",
                          {{{"id", "feed-a"}, {"role", "feed"}, {"rack", ""}, {"correction", 0.0}, {"parent", nullptr}},
                           {{"id", "pdu-1"}, {"role", "pdu"}, {"rack", "r1"}, {"correction", 0.0}, {"parent", 0}}}}});
}

inline Record meter_epoch_of(const std::string& device, std::int64_t at_s, std::int64_t q_mwh, std::uint64_t modulus,
                             const std::string& reason) {
    return audit_record(RecordType::meter_epoch, at_s,
                        {{"device", device},
                         {"point", 0},
                         {"epoch", 0},
                         {"reason", reason},
                         {"last", nullptr},
                         {"first", {{"counts", 0}, {"q_uwh", q_mwh * 1000}, {"modulus", modulus}, {"ulp_wh", 0.0}}},
                         {"offset_mwh", 0}});
}

// Configuration, first epochs, and `count` quarters of an hour.
inline std::vector<Record> audit_journal(int count, unsigned seed = 1) {
    PolledRegister feed{999'950, 1'000'000, 100'000, seed};  // 0.1 kWh, about to wrap
    PolledRegister pdu{3'000'000, 4'294'967'296, 10'000, seed + 1000};
    std::vector<Record> out{config_of_two(), meter_epoch_of("feed-a", audit_begin - 900, 100'000, 1'000'000, "first"),
                            meter_epoch_of("pdu-1", audit_begin - 900, 10'000, 4'294'967'296, "first")};
    for (int i = 0; i < count; ++i) {
        const auto from = audit_begin + 900 * i, to = from + 900;
        feed.poll(to, 20);
        pdu.poll(to, 40);
        Record record;
        record.start_s = from;
        record.duration_s = 900;
        record.points = {{0, feed.shown(from), feed.shown(to), feed.energy(to) - feed.energy(from), flag::measured},
                         {1, pdu.shown(from), pdu.shown(to), pdu.energy(to) - pdu.energy(from), flag::measured}};
        record.facility_mwh = record.points[0].energy_mwh;
        record.it_mwh = record.points[1].energy_mwh;
        record.coverage_ppm = 1'000'000;
        out.push_back(record);
    }
    for (std::size_t i = 0; i < out.size(); ++i) out[i].seq = i;
    return out;
}

inline AuditResult audit(const std::vector<Record>& records) {
    Audit audit;
    for (const auto& record : records) audit.add(1, record);
    return fake::in_both_languages(audit.finish());
}

inline std::string all_of(const AuditResult& result) {
    std::string out;
    for (const auto& finding : result.findings) out += finding.where.en + ": " + finding.what.en + "\n";
    return out;
}

}  // namespace pued
