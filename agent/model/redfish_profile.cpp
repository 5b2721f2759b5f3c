// A profile laid out for one device: each name once, arrays element by element. Pure.
#include "agent/model/redfish_profile.hpp"

#include <algorithm>

namespace pued {
namespace {

void add(std::vector<std::string>& names, std::string name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
}

}  // namespace

std::vector<std::string> names_of(const RedfishProfile& profile, const std::map<std::string, unsigned>& counts) {
    std::vector<std::string> out;
    for (const auto& value : profile.values) add(out, value.name);
    for (const auto& array : profile.arrays) {
        std::vector<std::string> each;
        for (const auto& value : array.values) add(each, value.name);
        const auto given = counts.find(array.element);
        const unsigned count = given == counts.end() ? array.count : std::min(given->second, array.count);
        for (unsigned index = 1; index <= count; ++index) {
            for (const auto& name : each) out.push_back(array.element + '-' + std::to_string(index) + '.' + name);
        }
    }
    return out;
}

bool is_optional(const RedfishProfile& profile, const std::string& name) {
    const auto& values = profile.values;
    return std::all_of(values.begin(), values.end(),
                       [&name](const auto& value) { return value.name != name || value.optional; });
}

}  // namespace pued
