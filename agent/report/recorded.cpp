// From key 12 of a configuration and the points of an interval back to devices and energies.
#include "agent/report/recorded.hpp"

#include <nlohmann/json.hpp>

#include "agent/config/role.hpp"
#include "agent/metering/uncertainty.hpp"
#include "agent/metrics/filler.hpp"
#include "agent/report/fold_events.hpp"

namespace pued {

using Json = nlohmann::json;

Device recorded_device(const Json& point) {
    Device out;
    out.id = text_of(point, "id");
    out.role = parse_role(text_of(point, "role")).value_or(Role::none);
    out.rack = text_of(point, "rack");
    out.rated_w = number_of(point, "rated_w").value_or(0);
    out.u_rel = number_of(point, "u_rel");
    out.correction = number_of(point, "correction").value_or(0);
    if (const auto type = number_of(point, "type")) out.instrument = instrument_of(static_cast<unsigned>(*type));
    return out;
}

std::vector<IntervalEnergy> recorded_energies(const Record& record) {
    std::vector<IntervalEnergy> out;
    out.reserve(record.points.size());
    for (const auto& point : record.points) {
        IntervalEnergy energy{.device = point.point, .energy = {}, .at_least = {point.energy_mwh}};
        energy.flags = static_cast<Flags>(point.flags);
        if (energy.measured()) energy.energy = energy.at_least;
        out.push_back(energy);
    }
    return out;
}

// "e": [device, energy in mWh, method] of points that were not measured.
void add_estimates(std::vector<IntervalEnergy>& energies, const Json& aux) {
    const auto rows = aux.find("e");
    if (rows == aux.end() || !rows->is_array()) return;
    for (const Json& row : *rows) {
        if (!row.is_array() || row.size() < 3) continue;
        if (!row[0].is_number_unsigned() || !row[1].is_number() || !row[2].is_number_unsigned()) continue;
        const auto method = row[2].get<std::size_t>();
        for (auto& energy : energies) {
            if (energy.device != row[0].get<std::uint64_t>() || energy.measured() || method >= estimate_methods)
                continue;
            energy.estimate = Estimate{{row[1].get<std::int64_t>()}, static_cast<EstimateMethod>(method)};
        }
    }
}

bool is_replay(const Record& record) {
    if (record.type != RecordType::boot) return false;
    return text_of(Json::from_cbor(record.aux, true, false), "boot_id") == "replay";
}

}  // namespace pued
