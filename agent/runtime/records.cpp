// Nouns into key 12, and back.
#include "agent/runtime/records.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "agent/config/rule_file.hpp"
#include "agent/metering/uncertainty.hpp"
#include "agent/runtime/alert_json.hpp"
#include "agent/runtime/clock_watch.hpp"
#include "agent/runtime/record_parts.hpp"

namespace pued {
namespace {

using nlohmann::json;

Record stamped(RecordType type, const Now& now) {
    Record out;
    out.type = type;
    const auto boot_s = std::chrono::floor<std::chrono::seconds>(now.boot.time_since_epoch()).count();
    out.start_s = is_set(now) ? seconds_of(now.utc) : boot_s;  // a label of 1970 would be a lie
    out.clock = clock_state(now.quality);
    return out;
}

json number(const std::optional<double>& value) { return value ? json(*value) : json(nullptr); }

json count_json(const std::optional<Count>& count) {
    if (!count) return nullptr;
    return {{"counts", count->counts}, {"q_uwh", count->q_uwh}, {"modulus", count->modulus}, {"ulp_wh", count->ulp_wh}};
}

std::optional<Count> count_of(const json& in) {
    if (in.is_null()) return std::nullopt;
    return Count{in.at("counts").get<std::uint64_t>(), in.at("q_uwh").get<std::int64_t>(),
                 in.at("modulus").get<std::uint64_t>(), in.value("ulp_wh", 0.0)};
}

json verdict_json(const RuleVerdict& verdict) {
    const auto& judged = verdict.judgement;
    const JudgeSettings settings;
    return {{"rule", verdict.rule},
            {"limit", number(judged.limit)},
            {"direction", "at-most"},
            {"verdict", to_string(judged.verdict)},
            {"within_limit", judged.within_limit ? json(*judged.within_limit) : json(nullptr)},
            {"p_conform", number(judged.p_conform)},
            {"method", to_string(judged.method)},
            {"min_coverage", settings.min_coverage},
            {"guard_factor", settings.guard_factor}};
}

json detail(const Metric& metric, const char* key) {
    const auto found = metric.extra.find(key);
    if (found == metric.extra.end() || !std::holds_alternative<double>(found->second)) return nullptr;
    return std::get<double>(found->second);
}

json whole_mwh(const Metric& metric, const char* key) {
    const auto wh = detail(metric, key);
    return wh.is_number() ? json(std::llround(wh.get<double>() * 1000)) : json(nullptr);
}

EpochReason reason_of(const std::string& name) {
    for (const auto reason : {EpochReason::first, EpochReason::reset, EpochReason::jump, EpochReason::backward,
                              EpochReason::scale, EpochReason::serial, EpochReason::exchange}) {
        if (name == to_string(reason)) return reason;
    }
    return EpochReason::jump;
}

}  // namespace

PointMapping mapping_of(const std::vector<std::string>& ids, const PointTable& table) {
    PointMapping out(ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
        for (DeviceIndex device = 0; device < table.devices.size(); ++device) {
            if (table.devices[device].id == ids[i]) out[i] = device;
        }
    }
    return out;
}

Record alert_record(const AlertChange& change, const AlertEntry& entry, const Now& now) {
    auto out = stamped(RecordType::alert, now);
    out.aux = to_bytes({{"rule", change.rule},
                        {"scope", change.scope},
                        {"from", to_string(change.from)},
                        {"to", to_string(change.to)},
                        {"entry", entry}});
    return out;
}

Result<RecordedAlert> recorded_alert(const Record& record) {
    const auto aux = from_bytes(record.aux);
    if (!aux) return Error{aux.error()};
    try {
        RecordedAlert out;
        out.rule = aux->at("rule").get<std::string>();
        out.scope = aux->at("scope").get<std::string>();
        const auto to = aux->at("to").get<std::string>();
        for (const auto phase : {AlertPhase::inactive, AlertPhase::pending, AlertPhase::firing, AlertPhase::resolved}) {
            if (to == to_string(phase)) out.to = phase;
        }
        aux->at("entry").get_to(out.entry);
        return out;
    } catch (const json::exception& error) {
        return Error{std::string{"an alert's record: "} + error.what()};
    }
}

Record meter_epoch_record(const MeterEpoch& epoch, const PointTable& table, const Now& now) {
    auto out = stamped(RecordType::meter_epoch, now);
    if (is_set(now)) out.start_s = seconds_of(to_utc(now, epoch.at));
    out.aux = to_bytes({{"device", table.devices[epoch.device].id},
                        {"point", epoch.device},
                        {"epoch", epoch.epoch},
                        {"reason", to_string(epoch.reason)},
                        {"last", count_json(epoch.last)},
                        {"first", count_json(epoch.first)},
                        {"offset_mwh", epoch.offset.mwh},
                        {"serial", epoch.serial}});
    return out;
}

Result<MeterEpoch> recorded_epoch(const Record& record, const PointTable& table, const Now& now) {
    const auto aux = from_bytes(record.aux);
    if (!aux) return Error{aux.error()};
    try {
        MeterEpoch out;
        const auto mapping = mapping_of({aux->at("device").get<std::string>()}, table);
        if (!mapping[0]) return Error{"a meter that is gone"};
        out.device = *mapping[0];
        out.epoch = aux->at("epoch").get<std::uint32_t>();
        out.reason = reason_of(aux->at("reason").get<std::string>());
        out.last = count_of(aux->at("last"));
        out.first = count_of(aux->at("first")).value_or(Count{});
        out.offset = Energy{aux->at("offset_mwh").get<std::int64_t>()};
        out.serial = aux->value("serial", "");
        out.at = to_boot(now, UtcTime{std::chrono::seconds{record.start_s}});
        return out;
    } catch (const json::exception& error) {
        return Error{std::string{"a meter epoch's record: "} + error.what()};
    }
}

Record exchange_record(const std::string& device, const MeterExchange& exchange, const Now& now) {
    auto out = stamped(RecordType::meter_exchange, now);
    out.start_s = seconds_of(exchange.at);
    out.aux = to_bytes({{"device", device},
                        {"old_final_kwh", exchange.old_final_kwh},
                        {"new_first_kwh", exchange.new_first_kwh},
                        {"old_serial", exchange.old_serial},
                        {"new_serial", exchange.new_serial},
                        {"by", exchange.by},
                        {"seal", exchange.seal}});
    return out;
}

Record boot_record(const std::string& boot_id, const Now& now) {
    auto out = stamped(RecordType::boot, now);
    out.aux = to_bytes({{"version", PUED_VERSION}, {"boot_id", boot_id}});
    return out;
}

Record time_step_record(std::chrono::milliseconds before, std::chrono::milliseconds after, const Now& now) {
    static constexpr const char* kQuality[] = {"synced", "holdover", "unsynced"};
    auto out = stamped(RecordType::time_step, now);
    out.aux = to_bytes({{"old_offset_ms", before.count()},
                        {"new_offset_ms", after.count()},
                        {"step_ms", (after - before).count()},
                        {"quality", kQuality[static_cast<std::size_t>(now.quality)]}});
    return out;
}

Record undated_record(const std::vector<IntervalEnergy>& by_device, BootTime from, std::chrono::seconds length,
                      const std::string& boot_id) {
    Record out;
    out.type = RecordType::undated;
    out.start_s = std::chrono::floor<std::chrono::seconds>(from.time_since_epoch()).count();
    out.duration_s = static_cast<std::uint32_t>(length.count());
    out.clock = ClockState::unsynced;
    for (const auto& entry : by_device) {
        out.points.push_back({entry.device, entry.reg_start, entry.reg_end, entry.at_least.mwh, entry.flags});
    }
    out.aux = to_bytes({{"boot_id", boot_id}});
    return out;
}

Record dating_record(const std::string& boot_id, const Now& now) {
    auto out = stamped(RecordType::dating, now);
    const auto boot = std::chrono::floor<std::chrono::milliseconds>(now.boot.time_since_epoch()).count();
    out.aux = to_bytes({{"boot_id", boot_id}, {"boot_ms", boot}, {"utc_ms", now.utc.time_since_epoch().count()}});
    return out;
}

Record baseline_record(const BaselineEvent& event, const Now& now) {
    auto out = stamped(RecordType::baseline, now);
    out.aux = to_bytes({{"at", rfc3339(event.at)}, {"text", event.text}});
    return out;
}

Record note_record(const std::string& note, const Now& now) {
    auto out = stamped(RecordType::note, now);
    out.aux = to_bytes({{"note", note}});
    return out;
}

Record report_record(const std::string& period, const Metric& figure, const std::vector<RuleVerdict>& verdicts,
                     bool integrity_alarm, const Now& now) {
    json all = json::array();
    for (const auto& verdict : verdicts) all.push_back(verdict_json(verdict));
    auto out = stamped(RecordType::report, now);
    out.start_s = seconds_of(figure.start);
    out.aux = to_bytes({{"period", period},
                        {"start", rfc3339(figure.start)},
                        {"end", rfc3339(figure.end)},
                        {"value", number(figure.value)},
                        {"u", number(figure.u)},
                        {"facility_mwh", whole_mwh(figure, "facility_wh")},
                        {"it_mwh", whole_mwh(figure, "it_wh")},
                        {"coverage", figure.coverage},
                        {"estimated_facility", detail(figure, "estimated_facility")},
                        {"estimated_it", detail(figure, "estimated_it")},
                        {"doubted", detail(figure, "doubted")},
                        {"integrity_alarm", integrity_alarm},
                        {"verdicts", std::move(all)}});
    return out;
}

}  // namespace pued
