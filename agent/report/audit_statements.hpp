// What a journal states beside intervals: transitions of alerts against the alert's states, and reports against the
// intervals of their window and the arithmetic of verdicts. Part of the audit; pure.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "agent/report/audit_intervals.hpp"

namespace pued {

// All throw nlohmann's exceptions where key 12 has another shape.
class AlertAudit {
public:
    explicit AlertAudit(AuditLog& log) : log_(log) {}
    void add(const AuditPlace& place, const nlohmann::json& aux);
    // The state may be an older one from here on.
    void forget() { alerts_.clear(); }

private:
    struct Told {
        std::string state;  // public: "pending", "firing", "resolved"
        std::uint64_t rev = 0;
        bool retracted = false;
        AuditPlace place;
    };
    void check(const AuditPlace& place, const std::string& name, const Told& before, const Told& now,
               const std::string& from);

    AuditLog& log_;
    std::map<std::string, Told> alerts_;  // by "scope/rule"
};

// `category`: of the configuration; 0: the report may have taken any.
void audit_report(AuditLog& log, const AuditPlace& place, const nlohmann::json& aux, const IntervalAudit& intervals,
                  unsigned category);

}  // namespace pued
