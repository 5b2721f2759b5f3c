// One step of an energy register, judged (metering.md 1.2 and 1.3): did it advance, wrap, restart, or tell nonsense?
// Exact on counts. Pure; no state but StuckWatch's, which belongs to one EnergyAccount. Powers in W, energies in Wh.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "agent/model/energy.hpp"
#include "agent/model/reading.hpp"
#include "agent/model/time.hpp"

namespace pued {

enum class StepKind : std::uint8_t {
    advance,   // plausible: credit the difference
    jump,      // forward too far: credit nothing, keep the old reading, read again
    jitter,    // back by a count or two: credit nothing, keep the high-water mark
    rollover,  // wrapped at the modulus
    reset,     // began anew: what it shows now is a lower bound
    backward,  // back, and neither of these: credit nothing, keep the old reading, read again
    refused,   // no step of a register: an announced exchange that the readings contradict
};

std::string_view name_of(StepKind kind);

struct Step {
    StepKind kind = StepKind::advance;
    std::uint64_t credit = 0;  // counts

    friend bool operator==(const Step&, const Step&) = default;
};

inline constexpr double default_margin = 1.2;
inline constexpr std::uint64_t default_jitter = 2;

// The most counts that `pmax_w` can have added in `dt`: pmax * margin * dt / q, plus one for quantisation. A dt below
// zero counts as zero; the result stops at 2^62.
std::uint64_t plausible_counts(double pmax_w, Duration dt, std::int64_t q_uwh, double margin = default_margin);

// `prev` is the high-water mark. modulus 0: the register never wraps in practice (2^64). Rollover is tested before
// reset: when both fit, rollover credits at least as much.
Step advance(std::uint64_t prev, std::uint64_t now, std::uint64_t modulus, std::uint64_t limit,
             std::uint64_t jitter = default_jitter);

// Counts that two equal readings of a float register may differ by: its ulp can be many counts (A08).
std::uint64_t jitter_of(const Count& count);

// q_eff = max(q, ulp), in Wh.
double effective_resolution_wh(const Count& count);

// Spacing of IEEE single-precision values at `value`, in the same unit.
double float32_ulp(double value);

// Standard uncertainty of the difference of two floored readings, q / sqrt(6), in the unit of q (A12).
double quantisation_u(double q);

// How long a register of q_eff may stand still under `power_w` before it is called stuck: 3 q_eff / P (A13).
Duration stuck_after(double q_eff_wh, double power_w);

// How long a register has not moved; what of it a restart must survive.
struct StillRegister {
    double energy_wh = 0;     // of the power meanwhile
    std::uint32_t polls = 0;  // no more than matter

    friend bool operator==(const StillRegister&, const StillRegister&) = default;
};

// Watches one register together with the power of the same device.
class StuckWatch {
public:
    // `moved`: the register differs from the poll before.
    void register_polled(bool moved);
    void power_polled(BootTime at, double power_w, Duration max_gap);
    // Integral of power since the last change >= 3 q_eff, and at least two polls.
    [[nodiscard]] bool stuck(double q_eff_wh) const;
    // What the power says has flowed since the register moved last.
    [[nodiscard]] double since_change_wh() const { return since_change_wh_; }

    [[nodiscard]] StillRegister save() const { return {since_change_wh_, std::min(polls_, polls_that_tell)}; }
    void restore(const StillRegister& still);

private:
    static constexpr std::uint32_t polls_that_tell = 2;

    double since_change_wh_ = 0;
    std::uint32_t polls_ = 0;
    std::optional<BootTime> at_;
    double power_w_ = 0;
};

// Watches a register that has no power beside it: when it moves, and how often it mostly does. Starts anew with the
// agent.
class StillWatch {
public:
    void polled(BootTime at, std::uint64_t credit);
    // Counts that should have come since it moved last, at the pace of its latest steps.
    [[nodiscard]] double missed(BootTime at) const;
    // For longer than ten median steps and an hour; never before it has moved a few times.
    [[nodiscard]] bool for_long(BootTime at) const { return moved_at_ != BootTime::min() && at - moved_at_ > longest_; }
    [[nodiscard]] BootTime moved_at() const { return moved_at_; }

private:
    static constexpr std::size_t steps_kept = 9;

    BootTime moved_at_ = BootTime::min();
    Duration longest_ = Duration::max();
    std::array<Duration, steps_kept> steps_{};
    std::array<std::uint64_t, steps_kept> credits_{};
    std::size_t moves_ = 0;
};

}  // namespace pued
