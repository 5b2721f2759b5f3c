// The parts of check.cpp, and what they share. Internal to agent/config.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config/check.hpp"

namespace pued::checks {

// One [[table]] of the file.
struct Entry {
    std::string_view table;
    std::size_t index = 0;
    std::string_view id;  // empty where the file has none that is good

    [[nodiscard]] std::string name() const;  // `meter "a1"`, or `meter 3`
};

struct Context {
    const Config& config;
    const std::map<std::string, RegisterMap>& maps;
    const KnownIds& known;
    Problems& problems;

    [[nodiscard]] Place place(const Entry& entry, std::string_view key) const;
    // Whether the loader refused the key's value: then what stands in the configuration is only the default.
    [[nodiscard]] bool refused(const Entry& entry, std::string_view key) const;
    void problem(const Entry& entry, std::string_view key, std::string what) const;
    // `KEY = "VALUE" SAYS`, with a suggestion from `choices`, and what may be done.
    void unknown(const Entry& entry, std::string_view key, const std::string& value, std::string_view says,
                 const std::vector<std::string>& choices, std::string_view expected) const;
};

// Of one kind, in file order.
template <class T>
std::vector<Entry> entries(std::string_view table, const std::vector<T>& list) {
    std::vector<Entry> out;
    for (const auto& item : list) out.push_back({table, out.size(), item.id});
    return out;
}

std::vector<std::string> device_ids(const Config& config);  // meters and servers

void ids(const Context& context);                                    // check_ids.cpp: used once
void scopes(const Context& context);                                 // check_ids.cpp: racks and alerts
void names(const Context& context);                                  // check_ids.cpp: region, rules, accelerators
void lines(const Context& context);                                  // check_devices.cpp
void profiles(const Context& context);                               // check_devices.cpp
void rates(const Context& context);                                  // check_rates.cpp
void addresses(const Context& context);                              // check_devices.cpp
void protocols(const Context& context);                              // check_protocols.cpp
void redfish(const Context& context);                                // check_redfish.cpp
void mqtt_values(const Context& context, const PointTable& points);  // check_balance.cpp
void roles(const Context& context, const PointTable& points);        // check_balance.cpp
void parents(const Context& context);                                // check_evidence.cpp
void weather(const Context& context, const PointTable& points);      // check_evidence.cpp
void balance(const Context& context);                                // check_balance.cpp
void category(const Context& context);

}  // namespace pued::checks
