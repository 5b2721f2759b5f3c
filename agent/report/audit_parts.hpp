// What the parts of the audit share: where a record stands, what is found, and the metering points of a configuration
// record. Only for the audit's own files. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "agent/metrics/balance.hpp"
#include "agent/report/audit.hpp"

namespace pued {

struct AuditPlace {
    std::uint32_t epoch = 0;
    std::uint64_t seq = 0;

    [[nodiscard]] Bilingual text() const;  // "epoch 1, record 812"
    friend bool operator==(const AuditPlace&, const AuditPlace&) = default;
};

// A journal of nonsense is told by its first thousand findings as well as by all.
class AuditLog {
public:
    static constexpr std::size_t most = 1000;

    void finding(const AuditPlace& place, Bilingual what);
    void note(const AuditPlace& place, const Bilingual& what);
    void tell(AuditResult& out);

private:
    std::vector<Finding> findings_;
    std::vector<Bilingual> notes_;
    std::size_t more_findings_ = 0, more_notes_ = 0;
};

// A configuration record, as far as numbers depend on it. Never moved: the plan refers to the table.
struct AuditSite {
    PointTable table;
    std::vector<std::size_t> meter;  // by point: its number for the life of the audit
    BalanceSettings settings;
    unsigned generation = 0;
    std::unique_ptr<BalancePlan> plan;
};

// When an interval's neighbours cannot be compared with it: another configuration, another clock.
struct AuditEra {
    unsigned site = 0, clock = 0;

    friend bool operator==(const AuditEra&, const AuditEra&) = default;
};

std::string audit_time(std::int64_t posix_s);  // "2026-07-14T08:00:00Z"

}  // namespace pued
