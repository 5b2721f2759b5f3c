// Registers against energies: what a point was credited with never stands outside what its register shows, and the
// register of one interval begins where that of the one before ended. Intervals come in the order of time, as they were
// amended last. Part of the audit; pure. Energies in mWh, registers in counts.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/report/audit_parts.hpp"

namespace pued {

// A register began anew, or a meter was exchanged.
struct AuditEpoch {
    std::int64_t at_s = 0;
    std::int64_t q_uwh = 0;  // 0: not stated
    std::uint64_t modulus = 0;
};

class RegisterAudit {
public:
    explicit RegisterAudit(AuditLog& log) : log_(log) {}

    // The number of this meter, by its id; a new one for a new id.
    std::size_t meter(const std::string& id);
    void add_epoch(const std::string& id, const AuditEpoch& epoch);
    struct Interval {
        AuditPlace place;
        std::int64_t start_s = 0, end_s = 0;
        AuditEra era;
        std::vector<RecordPoint> points;  // .point: number of the meter
    };
    void settle(const Interval& interval);

private:
    // E at a boundary lies between the readings around it. With E at the first boundary unknown by as much as one step
    // of the register, every later boundary narrows it; when nothing is left, some energy is wrong.
    struct Meter {
        std::string id;
        std::vector<AuditEpoch> ahead;  // epochs that no settled interval has reached
        std::int64_t q_uwh = 0;
        std::uint64_t modulus = 0;
        std::optional<std::uint64_t> last;  // reg_end of the interval before
        std::int64_t last_end_s = 0;
        AuditEra era;
        std::uint64_t counts = 0;   // since the stretch began
        std::int64_t credited = 0;  // likewise
        std::int64_t least = 0;     // E at its first boundary, above the reading before it
        std::optional<std::int64_t> most;
    };

    bool take_epochs(Meter& meter, std::int64_t end_s);
    void check(Meter& meter, const RecordPoint& point, const AuditPlace& place);
    void bracket(Meter& meter, std::int64_t energy, std::uint64_t step, const AuditPlace& place);
    static void restart(Meter& meter, const RecordPoint& point);
    static void begin_stretch(Meter& meter);

    AuditLog& log_;
    std::vector<Meter> meters_;
    std::map<std::string, std::size_t> by_id_;
};

}  // namespace pued
