// What the numbers of a journal mean, worked out again from its records (metering.md 6.5, steps 4, 6 and 7): registers
// against energies, intervals against time, the balance against its meters, alerts against their states, reports
// against their intervals. Fed with every record in the journal's order, then finish(). Whether the records are the
// ones that were written is verify_journal()'s part. Linear in records; keeps a year of intervals' sums and the
// registers of the newest few hundred. Pure; owned by one command, on its thread. Energies in mWh, times in POSIX
// seconds.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "agent/journal/record.hpp"
#include "agent/journal/verify.hpp"

namespace pued {

struct AuditResult {
    std::vector<Finding> findings;  // empty: the numbers hold
    std::vector<Bilingual> notes;   // what a reader should know though nothing is wrong
    std::uint64_t intervals = 0, amendments = 0, alerts = 0, reports = 0;
};

class Audit {
public:
    Audit();
    ~Audit();
    Audit(Audit&&) noexcept;
    Audit& operator=(Audit&&) noexcept;

    void add(std::uint32_t epoch, const Record& record);
    AuditResult finish();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace pued
