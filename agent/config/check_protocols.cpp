// What each meter's protocol asks of its entry, and that all who share a line or a serial server speak the same. Only
// the register map knows the protocol, so this is checked across the files.
#include <cmath>

#include "agent/config/check_parts.hpp"

namespace pued::checks {
namespace {

constexpr double kMostRatio = 1e6;  // so that a register's full turn still counts in 64 bits

bool given(const Context& context, const Entry& entry, std::string_view key) {
    return context.config.places.of_key(entry.table, entry.index, key).has_value();
}

void refuse(const Context& context, const Entry& entry, std::string_view key, const char* whose, const char* expected) {
    if (!given(context, entry, key)) return;
    context.problem(entry, key,
                    std::string{key} + " is for " + whose + ", and the profile is not (expected " + expected + ')');
}

// One count times the ratio of the transformers is what the ledger adds up: a whole number, and none that overflows.
void check_ratio(const Context& context, const Entry& entry, const ModbusDevice& meter, const RegisterMap& map) {
    const double ratio = meter.ct_ratio * meter.pt_ratio;
    if (ratio > kMostRatio) {
        return context.problem(entry, "pt_ratio",
                               "ct_ratio times pt_ratio is more than 1000000 (expected what the "
                               "transformers' plates say, such as ct_ratio = 200 for 1000/5 A)");
    }
    for (const auto& field : map.fields) {
        const double q_uwh = static_cast<double>(field.q_uwh) * ratio;
        if (std::abs(q_uwh - std::round(q_uwh)) <= 1e-9 * q_uwh) continue;
        return context.problem(entry, given(context, entry, "ct_ratio") ? "ct_ratio" : "pt_ratio",
                               "one count of " + field.name +
                                   " times ct_ratio and pt_ratio is no whole number of "
                                   "microwatt-hours (expected the ratio as the quotient of the plate's numbers)");
    }
}

void check_dlt645(const Context& context, const Entry& entry, const ModbusDevice& meter, const RegisterMap& map) {
    constexpr const char* address = "address = \"the meter's 12 digits\"";
    refuse(context, entry, "unit_id", "Modbus", address);
    refuse(context, entry, "word_order", "Modbus", "none");
    refuse(context, entry, "register_offset", "Modbus", "none");
    refuse(context, entry, "framing", "Modbus", "none: frames are the same over TCP");
    if (!given(context, entry, "address")) {
        context.problem(
            entry, "profile",
            std::string{"address is missing, which a DL/T 645 meter answers to (expected "} + address + ')');
    }
    if (!meter.host.empty() && !meter.port_given) {
        context.problem(entry, "host",
                        "the port is missing, and DL/T 645 has no usual one (expected host = \"" + meter.host +
                            ":PORT\", as the serial server is set)");
    }
    check_ratio(context, entry, meter, map);
}

// Behind a gateway that speaks Modbus TCP may be anything.
void check_unit_id(const Context& context, const Entry& entry, const ModbusDevice& meter, const RegisterMap& map) {
    const bool tcp = meter.line.empty() && meter.framing == Framing::tcp;
    if (tcp || meter.unit_id <= map.last_unit_id) return;
    context.problem(
        entry, "unit_id",
        "unit_id = " + std::to_string(meter.unit_id) + " is out of range (expected 1.." +
            std::to_string(map.last_unit_id) + ": what is above is reserved on a serial line, and the profile \"" +
            map.id +
            "\" takes none of it; for a device that answers there, a map of your own may say last_unit_id = "
            "255)");
}

void check_modbus(const Context& context, const Entry& entry, const ModbusDevice& meter, const RegisterMap& map) {
    check_unit_id(context, entry, meter, map);
    refuse(context, entry, "address", "DL/T 645", "unit_id = 1 to 247");
    refuse(context, entry, "ct_ratio", "DL/T 645", "none: the profile reads the ratio where the device has one");
    refuse(context, entry, "pt_ratio", "DL/T 645", "none: the profile reads the ratio where the device has one");
}

std::string link_of(const ModbusDevice& meter) {
    if (!meter.line.empty()) return "line \"" + meter.line + '"';
    return meter.host.empty() ? std::string{} : meter.host + ':' + std::to_string(meter.port);
}

// What the first meter of a link says of all.
struct Speaker {
    Entry entry;
    MapProtocol protocol;
    Framing framing;
    std::string address;
};

void check_company(const Context& context, const Entry& entry, const Speaker& mine, const Speaker& first,
                   const std::string& link) {
    if (mine.protocol != first.protocol) {
        return context.problem(entry, "profile",
                               link + " is already that of " + first.entry.name() +
                                   ", which speaks another protocol (expected Modbus alone or DL/T 645 alone)");
    }
    if (mine.framing != first.framing) {
        return context.problem(entry, "framing",
                               "framing differs from that of " + first.entry.name() + " at " + link +
                                   " (expected the same for all meters of one host and port)");
    }
    if (mine.address == first.address) return;  // the same meter's import and export
    if (mine.address == dlt645_any_address || first.address == dlt645_any_address) {
        context.problem(entry, "address",
                        std::string{"address = \""} + dlt645_any_address + "\" calls every meter of " + link +
                            ", and " + first.entry.name() + " is there, too (expected the 12 digits of each)");
    }
}

}  // namespace

void protocols(const Context& context) {
    std::map<std::string, Speaker> first;
    for (const auto& entry : entries("meter", context.config.meters)) {
        const auto& meter = context.config.meters[entry.index];
        const auto map = context.maps.find(meter.profile);
        if (map == context.maps.end()) continue;
        if (map->second.protocol == MapProtocol::dlt645) {
            check_dlt645(context, entry, meter, map->second);
        } else {
            check_modbus(context, entry, meter, map->second);
        }
        const auto link = link_of(meter);
        if (link.empty()) continue;
        const Speaker mine{entry, map->second.protocol, meter.framing, meter.address};
        const auto [there, added] = first.try_emplace(link, mine);
        if (!added) check_company(context, entry, mine, there->second, link);
    }
}

}  // namespace pued::checks
