// The power of a point whose energy comes from its register, integrated beside it for the cross-check (metering.md 1.4,
// 1.6): cumulative marks at most once in half a minute. Of no weight in any figure, so not saved. Owned by one
// EnergyAccount. Pure. Powers in W, energies in Wh.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "agent/model/time.hpp"

namespace pued {

struct PowerIntegral {
    double wh = 0;
    std::uint32_t samples = 0;
    double u_rel = 0;  // standard uncertainty from sampling alone
};

class PowerTrace {
public:
    void add(BootTime at, double power_w, Duration max_gap);
    [[nodiscard]] bool any() const { return last_.has_value(); }
    // Only where samples cover nearly all of it.
    [[nodiscard]] std::optional<PowerIntegral> between(BootTime from, BootTime to) const;
    void forget_before(BootTime time);

private:
    struct Mark {  // sums since the beginning; powers relative to the first one
        double wh = 0, covered_s = 0, samples = 0, sum = 0, squares = 0, products = 0;
    };
    struct At {
        BootTime at;
        Mark mark;
    };
    [[nodiscard]] std::optional<Mark> mark_at(BootTime time) const;

    std::deque<At> marks_;
    Mark now_;
    std::optional<BootTime> last_;
    double last_w_ = 0, first_w_ = 0;
};

}  // namespace pued
