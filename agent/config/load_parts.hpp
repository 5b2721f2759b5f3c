// The parts of load.cpp, one function a table of the file. Internal to agent/config; each reads its tables out of
// `root` into `config` and notes the places that the cross-checks will want.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "agent/config/config.hpp"
#include "agent/config/document.hpp"

namespace pued::load {

void site(Table& root, Config& config);         // load_site.cpp
void metering(Table& root, Config& config);     // load_site.cpp
void rules(Table& root, Config& config);        // load_rules.cpp
void alerts(Table& root, Config& config);       // load_rules.cpp
void mqtt(Table& root, Config& config);         // load_mqtt.cpp
void mqtt_values(Table& root, Config& config);  // load_mqtt.cpp
void lines(Table& root, Config& config);        // load_devices.cpp
void meters(Table& root, Config& config);       // load_devices.cpp
void servers(Table& root, Config& config);      // load_servers.cpp
void journal(Table& root, Config& config);      // load_evidence.cpp
void maintenance(Table& root, Config& config);  // load_evidence.cpp
void gb40879(Table& root, Config& config);      // load_evidence.cpp
void weather(Table& root, Config& config);      // load_drift.cpp
void drift(Table& root, Config& config);        // load_drift.cpp

// What [[meter]] and [[server]] have in common, but for the id.
void device_base(Table& table, DeviceBase& device);  // load_devices.cpp
// Absent unless both the meter's and the transformers' class are stated.
std::optional<Classes> classes(Table& table);  // load_classes.cpp
// Absent without the key redfish. `out` comes with the account and the profile, which meters and servers name
// otherwise.
std::optional<RedfishAccess> redfish(Table& table, const Config& config, RedfishAccess out);  // load_redfish.cpp
// serial, certificate, parent and the exchanges.
void papers(Table& table, DeviceBase& device);  // load_papers.cpp

// `target` stays as it is where there is no value.
template <class T, class V>
void set(T& target, const std::optional<V>& value) {
    if (value) target = static_cast<T>(*value);
}

// The key in seconds, fractions allowed, as milliseconds.
std::optional<Milliseconds> seconds(Table& table, std::string_view key, double min, double max);  // load.cpp
std::optional<std::chrono::year_month_day> day(Table& table, std::string_view key);               // load.cpp
// KEY_w or KEY_kw in watts; giving both is a problem.
std::optional<double> watts(Table& table, const std::string& key, double max_w);  // load.cpp
// A number that must be there; with a problem, 0.
double required_number(Table& table, std::string_view key, double min, double max, std::string expected);  // load.cpp
// The text, not blank, or a problem and "".
std::string required_text(Table& table, std::string_view key, std::string expected);  // load.cpp
// A file name; a relative one is taken from the folder of the configuration.
std::optional<std::string> path(Table& table, std::string_view key, const Config& config);  // load.cpp
std::string resolved(const std::string& path, const Config& config);                        // load.cpp

// A literal password is a problem that does not show it.
void refuse_password(Table& table);  // load.cpp

// The id of the `index`th table called `name`; gives the table its name in messages: `meter "a1"`, or `meter 3`.
std::string entry_id(Table& table, std::string_view name, std::size_t index);  // load.cpp

// Reads every [[name]] of the file by `read(Table&) -> T`, with its id, unknown keys and places.
template <class T, class Read>
void entries(Table& root, std::string_view name, std::vector<T>& out, ConfigPlaces& places,
             const std::vector<std::string_view>& keys, Read read) {
    for (auto& table : root.tables(name)) {
        auto id = entry_id(table, name, out.size());
        places.note(name, out.size(), table, keys);
        T entry = read(table);
        entry.id = std::move(id);
        table.finish();
        out.push_back(std::move(entry));
    }
}

}  // namespace pued::load
