// What of a Redfish service becomes which quantity, as data: what config/redfish/*.toml says once it is loaded and
// checked (agent/config/redfish_profile_file.hpp) and what drivers/redfish asks by. Plain structs; values times
// `multiply`, by `divide`, are in the unit of the quantity's name.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace pued {

// What becomes of several values for one quantity: one is expected, their sum, their mean.
enum class RedfishCombine : std::uint8_t { only, sum, mean };

// One way to a quantity. {1} in a resource or metric is what its first * stood for. Several of one name are tried in
// their order: the first that the service has, counts.
struct RedfishValue {
    std::string name;                 // "power_w", in an array that of the element
    std::string resource;             // below /redfish/v1; a part may hold *: a member of its collection
    std::vector<std::string> except;  // ids of members that do not count; with * in them, perhaps
    std::string pointer;              // of the value in the resource (RFC 6901); or …
    std::string metric;               // … the MetricProperty in a MetricReport, perhaps with *
    std::string of;                   // combined of as many as there are of this element; empty: of those there are
    RedfishCombine combine = RedfishCombine::only;
    double multiply = 1, divide = 1;
    bool optional = false;     // services may lack it: then it is not missed
    bool synthesized = false;  // values that the service has computed from others count as measured
};

struct RedfishArray {
    std::string element;               // "outlet", "gpu"
    unsigned count = 0;                // how many there can be; the configuration may say fewer
    std::vector<RedfishValue> values;  // of each member that the resource's or the metric's * stands for
};

struct RedfishProfile {
    std::string id;  // "redfish-rackpdu"
    std::string kind;
    std::vector<std::string> sources;
    std::vector<RedfishValue> values;
    std::vector<RedfishArray> arrays;
};

using RedfishProfiles = std::map<std::string, RedfishProfile>;  // by id

// The names of what is published for one device, in the order of its points: each quantity once, then each array
// element by element. `counts` says how many elements the device has, by element name; never more than there can be.
std::vector<std::string> names_of(const RedfishProfile& profile, const std::map<std::string, unsigned>& counts);

// Whether a service may lack this value of the whole device: each of its ways is optional.
bool is_optional(const RedfishProfile& profile, const std::string& name);

}  // namespace pued
