// What each metering point did in a period.
#include "agent/report/fold_meters.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "agent/report/fold_events.hpp"
#include "agent/report/recorded.hpp"
#include "agent/report/text.hpp"

namespace pued {

using Json = nlohmann::json;

namespace {

constexpr double mwh_per_kwh = 1e6;
constexpr double uwh_per_kwh = 1e9;

FoldPoint point_of(const Json& from) {
    FoldPoint out;
    out.device = recorded_device(from);
    out.profile = text_of(from, "profile");
    out.accuracy = text_of(from, "accuracy");
    out.certificate = text_of(from, "certificate");
    out.role_name = text_of(from, "role");
    if (const auto q = number_of(from, "q_uwh"); q && *q > 0) out.q_uwh = static_cast<std::int64_t>(*q);
    return out;
}

const Json* object_in(const Json& from, const char* key) {
    const auto found = from.is_object() ? from.find(key) : from.end();
    return from.is_object() && found != from.end() && found->is_object() ? &*found : nullptr;
}

std::optional<std::int64_t> q_of(const Json* reading) {
    const auto q = reading == nullptr ? std::nullopt : number_of(*reading, "q_uwh");
    return q && *q > 0 ? std::optional{static_cast<std::int64_t>(*q)} : std::nullopt;
}

std::optional<double> shown_kwh(std::optional<std::uint64_t> count, std::optional<std::int64_t> q_uwh) {
    if (!count || !q_uwh) return std::nullopt;
    return static_cast<double>(*count) * static_cast<double>(*q_uwh) / uwh_per_kwh;
}

std::string reading_text(const Json* reading) {
    const auto count = reading == nullptr ? std::nullopt : number_of(*reading, "counts");
    if (!count) return "?";
    const auto kwh = shown_kwh(static_cast<std::uint64_t>(*count), q_of(reading));
    return kwh ? fixed(*kwh, 1) + " kWh" : fixed(*count, 0);
}

std::string_view reason_zh(std::string_view reason) {
    if (reason == "reset") return "表计归零";
    if (reason == "jump") return "读数跳变";
    if (reason == "backward") return "读数倒退";
    if (reason == "scale") return "倍率改变";
    if (reason == "serial") return "表号改变";
    return "换表";
}

Bilingual exchange_text(const Json& aux, const std::string& place) {
    const auto old_kwh = number_of(aux, "old_final_kwh"), new_kwh = number_of(aux, "new_first_kwh");
    const auto kwh = [](const std::optional<double>& value) { return value ? fixed(*value, 1) : std::string{"?"}; };
    const auto old_serial = text_of(aux, "old_serial"), new_serial = text_of(aux, "new_serial");
    const auto by = text_of(aux, "by"), seal = text_of(aux, "seal");
    return {fmt::format("{} exchange, as stated by {}: {} ended at {} kWh, {} began at {} kWh, seal {}", place, by,
                        old_serial, kwh(old_kwh), new_serial, kwh(new_kwh), seal),
            fmt::format("{} 换表，申报值（{}）：{} 止于 {} kWh，{} 起于 {} kWh，封印 {}", place, by, old_serial,
                        kwh(old_kwh), new_serial, kwh(new_kwh), seal)};
}

Bilingual epoch_text(const Json& aux, const std::string& place) {
    const auto reason = text_of(aux, "reason");
    const auto last = reading_text(object_in(aux, "last")), first = reading_text(object_in(aux, "first"));
    return {fmt::format("{} {}, as read: last {}, then {}", place, reason, last, first),
            fmt::format("{} {}，实读值：此前 {}，此后 {}", place, reason_zh(reason), last, first)};
}

}  // namespace

std::size_t MeterBook::slot_of(const std::string& id) {
    const auto [found, fresh] = by_id_.try_emplace(id, points_.size());
    if (fresh) {
        points_.emplace_back().device.id = id;
        tallies_.emplace_back();
    }
    return found->second;
}

void MeterBook::configure(const Json& points) {
    order_.clear();
    if (!points.is_array()) return;
    for (const Json& entry : points) {
        FoldPoint point = point_of(entry);
        const auto slot = slot_of(point.device.id);
        if (!point.q_uwh) point.q_uwh = points_[slot].q_uwh;
        points_[slot] = std::move(point);
        order_.push_back(slot);
    }
}

std::optional<std::size_t> MeterBook::slot(std::uint64_t point) const {
    return point < order_.size() ? std::optional{order_[static_cast<std::size_t>(point)]} : std::nullopt;
}

void MeterBook::add_event(const Json& aux, RecordType type, const std::string& place, bool in_period) {
    const auto id = text_of(aux, "device");
    if (id.empty()) return;
    const auto slot = slot_of(id);
    Tally& tally = tallies_[slot];
    if (type == RecordType::meter_exchange) {
        if (in_period) tally.events.push_back(exchange_text(aux, place));
        return;
    }
    const auto before = q_of(object_in(aux, "last")), after = q_of(object_in(aux, "first"));
    if (tally.first_count && !tally.first_q_uwh) tally.first_q_uwh = before;
    if (after) points_[slot].q_uwh = after;
    if (!in_period || text_of(aux, "reason") == "first") return;
    ++tally.epochs;
    tally.events.push_back(epoch_text(aux, place));
}

void MeterBook::keep_registers(Tally& tally, const RecordPoint& point, std::int64_t start_s) const {
    const auto slot = *this->slot(point.point);
    if (point.reg_start && (!tally.first_s || start_s < *tally.first_s)) {
        tally.first_s = start_s;
        tally.first_count = point.reg_start;
        tally.first_q_uwh = points_[slot].q_uwh;
    }
    if (point.reg_end && (!tally.last_s || start_s >= *tally.last_s)) {
        tally.last_s = start_s;
        tally.last_count = point.reg_end;
        tally.last_q_uwh = points_[slot].q_uwh;
    }
}

void MeterBook::credit(const Record& record, const std::vector<IntervalEnergy>& energies, double seconds) {
    for (const RecordPoint& point : record.points) {
        const auto at = slot(point.point);
        if (!at) continue;
        Tally& tally = tallies_[*at];
        tally.seen = true;
        tally.credited_mwh += static_cast<double>(point.energy_mwh);
        keep_registers(tally, point, record.start_s);
    }
    for (const IntervalEnergy& energy : energies) {
        const auto at = slot(energy.device);
        if (!at) continue;
        Tally& tally = tallies_[*at];
        if (energy.measured()) tally.measured_s += seconds;
        if (!energy.estimate) continue;
        const auto method = static_cast<std::size_t>(energy.estimate->method);
        tally.estimated_mwh.at(method) += static_cast<double>(energy.estimate->energy.mwh);
    }
}

std::vector<ReportMeter> MeterBook::report(double watched_s) const {
    std::vector<ReportMeter> out;
    for (std::size_t slot = 0; slot < points_.size(); ++slot) {
        const FoldPoint& point = points_[slot];
        const Tally& tally = tallies_[slot];
        if (!tally.seen) continue;
        ReportMeter meter;
        meter.id = point.device.id;
        meter.role = point.role_name;
        meter.rack = point.device.rack;
        meter.profile = point.profile;
        meter.accuracy = point.accuracy;
        meter.certificate = point.certificate;
        meter.epochs = tally.epochs;
        meter.first_count = tally.first_count;
        meter.last_count = tally.last_count;
        meter.first_reading_kwh = shown_kwh(tally.first_count, tally.first_q_uwh);
        meter.last_reading_kwh = shown_kwh(tally.last_count, tally.last_q_uwh);
        meter.energy_kwh = tally.credited_mwh / mwh_per_kwh;
        meter.measured = watched_s > 0 ? std::min(1.0, tally.measured_s / watched_s) : 0;
        for (std::size_t method = 0; method < estimate_methods; ++method) {
            const double kwh = tally.estimated_mwh.at(method) / mwh_per_kwh;
            if (kwh == 0) continue;
            meter.estimated_kwh += kwh;
            meter.estimated_by[std::string{name_of(static_cast<EstimateMethod>(method))}] = kwh;
        }
        meter.events = tally.events;
        meter.u_rel = point.device.u_rel;
        meter.correction = point.device.correction;
        meter.corrected_kwh = meter.energy_kwh * (1 + meter.correction);
        meter.sensor = point.role_name == "none" && tally.credited_mwh == 0 && tally.measured_s == 0 &&
                       !tally.first_count && !tally.last_count;
        out.push_back(std::move(meter));
    }
    return out;
}

std::map<std::string, double> MeterBook::energy_by_role() const {
    std::map<std::string, double> out;
    for (std::size_t slot = 0; slot < points_.size(); ++slot) {
        const auto& point = points_[slot];
        if (!tallies_[slot].seen || point.device.role == Role::none) continue;
        out[point.role_name] += tallies_[slot].credited_mwh * (1 + point.device.correction) / mwh_per_kwh;
    }
    return out;
}

}  // namespace pued
