// The filler's memory as bytes: CBOR by nlohmann-json; the numbers of a device as byte strings, little-endian, because
// there are hundreds of each. Exceptions stop here. See filler.hpp.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "agent/metrics/filler.hpp"

namespace pued {
namespace {

using Json = nlohmann::json;
constexpr int version = 1;

template <class T>
Json pack(const std::vector<T>& numbers) {
    Json::binary_t::container_type bytes;
    for (const T number : numbers) {
        const auto bits = static_cast<std::uint32_t>(number);
        for (std::size_t i = 0; i < sizeof(T); ++i) bytes.push_back(static_cast<std::uint8_t>(bits >> (8 * i)));
    }
    return Json::binary(std::move(bytes));
}

// As many numbers as wanted, or nothing.
template <class T>
std::optional<std::vector<T>> unpack(const Json& from, std::size_t count) {
    const auto& bytes = from.get_binary();
    if (bytes.size() != count * sizeof(T)) return std::nullopt;
    std::vector<T> out(count);
    for (std::size_t n = 0; n < count; ++n) {
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < sizeof(T); ++i) bits |= std::uint32_t{bytes[n * sizeof(T) + i]} << (8 * i);
        out[n] = static_cast<T>(bits);
    }
    return out;
}

// One number of each slot: of a device, zero where nothing has been learned of that hour.
template <class T, class Hours, class Of>
std::vector<T> column(const Hours& hours, const Of& of) {
    std::vector<T> out;
    out.reserve(hours.size());
    for (const auto& hour : hours) out.push_back(of(hour));
    return out;
}

template <class T, class Hours, class Row>
std::vector<T> column(const Hours& hours, Row row, std::size_t device) {
    return column<T>(hours, [&](const auto& hour) { return (hour.*row).empty() ? T{} : (hour.*row)[device]; });
}

std::string id_of(const PointTable& table, DeviceIndex device) { return table.devices[device].id; }

std::optional<DeviceIndex> find(const PointTable& table, const Json& id) {
    const auto& all = table.devices;
    const auto found = std::find_if(all.begin(), all.end(), [&](const Device& d) { return id == d.id; });
    if (found == all.end()) return std::nullopt;
    return static_cast<DeviceIndex>(found - all.begin());
}

Json ids_of(const PointTable& table, const std::vector<DeviceIndex>& devices) {
    Json out = Json::array();
    for (const DeviceIndex device : devices) out.push_back(id_of(table, device));
    return out;
}

// Of the same parent and the same children; any other family has to learn anew.
template <class Families>
void restore_families(const PointTable& table, const Json& saved, Families& families) {
    for (const auto& entry : saved) {
        for (auto& family : families) {
            if (entry.at("parent") != id_of(table, family.parent)) continue;
            if (entry.at("children") != ids_of(table, family.children)) continue;
            family.children_wh = entry.at("sums").at(0).template get<double>();
            family.parent_wh = entry.at("sums").at(1).template get<double>();
            family.intervals = entry.at("intervals").template get<std::uint32_t>();
        }
    }
}

std::vector<std::pair<DeviceIndex, Estimate>> estimates_of(const PointTable& table, const Json& saved) {
    std::vector<std::pair<DeviceIndex, Estimate>> out;
    for (const auto& entry : saved) {
        const auto device = find(table, entry.at(0));
        const auto method = entry.at(2).get<unsigned>();
        if (!device || method >= estimate_methods) continue;
        out.push_back({*device, {Energy{entry.at(1).get<std::int64_t>()}, static_cast<EstimateMethod>(method)}});
    }
    return out;
}

}  // namespace

std::string Filler::save() const {
    Json devices = Json::array(), families = Json::array(), given = Json::array();
    const auto n = table_.devices.size();
    for (DeviceIndex i = 0; i < n; ++i) {
        const auto seconds = column<std::uint16_t>(hours_, &Hour::seconds, i);
        if (std::all_of(seconds.begin(), seconds.end(), [](auto s) { return s == 0; })) continue;
        devices.push_back(
            {{"id", id_of(table_, i)}, {"wh", pack(column<std::int32_t>(hours_, &Hour::wh, i))}, {"s", pack(seconds)}});
    }
    for (const auto& family : families_) {
        families.push_back({{"parent", id_of(table_, family.parent)},
                            {"children", ids_of(table_, family.children)},
                            {"sums", {family.children_wh, family.parent_wh}},
                            {"intervals", family.intervals}});
    }
    for (const auto& [start, estimates] : given_) {
        Json list = Json::array();
        for (const auto& [device, estimate] : estimates) {
            list.push_back({id_of(table_, device), estimate.energy.mwh, static_cast<unsigned>(estimate.method)});
        }
        given.push_back({start.time_since_epoch().count(), std::move(list)});
    }
    const auto bytes =
        Json::to_cbor({{"version", version},
                       {"weeks", pack(column<std::int32_t>(hours_, [](const Hour& hour) { return hour.week; }))},
                       {"devices", std::move(devices)},
                       {"families", std::move(families)},
                       {"given", std::move(given)}});
    return {bytes.begin(), bytes.end()};
}

bool Filler::restore(const std::string& bytes) {
    const auto n = table_.devices.size();
    Filler fresh{table_, regression_};
    try {
        const auto saved = Json::from_cbor(bytes);
        const auto weeks_of = unpack<std::int32_t>(saved.at("weeks"), slots);
        if (saved.at("version") != version || !weeks_of) return false;
        for (std::size_t slot = 0; slot < slots; ++slot) fresh.hours_[slot].week = (*weeks_of)[slot];
        for (const auto& entry : saved.at("devices")) {
            const auto wh = unpack<std::int32_t>(entry.at("wh"), slots);
            const auto seconds = unpack<std::uint16_t>(entry.at("s"), slots);
            if (!wh || !seconds) return false;
            const auto device = find(table_, entry.at("id"));
            if (!device) continue;
            for (std::size_t slot = 0; slot < slots; ++slot) {
                if ((*wh)[slot] == 0 && (*seconds)[slot] == 0) continue;
                Hour& hour = fresh.hours_[slot];
                hour.make_room(n);
                hour.wh[*device] = (*wh)[slot];
                hour.seconds[*device] = (*seconds)[slot];
            }
        }
        restore_families(table_, saved.at("families"), fresh.families_);
        for (const auto& entry : saved.at("given")) {
            const UtcTime start{UtcTime::duration{entry.at(0).get<std::int64_t>()}};
            fresh.given_.push_back({start, estimates_of(table_, entry.at(1))});
        }
    } catch (const Json::exception&) {
        return false;
    }
    hours_ = std::move(fresh.hours_);
    families_ = std::move(fresh.families_);
    given_ = std::move(fresh.given_);
    return true;
}

}  // namespace pued
