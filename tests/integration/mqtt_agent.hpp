// A publisher as a daemon would have it, with the log that it wrote. Used by mqtt_*_test.cpp.
#pragma once

#include <algorithm>
#include <mutex>
#include <string>
#include <vector>

#include "drivers/mqtt/publisher.hpp"
#include "firmware/clock.hpp"
#include "tests/integration/mqtt_broker.hpp"

namespace pued::testing {

inline const std::string root = "pued/v1/site/agent/";
inline const std::string sha = "0123abcd";

inline Message state(const std::string& name, const std::string& payload) {
    return {root + "metric/site/" + name, payload};
}
inline Message alert(const std::string& rule, const std::string& payload) {
    return {root + "alert/site/" + rule, payload};
}
inline Message status(const std::string& payload) { return {root + "status", payload}; }

inline MqttConfig config_for(std::uint16_t port) {
    MqttConfig config;
    config.enabled = true;
    config.host = "127.0.0.1";
    config.port = port;
    return config;
}

// A publisher with the log that it wrote.
struct Agent {
    explicit Agent(const MqttConfig& config, Credentials credentials = {})
        : publisher(config, std::move(credentials), "agent-" + std::to_string(config.port), status("offline"), sha,
                    clock, [this](const std::string& line) { note(line); }) {}

    void note(const std::string& line) {
        const std::lock_guard lock{mutex};
        log.push_back(line);
    }
    std::size_t logged(const std::string& line) {
        const std::lock_guard lock{mutex};
        return static_cast<std::size_t>(std::count(log.begin(), log.end(), line));
    }
    bool connects() const {
        return eventually([this] { return publisher.stats().connected; });
    }
    bool delivers_all() const {
        return eventually([this] { return publisher.stats().connected && publisher.stats().outbox == 0; });
    }
    bool fails_with(const std::string& text) const {
        return eventually([&] { return publisher.stats().last_error.find(text) != std::string::npos; });
    }

    SystemClock clock;
    std::mutex mutex;
    std::vector<std::string> log;
    Publisher publisher;  // last: its thread writes the log
};

}  // namespace pued::testing
