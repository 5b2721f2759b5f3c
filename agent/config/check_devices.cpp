// Devices and how they are reached: lines, profiles, and addresses that only one device has.
#include <algorithm>
#include <cmath>

#include "agent/config/check_parts.hpp"
#include "agent/config/elements.hpp"
#include "agent/config/role.hpp"

namespace pued::checks {
namespace {

template <class T>
std::vector<std::string> ids_of(const std::vector<T>& list) {
    std::vector<std::string> out;
    for (const auto& item : list) out.push_back(item.id);
    return out;
}

void check_line(const Context& context, const Entry& entry, const ModbusDevice& meter) {
    const auto lines = ids_of(context.config.lines);
    if (meter.line.empty() || std::find(lines.begin(), lines.end(), meter.line) != lines.end()) return;
    context.unknown(entry, "line", meter.line, "is not there", lines, "the id of a [[line]]");
}

// outlets = 24 of a profile that has outlets, and so many of them.
template <class Profile>
void check_count(const Context& context, const Entry& entry, const std::string& element, unsigned count,
                 const Profile& map) {
    const std::string key{element_key(element)};
    const auto is_it = [&element](const auto& array) { return array.element == element; };
    const auto array = std::find_if(map.arrays.begin(), map.arrays.end(), is_it);
    if (array == map.arrays.end()) {
        context.problem(entry, key,
                        key + " is given, but the profile \"" + map.id + "\" has none (expected no " + key + ')');
    } else if (count > array->count) {
        context.problem(entry, key,
                        key + " = " + std::to_string(count) + " is out of range (expected 1.." +
                            std::to_string(array->count) + ", as many as the profile \"" + map.id + "\" has)");
    }
}

void check_offset(const Context& context, const Entry& entry, const ModbusDevice& meter, const RegisterMap& map) {
    if (meter.register_offset == 0) return;
    const unsigned most = 65535 - last_register(map, meter.counts);
    if (meter.register_offset <= most) return;
    context.problem(entry, "register_offset",
                    "register_offset = " + std::to_string(meter.register_offset) +
                        " leads past register 65535 (expected at most " + std::to_string(most) +
                        " with the profile \"" + map.id + "\")");
}

// What a profile of this kind stands for: its power_w is what a UPS delivers, what a generator feeds in, what a cooling
// unit draws. A meter, PDU or power supply may stand for anything: none.
Role role_of(const std::string& kind) {
    if (kind == "ups") return Role::ups_output;
    if (kind == "generator") return Role::generator;
    if (kind == "cooling") return Role::cooling;
    return Role::none;
}

void check_kind(const Context& context, const Entry& entry, const ModbusDevice& meter, const RegisterMap& map) {
    const auto role = role_of(map.kind);
    if (meter.role == Role::none || role == Role::none || meter.role == role) return;
    context.problem(entry, "role",
                    "role = \"" + std::string{role_name(meter.role)} + "\" is not what a device of kind \"" + map.kind +
                        "\" measures (profile \"" + map.id + "\"; expected \"" + std::string{role_name(role)} +
                        "\" or none)");
}

// Also for the default of all devices: it is then this device that wants its own.
void note_refresh(const Context& context, const Entry& entry, const ModbusDevice& meter, const RegisterMap& map) {
    const auto poll = meter.poll.count() > 0 ? meter.poll : context.config.metering.poll;
    if (poll.count() >= map.refresh_ms) return;
    context.problems.note(context.place(entry, "poll_s"), entry.name(),
                          "the device renews its registers every " + std::to_string(map.refresh_ms) +
                              " ms, so that polls every " + std::to_string(poll.count()) +
                              " ms bring nothing newer (see poll_s)");
}

// Rows by the dozen that a device may not have would be asked for in vain at every poll.
void note_rows(const Context& context, const Entry& entry, const ModbusDevice& meter, const RegisterMap& map) {
    constexpr unsigned few = 8;
    for (const auto& array : map.arrays) {
        if (array.count <= few || meter.counts.contains(array.element)) continue;
        const std::string key{element_key(array.element)};
        std::string text = "is asked for " + std::to_string(array.count) + ' ';
        text += key + ", as many as the profile \"" + map.id + "\" knows (";
        text += key + " = N says how many it has)";
        context.problems.note(context.place(entry, key), entry.name(), text);
    }
}

// A register that starts again within a day is mostly half of a wider one.
void note_wrap(const Context& context, const Entry& entry, const ModbusDevice& meter, const RegisterMap& map) {
    const std::string_view name = meter.role == Role::export_ ? "energy_export_wh" : "energy_wh";
    const auto is_it = [name](const Field& field) { return field.name == name; };
    const auto field = std::find_if(map.fields.begin(), map.fields.end(), is_it);
    if (field == map.fields.end() || !field->scale_register.empty() || !field->factors.empty()) return;
    const auto modulus = field->modulus > 0 ? field->modulus : natural_modulus(field->type);
    const double wh = static_cast<double>(modulus) * static_cast<double>(field->q_uwh) * 1e-6;
    if (wh <= 0 || meter.rated_w <= 0 || wh / meter.rated_w >= 24) return;
    context.problems.note(context.place(entry, "profile"), entry.name(),
                          "its register starts again after " + std::to_string(std::llround(wh / 1000)) + " kWh, in " +
                              std::to_string(std::llround(wh / meter.rated_w * 60)) +
                              " minutes at rated_kw: what flows in a longer outage is lost (is the type of " +
                              field->name + " in \"" + map.id + "\" as wide as the document's?)");
}

// "a data directory: /usr/share/pued, /etc/pued"
std::string data_directory(const Context& context) {
    std::string out;
    for (const auto& directory : context.known.searched) out += (out.empty() ? ": " : ", ") + directory;
    return "a data directory" + out;
}

void check_profile(const Context& context, const Entry& entry, const ModbusDevice& meter) {
    if (meter.profile.empty()) return;
    if (meter.redfish) {
        const auto profile = context.known.redfish.find(meter.profile);
        if (profile == context.known.redfish.end()) return;  // check_redfish.cpp says so
        for (const auto& [element, count] : meter.counts) check_count(context, entry, element, count, profile->second);
        return;
    }
    const auto map = context.maps.find(meter.profile);
    if (map != context.maps.end()) {
        for (const auto& [element, count] : meter.counts) check_count(context, entry, element, count, map->second);
        check_offset(context, entry, meter, map->second);
        check_kind(context, entry, meter, map->second);
        note_refresh(context, entry, meter, map->second);
        note_rows(context, entry, meter, map->second);
        note_wrap(context, entry, meter, map->second);
        return;
    }
    if (context.known.unread_maps.contains(meter.profile)) return;  // its file's own problems say why
    std::vector<std::string> known;
    for (const auto& [id, unused] : context.maps) known.push_back(id);
    context.unknown(entry, "profile", meter.profile, "is unknown", known,
                    "the id of a register map, a file in devices/ of " + data_directory(context));
}

std::string lower(std::string text) {
    for (auto& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

// "unit 3 of line "rs485-1"", "unit 1 at 10.0.0.1:502, register_offset 5000"; empty where the file does not say.
std::string address_of(const ModbusDevice& meter) {
    const auto who = meter.address.empty() ? "unit " + std::to_string(meter.unit_id) : "meter " + meter.address;
    const auto offset = meter.register_offset == 0 ? "" : ", register_offset " + std::to_string(meter.register_offset);
    if (!meter.line.empty()) return who + " of line \"" + meter.line + '"' + offset;
    if (meter.host.empty()) return {};
    return who + " at " + lower(meter.host) + ':' + std::to_string(meter.port) + offset;
}

std::string address_of(const ServerConfig& server) {
    return server.host.empty() ? std::string{} : "BMC " + lower(server.host) + ':' + std::to_string(server.port);
}

std::string address_of(const LineConfig& line) { return line.device; }

// One meter may stand in the balance twice, by its import and by its export register.
bool may_share(const ModbusDevice& a, const ModbusDevice& b) {
    return (a.role == Role::export_) != (b.role == Role::export_);
}
template <class T>
bool may_share(const T&, const T&) {
    return false;
}

std::string_view address_key(const ModbusDevice& meter) { return meter.address.empty() ? "unit_id" : "address"; }
std::string_view address_key(const ServerConfig&) { return "bmc"; }
std::string_view address_key(const LineConfig&) { return "device"; }

template <class T>
void check_addresses(const Context& context, std::string_view table, const std::vector<T>& list) {
    std::multimap<std::string, std::size_t> seen;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto address = address_of(list[i]);
        const auto key = address_key(list[i]);
        if (address.empty() || context.refused({table, i, list[i].id}, key)) continue;
        const auto [begin, end] = seen.equal_range(address);
        for (auto earlier = begin; earlier != end; ++earlier) {
            const auto& other = list[earlier->second];
            if (may_share(list[i], other)) continue;
            const Entry first{table, earlier->second, other.id};
            context.problem({table, i, list[i].id}, key,
                            address + " is already that of " + first.name() + " (expected an address of its own)");
            break;
        }
        seen.emplace(address, i);
    }
}

}  // namespace

void lines(const Context& context) {
    check_addresses(context, "line", context.config.lines);
    const auto list = entries("meter", context.config.meters);
    for (const auto& entry : list) check_line(context, entry, context.config.meters[entry.index]);
}

void profiles(const Context& context) {
    const auto list = entries("meter", context.config.meters);
    for (const auto& entry : list) check_profile(context, entry, context.config.meters[entry.index]);
}

void addresses(const Context& context) {
    check_addresses(context, "meter", context.config.meters);
    check_addresses(context, "server", context.config.servers);
}

}  // namespace pued::checks
