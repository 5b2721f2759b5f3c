// For the tests of this folder: four small register maps, and a configuration text taken through loading and checking.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "agent/config/check.hpp"
#include "agent/config/load.hpp"

namespace pued::test {

inline Field field(std::string name, std::uint16_t address) {
    Field out;
    out.name = std::move(name);
    out.address = address;
    out.type = RegisterType::u32;
    return out;
}

// A meter with both directions; a power supply whose units go beyond the standard; a PDU of up to 24 outlets with
// totals; a strip of 8 outlets without totals; a meter that speaks DL/T 645; a UPS that renews its registers every five
// seconds; a UPS that tells its power by two phases.
inline std::map<std::string, RegisterMap> maps() {
    RegisterMap meter, shelf, pdu, strip, chinese, ups, phases;
    meter.id = "eastron-sdm630";
    meter.fields = {field("power_w", 52), field("power_l1_w", 12), field("energy_wh", 72),
                    field("energy_export_wh", 74)};
    shelf.id = "shelf";
    shelf.last_unit_id = 250;
    shelf.fields = {field("power_w", 87)};
    pdu.id = "clever-mpdu";
    pdu.kind = "pdu";
    pdu.fields = {field("power_w", 19), field("energy_wh", 22)};
    pdu.arrays = {{"outlet", 24, 10, {field("power_w", 300), field("energy_wh", 302)}, {}}};
    strip.id = "strip-8";
    strip.arrays = {{"outlet", 8, 10, {field("power_w", 300)}, {}}};
    chinese.id = "dlt645-2007";
    chinese.protocol = MapProtocol::dlt645;
    chinese.fields = {field("power_w", 0), field("energy_wh", 0)};
    chinese.fields[1].q_uwh = 10'000'000;
    ups.id = "ups-one";
    ups.kind = "ups";
    ups.refresh_ms = 5000;
    ups.fields = {field("power_w", 10)};
    phases.id = "ups-phases";
    phases.fields = {field("power_l1_w", 10), field("power_l2_w", 12), field("voltage_v", 14)};
    phases.sums = {{"power_w", {"power_l1_w", "power_l2_w"}}};
    return {{ups.id, ups}, {phases.id, phases}, {meter.id, meter},    {shelf.id, shelf},
            {pdu.id, pdu}, {strip.id, strip},   {chinese.id, chinese}};
}

// A server with its GPUs, and a rack PDU.
inline RedfishProfiles redfish() {
    RedfishValue power, activity, energy;
    power.name = "power_w";
    activity.name = "activity";
    energy.name = "energy_wh";
    RedfishProfile server, pdu;
    server.id = "redfish-server";
    server.values = {power, power, activity};
    server.arrays = {{"gpu", 16, {power, energy}}};
    pdu.id = "redfish-rackpdu";
    pdu.kind = "pdu";
    pdu.values = {power, energy};
    pdu.arrays = {{"outlet", 48, {power}}};
    return {{server.id, server}, {pdu.id, pdu}};
}

inline KnownIds known() {
    return {.accelerators = {{"nvidia-h20", "nvidia-a100-sxm4-80gb"}},
            .rules = {{"cn.gb40879.grade1", "cn.gb40879.grade2", "cn.ap2024.hub"}},
            .regions = {"shenzhen"},
            .redfish = redfish()};
}

// Every problem, one a line, as `pued check` prints them.
inline std::string listed(const Problems& problems) {
    std::string out;
    for (const auto& problem : problems.sorted()) out += problem.text() + '\n';
    return out;
}

inline std::optional<Config> load_and_check(std::string_view text, const std::string& file, Problems& problems) {
    auto config = parse_config(text, file, problems);
    if (config) check(*config, maps(), known(), problems);
    return config;
}

inline std::string problems_of(std::string_view text) {
    Problems problems;
    load_and_check(text, "t.toml", problems);
    return listed(problems);
}

}  // namespace pued::test
