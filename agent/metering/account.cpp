// Energy of one metering point; see account.hpp.
#include "agent/metering/account.hpp"

#include <algorithm>
#include <cmath>

#include "agent/metering/exact.hpp"
#include "agent/metering/thinning.hpp"

namespace pued {

namespace {

constexpr unsigned reads_that_confirm = 3;
// What an outage may have lasted when the clock cannot tell.
constexpr Duration longest_unknown_outage = std::chrono::hours{7 * 24};

bool same_register(const Count& a, const Count& b) { return a.q_uwh == b.q_uwh && a.modulus == b.modulus; }

}  // namespace

std::uint64_t EnergyAccount::limit(Duration dt, const Count& count) const {
    const bool rated = settings_.rated_w > 0;
    const std::uint64_t most = plausible_counts(rated ? settings_.rated_w : default_pmax_w, dt, count.q_uwh);
    return rated || count.modulus == 0 ? most : std::min(most, count.modulus / 2);
}

Step EnergyAccount::judge(const Count& prev, BootTime prev_at, const Count& count, BootTime at) const {
    if (!same_register(prev, count)) return {StepKind::backward, 0};
    Duration dt = at - prev_at;
    if (outage_unknown_) dt = std::max(dt, longest_unknown_outage);
    return advance(prev.counts, count.counts, count.modulus, limit(dt, count), jitter_of(count));
}

Step EnergyAccount::accept_register(BootTime at, const Count& count) {
    if (count.q_uwh <= 0 || is_late(at) || (suspect_ && at <= suspect_->latest_at)) {
        ++late_;
        return {StepKind::jitter, 0};
    }
    if (!has_register_) {
        first_reading(at, count);
        return {};
    }
    const Step step = judge(last_, line_.back().at, count, at);
    switch (step.kind) {
        case StepKind::jump:
        case StepKind::backward: suspect(at, count); return step;
        case StepKind::reset: restart(at, count, step); break;
        default: credit(at, count, step); break;
    }
    suspect_.reset();
    outage_unknown_ = false;
    return step;
}

void EnergyAccount::begin_epoch(const Count& count, Energy offset) {
    last_ = count;
    counts_ = 0;
    offset_ = offset;
}

void EnergyAccount::first_reading(BootTime at, const Count& count) {
    const Energy so_far = line_.empty() ? Energy{} : line_.back().energy;
    if (!line_.empty()) next_flags_ = static_cast<Flags>(next_flags_ | flag::replaced);
    begin_epoch(count, so_far);
    has_register_ = true;
    has_power_ = false;
    push(at, so_far, 0);
}

void EnergyAccount::credit(BootTime at, const Count& count, const Step& step) {
    if (step.kind != StepKind::jitter) last_ = count;  // jitter keeps the high-water mark
    counts_ += step.credit;
    if (step.credit > 0 && caught_up(count, step.credit)) next_flags_ = static_cast<Flags>(next_flags_ & ~flag::stuck);
    watch_.register_polled(step.credit > 0);
    stuck_ = watch_.stuck(effective_resolution_wh(count));
    if (stuck_) {  // no evidence of anything: the line waits until the register moves
        next_flags_ = static_cast<Flags>(next_flags_ | flag::stuck);
        return;
    }
    push(at, offset_ + energy_of(counts_, count.q_uwh), step.kind == StepKind::rollover ? flag::rollover : Flags{0});
}

// Whether a register that stood still has made good for it: then only the split over time is unknown. If not, energy
// is missing, and the segment keeps its flag.
bool EnergyAccount::caught_up(const Count& count, std::uint64_t credit) const {
    const double credited_wh = watt_hours(energy_of(credit, count.q_uwh));
    return credited_wh + 3 * effective_resolution_wh(count) >= 0.9 * watch_.since_change_wh();
}

void EnergyAccount::restart(BootTime at, const Count& count, const Step& step) {
    begin_epoch(count, line_.back().energy);
    counts_ = step.credit;
    ++epoch_;
    watch_.register_polled(true);
    stuck_ = false;
    push(at, offset_ + energy_of(counts_, count.q_uwh), flag::reset);
}

void EnergyAccount::suspect(BootTime at, const Count& count) {
    if (suspect_) {
        const Step step = judge(suspect_->latest, suspect_->latest_at, count, at);
        if (step.kind == StepKind::advance) {
            suspect_->latest = count;
            suspect_->latest_at = at;
            if (++suspect_->agreeing >= reads_that_confirm) adopt_suspect();
            return;
        }
    }
    suspect_ = Suspect{count, at, count, at, 1};
}

// Three reads agree: they are a new epoch from the first of them on. What flowed between the last good reading and
// that one is unknown and stays uncredited; its segment says so.
void EnergyAccount::adopt_suspect() {
    const Suspect found = *suspect_;
    suspect_.reset();
    outage_unknown_ = false;
    begin_epoch(found.first, line_.back().energy);
    ++epoch_;
    watch_.register_polled(true);
    push(found.first_at, offset_, flag::replaced);
    counts_ = found.latest.counts - found.first.counts;  // both steps were advances
    last_ = found.latest;
    push(found.latest_at, offset_ + energy_of(counts_, last_.q_uwh), 0);
}

void EnergyAccount::accept_power(BootTime at, double power_w) {
    if (!std::isfinite(power_w) || is_late(at)) {
        ++late_;
        return;
    }
    Energy energy = line_.empty() ? Energy{} : line_.back().energy;
    const bool joined = has_power_ && !line_.empty() && at - line_.back().at <= settings_.max_gap;
    if (joined) {
        const double mean_w = std::max(0.0, (power_w_ + power_w) / 2);  // an account never falls
        const double mwh = mean_w * in_seconds(at - line_.back().at) / 3.6 + residue_mwh_;
        const double whole = std::floor(std::min(mwh, 9e18));
        residue_mwh_ = mwh - whole;
        energy += Energy{static_cast<std::int64_t>(whole)};
    }
    push(at, energy, joined || line_.empty() ? Flags{0} : flag::gap);
    has_register_ = false;  // one that the configuration no longer has
    power_w_ = power_w;
    has_power_ = true;
}

void EnergyAccount::push(BootTime at, Energy energy, Flags flags) {
    line_.push({at, energy, static_cast<Flags>(flags | next_flags_)});
    next_flags_ = 0;
}

std::optional<Count> EnergyAccount::register_now() const { return has_register_ ? std::optional{last_} : std::nullopt; }

AccountState EnergyAccount::save(const Now& now, std::chrono::seconds interval) const {
    AccountState state{{},         has_register_, last_,        counts_,     offset_,      epoch_,
                       has_power_, power_w_,      residue_mwh_, next_flags_, watch_.save()};
    const auto divided = [&](const EnergyPoint& a, const EnergyPoint& c) {
        return boundary_between(now, a.at, c.at, interval);
    };
    for (const EnergyPoint& point : line_.thinned(saved_points, divided)) {
        state.points.push_back({to_utc(now, point.at), point.energy, point.flags});
    }
    return state;
}

void EnergyAccount::restore(const AccountState& state, const Now& now) {
    if (state.points.empty() || (state.has_register && state.last.q_uwh <= 0)) return;
    has_register_ = state.has_register;
    last_ = state.last;
    counts_ = state.counts;
    offset_ = state.offset;
    epoch_ = state.epoch;
    has_power_ = state.has_power;
    power_w_ = state.power_w;
    residue_mwh_ = state.residue_mwh;
    next_flags_ = state.pending;
    watch_.restore(state.still);
    restored_ = state.points;
    restored_until_ = now.boot;
    outage_unknown_ = now.quality == ClockQuality::unsynced;
    for (const EnergyPoint& point : mapped(now)) line_.push(point);
}

// In boot time under this anchor; none later than the restore itself, in order, energies never falling.
std::vector<EnergyPoint> EnergyAccount::mapped(const Now& now) const {
    std::vector<EnergyPoint> points;
    for (const LabelledPoint& label : restored_) {
        EnergyPoint point{std::min(to_boot(now, label.at), restored_until_), label.energy, label.flags};
        if (!points.empty()) {
            point.at = std::max(point.at, points.back().at);
            point.energy = std::max(point.energy, points.back().energy);
        }
        points.push_back(point);
    }
    return points;
}

void EnergyAccount::remap(const Now& now) {
    if (restored_.empty()) return;
    if (line_.front().at > restored_until_) {
        restored_.clear();  // all forgotten
        return;
    }
    if (now.quality != ClockQuality::unsynced) outage_unknown_ = false;
    line_.replace_until(restored_until_, mapped(now));
}

}  // namespace pued
