// How one register follows another: epochs, and exchanges of the meter that somebody announced; see account.hpp.
#include <algorithm>

#include "agent/metering/account.hpp"
#include "agent/metering/exact.hpp"

namespace pued {

namespace {

constexpr unsigned reads_that_confirm = 3;
// An operator's time of the exchange may be off by so much, and no step is waited for longer than that.
constexpr Duration exchange_window = std::chrono::hours{1};
constexpr Duration exchange_expires = std::chrono::hours{24};
constexpr Energy display_step{1'000'000};  // a display may show whole kWh only

bool around(const Exchange& exchange, BootTime from, BootTime to) {
    return from <= exchange.at + exchange_window && to >= exchange.at - exchange_window;
}

bool is_quiet(StepKind kind) { return kind == StepKind::advance || kind == StepKind::jitter; }

// The new display started visibly above the old reading: no step of the old meter is taken for the exchange then.
bool starts_higher(const Exchange& exchange, const Count& last) {
    return exchange.new_first > energy_of(last.counts, last.q_uwh) + display_step;
}

}  // namespace

std::string_view to_string(EpochReason reason) {
    switch (reason) {
        case EpochReason::first: return "first";
        case EpochReason::reset: return "reset";
        case EpochReason::jump: return "jump";
        case EpochReason::backward: return "backward";
        case EpochReason::scale: return "scale";
        case EpochReason::serial: return "serial";
        case EpochReason::exchange: return "exchange";
    }
    return "?";
}

// How old an epoch's first reading may be: nobody saw the register move, which may be about to take the step of an
// hour, or of a day. After a reset it has just moved; and at zero it is hardly old, but maybe not ready: what it shows
// next may all be of the past.
Duration EnergyAccount::age_of(const Count& first, EpochReason reason) const {
    return reason == EpochReason::reset || first.counts == 0 ? Duration{} : settings_.longest_step();
}

void EnergyAccount::begin_epoch(BootTime at, const Count& count, Energy offset, EpochReason reason) {
    const bool first = reason == EpochReason::first;
    const bool had_register = last_.q_uwh > 0;
    if (had_register) ++epoch_;
    if (!next_serial_.empty()) serial_ = next_serial_;
    epochs_.push_back({0, epoch_, reason, first ? std::nullopt : std::optional{last_}, count, offset, at, serial_});
    last_ = count;
    counts_ = 0;
    offset_ = offset;
    undo_.possible = false;
    outage_unknown_ = false;
    slack_ = age_of(count, reason);
    suspect_.reset();
    watch_.register_polled(true);
    stuck_ = called_stuck_ = false;
    still_ = {};
    seen_at_ = at;
    seen_counts_ = count.counts;
}

void EnergyAccount::first_reading(BootTime at, const Count& count) {
    const Energy so_far = line_.empty() ? Energy{} : line_.back().energy;
    if (exchange_ && at > exchange_->at) exchange_.reset();  // before our time
    if (!line_.empty()) next_flags_ = static_cast<Flags>(next_flags_ | flag::replaced);
    begin_epoch(at, count, so_far, EpochReason::first);
    has_register_ = true;
    has_power_ = false;
    push(at, so_far, 0);
}

void EnergyAccount::restart(BootTime at, const Count& count, const Step& step) {
    refuse_exchange(line_.back().at, at);
    begin_epoch(at, count, line_.back().energy + energy_of(step.credit, count.q_uwh), EpochReason::reset);
    push(at, offset_, flag::reset);
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
    const bool scaled = count.q_uwh != last_.q_uwh || count.modulus != last_.modulus;
    const bool back = count.counts < last_.counts;
    suspect_ = Suspect{count, at, count,
                       at,    1,  scaled ? EpochReason::scale : back ? EpochReason::backward : EpochReason::jump};
}

// Three reads agree: they are a new epoch from the first of them on. What flowed between the last good reading and
// that one is unknown and stays uncredited; its segment says so.
void EnergyAccount::adopt_suspect() {
    const Suspect found = *suspect_;
    refuse_exchange(line_.back().at, found.first_at);
    begin_epoch(found.first_at, found.first, line_.back().energy, found.reason);
    push(found.first_at, offset_, flag::replaced);
    counts_ = found.latest.counts - found.first.counts;  // both steps were advances
    last_ = found.latest;
    if (counts_ > 0) slack_ = {};
    push(found.latest_at, offset_ + energy_of(counts_, last_.q_uwh), 0);
}

void EnergyAccount::identify(BootTime at, const std::string& serial) {
    if (serial_.empty() && has_register_ && !serial.empty()) {  // told after the first reading: on record as well
        Count first = last_;
        first.counts = last_.counts - counts_ + (counts_ > last_.counts ? last_.modulus : 0);
        epochs_.push_back({0, epoch_, EpochReason::first, std::nullopt, first, offset_, at, serial});
    }
    if (serial_.empty()) serial_ = serial;
    next_serial_ = serial;
    identified_at_ = at;
}

// An exchange that was announced, or that the serial number betrays.
bool EnergyAccount::change_meter(BootTime at, const Count& count, const Step& step) {
    if (exchange_ && try_exchange(at, count, step)) return true;
    if (next_serial_.empty() || next_serial_ == serial_) return false;
    refuse_exchange(line_.back().at, at);
    begin_epoch(at, count, line_.back().energy, EpochReason::serial);
    push(at, offset_, flag::replaced);
    return true;
}

// old_final - last + first - new_first, unless one part is negative or the sum more than can have flowed.
std::optional<Energy> EnergyAccount::joined(const Exchange& exchange, const Count& last, const Count& first,
                                            Duration dt) const {
    const Energy old_part = exchange.old_final - energy_of(last.counts, last.q_uwh);
    const Energy new_part = energy_of(first.counts, first.q_uwh) - exchange.new_first;
    if (old_part < -display_step || new_part < -display_step) return std::nullopt;
    const Energy sum = std::max(old_part, Energy{}) + std::max(new_part, Energy{});
    const Energy most = energy_of(plausible_counts(settings_.most_w(), dt + slack_, 1000), 1000);
    return sum <= most + display_step ? std::optional{sum} : std::nullopt;
}

bool EnergyAccount::try_exchange(BootTime at, const Count& count, const Step& step) {
    const BootTime from = line_.back().at;
    if (at > exchange_->at + exchange_expires && from > exchange_->at + exchange_window) {
        refused_ = true;  // no such step came
        exchange_.reset();
        return false;
    }
    if (!around(*exchange_, from, at)) return false;
    const bool silent = is_quiet(step.kind) && (next_serial_.empty() || next_serial_ == serial_);
    if (silent && !starts_higher(*exchange_, last_) && (from > exchange_->at || at < exchange_->at)) return false;
    const auto energy = joined(*exchange_, last_, count, at - from);
    if (!energy) return false;
    exchange_.reset();
    begin_epoch(at, count, line_.back().energy + *energy, EpochReason::exchange);
    push(at, offset_, flag::manual | flag::replaced);
    return true;
}

// An epoch begins without the exchange announced for this time: its figures contradict the readings.
void EnergyAccount::refuse_exchange(BootTime from, BootTime to) {
    if (!exchange_ || !around(*exchange_, from, to)) return;
    exchange_.reset();
    refused_ = true;
}

Announcement EnergyAccount::announce(const Exchange& exchange, BootTime settled) {
    const bool future = line_.empty() || line_.back().at < exchange.at;
    if (!future && join_past(exchange, settled)) return Announcement::joined;
    if (!future && line_.back().at > exchange.at + exchange_expires) return Announcement::old;
    if (!future && exchange.at + exchange_window < settled) return Announcement::refused;
    exchange_ = exchange;  // the step is still to come
    return Announcement::awaited;
}

// The step has been taken already, but no interval with it is settled: its segment gets what the displays say.
bool EnergyAccount::join_past(const Exchange& exchange, BootTime settled) {
    const auto& points = line_.points();
    for (std::size_t i = 1; i < points.size() && has_register_; ++i) {
        const EnergyPoint &a = points[i - 1], &c = points[i];
        if (!a.reg || !c.reg || c.at <= settled || !around(exchange, a.at, c.at)) continue;
        Count last = last_, first = last_;
        last.counts = *a.reg;
        first.counts = *c.reg;
        const bool broken = has(c.flags, flag::reset | flag::replaced) && !has(c.flags, flag::manual);
        const bool silent = c.flags == 0 && starts_higher(exchange, last);
        const auto energy = broken || silent ? joined(exchange, last, first, c.at - a.at) : std::nullopt;
        if (!energy) continue;
        const Energy lift = *energy - (c.energy - a.energy);
        line_.lift_from(i, lift, static_cast<Flags>((c.flags & ~flag::reset) | flag::manual | flag::replaced));
        if (silent) ++epoch_;
        counts_ = last_.counts - first.counts;
        if (last_.counts < first.counts) counts_ += last_.modulus;
        offset_ = c.energy;
        undo_.possible = false;
        epochs_.push_back({0, epoch_, EpochReason::exchange, last, first, c.energy, c.at, serial_});
        return true;
    }
    return false;
}

}  // namespace pued
