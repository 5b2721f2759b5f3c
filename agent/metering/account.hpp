// One metering point's energy: takes its register (preferred) or samples of its power and keeps E(t), never falling,
// never inventing. Epochs, simple form: a RESET credits the lower bound and begins a new epoch; a JUMP, BACKWARD or
// change of scale credits nothing until three consistent reads confirm it. Owned by the Ledger, on the engine's
// thread; pure. Energies in mWh, powers in W.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "agent/metering/counter.hpp"
#include "agent/metering/polyline.hpp"

namespace pued {

struct AccountSettings {
    // Rated power of the point; 0: unknown, then default_pmax_w is assumed and the plausible step is held below half
    // the modulus, so that a register which fell back is not taken for one that wrapped.
    double rated_w = 0;
    Duration max_gap = std::chrono::seconds{30};  // three polls; longer: samples are not integrated
    std::size_t max_points = 1024;
};

// As much as a whole large building takes: 10 MW.
inline constexpr double default_pmax_w = 10e6;

// A reading that a restart must survive, labelled in UTC because boot time does not.
struct LabelledPoint {
    UtcTime at;
    Energy energy;
    Flags flags = 0;

    friend bool operator==(const LabelledPoint&, const LabelledPoint&) = default;
};

struct AccountState {
    std::vector<LabelledPoint> points;  // oldest first; at most saved_points
    bool has_register = false;
    Count last;                // high-water reading of this epoch
    std::uint64_t counts = 0;  // credited in this epoch
    Energy offset;             // E at the epoch's beginning
    std::uint32_t epoch = 0;
    bool has_power = false;
    double power_w = 0;      // the latest sample
    double residue_mwh = 0;  // of the integral, below one mWh
    Flags pending = 0;       // of the segment that the next reading ends
    StillRegister still;

    friend bool operator==(const AccountState&, const AccountState&) = default;
};

class EnergyAccount {
public:
    static constexpr std::size_t saved_points = 64;

    explicit EnergyAccount(AccountSettings settings) : settings_(settings), line_(settings.max_points) {}

    // The verdict on this reading; jump and backward ask for another read at once. Readings not newer than the last
    // are dropped and counted as late (the step is then jitter with credit 0).
    Step accept_register(BootTime at, const Count& count);
    // For points without a register.
    void accept_power(BootTime at, double power_w);
    // Power of a point that has a register: only to notice that the register is stuck.
    void watch_power(BootTime at, double power_w) { watch_.power_polled(at, power_w, settings_.max_gap); }

    // E(b), floored; nothing outside the readings kept.
    [[nodiscard]] std::optional<Energy> boundary(BootTime b) const { return line_.at(b); }
    [[nodiscard]] const Polyline& line() const { return line_; }
    [[nodiscard]] bool stuck() const { return stuck_; }
    [[nodiscard]] bool from_register() const { return has_register_; }
    [[nodiscard]] std::uint32_t epoch() const { return epoch_; }
    [[nodiscard]] std::uint64_t late() const { return late_; }
    [[nodiscard]] std::optional<Count> register_now() const;

    void forget_before(BootTime b) { line_.forget_before(b); }

    // Of the readings kept, those on both sides of every UTC multiple of `interval` first: no interval that is still
    // open may lose its ends, nor the flags that spoil it. An interval of 0 has no such ends.
    [[nodiscard]] AccountState save(const Now& now, std::chrono::seconds interval = {}) const;
    // Only into a fresh account. The register's difference over the outage will be counted.
    void restore(const AccountState& state, const Now& now);
    // The wall clock was corrected: moves restored readings to where the better anchor puts them.
    void remap(const Now& now);

private:
    struct Suspect {  // a reading that contradicts the epoch, and how many agree with it
        Count first;
        BootTime first_at;
        Count latest;
        BootTime latest_at;
        unsigned agreeing = 1;
    };

    [[nodiscard]] bool is_late(BootTime at) const {
        return !line_.empty() && (at <= line_.back().at || (!restored_.empty() && at <= restored_until_));
    }
    [[nodiscard]] std::uint64_t limit(Duration dt, const Count& count) const;
    [[nodiscard]] Step judge(const Count& prev, BootTime prev_at, const Count& count, BootTime at) const;
    void begin_epoch(const Count& count, Energy offset);
    void first_reading(BootTime at, const Count& count);
    void credit(BootTime at, const Count& count, const Step& step);
    [[nodiscard]] bool caught_up(const Count& count, std::uint64_t credit) const;
    void restart(BootTime at, const Count& count, const Step& step);
    void suspect(BootTime at, const Count& count);
    void adopt_suspect();
    void push(BootTime at, Energy energy, Flags flags);
    [[nodiscard]] std::vector<EnergyPoint> mapped(const Now& now) const;

    AccountSettings settings_;
    Polyline line_;
    bool has_register_ = false;
    Count last_;
    std::uint64_t counts_ = 0;
    Energy offset_;
    std::uint32_t epoch_ = 0;
    std::optional<Suspect> suspect_;
    StuckWatch watch_;
    bool stuck_ = false;
    Flags next_flags_ = 0;  // for the segment that the next point ends
    bool has_power_ = false;
    double power_w_ = 0;
    double residue_mwh_ = 0;
    std::uint64_t late_ = 0;
    std::vector<LabelledPoint> restored_;  // as long as they may have to be mapped again
    BootTime restored_until_{};
    bool outage_unknown_ = false;  // restored under a clock that was never synchronised
};

}  // namespace pued
