// A real mosquitto on a free loopback port, and mosquitto_sub as an independent witness. Used by mqtt_*_test.cpp.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "tests/integration/child_process.hpp"

namespace pued::testing {

inline std::string file_text(const std::string& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

inline std::vector<std::string> file_lines(const std::string& path) {
    std::vector<std::string> lines;
    std::ifstream in{path};
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

// Asks every 10 ms for at most `seconds`; the last answer.
inline bool eventually(const std::function<bool()>& condition, double seconds = 15) {
    for (int i = 0; i < static_cast<int>(seconds * 100); ++i) {
        if (condition()) return true;
        ::usleep(10'000);
    }
    return condition();
}

inline sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

inline std::uint16_t free_port() {
    const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    ::bind(probe, reinterpret_cast<sockaddr*>(&address), length);
    ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &length);
    ::close(probe);
    return ntohs(address.sin_port);
}

inline bool accepts_connections(std::uint16_t port) {
    const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in address = loopback(port);
    const bool accepted = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(probe);
    return accepted;
}

class Broker {
public:
    // `more`: lines for mosquitto.conf, after the listener's. It keeps nothing on disk: a restart forgets all.
    explicit Broker(std::string more = "allow_anonymous true\n") : port_(free_port()) {
        // As root it would change to a user that cannot read the test's files.
        std::ofstream{directory_ / "mosquitto.conf"} << "user root\npersistence false\nlog_type all\nlistener " << port_
                                                     << " 127.0.0.1\n" + std::move(more);
    }

    bool start() {
        process_ = ChildProcess{{"mosquitto", "-c", directory_ / "mosquitto.conf"}, log()};
        return eventually([this] { return accepts_connections(port_); });
    }
    void kill() { process_.end(SIGKILL); }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string log() const { return directory_ / "mosquitto.log"; }
    [[nodiscard]] const TemporaryDirectory& directory() const { return directory_; }

private:
    TemporaryDirectory directory_;
    std::uint16_t port_;
    ChildProcess process_;
};

// mosquitto_sub on all topics, once it has subscribed; each message is a line "TOPIC PAYLOAD" unless another format is
// asked for.
class Witness {
public:
    explicit Witness(const Broker& broker, const std::string& format = "%t %p", const std::string& id = "witness")
        : process_({"mosquitto_sub", "-h", "127.0.0.1", "-p", std::to_string(broker.port()), "-t", "#", "-q", "1", "-V",
                    "5", "-F", format, "--id", id},
                   output()) {
        const std::string subscribed = "Sending SUBACK to " + id;
        eventually([&] { return file_text(broker.log()).find(subscribed) != std::string::npos; });
    }
    [[nodiscard]] std::vector<std::string> lines() const { return file_lines(output()); }
    [[nodiscard]] bool sees(const std::string& line) const {
        return eventually([&] {
            const auto seen = lines();
            return std::find(seen.begin(), seen.end(), line) != seen.end();
        });
    }

private:
    [[nodiscard]] std::string output() const { return directory_ / "seen"; }

    TemporaryDirectory directory_;
    ChildProcess process_;
};

}  // namespace pued::testing
