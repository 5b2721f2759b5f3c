// The source that is an MQTT broker: points whose values other programs publish as JSON, such as the load of a GPU. One
// report for each message and point; where nothing arrives, one failed report for each `stale_after`. Used by the
// thread that calls step(), only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/config/config.hpp"
#include "agent/ports/clock.hpp"
#include "agent/ports/source.hpp"
#include "drivers/mqtt/session.hpp"

namespace pued {

struct MqttPoint {
    MqttValue config;
    DeviceIndex device = 0;
    PointIndex point = 0;
};

// `client_id` must differ from the publisher's: a broker takes one connection for each.
std::unique_ptr<Source> make_mqtt_source(const MqttConfig& config, Credentials credentials, std::string client_id,
                                         std::vector<MqttPoint> points, const Clock& clock);

}  // namespace pued
