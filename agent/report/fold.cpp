// Folding the journal's records into the sums of a period.
#include "agent/report/fold.hpp"

#include <nlohmann/json.hpp>

#include "agent/report/recorded.hpp"
#include "agent/report/text.hpp"

namespace pued {

using Json = nlohmann::json;

namespace {

UtcTime start_of(const Record& record) { return UtcTime{std::chrono::seconds{record.start_s}}; }

Json aux_of(const Record& record) {
    if (record.aux.empty()) return Json::object();
    auto aux = Json::from_cbor(record.aux, true, false);
    return aux.is_object() ? aux : Json::object();
}

bool is_interval(const Record& record) {
    return record.type == RecordType::interval || record.type == RecordType::amend;
}

const Json& child(const Json& from, const char* key, const Json& otherwise) {
    const auto found = from.find(key);
    return found == from.end() ? otherwise : *found;
}

std::optional<ComputeSum> compute_of(const Json& row) {
    if (!row.is_array() || row.size() < 7) return std::nullopt;
    for (const Json& number : row) {
        if (!number.is_number()) return std::nullopt;
    }
    ComputeSum out;
    out.tflop = row[0].get<double>();
    out.energy = {row[1].get<std::int64_t>()};
    out.active_tflop = row[2].get<double>();
    out.active_energy = {row[3].get<std::int64_t>()};
    out.active_s = row[4].get<double>();
    out.joint_s = row[5].get<std::int64_t>();
    out.wanted_s = row[6].get<std::int64_t>();
    return out;
}

}  // namespace

DossierFold::DossierFold(const Installation& installation, Period period, UtcTime made)
    : installation_(installation),
      period_(std::move(period)),
      made_(made),
      zone_(std::chrono::minutes{installation.config.site.utc_offset_minutes}),
      events_(period_.span, installation.config.site.utc_offset_minutes),
      statements_(period_.span),
      interval_(installation.config.metering.interval),
      site_(zone_) {}

bool DossierFold::in_period(const Record& record) const {
    return record.duration_s && *record.duration_s > 0 && period_.span.contains(start_of(record));
}

// Records before the first one that is here; of a new epoch that follows another, that other's.
std::uint64_t DossierFold::before(const Record& first) {
    if (first.seq > 0 || first.type != RecordType::log_epoch) return first.seq;
    return static_cast<std::uint64_t>(number_of(aux_of(first), "recovered").value_or(0));
}

void DossierFold::survey(std::uint32_t epoch, const Record& record) {
    if (!missing_before_) {
        missing_before_ = before(record);
        if (*missing_before_ > 0) site_.watched_since(period_.span.start);
    }
    if (!is_interval(record)) return;
    if (!first_ || start_of(record) < *first_) first_ = start_of(record);
    if (*first_ < period_.span.start) site_.watched_since(period_.span.start);
    if (in_period(record)) newest_[record.start_s] = {epoch, record.seq};
}

void DossierFold::add(std::uint32_t epoch, const Record& record) {
    epoch_ = epoch;
    size_ = record.seq + 1;
    if (is_interval(record)) {
        if (in_period(record)) take_interval(epoch, record);
        return;
    }
    if (record.type == RecordType::snapshot) return;
    if (record.type == RecordType::config) {
        take_config(record);
        return;
    }
    replayed_ = replayed_ || is_replay(record);
    const Json aux = aux_of(record);
    events_.add(record, aux);
    statements_.add(record, aux);
    if (record.type == RecordType::meter_epoch || record.type == RecordType::meter_exchange) {
        meters_.add_event(aux, record.type, local_time(start_of(record), installation_.config.site.utc_offset_minutes),
                          period_.span.contains(start_of(record)));
    }
    if (record.type == RecordType::boot && start_of(record) < period_.span.end) version_ = text_of(aux, "version");
}

// Configurations after the period change nothing in it; those before it tell which points it began with.
void DossierFold::take_config(const Record& record) {
    if (start_of(record) >= period_.span.end) return;
    const Json aux = aux_of(record);
    const Json none;
    const Json& points = child(aux, "points", none);
    const Json& metering = child(aux, "metering", none);
    unmeasured_w_ = number_of(metering, "unmeasured_w").value_or(0);
    const auto category = number_of(metering, "category").value_or(installation_.config.metering.category);
    meters_.configure(points);
    site_.configure(points, {unmeasured_w_, static_cast<unsigned>(category)});
    if (const auto seconds = number_of(metering, "interval_s")) {
        interval_ = std::chrono::seconds{static_cast<std::int64_t>(*seconds)};
    }
    if (const auto version = text_of(aux, "version"); !version.empty()) version_ = version;
}

void DossierFold::take_interval(std::uint32_t epoch, const Record& record) {
    take_extras(record);
    const auto newest = newest_.find(record.start_s);
    const bool replaced = newest != newest_.end() && newest->second != std::pair{epoch, record.seq};
    if (replaced) ++amended_;
    ClosedInterval interval{start_of(record),
                            std::chrono::seconds{*record.duration_s},
                            recorded_energies(record),
                            record.type == RecordType::amend,
                            {}};
    if (!record.aux.empty()) add_estimates(interval.by_device, aux_of(record));
    credit(record, std::move(interval), replaced);
}

void DossierFold::credit(const Record& record, ClosedInterval interval, bool replaced) {
    const UtcTime start = interval.start;
    const double seconds = in_seconds(interval.length);
    if (!replaced) {
        ++intervals_;
        last_ = std::max(last_, interval.end());
        meters_.credit(record, interval.by_device, seconds);
        months_.try_emplace(zone_.window(Window::month, start).start);
    }
    const auto sums = site_.add(std::move(interval), replaced);
    Day& day = day_at(start);
    const auto hour = std::chrono::floor<std::chrono::hours>(start.time_since_epoch()).count();
    const auto facility = sums.facility.measured();
    for (std::size_t category = 0; category < categories; ++category) {
        const auto it = sums.it.at(category).measured();
        if (!facility || !it || *facility < *it) continue;
        for (Ratio* ratio : {&day.ratios.at(category), &hours_[hour].at(category)}) {
            ratio->facility_mwh += static_cast<double>(facility->mwh);
            ratio->it_mwh += static_cast<double>(it->mwh);
            ratio->joint_s += seconds;
        }
    }
}

// Amendments are about energies alone: the rest was said when the interval closed.
void DossierFold::take_extras(const Record& record) {
    if (record.type != RecordType::interval || record.aux.empty()) return;
    const Json aux = aux_of(record);
    const UtcTime start = start_of(record);
    const double seconds = *record.duration_s;
    if (const auto weather = number_of(aux, "t")) {
        Day& day = day_at(start);
        Month& month = month_at(start);
        day.weather_sum += *weather * seconds, day.weather_s += seconds;
        month.weather_sum += *weather * seconds, month.weather_s += seconds;
        if (text_of(aux, "ts") == "climate") day.climate_s += seconds, month.climate_s += seconds;
    }
    const Json none = Json::object();
    for (const auto& [scope, row] : child(aux, "c", none).items()) {
        if (const auto sum = compute_of(row)) month_at(start).compute[scope].add(*sum);
    }
    const Json& drift = child(aux, "d", none);
    if (drift.empty()) return;
    Day& day = day_at(start + std::chrono::seconds{*record.duration_s} - std::chrono::milliseconds{1});
    day.residual = number_of(drift, "residual");
    day.headroom_kwh = number_of(drift, "headroom_kwh");
    day.forecast = number_of(drift, "forecast");
    day.forecast_p = number_of(drift, "forecast_p");
}

DossierFold::Month& DossierFold::month_at(UtcTime time) { return months_[zone_.window(Window::month, time).start]; }

DossierFold::Day& DossierFold::day_at(UtcTime time) { return days_[LocalDay{zone_.date(time)}]; }

}  // namespace pued
