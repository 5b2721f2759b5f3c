// The checks' memory as bytes; see crosscheck.hpp. Devices by id, balances by scope and name: indexes change with the
// configuration. nlohmann's exceptions stop here.
#include <nlohmann/json.hpp>

#include "agent/metering/crosscheck.hpp"

namespace pued {

namespace {

using Json = nlohmann::json;

constexpr int version = 2;

Json time_json(const std::optional<UtcTime>& time) {
    return time ? Json(time->time_since_epoch().count()) : Json(nullptr);
}

std::optional<UtcTime> time_of(const Json& json) {
    if (json.is_null()) return std::nullopt;
    return UtcTime{UtcTime::duration{json.get<UtcTime::rep>()}};
}

Json meter_json(const CrossChecks::Meter& meter) {
    Json hours = Json::array();
    for (const auto& hour : meter.hours) hours.push_back({hour.register_wh, hour.power_wh, hour.disagrees});
    return {{"now", {meter.register_wh, meter.power_wh, meter.u_wh2, meter.resolution_wh}},
            {"counts", {meter.parts, meter.stuck, meter.settled, meter.seen, meter.reversed}},
            {"hours", std::move(hours)},
            {"changed", time_json(meter.changed)},
            {"silent", time_json(meter.silent_since)}};
}

CrossChecks::Meter meter_of(const Json& json) {
    CrossChecks::Meter meter;
    const Json &now = json.at("now"), &counts = json.at("counts");
    meter.register_wh = now.at(0).get<double>();
    meter.power_wh = now.at(1).get<double>();
    meter.u_wh2 = now.at(2).get<double>();
    meter.resolution_wh = now.at(3).get<double>();
    meter.parts = counts.at(0).get<unsigned>();
    meter.stuck = counts.at(1).get<unsigned>();
    meter.settled = counts.at(2).get<unsigned>();
    meter.seen = counts.at(3).get<unsigned>();
    meter.reversed = counts.at(4).get<unsigned>();
    for (const Json& hour : json.at("hours")) {
        meter.hours.push_back({hour.at(0).get<double>(), hour.at(1).get<double>(), hour.at(2).get<bool>()});
    }
    meter.changed = time_of(json.at("changed"));
    meter.silent_since = time_of(json.at("silent"));
    return meter;
}

Json ids_of(const PointTable& table, const std::vector<DeviceIndex>& devices) {
    Json ids = Json::array();
    for (const DeviceIndex device : devices) ids.push_back(table.devices[device].id);
    return ids;
}

Json balance_json(const PointTable& table, const CrossChecks::Balance& balance) {
    return {{"now", {balance.parents_wh, balance.children_wh, balance.parts}},
            {"days", balance.days},
            {"cusum", {balance.up, balance.down}},
            {"begun", time_json(balance.begun)},
            {"parents", ids_of(table, balance.parents)},
            {"children", ids_of(table, balance.children)}};
}

// Where the configuration has given it other members, its memory is of something else.
void read_balance(const PointTable& table, const Json& json, CrossChecks::Balance& balance) {
    if (json.at("parents") != ids_of(table, balance.parents)) return;
    if (json.at("children") != ids_of(table, balance.children)) return;
    balance.parents_wh = json.at("now").at(0).get<double>();
    balance.children_wh = json.at("now").at(1).get<double>();
    balance.parts = json.at("now").at(2).get<unsigned>();
    balance.days = json.at("days").get<std::deque<double>>();
    balance.up = json.at("cusum").at(0).get<double>();
    balance.down = json.at("cusum").at(1).get<double>();
    balance.begun = time_of(json.at("begun"));
}

}  // namespace

std::string CrossChecks::save() const {
    Json meters = Json::object(), balances = Json::object(), events = Json::array();
    for (std::size_t i = 0; i < meters_.size(); ++i) meters[table_.devices[i].id] = meter_json(meters_[i]);
    for (const Balance& balance : balances_)
        balances[balance.scope + ' ' + balance.name] = balance_json(table_, balance);
    for (const UtcTime event : events_) events.push_back(time_json(event));
    const Json all{{"version", version},
                   {"meters", std::move(meters)},
                   {"balances", std::move(balances)},
                   {"events", std::move(events)},
                   {"site", {facility_wh_, it_wh_, site_parts_}},
                   {"hour", time_json(hour_)},
                   {"day", time_json(day_)}};
    std::string bytes;
    Json::to_cbor(all, bytes);
    return bytes;
}

bool CrossChecks::restore(const std::string& bytes) {
    try {
        const Json all = Json::from_cbor(bytes);
        if (all.at("version") != version) return false;
        CrossChecks fresh{table_};
        for (std::size_t i = 0; i < meters_.size(); ++i) {
            const auto found = all.at("meters").find(table_.devices[i].id);
            if (found != all.at("meters").end()) fresh.meters_[i] = meter_of(*found);
        }
        for (Balance& balance : fresh.balances_) {
            const auto found = all.at("balances").find(balance.scope + ' ' + balance.name);
            if (found != all.at("balances").end()) read_balance(table_, *found, balance);
        }
        for (const Json& event : all.at("events")) fresh.events_.push_back(*time_of(event));
        fresh.facility_wh_ = all.at("site").at(0).get<double>();
        fresh.it_wh_ = all.at("site").at(1).get<double>();
        fresh.site_parts_ = all.at("site").at(2).get<unsigned>();
        hour_ = time_of(all.at("hour"));
        day_ = time_of(all.at("day"));
        meters_ = std::move(fresh.meters_);
        balances_ = std::move(fresh.balances_);
        events_ = std::move(fresh.events_);
        facility_wh_ = fresh.facility_wh_;
        it_wh_ = fresh.it_wh_;
        site_parts_ = fresh.site_parts_;
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

}  // namespace pued
