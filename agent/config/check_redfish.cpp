// Redfish services across meters and servers: profiles that exist, and one account for one service.
#include <algorithm>

#include "agent/config/check_parts.hpp"

namespace pued::checks {
namespace {

struct Use {
    Entry entry;
    const RedfishAccess* access = nullptr;
};

std::vector<Use> uses_of(const Config& config) {
    std::vector<Use> out;
    for (const auto& entry : entries("meter", config.meters)) {
        const auto& access = config.meters[entry.index].redfish;
        if (access) out.push_back({entry, &*access});
    }
    for (const auto& entry : entries("server", config.servers)) {
        const auto& access = config.servers[entry.index].redfish;
        if (access) out.push_back({entry, &*access});
    }
    return out;
}

void check_profile(const Context& context, const Use& use) {
    const auto& known = context.known;
    const auto& id = use.access->profile;
    if (id.empty() || known.redfish.contains(id) || known.unread_maps.contains(id)) return;
    std::vector<std::string> ids;
    for (const auto& [name, unused] : known.redfish) ids.push_back(name);
    const bool meter = use.entry.table == "meter";
    context.unknown(use.entry, meter ? "profile" : "redfish_profile", id, "is unknown", ids,
                    "the id of a Redfish profile, a file in redfish/ of a data directory");
}

void check_energy(const Context& context, const Use& use) {
    const auto profile = context.known.redfish.find(use.access->profile);
    if (!use.access->energy_register || profile == context.known.redfish.end()) return;
    const auto& values = profile->second.values;
    if (std::any_of(values.begin(), values.end(), [](const auto& value) { return value.name == "energy_wh"; })) return;
    context.problem(use.entry, "energy_register",
                    "energy_register = true, but the profile " + profile->first +
                        " has no energy_wh (expected another profile, or none: power is integrated)");
}

bool same_account(const RedfishAccess& a, const RedfishAccess& b) {
    return a.user == b.user && a.password_file == b.password_file && a.ca_file == b.ca_file &&
           a.fingerprint == b.fingerprint;
}

// Connections to one service are shared, so what is trusted there must be the same for all.
void check_shared(const Context& context, const Use& use, const Use& earlier) {
    const auto& url = use.access->url;
    if (use.access->profile == earlier.access->profile) {
        context.problem(use.entry, "redfish",
                        url + " is already read by the " + earlier.entry.name() +
                            " with this profile (expected a service of its own, or another profile)");
    } else if (!same_account(*use.access, *earlier.access)) {
        context.problem(use.entry, "redfish",
                        url + " has another account or certificate at the " + earlier.entry.name() +
                            " (expected the same user, password_file, ca_file and fingerprint)");
    }
}

}  // namespace

void redfish(const Context& context) {
    std::multimap<std::string, Use> seen;
    for (const auto& use : uses_of(context.config)) {
        check_profile(context, use);
        check_energy(context, use);
        if (use.access->url.empty()) continue;
        const auto [begin, end] = seen.equal_range(use.access->url);
        for (auto earlier = begin; earlier != end; ++earlier) check_shared(context, use, earlier->second);
        seen.emplace(use.access->url, use);
    }
}

}  // namespace pued::checks
