// Energy of one metering point: its readings, judged and credited; see account.hpp. Epochs and exchanges are in
// account_epochs.cpp, saving, restoring and folding in account_state.cpp.
#include "agent/metering/account.hpp"

#include <algorithm>
#include <cmath>

#include "agent/metering/exact.hpp"
#include "agent/model/register_sum.hpp"

namespace pued {

namespace {

// What an outage may have lasted when the clock cannot tell.
constexpr Duration longest_unknown_outage = std::chrono::hours{7 * 24};
// After a longer silence another meter may have taken the place of this one, and its reading look like an advance
// (A15).
constexpr Duration longest_unquestioned_silence = std::chrono::hours{1};
// How far the mean of a silence may lie from the pace before it, either way; a long one holds day and night.
constexpr double like_factor = 2, like_factor_long = 3;
constexpr Duration long_silence = std::chrono::hours{12};

bool same_register(const Count& a, const Count& b) { return a.q_uwh == b.q_uwh && a.modulus == b.modulus; }

}  // namespace

std::uint64_t EnergyAccount::limit(Duration dt, const Count& count) const {
    const bool rated = settings_.rated_w > 0;
    const std::uint64_t most = plausible_counts(settings_.most_w(), dt, count.q_uwh);
    return rated || count.modulus == 0 ? most : std::min(most, count.modulus / 2);
}

Step EnergyAccount::judge(const Count& prev, BootTime prev_at, const Count& count, BootTime at) const {
    const bool anew = prev.q_uwh == count.q_uwh && sum_begins_anew(prev.modulus, count.modulus);
    if (!anew && !same_register(prev, count)) return {StepKind::backward, 0};
    Duration dt = at - prev_at + slack_;
    if (outage_unknown_) dt = std::max(dt, longest_unknown_outage);
    const std::uint64_t most = limit(dt, count);
    if (anew) return count.counts <= most ? Step{StepKind::reset, count.counts} : Step{StepKind::backward, 0};
    const Step step = advance(prev.counts, count.counts, count.modulus, most, jitter_of(count));
    return step.kind == StepKind::reset && is_sum(count.modulus) ? Step{StepKind::backward, 0} : step;
}

Step EnergyAccount::accept_register(BootTime at, const Count& count) {
    const bool contradicts = at == seen_at_ && count.counts != seen_counts_;
    if (count.q_uwh <= 0 || drop_if_late(at, contradicts)) return {StepKind::jitter, 0};
    if (!has_register_) {
        first_reading(at, count);
        return {};
    }
    const Step step = judge(last_, line_.back().at, count, at);
    if (change_meter(at, count, step)) return {};
    switch (step.kind) {
        case StepKind::jump:
        case StepKind::backward: suspect(at, count); break;
        case StepKind::reset: restart(at, count, step); break;
        default: credit(at, count, step); break;
    }
    seen_at_ = at;
    seen_counts_ = count.counts;
    return step;
}

// Two different readings of one instant cannot both be right, and nobody knows which is: both go.
bool EnergyAccount::drop_if_late(BootTime at, bool contradicts) {
    const bool early = suspect_ && at <= suspect_->latest_at;
    if (!early && !is_late(at)) return false;
    ++late_;
    if (contradicts && early) suspect_.reset();
    if (contradicts && !early) take_back(at);
    if (contradicts || at < line_.back().at) next_flags_ = static_cast<Flags>(next_flags_ | flag::late);
    return true;
}

void EnergyAccount::remember() {
    undo_ = {last_, counts_, next_flags_, has_power_, power_w_, residue_mwh_, rate_w_, true};
}

void EnergyAccount::take_back(BootTime at) {
    if (!undo_.possible) return;
    undo_.possible = false;
    if (line_.back().at == at && line_.points().size() > 1) line_.pop_back();
    last_ = undo_.last;
    counts_ = undo_.counts;
    next_flags_ = undo_.next_flags;
    has_power_ = undo_.has_power;
    power_w_ = undo_.power_w;
    residue_mwh_ = undo_.residue_mwh;
    rate_w_ = undo_.rate_w;
}

bool EnergyAccount::unjudged(BootTime at, const Step& step) const {
    return step.kind == StepKind::advance && step.credit > 0 && at - last_seen() > longest_unquestioned_silence &&
           identified_at_ <= last_seen() && !like_before(at, step);
}

// Whether about as much flowed per second as before the silence: another meter's register would hardly do that. The
// pace is kept beside the line, of which an interval may leave but one point.
bool EnergyAccount::like_before(BootTime at, const Step& step) const {
    if (rate_w_ <= 0) return false;
    const Duration silence = at - line_.back().at;
    const double now_w = watt_hours(energy_of(step.credit, last_.q_uwh)) / in_seconds(silence) * 3600;
    const double factor = silence > long_silence ? like_factor_long : like_factor;
    return now_w > rate_w_ / factor && now_w < rate_w_ * factor;
}

// A coarse register moves once in many reads: its pace is from one move to the next. Before the first move is known
// (a start, a restart) a step is only taken where nothing better is.
void EnergyAccount::note_rate(BootTime at, const Step& step) {
    const bool known = still_.moved_at() != BootTime::min();
    if (step.credit == 0 || (!known && rate_w_ > 0)) return;
    const BootTime since = known ? still_.moved_at() : line_.back().at;
    rate_w_ = watt_hours(energy_of(step.credit, last_.q_uwh)) / in_seconds(at - since) * 3600;
}

void EnergyAccount::credit(BootTime at, const Count& count, const Step& step) {
    remember();
    Flags flags = step.kind == StepKind::rollover ? flag::rollover : Flags{0};
    if (unjudged(at, step)) flags = static_cast<Flags>(flags | flag::crosscheck);
    if (step.kind != StepKind::jitter) last_ = count;  // jitter keeps the high-water mark
    counts_ += step.credit;
    suspect_.reset();
    outage_unknown_ = false;
    if (step.credit > 0 && caught_up(at, count, step.credit))
        next_flags_ = static_cast<Flags>(next_flags_ & ~flag::stuck);
    watch_.register_polled(step.credit > 0);
    note_rate(at, step);
    still_.polled(at, step.credit);
    if (step.credit > 0) called_stuck_ = false;
    stuck_ = called_stuck_ || watch_.stuck(effective_resolution_wh(count));
    if (stuck_) {  // no evidence of anything: the line waits until the register moves
        next_flags_ = static_cast<Flags>(next_flags_ | flag::stuck);
        return;
    }
    // A register that renews slower than it is polled takes its step at once: as much may flow as since it moved last.
    const Duration stood = std::min(slack_ + (at - line_.back().at), settings_.longest_step());
    slack_ = step.credit > 0 ? Duration{} : stood;
    push(at, offset_ + energy_of(counts_, count.q_uwh), flags);
}

// Whether a register that stood still has made good for it: then only the split over time is unknown. If not, energy
// is missing, and the segment keeps its flag.
bool EnergyAccount::caught_up(BootTime at, const Count& count, std::uint64_t credit) const {
    if (called_stuck_ && static_cast<double>(credit) < still_.missed(at) / 2) return false;
    const double credited_wh = watt_hours(energy_of(credit, count.q_uwh));
    return credited_wh + 3 * effective_resolution_wh(count) >= 0.9 * watch_.since_change_wh();
}

void EnergyAccount::accept_power(BootTime at, double power_w) {
    if (!std::isfinite(power_w)) {
        ++late_;
        return;
    }
    if (drop_if_late(at, !line_.empty() && at == line_.back().at && power_w != power_w_)) return;
    remember();
    if (line_.empty()) undo_.possible = false;
    Energy energy = line_.empty() ? Energy{} : line_.back().energy;
    const bool joined = has_power_ && !outage_unknown_ && !line_.empty() && at - line_.back().at <= settings_.max_gap;
    if (joined) {
        const double mean_w = std::max(0.0, (power_w_ + power_w) / 2);  // an account never falls
        const double mwh = mean_w * in_seconds(at - line_.back().at) / 3.6 + residue_mwh_;
        const double whole = std::floor(std::min(mwh, 9e18));
        residue_mwh_ = mwh - whole;
        energy += Energy{static_cast<std::int64_t>(whole)};
    }
    has_register_ = false;  // one that the configuration no longer has
    outage_unknown_ = false;
    push(at, energy, joined || line_.empty() ? Flags{0} : flag::gap);
    power_w_ = power_w;
    has_power_ = true;
}

void EnergyAccount::push(BootTime at, Energy energy, Flags flags) {
    const auto reg = has_register_ ? std::optional{last_.counts} : std::nullopt;
    line_.push({at, energy, static_cast<Flags>(flags | next_flags_), reg});
    next_flags_ = 0;
}

std::optional<Count> EnergyAccount::register_now() const { return has_register_ ? std::optional{last_} : std::nullopt; }

}  // namespace pued
