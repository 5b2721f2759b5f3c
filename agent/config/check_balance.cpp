// Whether what is configured can be measured: values from MQTT that have an owner, roles that have an energy, and a
// site that has both sides of a PUE.
#include <algorithm>
#include <array>
#include <set>

#include "agent/config/check_parts.hpp"
#include "agent/config/role.hpp"

namespace pued::checks {
namespace {

bool has_role(const Config& config, bool (*wanted)(Role)) {
    const auto fits = [wanted](const DeviceBase& device) { return wanted(device.role); };
    return std::any_of(config.meters.begin(), config.meters.end(), fits) ||
           std::any_of(config.servers.begin(), config.servers.end(), fits);
}

void check_role(const Context& context, const Entry& entry, const Device& device) {
    if (device.role == Role::none || device.energy || device.power) return;
    context.problem(entry, "role",
                    "role = \"" + std::string{role_name(device.role)} +
                        "\" needs the device's energy_wh or power_w, and nothing gives either (expected another "
                        "source, an mqtt-value for it, or role = \"none\")");
}

}  // namespace

void mqtt_values(const Context& context, const PointTable& points) {
    const auto owners = device_ids(context.config);
    std::set<std::string> taken;
    const auto values = points.devices.size() - context.config.mqtt_values.size();  // they stand last
    for (const auto& point : points.points) {
        if (point.device < values) taken.insert(point.name);
    }
    for (const auto& entry : entries("mqtt-value", context.config.mqtt_values)) {
        const auto& value = context.config.mqtt_values[entry.index];
        if (!context.config.mqtt.enabled) {
            context.problem(entry, "", "needs a broker (expected [mqtt] with host, not disabled)");
        }
        if (value.device.empty()) continue;
        if (std::find(owners.begin(), owners.end(), value.device) == owners.end()) {
            context.unknown(entry, "device", value.device, "is not there", owners, "the id of a meter or server");
        } else if (!value.quantity.empty() && !taken.insert(value.device + '.' + value.quantity).second) {
            context.problem(
                entry, "quantity",
                value.device + '.' + value.quantity + " has a source already (expected one for each point)");
        }
    }
}

void roles(const Context& context, const PointTable& points) {
    const auto meters = entries("meter", context.config.meters);
    for (const auto& entry : meters) check_role(context, entry, points.devices[entry.index]);
    const auto servers = entries("server", context.config.servers);
    for (const auto& entry : servers) check_role(context, entry, points.devices[meters.size() + entry.index]);
}

// Servers alone are watched for their compute per watt; with meters in IT roles, or a supply, a PUE is meant.
void balance(const Context& context) {
    const auto& meters = context.config.meters;
    const auto it_meter = std::find_if(meters.begin(), meters.end(), [](const auto& m) { return is_it(m.role); });
    if (it_meter != meters.end() && !has_role(context.config, is_supply)) {
        const auto index = static_cast<std::size_t>(it_meter - meters.begin());
        context.problem({"meter", index, it_meter->id}, "role",
                        "IT energy is measured here, but nothing has role = \"feed\", \"generator\" or \"onsite\": "
                        "without what comes in there is no PUE (expected one; or role = \"none\" here)");
    }
    const auto supply = std::find_if(meters.begin(), meters.end(), [](const auto& m) { return is_supply(m.role); });
    if (supply != meters.end() && !has_role(context.config, is_it)) {
        const auto index = static_cast<std::size_t>(supply - meters.begin());
        context.problem({"meter", index, supply->id}, "role",
                        "the supply is measured here, but nothing has role = \"ups-output\", \"pdu\" or \"server\": "
                        "without IT energy there is no PUE (expected one; or role = \"none\" here)");
    }
}

// A permit that names a category needs its meters.
void category(const Context& context) {
    constexpr std::array roles{Role::ups_output, Role::pdu, Role::server};
    const auto wanted = context.config.metering.category;
    if (wanted < 1 || wanted > roles.size()) return;
    const std::array found{has_role(context.config, [](Role role) { return role == Role::ups_output; }),
                           has_role(context.config, [](Role role) { return role == Role::pdu; }),
                           has_role(context.config, [](Role role) { return role == Role::server; })};
    if (found.at(wanted - 1)) return;
    const std::string role{role_name(roles.at(wanted - 1))};
    context.problems.add(context.config.places.at("metering", 0, "category"), "metering",
                         "category = " + std::to_string(wanted) + " is that of meters with role = \"" + role +
                             "\", and there are none (expected some, another category, or 0)");
}

}  // namespace pued::checks
