// Laying out the point table: meters, servers, then further sources of servers and values by MQTT that complete them.
#include "agent/config/points.hpp"

#include <algorithm>

#include "agent/config/feeds.hpp"
#include "agent/config/rates.hpp"

namespace pued {
namespace {

// What a meter is that states no class, as far as its place tells; a revenue meter could be of any.
std::optional<Instrument> without_papers(Role role) {
    switch (role) {
        case Role::ups_input:
        case Role::ups_output: return WithoutPapers::ups_display;
        case Role::pdu: return WithoutPapers::pdu;
        case Role::server: return WithoutPapers::bmc;
        default: return std::nullopt;
    }
}

// Power that no rack PDU or power shelf, and no server, exceeds: it bounds the step of a register where no rated power
// is stated. Far above any that is sold (a rack of 72 accelerators that is one server takes 140 kW), because a real
// step that is refused is energy lost.
constexpr double rack_w = 1e6, server_w = 200e3, host_w = 20e3, accelerator_w = 5e3;

double assumed_w(const ServerConfig& server) {
    unsigned count = 0;
    for (const auto& accelerators : server.accelerators) count += accelerators.count;
    return count > 0 ? host_w + accelerator_w * count : server_w;
}

double assumed_w(std::string_view kind) { return kind == "pdu" || kind == "psu" ? rack_w : 0; }

class Builder {
public:
    Builder(const Config& config, const std::map<std::string, RegisterMap>& maps, const RedfishProfiles& redfish)
        : config_(config), maps_(maps), redfish_(redfish) {}

    PointTable build() {
        for (const auto& meter : config_.meters) add_meter(meter);
        for (const auto& server : config_.servers) add_server(server);
        for (std::size_t i = 0; i < config_.servers.size(); ++i) add_feeds(i);
        for (const auto& value : config_.mqtt_values) add_value(value);
        for (std::size_t i = 0; i < config_.meters.size(); ++i) set_parent(i, config_.meters[i]);
        for (std::size_t i = 0; i < config_.servers.size(); ++i)
            set_parent(config_.meters.size() + i, config_.servers[i]);
        table_.points.shrink_to_fit();
        return std::move(table_);
    }

private:
    Device& add_device(const DeviceBase& base) {
        Device device;
        device.id = base.id;
        device.role = base.role;
        device.rack = base.rack;
        device.rated_w = base.rated_w;
        if (base.classes) device.instrument = *base.classes;
        if (base.certificate) {
            device.u_rel = base.certificate->u_percent / base.certificate->k / 100;
            device.correction = base.certificate->correction_percent / 100;
        }
        device.period = base.poll.count() > 0 ? base.poll : config_.metering.poll;
        table_.devices.push_back(std::move(device));
        return table_.devices.back();
    }

    // Of another metering point, which a check has looked for; an MQTT value's own device is none.
    void set_parent(std::size_t index, const DeviceBase& base) {
        if (base.parent.empty()) return;
        const auto end =
            table_.devices.begin() + static_cast<std::ptrdiff_t>(config_.meters.size() + config_.servers.size());
        const auto parent = std::find_if(table_.devices.begin(), end,
                                         [&base](const Device& device) { return device.id == base.parent; });
        if (parent != end) {
            table_.devices[index].parent = static_cast<DeviceIndex>(parent - table_.devices.begin());
        }
    }

    // A point of the last device, named OWNER.NAME.
    PointIndex add_point(const std::string& owner, const std::string& name) {
        const auto index = static_cast<PointIndex>(table_.points.size());
        const auto device = static_cast<DeviceIndex>(table_.devices.size() - 1);
        table_.points.push_back({owner + '.' + name, device, parse_quantity(name).value_or(QuantityName{})});
        table_.devices.back().points.push_back(index);
        return index;
    }

    void add_meter(const ModbusDevice& meter) {
        Device& device = add_device(meter);
        if (!device.instrument) device.instrument = without_papers(device.role);
        device.assumed_w = assumed_w(kind_of(meter));
        for (const auto& name : quantities_of(meter)) {
            const auto point = add_point(meter.id, name);
            table_.points[point].period = period_of(meter, name);
            if (is_sure(meter.redfish, name)) take(device, point);
        }
        if (device.role == Role::export_) turn_to_export(device);
    }

    [[nodiscard]] std::vector<std::string> quantities_of(const ModbusDevice& meter) const {
        const auto redfish = redfish_.find(meter.profile);
        const auto map = maps_.find(meter.profile);
        std::vector<std::string> out;
        if (meter.redfish) return redfish == redfish_.end() ? out : names_of(redfish->second, meter.counts);
        return map == maps_.end() ? out : published_names(map->second, meter.counts);
    }

    // A sum comes as seldom as the slowest of its parts.
    [[nodiscard]] Milliseconds period_of(const ModbusDevice& meter, const std::string& name) const {
        const auto map = maps_.find(meter.profile);
        Milliseconds period = rate_of(meter.rates, name);
        if (meter.redfish || map == maps_.end()) return period;
        for (const auto& sum : map->second.sums) {
            if (sum.name != name) continue;
            for (const auto& part : sum.parts) period = std::max(period, rate_of(meter.rates, part));
        }
        return period;
    }

    [[nodiscard]] std::string kind_of(const ModbusDevice& meter) const {
        const auto redfish = redfish_.find(meter.profile);
        const auto map = maps_.find(meter.profile);
        if (meter.redfish) return redfish == redfish_.end() ? "" : redfish->second.kind;
        return map == maps_.end() ? "" : map->second.kind;
    }

    void add_server(const ServerConfig& server) {
        Device& device = add_device(server);
        if (!device.instrument) device.instrument = WithoutPapers::bmc;
        device.assumed_w = assumed_w(server);
        const auto feeds = feeds_of(server, redfish_);
        if (feeds.empty()) return;
        add_points(device, server, feeds.front());
    }

    // What comes to a server by other ways than its own source, each a device of its own.
    void add_feeds(std::size_t index) {
        const auto& server = config_.servers[index];
        for (const auto& feed : feeds_of(server, redfish_)) {
            if (feed.device == server.id) continue;
            DeviceBase own;
            own.id = feed.device;
            own.poll = server.poll;
            add_device(own);
            Device& owner = table_.devices[config_.meters.size() + index];
            add_points(owner, server, feed);
        }
    }

    void add_points(Device& owner, const ServerConfig& server, const Feed& feed) {
        for (const auto& name : feed.quantities) {
            const auto point = add_point(server.id, name);
            if (feed.way != Way::redfish || is_sure(server.redfish, name)) take(owner, point);
        }
    }

    // A service may lack the energy that its profile calls optional, and a device with a register is metered by nothing
    // else: so it becomes the device's only if the operator has said that it is there.
    [[nodiscard]] bool is_sure(const std::optional<RedfishAccess>& access, const std::string& name) const {
        if (!access || access->energy_register || name != "energy_wh") return true;
        const auto profile = redfish_.find(access->profile);
        return profile == redfish_.end() || !is_optional(profile->second, name);
    }

    void add_value(const MqttValue& value) {
        DeviceBase own;
        own.id = value.id;
        own.poll = value.stale_after;
        add_device(own);
        const auto point = add_point(value.device, value.quantity);
        const auto named = [&](const Device& device) { return device.id == value.device; };
        const auto known = config_.meters.size() + config_.servers.size();
        const auto end = table_.devices.begin() + static_cast<std::ptrdiff_t>(known);
        const auto owner = std::find_if(table_.devices.begin(), end, named);
        if (owner != end) take(*owner, point);
    }

    // The point becomes the device's energy, power, activity or clock if it is the total of that and there is none yet.
    void take(Device& device, PointIndex index) const {
        const auto& name = table_.points[index].quantity;
        if (!name.element.empty() || !name.phase.empty()) return;
        std::optional<PointIndex>* slot = nullptr;
        switch (name.quantity) {
            case Quantity::energy: slot = &device.energy; break;
            case Quantity::power: slot = &device.power; break;
            case Quantity::activity: slot = &device.activity; break;
            case Quantity::clock: slot = &device.clock; break;
            default: return;
        }
        if (!*slot) *slot = index;
    }

    // A meter of what is fed back counts by its export register where it has one; its power, positive for import, then
    // says nothing of the same sign.
    void turn_to_export(Device& device) const {
        for (const auto index : device.points) {
            const auto& name = table_.points[index].quantity;
            if (name.quantity != Quantity::energy_export || !name.element.empty() || !name.phase.empty()) continue;
            device.energy = index;
            device.power.reset();
        }
    }

    const Config& config_;
    const std::map<std::string, RegisterMap>& maps_;
    const RedfishProfiles& redfish_;
    PointTable table_;
};

}  // namespace

PointTable build_points(const Config& config, const std::map<std::string, RegisterMap>& maps,
                        const RedfishProfiles& redfish) {
    return Builder{config, maps, redfish}.build();
}

}  // namespace pued
