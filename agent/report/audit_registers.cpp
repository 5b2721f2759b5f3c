// Stretches of one register between epochs; see audit_registers.hpp.
#include "agent/report/audit_registers.hpp"

#include <algorithm>

#include "agent/metering/exact.hpp"
#include "agent/metering/flags.hpp"

namespace pued {

namespace {

// Both a boundary's energy and a register's are floored.
constexpr std::int64_t rounding_mwh = 2;

// After these the energy at the interval's end is no continuation of that at its begin.
constexpr Flags breaks = flag::missing | flag::partial | flag::reset | flag::replaced | flag::manual;

// How far a register went; nothing when it fell without wrapping.
std::optional<std::uint64_t> step_of(std::uint64_t from, std::uint64_t to, std::uint64_t modulus) {
    if (to >= from) return to - from;
    if (modulus == 0 || from >= modulus) return {};
    return to + (modulus - from);
}

std::string registers(std::uint64_t from, std::uint64_t to) {
    return std::to_string(from) + " -> " + std::to_string(to);
}

Bilingual begins_elsewhere(const std::string& id, const std::optional<std::uint64_t>& begin, std::uint64_t last) {
    const auto at = begin ? Bilingual::same(std::to_string(*begin)) : Bilingual{"nothing", "无"};
    const auto end = std::to_string(last);
    return {id + "'s register begins at " + at.en + ", but the interval before ended at " + end +
                ", and no epoch began between",
            id + " 的寄存器读数起于 " + at.zh + "，但前一时段止于 " + end + "，其间没有新的计量区间"};
}

}  // namespace

std::size_t RegisterAudit::meter(const std::string& id) {
    const auto [found, is_new] = by_id_.try_emplace(id, meters_.size());
    if (is_new) meters_.emplace_back().id = id;
    return found->second;
}

void RegisterAudit::add_epoch(const std::string& id, const AuditEpoch& epoch) {
    meters_[meter(id)].ahead.push_back(epoch);
}

// Whether an epoch began before the end of this interval.
bool RegisterAudit::take_epochs(Meter& meter, std::int64_t end_s) {
    bool began = false;
    for (const auto& epoch : meter.ahead) {
        if (epoch.at_s >= end_s) continue;
        began = true;
        if (epoch.q_uwh <= 0) continue;
        meter.q_uwh = epoch.q_uwh;
        meter.modulus = epoch.modulus;
    }
    std::erase_if(meter.ahead, [&](const AuditEpoch& epoch) { return epoch.at_s < end_s; });
    return began;
}

void RegisterAudit::settle(const Interval& interval) {
    for (const auto& point : interval.points) {
        auto& meter = meters_[point.point];
        if (point.energy_mwh < 0) {
            const auto energy = std::to_string(point.energy_mwh) + " mWh";
            log_.finding(interval.place, {meter.id + " was credited with less than nothing: " + energy,
                                          meter.id + " 计入的电量为负：" + energy});
        }
        const bool began = take_epochs(meter, interval.end_s);
        const bool joins = meter.last_end_s == interval.start_s && meter.era == interval.era;
        if (began || !joins || has(static_cast<Flags>(point.flags), breaks) || !meter.last || !point.reg_end) {
            restart(meter, point);
        } else {
            check(meter, point, interval.place);
        }
        meter.last_end_s = interval.end_s;
        meter.era = interval.era;
    }
}

void RegisterAudit::restart(Meter& meter, const RecordPoint& point) {
    meter.last = point.reg_end;
    begin_stretch(meter);
}

void RegisterAudit::begin_stretch(Meter& meter) {
    meter.counts = 0;
    meter.credited = 0;
    meter.least = 0;
    meter.most.reset();
}

void RegisterAudit::check(Meter& meter, const RecordPoint& point, const AuditPlace& place) {
    const auto last = *meter.last;
    if (point.reg_start != last) {
        log_.finding(place, begins_elsewhere(meter.id, point.reg_start, last));
        return restart(meter, point);
    }
    const auto step = step_of(last, *point.reg_end, meter.modulus);
    if (!step) {
        const auto fall = registers(last, *point.reg_end);
        log_.finding(place, {meter.id + "'s register fell (" + fall + ") without wrapping or a new epoch",
                             meter.id + " 的寄存器读数倒退（" + fall + "），既非满量程回零，也没有新的计量区间"});
        return restart(meter, point);
    }
    meter.last = point.reg_end;
    if (meter.q_uwh > 0) bracket(meter, point.energy_mwh, *step, place);
}

void RegisterAudit::bracket(Meter& meter, std::int64_t energy, std::uint64_t step, const AuditPlace& place) {
    const auto before = meter.credited;
    meter.credited += energy;
    meter.counts += step;
    const auto shown = energy_of(meter.counts, meter.q_uwh).mwh;
    if (step > 0) {  // the boundaries before lie below this reading
        const auto most = shown + rounding_mwh - before;
        meter.most = std::min(meter.most.value_or(most), most);
    }
    meter.least = std::max(meter.least, shown - rounding_mwh - meter.credited);
    if (!meter.most || meter.least <= *meter.most) return;
    const auto credited = std::to_string(meter.credited), counts = std::to_string(meter.counts),
               unit = std::to_string(meter.q_uwh), by_register = std::to_string(shown);
    log_.finding(place, {meter.id + " was credited with " + credited +
                             " mWh since its epoch or the last break, but its register went " + counts + " counts of " +
                             unit + " uWh: " + by_register + " mWh",
                         meter.id + " 自计量区间开始或上次中断以来计入 " + credited + " mWh，但其寄存器增加 " + counts +
                             " 个计数，每个 " + unit + " uWh：" + by_register + " mWh"});
    begin_stretch(meter);
}

}  // namespace pued
