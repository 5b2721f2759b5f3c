// What each way gives; see the header.
#include "agent/config/feeds.hpp"

#include <algorithm>
#include <set>

namespace pued {
namespace {

std::vector<std::string> of_bmc(const ServerConfig& server) {
    std::vector<std::string> out;
    if (server.power) out.emplace_back("power_w");
    if (server.activity) out.emplace_back("activity");
    return out;
}

std::vector<std::string> of_dbus(const ServerConfig& server) {
    std::vector<std::string> out;
    for (const auto& sensor : server.dbus) out.push_back(sensor.quantity);
    return out;
}

// Means of all GPUs, then each.
std::vector<std::string> of_nvml(unsigned gpus) {
    std::vector<std::string> out{"activity", "clock_hz"};
    for (unsigned index = 1; index <= gpus; ++index) {
        for (const char* name : {"power_w", "energy_wh", "activity", "clock_hz"}) {
            out.push_back("gpu-" + std::to_string(index) + '.' + name);
        }
    }
    return out;
}

class Feeds {
public:
    explicit Feeds(const ServerConfig& server) : server_(server) {}

    void add(Way way, const char* suffix, std::vector<std::string> quantities) {
        std::erase_if(quantities, [this](const auto& name) { return !taken_.insert(name).second; });
        out_.push_back({way, out_.empty() ? server_.id : server_.id + suffix, std::move(quantities)});
    }

    std::vector<Feed> take() { return std::move(out_); }

private:
    const ServerConfig& server_;
    std::set<std::string> taken_;
    std::vector<Feed> out_;
};

}  // namespace

std::map<std::string, unsigned> elements_of(const ServerConfig& server) {
    unsigned gpus = 0;
    for (const auto& accelerators : server.accelerators) gpus += accelerators.count;
    return gpus == 0 ? std::map<std::string, unsigned>{} : std::map<std::string, unsigned>{{"gpu", gpus}};
}

std::vector<Feed> feeds_of(const ServerConfig& server, const RedfishProfiles& profiles) {
    Feeds out{server};
    const auto elements = elements_of(server);
    if (!server.host.empty()) out.add(Way::bmc, "", of_bmc(server));
    if (server.redfish) {
        const auto profile = profiles.find(server.redfish->profile);
        out.add(Way::redfish, "-redfish",
                profile == profiles.end() ? std::vector<std::string>{} : names_of(profile->second, elements));
    }
    if (!server.dbus.empty()) out.add(Way::dbus, "-dbus", of_dbus(server));
    if (server.nvml) out.add(Way::nvml, "-nvml", of_nvml(elements.empty() ? 0 : elements.at("gpu")));
    return out.take();
}

}  // namespace pued
