// What the journal tells of the time after a snapshot, brought into the ledger; see Ledger::fold.
#include <algorithm>

#include "agent/metering/ledger.hpp"

namespace pued {

void Ledger::fold(const ClosedInterval& interval, const Now& now) {
    if (interval.length != settings_.interval) return;
    const bool anew = !interval.amends && open_ && interval.start < *open_;   // the clock was far ahead before
    const bool leapt = !interval.amends && open_ && interval.start > *open_;  // … or far behind
    if (anew || leapt) skip_to(interval.start);
    for (const IntervalEnergy& energy : interval.by_device) {
        Meter* meter = find(energy.device);
        if (meter == nullptr || has(energy.flags, flag::missing)) continue;
        if (meter->frontier && *meter->frontier > interval.start) continue;  // an amendment for another's sake
        fold_settled(*meter, interval, energy, now);
    }
    fold_waiting(interval);
    if (!interval.amends) open_ = interval.end();
    drop_waiting();
}

void Ledger::fold_settled(Meter& meter, const ClosedInterval& interval, const IntervalEnergy& energy, const Now& now) {
    const Polyline& line = meter.account.line();
    if (!meter.frontier) {
        const auto at_start = line.at(to_boot(now, interval.start));
        meter.opening = at_start.value_or(line.empty() ? Energy{} : line.front().energy);
    }
    // Nothing was known at the end when a clock had moved it before all readings.
    const bool known = energy.from_register
                           ? energy.reg_end.has_value()
                           : energy.measured() || energy.at_least.mwh > 0 || !has(energy.flags, flag::partial);
    meter.frontier = interval.end();
    meter.opening += energy.at_least;
    meter.opening_exact = known;
    if (!known) return;
    const Duration slack = has(energy.flags, flag::allocated) ? Duration{interval.length} : meter.max_gap;
    meter.opening = meter.account.fold(interval.end(), meter.opening, energy.reg_end, slack, now);
    meter.opening_reg = energy.reg_end;
}

void Ledger::fold_waiting(const ClosedInterval& interval) {
    const bool hole = std::any_of(interval.by_device.begin(), interval.by_device.end(),
                                  [](const IntervalEnergy& e) { return has(e.flags, flag::missing); });
    const auto old = std::find_if(waiting_.begin(), waiting_.end(),
                                  [&](const ClosedInterval& i) { return i.start == interval.start; });
    if (old != waiting_.end()) {
        old->by_device = interval.by_device;
    } else if (hole && !interval.amends) {
        waiting_.push_back({interval.start, interval.length, interval.by_device, false, {}});
    }
}

const ClosedInterval* Ledger::waiting(UtcTime start) const {
    const auto found =
        std::find_if(waiting_.begin(), waiting_.end(), [&](const ClosedInterval& i) { return i.start == start; });
    return found == waiting_.end() ? nullptr : &*found;
}

void Ledger::fold(const MeterEpoch& epoch) {
    Meter* meter = find(epoch.device);
    if (meter == nullptr) return;
    meter->account.fold(epoch, folded_at_);
    if (epoch.reason != EpochReason::exchange) return;
    meter->announced.reset();
    meter->exchanged = to_utc(folded_at_, epoch.at) + std::chrono::hours{1};  // an operator's time may be so far off
}

}  // namespace pued
