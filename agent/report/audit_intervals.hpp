// Intervals against time and against each other: each once, none over another, no hole without a reason, and the
// balance of each equal to the sums of its meters. Keeps the sums of the last thirteen months for reports, and the
// points of the newest few hundred intervals, which may still be amended, for the registers. Part of the audit; pure.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>

#include "agent/report/audit_registers.hpp"

namespace pued {

// What a window comes to, of the newest record of each of its intervals.
struct AuditWindow {
    struct Ratio {
        std::int64_t facility_mwh = 0, it_mwh = 0, joint_s = 0;
    };
    std::array<Ratio, categories> ratios;
    std::int64_t covered_s = 0;   // of any interval
    bool reconfigured = false;    // by more than one configuration
    bool from_the_begin = false;  // the journal reaches back to its begin
};

class IntervalAudit {
public:
    IntervalAudit(AuditLog& log, RegisterAudit& registers) : log_(log), registers_(registers) {}

    // An interval or an amendment of one.
    void add(const AuditPlace& place, const Record& record, const AuditSite& site);
    // The clock was set, the daemon started, records were lost: what follows need not join what came before. `clock`:
    // boundaries themselves may lie elsewhere now.
    void disturb(bool clock);
    void finish();

    [[nodiscard]] AuditWindow window(std::int64_t start_s, std::int64_t end_s) const;

private:
    struct Cell {
        AuditPlace place;
        std::int64_t end_s = 0;
        unsigned site = 0;
        std::optional<std::int64_t> facility_mwh;
        std::array<std::optional<std::int64_t>, categories> it_mwh;
    };

    void place_in_time(const AuditPlace& place, const Record& record, std::int64_t end_s);
    void check_new(const AuditPlace& place, std::int64_t start_s, std::int64_t end_s);
    void check_amended(const AuditPlace& place, std::int64_t start_s, std::int64_t end_s);
    void check_hole(const AuditPlace& place, std::int64_t start_s);
    void check_balance(const AuditPlace& place, const Record& record, const SiteSums& sums, const AuditSite& site);
    void keep(const AuditPlace& place, const Record& record, std::int64_t end_s, const AuditSite& site);
    void settle_oldest();

    AuditLog& log_;
    RegisterAudit& registers_;
    std::map<std::int64_t, Cell> cells_;                         // by start
    std::map<std::int64_t, RegisterAudit::Interval> unsettled_;  // by start
    std::optional<std::int64_t> first_s_, newest_end_s_, settled_s_;
    unsigned clock_ = 0;
    unsigned undisturbed_ = 0;  // intervals since the last disturbance
};

}  // namespace pued
