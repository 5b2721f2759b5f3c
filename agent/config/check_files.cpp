// Each file is looked at once, and told of where it is named first.
#include "agent/config/check_files.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

#include "agent/config/secret.hpp"

namespace pued {
namespace {

// Why it cannot be read, or nothing.
std::string unreadable(const std::string& path) {
    std::error_code failed;
    if (std::filesystem::is_directory(path, failed)) return "is a folder";
    errno = 0;
    const std::ifstream in{path};
    return in ? std::string{} : std::string{"cannot be read: "} + std::strerror(errno);
}

class Look {
public:
    Look(const Config& config, Problems& problems) : config_(config), problems_(problems) {}

    void data_directories() {
        for (const auto& directory : config_.data_directories) {
            std::error_code failed;
            if (std::filesystem::is_directory(directory, failed)) continue;
            problems_.add(config_.places.at("", 0, "data_directories"), {},
                          "data_directories names \"" + directory +
                              "\", which is no folder (expected a folder with devices/, accelerators/ or rules/)");
        }
    }

    void broker() {
        const auto& mqtt = config_.mqtt;
        if (!mqtt.enabled) return;
        secret(mqtt.password_file, config_.places.at("mqtt", 0, "password_file"), "mqtt");
        certificate("ca_file", mqtt.ca_file);
        certificate("cert_file", mqtt.cert_file);
        certificate("key_file", mqtt.key_file);
    }

    void servers() {
        for (std::size_t i = 0; i < config_.servers.size(); ++i) {
            const auto& server = config_.servers[i];
            if (server.host.empty()) continue;
            secret(server.password_file, config_.places.at("server", i, "password_file"),
                   "server \"" + server.id + '"');
        }
    }

private:
    bool fresh(const std::string& path) { return !path.empty() && seen_.insert(path).second; }

    void secret(const std::string& path, Place place, std::string where) {
        if (!fresh(path)) return;
        const auto read = read_secret(path);
        if (!read) problems_.note(std::move(place), std::move(where), "password_file " + read.error() + kForWhom);
    }

    void certificate(const std::string& key, const std::string& path) {
        if (!fresh(path)) return;
        const auto why = unreadable(path);
        if (why.empty()) return;
        problems_.note(config_.places.at("mqtt", 0, key), "mqtt", key + " \"" + path + "\" " + why + kForWhom);
    }

    static constexpr const char* kForWhom = " (`pued run` will need it, as the user it runs as)";

    const Config& config_;
    Problems& problems_;
    std::set<std::string> seen_;
};

}  // namespace

void check_files(const Config& config, Problems& problems) {
    Look look{config, problems};
    look.data_directories();
    look.broker();
    look.servers();
}

}  // namespace pued
