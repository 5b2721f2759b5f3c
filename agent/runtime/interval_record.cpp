// Key by key; the extras are a CBOR map with short keys, because there are 35 040 of them a year.
#include "agent/runtime/interval_record.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "agent/runtime/record_parts.hpp"

namespace pued {
namespace {

using nlohmann::json;

json sums_json(const ComputeLedger::Sums& sums) {
    json out = json::object();
    for (const auto& [scope, sum] : sums) {
        out[scope] = {sum.tflop,    sum.energy.mwh, sum.active_tflop, sum.active_energy.mwh,
                      sum.active_s, sum.joint_s,    sum.wanted_s};
    }
    return out;
}

ComputeLedger::Sums sums_of(const json& in) {
    ComputeLedger::Sums out;
    for (const auto& [scope, sum] : in.items()) {
        out[scope] = {sum.at(0).get<double>(),      Energy{sum.at(1).get<std::int64_t>()},
                      sum.at(2).get<double>(),      Energy{sum.at(3).get<std::int64_t>()},
                      sum.at(4).get<double>(),      sum.at(5).get<std::int64_t>(),
                      sum.at(6).get<std::int64_t>()};
    }
    return out;
}

json number(const std::optional<double>& value) { return value ? json(*value) : json(nullptr); }

std::optional<double> optional_number(const json& in, const char* key) {
    const auto found = in.find(key);
    return found == in.end() || found->is_null() ? std::nullopt : std::optional{found->get<double>()};
}

json day_json(const DriftDay& day) {
    return {{"residual", number(day.residual)},
            {"headroom_kwh", number(day.headroom_kwh)},
            {"forecast", number(day.forecast)},
            {"forecast_p", number(day.forecast_p)}};
}

json estimates_json(const ClosedInterval& interval) {
    json out = json::array();
    for (const auto& entry : interval.by_device) {
        if (!entry.estimate) continue;
        out.push_back({entry.device, entry.estimate->energy.mwh, static_cast<int>(entry.estimate->method)});
    }
    return out;
}

Bytes extras_bytes(const ClosedInterval& interval, const IntervalExtras& extras) {
    json out = json::object();
    if (extras.weather_c) out["t"] = *extras.weather_c;
    if (extras.climate) out["ts"] = "climate";
    if (auto estimates = estimates_json(interval); !estimates.empty()) out["e"] = std::move(estimates);
    if (!extras.compute.empty()) out["c"] = sums_json(extras.compute);
    if (extras.day) out["d"] = day_json(*extras.day);
    if (!extras.reason.empty()) out["reason"] = extras.reason;
    return out.empty() ? Bytes{} : to_bytes(out);
}

IntervalExtras extras_of(const json& in) {
    IntervalExtras out;
    out.weather_c = optional_number(in, "t");
    out.climate = in.value("ts", "") == "climate";
    if (in.contains("c")) out.compute = sums_of(in["c"]);
    if (in.contains("d")) {
        const auto& day = in["d"];
        out.day = DriftDay{optional_number(day, "residual"), optional_number(day, "headroom_kwh"),
                           optional_number(day, "forecast"), optional_number(day, "forecast_p")};
    }
    out.reason = in.value("reason", "");
    return out;
}

void add_balance(Record& record, const SiteSums& site, std::optional<std::size_t> category) {
    if (const auto facility = site.facility.measured()) record.facility_mwh = facility->mwh;
    if (category) record.it_mwh = site.it[*category].measured()->mwh;
    record.coverage_ppm = record.facility_mwh && record.it_mwh ? 1'000'000 : 0;
}

IntervalEnergy entry_of(const RecordPoint& point, DeviceIndex device) {
    IntervalEnergy out;
    out.device = device;
    out.at_least = Energy{point.energy_mwh};
    out.flags = static_cast<Flags>(point.flags);
    if (out.measured()) out.energy = out.at_least;
    out.coverage = out.measured() ? 1 : 0;
    out.from_register = point.reg_end.has_value();
    out.reg_start = point.reg_start;
    out.reg_end = point.reg_end;
    return out;
}

void add_estimates(ClosedInterval& interval, const json& in, const PointMapping& points) {
    for (const auto& estimate : in) {
        const auto index = estimate.at(0).get<std::size_t>();
        if (index >= points.size() || !points[index]) continue;
        for (auto& entry : interval.by_device) {
            if (entry.device != *points[index]) continue;
            entry.estimate = Estimate{Energy{estimate.at(1).get<std::int64_t>()},
                                      static_cast<EstimateMethod>(estimate.at(2).get<int>() & 3)};
        }
    }
}

}  // namespace

std::optional<std::size_t> it_category(const SiteSums& site, unsigned fixed_category) {
    std::array<std::optional<double>, categories> it;
    for (std::size_t i = 0; i < categories; ++i) {
        if (const auto energy = site.it[i].measured()) it[i] = watt_hours(*energy);
    }
    const auto category = best_category(it, fixed_category);
    return category && it[*category] ? category : std::nullopt;
}

Record interval_record(const ClosedInterval& interval, const IntervalExtras& extras, const SiteSums& site,
                       std::optional<std::size_t> category, const Now& now) {
    Record out;
    out.type = interval.amends ? RecordType::amend : RecordType::interval;
    out.start_s = seconds_of(interval.start);
    out.duration_s = static_cast<std::uint32_t>(interval.length.count());
    out.clock = clock_state(now.quality);
    for (const auto& entry : interval.by_device) {
        out.points.push_back({entry.device, entry.reg_start, entry.reg_end, entry.at_least.mwh, entry.flags});
    }
    add_balance(out, site, category);
    out.aux = extras_bytes(interval, extras);
    return out;
}

Result<RecordedInterval> recorded_interval(const Record& record, const PointMapping& points) {
    RecordedInterval out;
    out.interval.start = UtcTime{std::chrono::seconds{record.start_s}};
    out.interval.length = std::chrono::seconds{record.duration_s.value_or(0)};
    out.interval.amends = record.type == RecordType::amend;
    for (const auto& point : record.points) {
        if (point.point >= points.size() || !points[point.point]) continue;
        out.interval.by_device.push_back(entry_of(point, *points[point.point]));
    }
    std::sort(out.interval.by_device.begin(), out.interval.by_device.end(),
              [](const auto& a, const auto& b) { return a.device < b.device; });
    if (record.aux.empty()) return out;
    const auto aux = from_bytes(record.aux);
    if (!aux) return Error{aux.error()};
    try {
        out.extras = extras_of(*aux);
        if (aux->contains("e")) add_estimates(out.interval, (*aux)["e"], points);
    } catch (const json::exception& error) {
        return Error{std::string{"extras of an interval: "} + error.what()};
    }
    return out;
}

}  // namespace pued
