// An account as plain data: saved, restored, and brought on by what the journal tells of later; see account.hpp.
#include <algorithm>
#include <iterator>

#include "agent/metering/account.hpp"
#include "agent/metering/calendar.hpp"
#include "agent/metering/exact.hpp"
#include "agent/metering/thinning.hpp"

namespace pued {

AccountState EnergyAccount::save(const Now& now, std::chrono::seconds interval) const {
    return {labelled(now, interval),
            has_register_,
            last_,
            counts_,
            offset_,
            epoch_,
            has_power_,
            power_w_,
            residue_mwh_,
            next_flags_,
            watch_.save(),
            serial_,
            slack_,
            rate_w_};
}

// While the clock is evidently wrong only restored readings have dates, and they keep them; the others are told by
// their distances.
std::vector<LabelledPoint> EnergyAccount::labelled(const Now& now, std::chrono::seconds interval) const {
    const bool dated = is_plausible(now);
    std::vector<LabelledPoint> labels;
    if (!dated) {
        std::copy_if(restored_.begin(), restored_.end(), std::back_inserter(labels),
                     [](const LabelledPoint& label) { return label.dated; });
    }
    const auto divided = [&](const EnergyPoint& a, const EnergyPoint& c) {
        return boundary_between(now, a.at, c.at, interval);
    };
    const bool known = !labels.empty();
    for (const EnergyPoint& point : line_.thinned(saved_points, divided)) {
        if (known && point.at <= dated_until_) continue;
        labels.push_back({to_utc(now, point.at), point.energy, point.flags, point.reg, dated});
    }
    return labels;
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
    serial_ = state.serial;
    slack_ = state.slack;
    rate_w_ = state.rate_w;
    restored_ = state.points;
    restored_until_ = now.boot;
    outage_unknown_ = now.quality == ClockQuality::unsynced || !restored_.back().dated;
    line_.replace_until(restored_until_, mapped(now));
}

// In boot time under this anchor; none later than the restore itself, in order, energies never falling. Undated
// readings come after the dated ones: the last of them is put at the restore, since boards mostly go down to come up
// again.
std::vector<EnergyPoint> EnergyAccount::mapped(const Now& now) {
    const auto undated =
        std::find_if(restored_.begin(), restored_.end(), [](const auto& label) { return !label.dated; });
    dated_until_ = restored_until_;
    if (undated != restored_.end()) dated_until_ -= restored_.back().at - undated->at + Duration{1};
    std::vector<EnergyPoint> points;
    for (const LabelledPoint& label : restored_) {
        const BootTime at = label.dated ? std::min(to_boot(now, label.at), dated_until_)
                                        : restored_until_ - (restored_.back().at - label.at);
        const Flags doubt = label.dated ? Flags{0} : flag::time_uncertain;
        EnergyPoint point{at, label.energy, static_cast<Flags>(label.flags | doubt), label.reg};
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
    if (now.quality != ClockQuality::unsynced && restored_.back().dated) outage_unknown_ = false;
    line_.replace_until(restored_until_, mapped(now));
}

void EnergyAccount::fold_point(LabelledPoint point, const Now& now) {
    if (restored_.empty()) restored_until_ = now.boot;
    while (!restored_.empty() && (!restored_.back().dated || restored_.back().at > point.at)) restored_.pop_back();
    restored_.push_back(point);
    if (restored_.size() > saved_points) restored_.erase(restored_.begin());
    outage_unknown_ = now.quality == ClockQuality::unsynced;
    line_ = Polyline{settings_.max_points};
    line_.replace_until(restored_until_, mapped(now));
}

Energy EnergyAccount::fold(UtcTime end, Energy energy, std::optional<std::uint64_t> reg, Duration slack,
                           const Now& now) {
    if (!restored_.empty() && restored_.back().dated && restored_.back().at >= end) return energy;  // knows later ones
    if (has_register_ && reg) {
        slack_ = *reg == last_.counts ? slack_ + slack : slack;
        energy = std::max(energy, advance_to(*reg, energy));
    }
    if (!restored_.empty() && restored_.back().dated && end > restored_.back().at && energy > restored_.back().energy) {
        const double hours = in_seconds(end - restored_.back().at) / 3600;
        rate_w_ = watt_hours(energy - restored_.back().energy) / hours;
    }
    has_power_ = false;
    power_w_ = residue_mwh_ = 0;
    next_flags_ = 0;
    watch_.restore({});
    fold_point({end, energy, 0, has_register_ ? std::optional{last_.counts} : std::nullopt, true}, now);
    return energy;
}

// E of the reading with these counts. Counts that lie behind belong to an epoch of which the journal says nothing.
Energy EnergyAccount::advance_to(std::uint64_t reg, Energy energy) {
    const std::uint64_t forward = reg >= last_.counts ? reg - last_.counts : last_.modulus - last_.counts + reg;
    const std::uint64_t half = last_.modulus == 0 ? 1ULL << 63 : last_.modulus / 2;
    last_.counts = reg;
    counts_ += forward;
    if (forward > half) {
        counts_ = 0;
        offset_ = energy;
    }
    return offset_ + energy_of(counts_, last_.q_uwh);
}

void EnergyAccount::fold(const MeterEpoch& epoch, const Now& now) {
    const UtcTime at = to_utc(now, epoch.at);
    if (!epoch.serial.empty()) serial_ = epoch.serial;
    if (has_register_ && (epoch.epoch < epoch_ || (epoch.epoch == epoch_ && epoch.offset == offset_))) return;
    has_register_ = true;
    has_power_ = false;
    last_ = epoch.first;
    counts_ = 0;
    offset_ = epoch.offset;
    epoch_ = epoch.epoch;
    slack_ = age_of(epoch.first, epoch.reason);
    next_flags_ = 0;
    watch_.restore({});
    const Flags flags = epoch.reason == EpochReason::reset      ? flag::reset
                        : epoch.reason == EpochReason::first    ? Flags{0}
                        : epoch.reason == EpochReason::exchange ? static_cast<Flags>(flag::manual | flag::replaced)
                                                                : flag::replaced;
    if (epoch.reason == EpochReason::exchange) exchange_.reset();
    while (!restored_.empty() && restored_.back().dated && restored_.back().at >= at) restored_.pop_back();
    fold_point({at, epoch.offset, flags, epoch.first.counts, true}, now);
}

}  // namespace pued
