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
            if (std::filesystem::is_directory(directory, failed)) {
                data(directory);
                continue;
            }
            problems_.add(
                config_.places.at("", 0, "data_directories"), {},
                "data_directories names \"" + directory +
                    "\", which is no folder (expected a folder with devices/, redfish/, accelerators/ or rules/)");
        }
    }

    void broker() {
        const auto& mqtt = config_.mqtt;
        if (!mqtt.enabled) return;
        secret(mqtt.password_file, config_.places.at("mqtt", 0, "password_file"), "mqtt");
        const auto place = [this](const char* key) { return config_.places.at("mqtt", 0, key); };
        certificate(place("ca_file"), "mqtt", "ca_file", mqtt.ca_file);
        certificate(place("cert_file"), "mqtt", "cert_file", mqtt.cert_file);
        certificate(place("key_file"), "mqtt", "key_file", mqtt.key_file);
    }

    void redfish(const RedfishAccess& access, std::string_view table, std::size_t index, const std::string& where) {
        const char* key = table == "meter" ? "password_file" : "redfish_password_file";
        secret(access.password_file, config_.places.at(table, index, key), where);
        certificate(config_.places.at(table, index, "ca_file"), where, "ca_file", access.ca_file);
        if (!access.url.starts_with("http://") || access.user.empty()) return;
        problems_.note(
            config_.places.at(table, index, "redfish"), where,
            access.url + " has no TLS: whoever listens there reads the password, and can answer in its place");
    }

    void meters() {
        for (std::size_t i = 0; i < config_.meters.size(); ++i) {
            const auto& meter = config_.meters[i];
            if (meter.redfish) redfish(*meter.redfish, "meter", i, "meter \"" + meter.id + '"');
        }
    }

    void servers() {
        for (std::size_t i = 0; i < config_.servers.size(); ++i) {
            const auto& server = config_.servers[i];
            const auto where = "server \"" + server.id + '"';
            if (!server.host.empty())
                secret(server.password_file, config_.places.at("server", i, "password_file"), where);
            if (server.redfish) redfish(*server.redfish, "server", i, where);
        }
    }

private:
    // "/etc/pued/devices" instead of "/etc/pued".
    void data(const std::string& directory) {
        std::error_code failed;
        for (const char* kind : {"devices", "redfish", "rules", "accelerators"}) {
            if (std::filesystem::is_directory(std::filesystem::path{directory} / kind, failed)) return;
        }
        problems_.note(
            config_.places.at("", 0, "data_directories"), {},
            "data_directories names \"" + directory +
                "\", in which there is no data (expected devices/, redfish/, rules/ or accelerators/ in it)");
    }

    bool fresh(const std::string& path) { return !path.empty() && seen_.insert(path).second; }

    void secret(const std::string& path, Place place, std::string where) {
        if (!fresh(path)) return;
        const auto read = read_secret(path);
        if (!read) problems_.note(std::move(place), std::move(where), "password_file " + read.error() + kForWhom);
    }

    void certificate(Place place, std::string where, const std::string& key, const std::string& path) {
        if (!fresh(path)) return;
        const auto why = unreadable(path);
        if (why.empty()) return;
        problems_.note(std::move(place), std::move(where), key + " \"" + path + "\" " + why + kForWhom);
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
    look.meters();
    look.servers();
}

}  // namespace pued
