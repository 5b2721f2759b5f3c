// Reports in, closed intervals out; see ledger.hpp. Saving and restoring: ledger_state.cpp.
#include "agent/metering/ledger.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>

#include "agent/metering/calendar.hpp"

namespace pued {

namespace {

constexpr std::size_t most_events = 256;
constexpr double moved_boundary = 0.01;  // of the interval's energy: the clock was more than 10 s off

// A long silence that ended with a step nobody can judge is no measurement (metering.md 1.2 d).
constexpr Flags spoils = flag::reset | flag::replaced | flag::gap | flag::stuck | flag::crosscheck;

// Recorded readings carry no raw register: their energy in Wh becomes a register of 1 mWh.
std::optional<Count> count_of(const Sample& sample) {
    if (sample.count) return sample.count;
    if (!(sample.value >= 0 && sample.value < 9e15)) return std::nullopt;
    return Count{static_cast<std::uint64_t>(std::llround(sample.value * 1000)), 1000, 0, 0};
}

bool has_hole(const std::vector<IntervalEnergy>& energies) {
    return std::any_of(energies.begin(), energies.end(),
                       [](const IntervalEnergy& e) { return has(e.flags, flag::missing); });
}

}  // namespace

AccountSettings account_settings(const Device& device, Duration max_gap) {
    AccountSettings out{.rated_w = device.rated_w, .max_gap = max_gap};
    if (device.assumed_w > 0) out.assumed_w = device.assumed_w;
    return out;
}

Ledger::Ledger(const PointTable& table, LedgerSettings settings) : table_(table), settings_(settings) {
    meters_.reserve(table.devices.size());  // growing would leave holes in the heap
    for (DeviceIndex i = 0; i < table.devices.size(); ++i) {
        const Device& device = table.devices[i];
        if (!device.energy && !device.power) continue;
        const Duration energy = period_of(table, device, device.energy ? device.energy : device.power);
        const Duration power = period_of(table, device, device.power ? device.power : device.energy);
        const Duration max_gap = settings.max_gap > Duration{} ? settings.max_gap : 3 * std::max(energy, power);
        meters_.push_back({i,
                           device.role != Role::none,
                           max_gap,
                           EnergyAccount{account_settings(device, max_gap)},
                           {},
                           {},
                           false,
                           {},
                           {},
                           {}});
    }
}

Ledger::Meter* Ledger::find(DeviceIndex device) {
    const auto found = std::lower_bound(meters_.begin(), meters_.end(), device,
                                        [](const Meter& meter, DeviceIndex i) { return meter.device < i; });
    return found != meters_.end() && found->device == device ? &*found : nullptr;
}

const EnergyAccount* Ledger::account(DeviceIndex device) const {
    const Meter* meter = const_cast<Ledger*>(this)->find(device);
    return meter == nullptr ? nullptr : &meter->account;
}

void Ledger::accept(const Report& report) {
    Meter* meter = find(report.device);
    if (meter == nullptr || report.state != DeviceState::good) return;
    news_ = news_ || !meter->frontier || meter->frontier != open_;
    if (!report.identity.empty()) meter->account.identify(report.at, report.identity);
    for (const Sample& sample : report.samples) {
        if (sample.quality == Quality::good) accept_sample(*meter, table_.devices[report.device], report, sample);
    }
}

void Ledger::accept_sample(Meter& meter, const Device& device, const Report& report, const Sample& sample) {
    if (device.energy == sample.point) {
        if (const auto count = count_of(sample)) accept_count(meter, report.at, *count);
    } else if (device.power == sample.point && std::isfinite(sample.value)) {
        if (device.energy) {
            meter.account.watch_power(report.at, sample.value);
        } else {
            meter.account.accept_power(report.at, sample.value);
        }
    }
}

void Ledger::accept_count(Meter& meter, BootTime at, const Count& count) {
    if (meter.account.still_for_long(at) && siblings_moved(meter)) meter.account.call_stuck();
    const Step step = meter.account.accept_register(at, count);
    const bool quiet = step.kind == StepKind::advance || step.kind == StepKind::jitter;
    if (!quiet) tell({meter.device, step.kind, at, count});
    if (meter.account.has_epochs()) collect_epochs(meter);
    if (!meter.announced || meter.account.expects_exchange() || !anchor_) return;
    meter.exchanged = meter.announced->at;
    meter.announced.reset();
    if (meter.account.take_refusal()) tell({meter.device, StepKind::refused, at, count});
}

// Others of its kind have moved since it did. Only of points that a load never leaves: a feed, a generator or a chiller
// may rest while its siblings run. Where power is read beside it, the power tells.
bool Ledger::siblings_moved(const Meter& meter) const {
    const Device& device = table_.devices[meter.device];
    const bool restless = device.role == Role::ups_input || device.role == Role::ups_output ||
                          device.role == Role::pdu || device.role == Role::server;
    if (!restless || meter.account.has_watched_power()) return false;
    return std::any_of(meters_.begin(), meters_.end(), [&](const Meter& other) {
        const Device& its = table_.devices[other.device];
        const bool sibling = device.parent ? its.parent == device.parent : its.role == device.role;
        return other.device != meter.device && sibling &&
               other.account.moved_at() > meter.account.moved_at() + std::chrono::minutes{30};
    });
}

void Ledger::tell(StepEvent event) {
    if (events_.size() < most_events) events_.push_back(event);
}

void Ledger::collect_epochs(Meter& meter) {
    for (MeterEpoch& epoch : meter.account.take_epochs()) {
        epoch.device = meter.device;
        if (epochs_.size() < most_events) epochs_.push_back(epoch);
    }
}

void Ledger::announce(DeviceIndex device, UtcTime at, Energy old_final, Energy new_first) {
    Meter* meter = find(device);
    if (meter == nullptr || (meter->exchanged && at <= *meter->exchanged)) return;
    meter->announced = Announced{at, old_final, new_first};
    if (anchor_) announce(*meter);
}

void Ledger::announce(Meter& meter) {
    const Exchange exchange{to_boot(*anchor_, meter.announced->at), meter.announced->old_final,
                            meter.announced->new_first};
    const BootTime settled = meter.frontier ? to_boot(*anchor_, *meter.frontier) : BootTime::min();
    const Announcement answer = meter.account.announce(exchange, settled);
    if (answer == Announcement::awaited) return;
    meter.exchanged = meter.announced->at;
    meter.announced.reset();
    collect_epochs(meter);
    if (answer == Announcement::refused) {
        tell({meter.device, StepKind::refused, exchange.at, meter.account.register_now().value_or(Count{})});
    }
}

UtcTime Ledger::floor_to_interval(UtcTime time) const { return floor_to(time, settings_.interval); }

std::vector<ClosedInterval> Ledger::close(const Now& now) {
    std::vector<ClosedInterval> out;
    if (!is_plausible(now)) return out;
    const bool first = !anchor_;
    anchor_ = now;
    if (now.boot >= next_coarsening_) coarsen(now);
    if (nothing_to_do(now)) return out;
    looked_ = now;
    news_ = false;
    if (first) {
        for (Meter& meter : meters_) {
            if (meter.announced) announce(meter);
        }
    }
    for (Meter& meter : meters_) meter.account.remap(now);
    place_open(now);
    place_frontiers(now);
    amend(now, out);
    for (std::size_t n = 0; n < settings_.closes_at_once && closable(*open_, now); ++n) {
        out.push_back(close_one(*open_, now));
    }
    for (Meter& meter : meters_) {
        if (meter.frontier) meter.account.forget_before(to_boot(now, *meter.frontier));
    }
    return out;
}

void Ledger::place_open(const Now& now) {
    const UtcTime current = floor_to_interval(now.utc);
    // What was read before the clock was known lies in intervals of its own.
    if (!open_) open_ = std::min(current, floor_to_interval(first_known(now).value_or(now.utc)));
    if (*open_ > current + longest_wait_for_clock) skip_to(current);
    const auto backlog = static_cast<std::int64_t>(settings_.max_backlog) * settings_.interval;
    if (*open_ + backlog < current) open_ = current - backlog;
    // A clock that leapt forward: nobody has a reading from the intervals in between.
    if (const auto known = first_known(now); known && floor_to_interval(*known) > *open_) {
        skip_to(floor_to_interval(*known));
    }
}

// What flowed since the last settled boundary will stand in the interval at `start`, which is therefore partial.
void Ledger::skip_to(UtcTime start) {
    open_ = start;
    waiting_.clear();
    for (Meter& meter : meters_) {
        if (!meter.frontier) continue;
        meter.frontier = start;
        meter.opening_exact = false;
    }
}

std::optional<UtcTime> Ledger::first_known(const Now& now) const {
    std::optional<UtcTime> first;
    for (const Meter& meter : meters_) {
        if (meter.account.line().empty()) continue;
        const UtcTime at = to_utc(now, meter.account.line().front().at);
        if (!first || at < *first) first = at;
    }
    return first;
}

void Ledger::place_frontiers(const Now& now) {
    for (Meter& meter : meters_) {
        if (meter.frontier || meter.account.line().empty()) continue;
        const auto at_open = meter.account.boundary(to_boot(now, *open_));
        meter.frontier = open_;
        meter.opening = at_open.value_or(meter.account.line().front().energy);
        meter.opening_exact = at_open.has_value();
        meter.opening_reg = meter.account.line().reg_at(to_boot(now, *open_));
    }
}

bool Ledger::reached(const Meter& meter, UtcTime end, const Now& now) const {
    const Polyline& line = meter.account.line();
    return !line.empty() && line.back().at >= to_boot(now, end);
}

bool Ledger::closable(UtcTime start, const Now& now) const {
    const UtcTime end = start + settings_.interval;
    if (now.utc < end) return false;
    if (now.boot >= std::max(to_boot(now, end), ready_since_) + settings_.grace) return true;
    return std::all_of(meters_.begin(), meters_.end(),
                       [&](const Meter& meter) { return !meter.awaited || reached(meter, end, now); });
}

// The meter's energy in the interval at its frontier, which a reading has passed; the frontier moves on.
IntervalEnergy Ledger::settle(Meter& meter, const Now& now) const {
    const Polyline& line = meter.account.line();
    const BootTime from = to_boot(now, *meter.frontier);
    const BootTime to = to_boot(now, *meter.frontier + settings_.interval);
    const auto at_end = line.at(to);
    // A corrected clock can put this end before the frozen opening: then nothing flowed here, and no less.
    const Energy closing = std::max(meter.opening, at_end.value_or(meter.opening));
    IntervalEnergy result{meter.device, std::nullopt, closing - meter.opening, line.flags_between(from, to), 0, false};
    result.from_register = meter.account.from_register();
    result.reg_start = meter.opening_reg;
    if (at_end) result.reg_end = *at_end < meter.opening ? meter.opening_reg : line.reg_at(to);
    const Flags ends =
        static_cast<Flags>(line.boundary_flags(from, meter.max_gap) | line.boundary_flags(to, meter.max_gap));
    if (const auto power = meter.account.power_between(from, to); power && result.from_register) {
        result.power_wh = power->wh;
        result.power_samples = power->samples;
        result.power_u = power->u_rel;
    }
    if (const auto count = meter.account.register_now()) result.resolution_wh = effective_resolution_wh(*count);
    const Flags doubt = doubtful(meter, from, result.at_least, now) ? flag::time_uncertain : Flags{0};
    result.flags = static_cast<Flags>(result.flags | ends | doubt);
    if (!meter.opening_exact) result.flags = static_cast<Flags>(result.flags | flag::partial);
    const Duration spanned = to - std::clamp(line.front().at, from, to) - line.gap_between(from, to);
    result.coverage = in_seconds(spanned) / in_seconds(to - from);
    if (at_end && meter.opening_exact && !line.spoiled_between(from, to, spoils)) {
        result.flags = static_cast<Flags>(result.flags | flag::measured);
        result.energy = result.at_least;
    }
    meter.frontier = *meter.frontier + settings_.interval;
    meter.opening = closing;
    meter.opening_exact = at_end.has_value();
    if (at_end) meter.opening_reg = result.reg_end;
    return result;
}

// The clock was never set; or it was moved since the begin of the interval was settled, so that the energy is of a
// longer or shorter time than the label says.
bool Ledger::doubtful(const Meter& meter, BootTime from, Energy energy, const Now& now) {
    if (now.quality == ClockQuality::unsynced) return true;
    const auto at_begin = meter.account.boundary(from);
    if (!at_begin || !meter.opening_exact) return false;
    const auto moved = static_cast<double>(std::abs((*at_begin - meter.opening).mwh));
    return moved > moved_boundary * static_cast<double>(energy.mwh) + 1;
}

std::vector<IntervalEnergy> Ledger::undated(BootTime from, BootTime to) const {
    std::vector<IntervalEnergy> result;
    for (const Meter& meter : meters_) {
        const Polyline& line = meter.account.line();
        IntervalEnergy energy{meter.device, std::nullopt, {}, flag::time_uncertain, 0, meter.account.from_register()};
        if (line.empty() || line.back().at < from || line.front().at > to) {
            energy.flags = static_cast<Flags>(energy.flags | flag::missing);
            result.push_back(energy);
            continue;
        }
        const BootTime begin = std::max(from, line.front().at), end = std::min(to, line.back().at);
        energy.at_least = *line.at(end) - *line.at(begin);
        energy.reg_start = line.reg_at(from);
        energy.reg_end = line.reg_at(to);
        energy.coverage = in_seconds(end - begin - line.gap_between(begin, end)) / in_seconds(to - from);
        const Flags ends =
            static_cast<Flags>(line.boundary_flags(from, meter.max_gap) | line.boundary_flags(to, meter.max_gap));
        energy.flags = static_cast<Flags>(energy.flags | ends | line.flags_between(from, to));
        if (begin > from) energy.flags = static_cast<Flags>(energy.flags | flag::partial);
        if (end < to) energy.flags = static_cast<Flags>(energy.flags | flag::missing);
        if (begin == from && end == to && !line.spoiled_between(from, to, spoils)) {
            energy.flags = static_cast<Flags>(energy.flags | flag::measured);
            energy.energy = energy.at_least;
        }
        result.push_back(energy);
    }
    return result;
}

ClosedInterval Ledger::close_one(UtcTime start, const Now& now) {
    ClosedInterval closed{start, settings_.interval, {}, false, {}};
    for (Meter& meter : meters_) {
        if (meter.frontier == start && reached(meter, closed.end(), now)) {
            closed.by_device.push_back(settle(meter, now));
        } else {
            const Flags why = meter.account.stuck() ? flag::missing | flag::stuck : flag::missing;
            closed.by_device.push_back({meter.device, std::nullopt, {}, why, 0, meter.account.from_register()});
        }
    }
    open_ = closed.end();
    if (has_hole(closed.by_device)) waiting_.push_back(closed);
    drop_waiting();
    return closed;
}

// Intervals that no device can tell more about, and those beyond the limit.
void Ledger::drop_waiting() {
    std::optional<UtcTime> oldest;
    for (const Meter& meter : meters_) {
        if (meter.frontier && (!oldest || *meter.frontier < *oldest)) oldest = meter.frontier;
    }
    while (!waiting_.empty() &&
           (waiting_.size() > settings_.max_amendable || !oldest || waiting_.front().start < *oldest)) {
        waiting_.pop_front();
    }
}

void Ledger::amend(const Now& now, std::vector<ClosedInterval>& out) {
    if (waiting_.empty() && std::all_of(meters_.begin(), meters_.end(), [&](const Meter& meter) {
            return !meter.frontier || *meter.frontier >= *open_;
        })) {
        return;
    }
    for (Meter& meter : meters_) amend_meter(meter, now);
    for (ClosedInterval& interval : waiting_) {
        if (!interval.amends) continue;
        out.push_back(interval);
        interval.amends = false;
        interval.before.clear();
    }
    drop_waiting();
}

void Ledger::amend_meter(Meter& meter, const Now& now) {
    while (meter.frontier && *meter.frontier < *open_) {
        const auto waiting = std::lower_bound(waiting_.begin(), waiting_.end(), *meter.frontier,
                                              [](const ClosedInterval& i, UtcTime start) { return i.start < start; });
        const bool kept = waiting != waiting_.end() && waiting->start == *meter.frontier;
        const UtcTime until = kept ? waiting->end() : waiting == waiting_.end() ? *open_ : waiting->start;
        if (!reached(meter, until, now)) return;
        if (!kept) {
            catch_up(meter, until, now);
            continue;
        }
        if (!waiting->amends) waiting->before = waiting->by_device;
        waiting->amends = true;
        const auto slot = std::find_if(waiting->by_device.begin(), waiting->by_device.end(),
                                       [&](const IntervalEnergy& e) { return e.device == meter.device; });
        const IntervalEnergy settled = settle(meter, now);
        if (slot != waiting->by_device.end()) *slot = settled;
    }
}

// The intervals up to `start` are no longer kept: their energy stays in the account, not in any interval.
void Ledger::catch_up(Meter& meter, UtcTime start, const Now& now) const {
    const auto at_start = meter.account.boundary(to_boot(now, start));
    meter.opening = std::max(meter.opening, at_start.value_or(meter.opening));
    meter.opening_exact = at_start.has_value();
    meter.opening_reg = meter.account.line().reg_at(to_boot(now, start));
    meter.frontier = start;
}

}  // namespace pued
