// From configuration to drivers. Every driver gets its own devices' first point and poll period.
#include "agent/commands/sources.hpp"

#include <map>

#include "agent/config/secret.hpp"
#ifdef WITH_IPMI_LAN
#include "drivers/ipmi/lan_source.hpp"
#endif
#include "drivers/modbus/modbus_source.hpp"
#include "drivers/mqtt/subscriber.hpp"

namespace pued {
namespace {

class Builder {
public:
    Builder(const Installation& installation, const Clock& clock, Problems& problems)
        : installation_(installation), clock_(clock), problems_(problems) {}

    std::vector<std::unique_ptr<Source>> build() {
        add_meters();
        add_servers();
        add_mqtt_values();
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
        for (const auto& meter : config().meters) {
            const auto device = device_of(meter.id);
            auto& polls = meter.line.empty() ? tcp : lines[meter.line];
            polls.push_back({device, first_point(device), meter, installation_.maps.at(meter.profile), period(device)});
        }
        if (!tcp.empty()) sources_.push_back(make_tcp_source(std::move(tcp), clock_));
        for (const auto& line : config().lines) {
            const auto polls = lines.find(line.id);
            if (polls != lines.end()) sources_.push_back(make_rtu_source(line, std::move(polls->second), clock_));
        }
    }

    [[nodiscard]] Duration period(DeviceIndex device) const { return installation_.points.devices[device].period; }

    // The password, or nothing after the problem has been noted. No file: no password.
    std::optional<std::string> secret(const std::string& file, const std::string& where) {
        if (file.empty()) return std::string{};
        auto password = read_secret(file);
        if (password) return *password;
        problems_.add({config().file, 0, 0}, where, "password_file " + password.error());
        return std::nullopt;
    }

    void add_servers() {
        for (const auto& server : config().servers) {
            if (server.host.empty()) continue;
#ifdef WITH_IPMI_LAN
            const auto device = device_of(server.id);
            const auto password = secret(server.password_file, "server \"" + server.id + "\"");
            if (!password) continue;
            const auto power = server.power ? point_named(server.id + ".power_w") : std::nullopt;
            const auto activity = server.activity ? point_named(server.id + ".activity") : std::nullopt;
            sources_.push_back(make_lan_source({device, server, *password, power, activity, period(device)}, clock_));
#else
            problems_.add({config().file, 0, 0}, "server \"" + server.id + "\"",
                          "this pued was built without IPMI over LAN (expected one built WITH_IPMI_LAN)");
#endif
        }
    }

    void add_mqtt_values() {
        if (config().mqtt_values.empty()) return;
        std::vector<MqttPoint> points;
        for (const auto& value : config().mqtt_values) {
            const auto device = device_of(value.id);
            points.push_back({value, device, first_point(device)});
        }
        const auto password = secret(config().mqtt.password_file, "mqtt");
        if (!password) return;
        sources_.push_back(make_mqtt_source(config().mqtt, {config().mqtt.user, *password},
                                            mqtt_client_id(config()) + "-in", std::move(points), clock_));
    }

    const Installation& installation_;
    const Clock& clock_;
    Problems& problems_;
    std::vector<std::unique_ptr<Source>> sources_;
};

}  // namespace

std::string mqtt_client_id(const Config& config) {
    if (!config.mqtt.client_id.empty()) return config.mqtt.client_id;
    return "pued-" + config.site.id + "-" + config.site.agent;
}

std::vector<std::unique_ptr<Source>> make_sources(const Installation& installation, const Clock& clock,
                                                  Problems& problems) {
    return Builder{installation, clock, problems}.build();
}

}  // namespace pued
