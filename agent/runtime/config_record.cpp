// The configuration in force, as a record: its own text, and what an auditor needs without reading TOML (records.hpp).
#include <nlohmann/json.hpp>

#include "agent/config/role.hpp"
#include "agent/metering/uncertainty.hpp"
#include "agent/runtime/accounting.hpp"
#include "agent/runtime/record_parts.hpp"
#include "agent/runtime/records.hpp"

namespace pued {
namespace {

using nlohmann::json;

std::string accuracy_text(const Device& device) {
    if (!device.instrument) return "";
    if (const auto* classes = std::get_if<Classes>(&*device.instrument))
        return std::string{name_of(classes->meter)} + " / CT " + std::string{name_of(classes->ct)};
    switch (std::get<WithoutPapers>(*device.instrument)) {
        case WithoutPapers::ups_display: return "UPS 2 %";
        case WithoutPapers::pdu: return "PDU 1 %";
        case WithoutPapers::bmc: return "BMC 5 %";
        default: return "estimate 20 %";
    }
}

const DeviceBase* declared(const Config& config, const std::string& id, std::string& profile) {
    for (const auto& meter : config.meters) {
        if (meter.id != id) continue;
        profile = meter.profile;
        return &meter;
    }
    for (const auto& server : config.servers) {
        if (server.id == id) return &server;
    }
    return nullptr;
}

json point_json(const Config& config, const Device& device) {
    std::string profile;
    const auto* base = declared(config, device.id, profile);
    std::optional<double> u = device.u_rel;
    if (!u && device.instrument) u = relative_uncertainty(*device.instrument);
    return {{"id", device.id},
            {"role", role_name(device.role)},
            {"rack", device.rack},
            {"profile", profile},
            {"rated_w", device.rated_w},
            {"accuracy", accuracy_text(device)},
            {"u_rel", u ? json(*u) : json(nullptr)},
            {"type", device.instrument ? json(instrument_type(*device.instrument)) : json(nullptr)},
            {"correction", device.correction},
            {"parent", device.parent ? json(*device.parent) : json(nullptr)},
            {"serial", base != nullptr ? base->serial : ""},
            {"certificate", base != nullptr && base->certificate ? base->certificate->number : ""}};
}

json site_json(const SiteConfig& site) {
    return {{"id", site.id},
            {"name", site.name},
            {"agent", site.agent},
            {"region", site.region},
            {"utc_offset_minutes", site.utc_offset_minutes},
            {"lang", site.lang == Language::zh ? "zh" : "en"},
            {"accuracy_note", site.accuracy_note}};
}

}  // namespace

Record config_record(const Installation& installation, const Now& now) {
    const auto& config = installation.config;
    json points = json::array();
    for (const auto& device : installation.points.devices) points.push_back(point_json(config, device));
    Record out;
    out.type = RecordType::config;
    out.start_s = seconds_of(now.utc);
    out.clock = clock_state(now.quality);
    out.config = sha256(config.text);
    out.aux = to_bytes({{"text", config.text},
                        {"sha256", config.sha256},
                        {"version", PUED_VERSION},
                        {"site", site_json(config.site)},
                        {"metering",
                         {{"interval_s", config.metering.interval.count()},
                          {"category", config.metering.category},
                          {"unmeasured_w", config.metering.unmeasured_w}}},
                        {"points", std::move(points)}});
    return out;
}

std::vector<std::string> points_of(const Record& config) {
    std::vector<std::string> out;
    const auto aux = from_bytes(config.aux);
    if (!aux || !aux->contains("points")) return out;
    for (const auto& point : (*aux)["points"]) out.push_back(point.value("id", ""));
    return out;
}

}  // namespace pued
