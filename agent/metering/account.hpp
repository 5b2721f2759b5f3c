// One metering point's energy: takes its register (preferred) or samples of its power and keeps E(t), never falling,
// never inventing. A RESET credits the lower bound and begins a new epoch; a JUMP, BACKWARD or change of scale credits
// nothing until three consistent reads confirm it; another serial number begins an epoch at once; an announced exchange
// of the meter joins two epochs exactly. Owned by the Ledger, on the engine's thread; pure. Energies in mWh, powers in
// W.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/metering/counter.hpp"
#include "agent/metering/epoch.hpp"
#include "agent/metering/polyline.hpp"
#include "agent/metering/power_trace.hpp"

namespace pued {

// As much as a whole large building takes: 10 MW.
inline constexpr double default_pmax_w = 10e6;

struct AccountSettings {
    // Rated power of the point; 0: unknown, then `assumed_w` stands for it and the plausible step is held below half
    // the modulus, so that a register which fell back is not taken for one that wrapped.
    double rated_w = 0;
    double assumed_w = default_pmax_w;
    Duration max_gap = std::chrono::seconds{30};  // three polls; longer: samples are not integrated
    std::size_t max_points = 2048;  // reached only while intervals cannot close: a clock that was never set

    [[nodiscard]] double most_w() const { return rated_w > 0 ? rated_w : assumed_w; }
    // A register that is renewed slower than it is polled takes the energy of so long at once: an hour's. Where the
    // most is only assumed and small, up to a day's, but never more than the whole building takes in that hour.
    [[nodiscard]] Duration longest_step() const {
        constexpr std::chrono::hours usual{1}, daily{25};
        if (rated_w > 0) return usual;
        const std::chrono::duration<double, std::ratio<3600>> room{default_pmax_w / most_w()};
        return std::clamp<Duration>(std::chrono::duration_cast<Duration>(room), usual, daily);
    }
};

// A reading that a restart must survive, labelled in UTC because boot time does not.
struct LabelledPoint {
    UtcTime at;
    Energy energy;
    Flags flags = 0;
    std::optional<std::uint64_t> reg{};  // high-water counts here; absent for samples of power
    bool dated = true;                   // else `at` only tells how far such points lie apart

    friend bool operator==(const LabelledPoint&, const LabelledPoint&) = default;
};

struct AccountState {
    std::vector<LabelledPoint> points;  // oldest first; at most saved_points of each kind, dated and undated
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
    std::string serial{};  // of the meter, as far as it tells
    Duration slack{};      // the last reading may be older than the last point by so much
    double rate_w = 0;     // of the last step that was credited; 0: none yet

    friend bool operator==(const AccountState&, const AccountState&) = default;
};

class EnergyAccount {
public:
    static constexpr std::size_t saved_points = 64;

    explicit EnergyAccount(AccountSettings settings) : settings_(settings), line_(settings.max_points) {}

    // The verdict on this reading; jump and backward ask for another read at once. Readings not newer than the last
    // are dropped and counted as late (the step is then jitter with credit 0).
    Step accept_register(BootTime at, const Count& count);
    // The meter's serial number, before the readings that came with it. Another one than before begins an epoch.
    void identify(BootTime at, const std::string& serial);
    // An exchange that somebody announced: the next step around then is joined exactly; one that has happened since
    // `settled` is joined now. Refused where its interval is settled.
    Announcement announce(const Exchange& exchange, BootTime settled);
    [[nodiscard]] bool expects_exchange() const { return exchange_.has_value(); }
    // Whether an announcement has been dropped since the last call, because the readings contradict it.
    bool take_refusal() { return std::exchange(refused_, false); }
    // Begun since the last call; `device` is left to the Ledger.
    [[nodiscard]] bool has_epochs() const { return !epochs_.empty(); }
    std::vector<MeterEpoch> take_epochs() { return std::exchange(epochs_, {}); }
    // For points without a register.
    void accept_power(BootTime at, double power_w);
    // Power of a point that has a register: to notice that the register is stuck, and for the cross-check.
    void watch_power(BootTime at, double power_w) {
        watch_.power_polled(at, power_w, settings_.max_gap);
        trace_.add(at, power_w, settings_.max_gap);
    }
    [[nodiscard]] bool has_watched_power() const { return trace_.any(); }
    [[nodiscard]] std::optional<PowerIntegral> power_between(BootTime from, BootTime to) const {
        return trace_.between(from, to);
    }

    // Without power to tell: the register has not moved for max(10 of its median steps, 1 h) although others have
    // (`siblings_moved`, asked only then). Before the reading at `at` is accepted.
    [[nodiscard]] bool still_for_long(BootTime at) const { return still_.for_long(at); }
    [[nodiscard]] BootTime moved_at() const { return still_.moved_at(); }
    void call_stuck() { called_stuck_ = true; }

    // E(b), floored; nothing outside the readings kept.
    [[nodiscard]] std::optional<Energy> boundary(BootTime b) const { return line_.at(b); }
    [[nodiscard]] const Polyline& line() const { return line_; }
    [[nodiscard]] bool stuck() const { return stuck_; }
    [[nodiscard]] bool from_register() const { return has_register_; }
    [[nodiscard]] std::uint32_t epoch() const { return epoch_; }
    [[nodiscard]] std::uint64_t late() const { return late_; }
    [[nodiscard]] std::optional<Count> register_now() const;

    void forget_before(BootTime b) {
        line_.forget_before(b);
        trace_.forget_before(b);
    }

    void coarsen(BootTime from, BootTime to, Duration spacing) { line_.coarsen(from, to, spacing); }

    // Of the readings kept, those on both sides of every UTC multiple of `interval` first: no interval that is still
    // open may lose its ends, nor the flags that spoil it. An interval of 0 has no such ends.
    [[nodiscard]] AccountState save(const Now& now, std::chrono::seconds interval = {}) const;
    // Only into a fresh account. The register's difference over the outage will be counted.
    void restore(const AccountState& state, const Now& now);
    // The wall clock was corrected: moves restored readings to where the better anchor puts them.
    void remap(const Now& now);

    // What the journal tells of the time after the state that was restored, before any report: that at `end` the
    // account stood at `energy` (returned: never less than its register says) and its register at `reg`, read up to
    // `slack` before, …
    Energy fold(UtcTime end, Energy energy, std::optional<std::uint64_t> reg, Duration slack, const Now& now);
    // … and that an epoch began. The end of the one before has been folded.
    void fold(const MeterEpoch& epoch, const Now& now);

private:
    struct Suspect {  // a reading that contradicts the epoch, and how many agree with it
        Count first;
        BootTime first_at;
        Count latest;
        BootTime latest_at;
        unsigned agreeing = 1;
        EpochReason reason = EpochReason::jump;
    };
    struct Undo {  // of the last reading, until another one comes
        Count last;
        std::uint64_t counts = 0;
        Flags next_flags = 0;
        bool has_power = false;
        double power_w = 0;
        double residue_mwh = 0;
        double rate_w = 0;
        bool possible = false;
    };

    [[nodiscard]] bool is_late(BootTime at) const {
        return !line_.empty() && (at <= line_.back().at || (!restored_.empty() && at <= restored_until_));
    }
    [[nodiscard]] std::uint64_t limit(Duration dt, const Count& count) const;
    [[nodiscard]] Step judge(const Count& prev, BootTime prev_at, const Count& count, BootTime at) const;
    [[nodiscard]] BootTime last_seen() const { return std::max(seen_at_, line_.back().at); }
    [[nodiscard]] bool unjudged(BootTime at, const Step& step) const;
    [[nodiscard]] bool like_before(BootTime at, const Step& step) const;
    bool drop_if_late(BootTime at, bool contradicts);
    void remember();
    void take_back(BootTime at);
    [[nodiscard]] Duration age_of(const Count& first, EpochReason reason) const;
    void begin_epoch(BootTime at, const Count& count, Energy offset, EpochReason reason);
    void first_reading(BootTime at, const Count& count);
    bool change_meter(BootTime at, const Count& count, const Step& step);
    void note_rate(BootTime at, const Step& step);
    void credit(BootTime at, const Count& count, const Step& step);
    [[nodiscard]] bool caught_up(BootTime at, const Count& count, std::uint64_t credit) const;
    void restart(BootTime at, const Count& count, const Step& step);
    void suspect(BootTime at, const Count& count);
    void adopt_suspect();
    [[nodiscard]] std::optional<Energy> joined(const Exchange& exchange, const Count& last, const Count& first,
                                               Duration dt) const;
    bool try_exchange(BootTime at, const Count& count, const Step& step);
    bool join_past(const Exchange& exchange, BootTime settled);
    void refuse_exchange(BootTime from, BootTime to);
    void push(BootTime at, Energy energy, Flags flags);
    [[nodiscard]] std::vector<EnergyPoint> mapped(const Now& now);
    [[nodiscard]] std::vector<LabelledPoint> labelled(const Now& now, std::chrono::seconds interval) const;
    Energy advance_to(std::uint64_t reg, Energy energy);
    void fold_point(LabelledPoint point, const Now& now);

    AccountSettings settings_;
    Polyline line_;
    bool has_register_ = false;
    Count last_;
    std::uint64_t counts_ = 0;
    Energy offset_;
    std::uint32_t epoch_ = 0;
    std::optional<Suspect> suspect_;
    StuckWatch watch_;
    PowerTrace trace_;
    bool stuck_ = false;
    StillWatch still_;
    bool called_stuck_ = false;  // until it moves
    Flags next_flags_ = 0;       // for the segment that the next point ends
    bool has_power_ = false;
    double power_w_ = 0;
    double residue_mwh_ = 0;
    std::uint64_t late_ = 0;
    std::vector<LabelledPoint> restored_;  // as long as they may have to be mapped again
    BootTime restored_until_{};
    BootTime dated_until_{};       // those before have dates of their own
    bool outage_unknown_ = false;  // restored under a clock that was never synchronised
    Undo undo_;
    BootTime seen_at_ = BootTime::min();  // of the latest good poll of the register
    std::uint64_t seen_counts_ = 0;
    std::string serial_, next_serial_;
    BootTime identified_at_ = BootTime::min();
    std::optional<Exchange> exchange_;
    bool refused_ = false;
    Duration slack_{};
    double rate_w_ = 0;
    std::vector<MeterEpoch> epochs_;
};

}  // namespace pued
