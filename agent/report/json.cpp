// The dossier as JSON.
#include "agent/report/json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "agent/report/text.hpp"
#include "agent/rules/judge.hpp"

namespace pued {

using Json = nlohmann::ordered_json;

namespace {

Json number(const std::optional<double>& value) {
    return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}
Json count(const std::optional<std::uint64_t>& value) { return value ? Json(*value) : Json(nullptr); }
Json text(const std::string& value) { return value.empty() ? Json(nullptr) : Json(value); }
Json both(const Bilingual& value) { return {{"en", value.en}, {"zh", value.zh}}; }

Json events(const std::vector<Bilingual>& items) {
    Json out = Json::array();
    for (const auto& item : items) out.push_back(both(item));
    return out;
}

Json figure(const ReportFigure& f) {
    return {{"value", number(f.value)},
            {"u", number(f.u)},
            {"U", f.u ? Json(expanded_by * *f.u) : Json(nullptr)},
            {"k", f.u ? Json(expanded_by) : Json(nullptr)},
            {"doubted", f.doubted},
            {"declared", f.declared},
            {"filled", number(f.filled)},
            {"worst_case", number(f.worst_case)},
            {"coverage", f.coverage},
            {"estimated_facility", f.estimated_facility},
            {"estimated_it", f.estimated_it},
            {"grade", text(f.grade)},
            {"facility_kwh", f.facility_kwh},
            {"it_kwh", f.it_kwh},
            {"cooling_kwh", number(f.cooling_kwh)},
            {"losses_kwh", number(f.losses_kwh)},
            {"other_kwh", number(f.other_kwh)}};
}

Json verdict(const ReportVerdict& v) {
    return {{"rule", v.rule},
            {"name", both(v.name)},
            {"standard",
             {{"id", v.standard.id},
              {"title", both(v.standard.title)},
              {"clause", text(v.standard.clause)},
              {"source", text(v.standard.source)},
              {"force", to_string(v.standard.force)},
              {"confidence", to_string(v.standard.confidence)}}},
            {"metric", to_string(v.metric)},
            {"direction", to_string(v.direction)},
            {"limit", number(v.limit)},
            {"value", number(v.value)},
            {"u", number(v.u)},
            {"U", v.u ? Json(expanded_by * *v.u) : Json(nullptr)},
            {"k", v.u ? Json(expanded_by) : Json(nullptr)},
            {"p_conform", number(v.p_conform)},
            {"simple_acceptance", text(v.simple)},
            {"verdict", v.verdict},
            {"method", text(v.method)},
            {"advisory", v.advisory},
            {"grade", text(v.grade)},
            {"reason", both(v.reason)},
            {"surcharge_kwh", number(v.surcharge_kwh)},
            {"surcharge_cny", number(v.surcharge_cny)}};
}

Json meter(const ReportMeter& m) {
    return {{"id", m.id},
            {"role", m.role},
            {"rack", text(m.rack)},
            {"profile", text(m.profile)},
            {"accuracy", text(m.accuracy)},
            {"u_rel", number(m.u_rel)},
            {"certificate", text(m.certificate)},
            {"correction", m.correction},
            {"epochs", m.epochs},
            {"first_reading_kwh", number(m.first_reading_kwh)},
            {"last_reading_kwh", number(m.last_reading_kwh)},
            {"first_count", count(m.first_count)},
            {"last_count", count(m.last_count)},
            {"energy_kwh", m.sensor ? Json(nullptr) : Json(m.energy_kwh)},
            {"corrected_kwh", m.sensor ? Json(nullptr) : Json(m.corrected_kwh)},
            {"measured", m.sensor ? Json(nullptr) : Json(m.measured)},
            {"estimated_kwh", m.estimated_kwh},
            {"estimated_by", m.estimated_by},
            {"events", events(m.events)}};
}

Json alert(const ReportAlert& a) {
    return {{"rule", a.rule},
            {"scope", a.scope},
            {"state", a.state},
            {"severity", text(a.severity)},
            {"since", rfc3339(a.since)},
            {"until", a.until ? Json(rfc3339(*a.until)) : Json(nullptr)},
            {"value", number(a.value)},
            {"limit", number(a.limit)},
            {"message", both(a.message)},
            {"journal_seq", a.seq}};
}

Json weather_source(const std::optional<double>& weather, bool of_climate) {
    return weather ? Json(of_climate ? "climate" : "measured") : Json(nullptr);
}

Json months(const Dossier& dossier) {
    Json out = Json::array();
    for (const auto& month : dossier.months) {
        Json row{{"month", month_text(month.month)}};
        row.update(figure(month.figure));
        row["weather_c"] = number(month.weather_c);
        row["weather_source"] = weather_source(month.weather_c, month.weather_of_climate);
        out.push_back(std::move(row));
    }
    return out;
}

Json days(const Dossier& dossier) {
    Json out = Json::array();
    for (const auto& day : dossier.days) {
        out.push_back({{"day", date_text(day.day)},
                       {"pue", number(day.pue)},
                       {"residual", number(day.residual)},
                       {"weather_c", number(day.weather_c)},
                       {"weather_source", weather_source(day.weather_c, day.weather_of_climate)},
                       {"it_kw", number(day.it_kw)},
                       {"coverage", day.coverage}});
    }
    return out;
}

Json burn(const Dossier& dossier) {
    Json out = Json::array();
    for (const auto& day : dossier.burn) {
        out.push_back({{"day", date_text(day.day)},
                       {"headroom_kwh", number(day.headroom_kwh)},
                       {"forecast_pue", number(day.forecast_pue)},
                       {"forecast_p", number(day.forecast_p)}});
    }
    return out;
}

Json compute(const Dossier& dossier) {
    Json out = Json::object();
    for (const auto& [scope, months_of] : dossier.compute_by_rack) {
        Json& row = out[scope] = Json::array();
        for (const double value : months_of) row.push_back(number(value));
    }
    return out;
}

Json stated(const Dossier& d) {
    Json out = Json::array();
    for (const auto& s : d.stated) {
        out.push_back({{"period", s.period},
                       {"value", number(s.value)},
                       {"u", number(s.u)},
                       {"coverage", s.coverage},
                       {"journal_seq", s.seq}});
    }
    return out;
}

Json baselines(const Dossier& d) {
    Json out = Json::array();
    for (const auto& b : d.baselines) {
        out.push_back({{"at", rfc3339(b.at)},
                       {"kind", text(b.kind)},
                       {"from", text(b.from)},
                       {"hours", number(b.hours)},
                       {"sigma_day", number(b.sigma_day)},
                       {"journal_seq", b.seq}});
    }
    return out;
}

Json maintenance(const Dossier& d) {
    Json out = Json::array();
    for (const auto& w : d.maintenance)
        out.push_back({{"from", rfc3339(w.from)}, {"until", rfc3339(w.until)}, {"reason", text(w.reason)}});
    return out;
}

Json witnesses(const Dossier& d) {
    Json out = Json::array();
    for (const auto& w : d.witnesses)
        out.push_back({{"name", w.name}, {"notes", w.notes}, {"size", w.size}, {"at", rfc3339(w.at)}});
    return out;
}

Json site(const Dossier& d) {
    return {{"id", d.site},
            {"name", d.site_name},
            {"agent", d.agent},
            {"region", text(d.region)},
            {"zone", d.zone},
            {"standard_edition", text(d.standard_edition)},
            {"accuracy_note", text(d.accuracy_note)}};
}

Json period(const Dossier& d) {
    return {{"name", d.period},
            {"start", rfc3339(d.start)},
            {"end", rfc3339(d.end)},
            {"closed", d.closed},
            {"watched_from", rfc3339(d.watched_from)},
            {"watched_to", rfc3339(d.watched_to)},
            {"interval_s", d.interval.count()},
            {"intervals", d.intervals},
            {"impossible", d.impossible},
            {"amended", d.amended}};
}

Json origin_note(const Dossier& d) { return d.replayed ? both(replay_note()) : Json(nullptr); }

Json evidence(const Dossier& d) {
    return {{"tree_size", d.tree_size},
            {"epoch", d.epoch},
            {"missing_before", d.missing_before},
            {"checkpoint", text(d.checkpoint)},
            {"checkpoint_size", number(d.checkpoint_size)},
            {"public_key_pem", text(d.public_key_pem)},
            {"vkey", text(d.vkey)},
            {"witnesses", witnesses(d)}};
}

}  // namespace

std::string json_report(const Dossier& d) {
    Json out{{"schema", "pued/report/v1"},    {"made", rfc3339(d.made)},
             {"version", d.version},          {"origin", d.replayed ? "replay" : "measured"},
             {"origin_note", origin_note(d)}, {"site", site(d)},
             {"period", period(d)},           {"pue", figure(d.figure)}};
    out["pue"]["category"] = d.category;
    out["unmeasured_kw"] = d.unmeasured_kw;
    out["gb40879"] = {
        {"whole_year_r",
         d.closed && d.period.size() == 4 && d.watched_from <= d.start ? number(d.figure.value) : Json(nullptr)},
        {"five_condition_r", number(d.five_condition_r)},
        {"five_condition_source", text(d.five_condition_source)}};
    out["limit"] = number(d.limit);
    out["limit_source"] = d.limit ? both(d.limit_source) : Json(nullptr);
    out["verdicts"] = Json::array();
    for (const auto& item : d.verdicts) out["verdicts"].push_back(verdict(item));
    out["months"] = months(d);
    out["days"] = days(d);
    out["load_pue"] = d.load_pue;
    out["burn"] = burn(d);
    out["energy_by_role_kwh"] = d.energy_by_role;
    out["compute_tflop_per_joule"] = compute(d);
    out["meters"] = Json::array();
    for (const auto& item : d.meters) out["meters"].push_back(meter(item));
    out["alerts"] = Json::array();
    for (const auto& item : d.alerts) out["alerts"].push_back(alert(item));
    out["alerts_left_out"] = d.left_out_alerts;
    out["integrity_alarm"] = d.integrity_alarm;
    out["clock_events"] = events(d.clock_events);
    out["losses"] = events(d.losses);
    out["maintenance"] = maintenance(d);
    out["stated"] = stated(d);
    out["baselines"] = baselines(d);
    out["evidence"] = evidence(d);
    return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace pued
