// From configuration to drivers. Every driver gets its own devices' first point and poll period.
#include "agent/commands/sources.hpp"

#include <algorithm>
#include <map>
#include <thread>

#include "agent/config/feeds.hpp"
#include "agent/config/secret.hpp"
#ifdef WITH_DBUS
#include "drivers/dbus/dbus_source.hpp"
#endif
#ifdef WITH_IPMI_LAN
#include "drivers/ipmi/lan_source.hpp"
#include "firmware/store.hpp"
#endif
#include "drivers/dlt645/dlt645_source.hpp"
#include "drivers/modbus/modbus_source.hpp"
#include "drivers/mqtt/subscriber.hpp"
#include "drivers/nvml/nvml_source.hpp"
#ifdef WITH_REDFISH
#include "drivers/redfish/redfish_source.hpp"
#endif

namespace pued {
namespace {

// Stands for a source that cannot be had: says why at every poll.
class Unavailable final : public Source {
public:
    Unavailable(std::vector<DeviceIndex> devices, Duration period, std::string why, const Clock& clock)
        : devices_(std::move(devices)), period_(period), why_(std::move(why)), next_(clock.now().boot), clock_(clock) {}

    void step(BootTime until, ReportSink& out) override {
        const auto now = clock_.now().boot;
        if (now >= next_) {
            next_ = std::max(next_ + period_, now);
            for (const auto device : devices_) {
                Report report;
                report.device = device;
                report.at = now;
                report.error = why_;
                out.deliver(std::move(report));
            }
        }
        std::this_thread::sleep_for(std::min<Duration>(until - now, std::chrono::milliseconds{200}));
    }

private:
    std::vector<DeviceIndex> devices_;
    Duration period_;
    std::string why_;
    BootTime next_;
    const Clock& clock_;
};

class Builder {
public:
    Builder(const Installation& installation, const Clock& clock, Memory memory)
        : installation_(installation), clock_(clock), memory_(memory) {}

    std::vector<std::unique_ptr<Source>> build() {
        add_meters();
        add_dlt645_meters();
        add_servers();
        add_mqtt_values();
#ifdef WITH_REDFISH
        add_redfish_source();
#endif
        return std::move(sources_);
    }

private:
    [[nodiscard]] const Config& config() const { return installation_.config; }

    [[nodiscard]] DeviceIndex device_of(const std::string& id) const {
        const auto& devices = installation_.points.devices;
        DeviceIndex i = 0;
        while (devices[i].id != id) ++i;  // the table was built from the same configuration
        return i;
    }

    [[nodiscard]] PointIndex first_point(DeviceIndex device) const {
        const auto& points = installation_.points.devices[device].points;
        return points.empty() ? 0 : points.front();
    }

    [[nodiscard]] std::optional<PointIndex> point_named(const std::string& name) const {
        const auto& points = installation_.points.points;
        for (PointIndex i = 0; i < points.size(); ++i) {
            if (points[i].name == name) return i;
        }
        return std::nullopt;
    }

    void add_meters() {
        std::vector<ModbusPoll> tcp;
        std::map<std::string, std::vector<ModbusPoll>> lines;
        // One for all meters of a profile at the same offset.
        std::map<std::pair<std::string, unsigned>, std::shared_ptr<const RegisterMap>> maps;
        for (const auto& meter : config().meters) {
            if (speaks_dlt645(meter)) continue;
            const auto device = device_of(meter.id);
            if (meter.redfish) {
                add_redfish(device, *meter.redfish, meter, quantities_of(device, meter.id), meter.counts);
                continue;
            }
            auto& polls = meter.line.empty() ? tcp : lines[meter.line];
            auto& map = maps[{meter.profile, meter.register_offset}];
            if (!map) {
                map = std::make_shared<const RegisterMap>(
                    shifted(installation_.maps.at(meter.profile), meter.register_offset));
            }
            polls.push_back({device, first_point(device), meter, map, period(device)});
        }
        if (!tcp.empty()) sources_.push_back(make_tcp_source(std::move(tcp), clock_));
        for (const auto& line : config().lines) {
            const auto polls = lines.find(line.id);
            if (polls != lines.end()) sources_.push_back(make_rtu_source(line, std::move(polls->second), clock_));
        }
    }

    [[nodiscard]] bool speaks_dlt645(const ModbusDevice& meter) const {
        const auto map = installation_.maps.find(meter.profile);
        return map != installation_.maps.end() && map->second.protocol == MapProtocol::dlt645;
    }

    // A source for each line, and for each serial server.
    void add_dlt645_meters() {
        std::map<std::string, std::vector<dlt645::Poll>> lines;
        std::map<std::pair<std::string, std::uint16_t>, std::vector<dlt645::Poll>> servers;
        for (const auto& meter : config().meters) {
            if (!speaks_dlt645(meter)) continue;
            const auto device = device_of(meter.id);
            auto& polls = meter.line.empty() ? servers[{meter.host, meter.port}] : lines[meter.line];
            polls.push_back({device, first_point(device), meter, installation_.maps.at(meter.profile), period(device)});
        }
        for (const auto& line : config().lines) {
            const auto polls = lines.find(line.id);
            if (polls != lines.end()) sources_.push_back(dlt645::make_line_source(line, polls->second, clock_));
        }
        for (const auto& [server, polls] : servers) sources_.push_back(dlt645::make_tcp_source(polls, clock_));
    }

    [[nodiscard]] Duration period(DeviceIndex device) const { return installation_.points.devices[device].period; }

    void add_unavailable(std::vector<DeviceIndex> devices, const std::string& why) {
        const auto every = period(devices.front());
        sources_.push_back(std::make_unique<Unavailable>(std::move(devices), every, why, clock_));
    }

    // No file: no password.
    static Result<std::string> secret(const std::string& file) {
        if (file.empty()) return std::string{};
        return read_secret(file);
    }

    void add_servers() {
        for (const auto& server : config().servers) {
            for (const auto& feed : feeds_of(server, installation_.redfish)) add_feed(server, feed);
        }
    }

    void add_feed(const ServerConfig& server, const Feed& feed) {
        const auto device = device_of(feed.device);
        switch (feed.way) {
            case Way::bmc: return add_bmc(server, device);
            case Way::redfish:
                return add_redfish(device, *server.redfish, server, feed.quantities, elements_of(server));
            case Way::dbus: return add_dbus(server, feed, device);
            case Way::nvml: return add_nvml(server, feed, device);
        }
    }

    void add_missing(DeviceIndex device, const std::string& what, const std::string& option) {
        add_unavailable({device}, "this pued was built without " + what + " (expected one built " + option + ")");
    }

    // "outlet-3.power_w" of "pdu-1.outlet-3.power_w"
    [[nodiscard]] std::vector<std::string> quantities_of(DeviceIndex device, const std::string& id) const {
        std::vector<std::string> out;
        const auto& table = installation_.points;
        for (const auto point : table.devices[device].points) {
            out.push_back(table.points[point].name.substr(id.size() + 1));
        }
        return out;
    }

    void add_redfish(DeviceIndex device, const RedfishAccess& access, const DeviceBase& base,
                     std::vector<std::string> quantities, std::map<std::string, unsigned> counts) {
#ifdef WITH_REDFISH
        const auto password = secret(access.password_file);
        if (!password) return add_unavailable({device}, "password_file " + password.error());
        redfish_.push_back({device, first_point(device), std::move(quantities), std::move(counts),
                            base.role != Role::none, access, *password, installation_.redfish.at(access.profile),
                            period(device), base.timeout});
#else
        static_cast<void>(access), static_cast<void>(base), static_cast<void>(quantities), static_cast<void>(counts);
        add_missing(device, "Redfish", "WITH_REDFISH");
#endif
    }

#ifdef WITH_REDFISH
    void add_redfish_source() {
        if (redfish_.empty()) return;
        std::vector<DeviceIndex> devices;
        for (const auto& poll : redfish_) devices.push_back(poll.device);
        auto source = make_redfish_source(std::move(redfish_), clock_);
        if (!source) return add_unavailable(std::move(devices), source.error());
        sources_.push_back(std::move(*source));
    }
#endif

    // Of the feed's own points: what an earlier way gives is not asked again.
    [[nodiscard]] std::optional<PointIndex> point_of(const ServerConfig& server, const Feed& feed,
                                                     const std::string& quantity) const {
        const auto& own = feed.quantities;
        if (std::find(own.begin(), own.end(), quantity) == own.end()) return std::nullopt;
        return point_named(server.id + '.' + quantity);
    }

    void add_dbus(const ServerConfig& server, const Feed& feed, DeviceIndex device) {
#ifdef WITH_DBUS
        DbusPoll poll{device, {}, period(device), server.timeout};
        for (const auto& sensor : server.dbus) {
            if (const auto point = point_of(server, feed, sensor.quantity)) poll.sensors.push_back({sensor, *point});
        }
        sources_.push_back(make_dbus_source(std::move(poll), clock_));
#else
        static_cast<void>(server);
        static_cast<void>(feed);
        add_missing(device, "D-Bus", "WITH_DBUS");
#endif
    }

    void add_nvml(const ServerConfig& server, const Feed& feed, DeviceIndex device) {
        const auto point = [&](const std::string& quantity) { return point_of(server, feed, quantity); };
        NvmlPoll poll;
        poll.device = device;
        for (const auto& accelerators : server.accelerators) poll.gpus += accelerators.count;
        poll.activity = point("activity");
        poll.clock = point("clock_hz");
        for (unsigned i = 1; i <= poll.gpus; ++i) {
            const std::string gpu = "gpu-" + std::to_string(i) + '.';
            poll.each.push_back(
                {point(gpu + "energy_wh"), point(gpu + "power_w"), point(gpu + "activity"), point(gpu + "clock_hz")});
        }
        poll.period = period(device);
        sources_.push_back(make_nvml_source(std::move(poll), clock_));
    }

    void add_bmc(const ServerConfig& server, DeviceIndex device) {
#ifdef WITH_IPMI_LAN
        const auto password = secret(server.password_file);
        if (!password) return add_unavailable({device}, "password_file " + password.error());
        const auto power = server.power ? point_named(server.id + ".power_w") : std::nullopt;
        const auto activity = server.activity ? point_named(server.id + ".activity") : std::nullopt;
        sources_.push_back(make_lan_source(
            {device, server, *password, power, activity, period(device), next_start(), sensor_lists()}, clock_));
#else
        static_cast<void>(server);
        add_missing(device, "IPMI over LAN", "WITH_IPMI_LAN");
#endif
    }

    void add_mqtt_values() {
        if (config().mqtt_values.empty()) return;
        std::vector<MqttPoint> points;
        std::vector<DeviceIndex> devices;
        for (const auto& value : config().mqtt_values) {
            devices.push_back(device_of(value.id));
            points.push_back({value, devices.back(), first_point(devices.back())});
        }
        const auto password = secret(config().mqtt.password_file);
        if (!password) return add_unavailable(std::move(devices), "mqtt password_file " + password.error());
        sources_.push_back(make_mqtt_source(config().mqtt, {config().mqtt.user, *password},
                                            mqtt_client_id(config()) + "-in", std::move(points), clock_));
    }

#ifdef WITH_IPMI_LAN
    // A session costs a BMC and us some cryptography: not all at once, and all within two seconds.
    Duration next_start() {
        constexpr Duration apart = std::chrono::milliseconds{20}, latest = std::chrono::seconds{2};
        return (start_ = (start_ + apart) % latest);
    }

    std::shared_ptr<ipmi::SdrMemory> sensor_lists() {
        if (!sensor_lists_) {
            auto store = std::make_unique<DirectoryStore>(config().state_directory);
            sensor_lists_ = std::make_shared<ipmi::SdrMemory>(std::move(store), memory_ == Memory::write);
        }
        return sensor_lists_;
    }

    Duration start_{};
    std::shared_ptr<ipmi::SdrMemory> sensor_lists_;
#endif

#ifdef WITH_REDFISH
    std::vector<RedfishPoll> redfish_;
#endif
    const Installation& installation_;
    const Clock& clock_;
    Memory memory_;
    std::vector<std::unique_ptr<Source>> sources_;
};

}  // namespace

std::string mqtt_client_id(const Config& config) {
    if (!config.mqtt.client_id.empty()) return config.mqtt.client_id;
    return "pued-" + config.site.id + "-" + config.site.agent;
}

std::vector<std::unique_ptr<Source>> make_sources(const Installation& installation, const Clock& clock, Memory memory) {
    return Builder{installation, clock, memory}.build();
}

}  // namespace pued
