// [[line]] and [[meter]]: serial lines, and what speaks Modbus on them or over TCP.
#include <algorithm>
#include <array>

#include "agent/config/elements.hpp"
#include "agent/config/host_port.hpp"
#include "agent/config/load_parts.hpp"
#include "agent/config/role.hpp"

namespace pued::load {
namespace {

constexpr double kMaxDeviceW = 1e9;
// A source may wait for a connection and then for an answer before it comes back, and counts as stuck after a minute.
constexpr std::int64_t kMaxTimeoutMs = 20'000;
constexpr std::array kBauds{1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600};

constexpr std::int64_t kMaxElements = 1000;

void baud(Table& table, LineConfig& out) {
    const auto value = table.integer("baud", 1, 10'000'000);
    if (value && std::find(kBauds.begin(), kBauds.end(), *value) == kBauds.end()) {
        table.problem("baud",
                      "baud = " + std::to_string(*value) +
                          " is no usual speed (expected 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, …)");
    }
    set(out.baud, value);
}

LineConfig line(Table& table) {
    LineConfig out;
    set(out.device, table.required_string("device"));
    if (table.has("device") && !out.device.empty() && out.device.front() != '/') {
        table.problem("device", "device = \"" + out.device + "\" is no device file (expected such as \"/dev/ttyS1\")");
    }
    baud(table, out);
    if (const auto parity = table.choice("parity", {"N", "E", "O"})) out.parity = parity->front();
    set(out.stop_bits, table.integer("stop_bits", 1, 2));
    return out;
}

void link(Table& table, ModbusDevice& out) {
    set(out.line, table.string("line"));
    const auto host = table.string("host");
    if (table.has("redfish") && !table.has("host") && !table.has("line")) return;
    if (table.has("redfish")) {
        table.problem("redfish", "redfish is given beside host or line (expected one of the three)");
    } else if (table.has("host") && table.has("line")) {
        table.problem("line", "both host and line are given (expected host for TCP, or line for RTU)");
    } else if (!table.has("host") && !table.has("line")) {
        table.missing("host or line", "host = \"10.0.0.1:502\" for TCP, or line = \"the id of a [[line]]\" for RTU");
    }
    if (!host) return;
    const auto parsed = parse_host_port(*host, 0);
    if (!parsed) {
        return table.problem("host",
                             "host = \"" + *host + "\" is no host (expected " + std::string{kHostExpected} + ")");
    }
    out.host = parsed->host;
    out.port_given = parsed->port != 0;
    if (out.port_given) out.port = parsed->port;
}

// In RTU frames 0 is broadcast, which nobody answers, and 248 to 255 are reserved: whether a family of devices takes
// them all the same, its register map knows (check_protocols.cpp). Modbus TCP carries any: gateways answer as 0 or 255.
void unit_id(Table& table, ModbusDevice& out) {
    const bool tcp = !table.has("line") && out.framing == Framing::tcp;
    const auto value = table.integer("unit_id", INT64_MIN, INT64_MAX);
    if (!value) return;
    if (*value >= (tcp ? 0 : 1) && *value <= most_unit_id) {
        out.unit_id = static_cast<unsigned>(*value);
    } else {
        table.problem("unit_id", "unit_id = " + std::to_string(*value) + " is out of range (expected 1..247" +
                                     (tcp ? ", or 0..255 on Modbus TCP)" : ")"));
    }
}

void word_order(Table& table, ModbusDevice& out) {
    const auto text = table.choice("word_order", {"abcd", "cdab", "badc", "dcba"});
    if (text == "abcd") out.word_order = WordOrder::abcd;
    if (text == "cdab") out.word_order = WordOrder::cdab;
    if (text == "badc") out.word_order = WordOrder::badc;
    if (text == "dcba") out.word_order = WordOrder::dcba;
}

// A serial server that carries the bytes of its line as they are, or a gateway that speaks Modbus TCP itself.
void framing(Table& table, ModbusDevice& out) {
    const auto text = table.choice("framing", {"tcp", "rtu"});
    if (text == "rtu") out.framing = Framing::rtu;
    if (text && !table.has("host")) {
        table.problem("framing", "framing is given without host (expected host = \"ADDRESS:PORT\" of a serial server)");
    }
}

void dlt645(Table& table, ModbusDevice& out) {
    set(out.ct_ratio, table.number("ct_ratio", 1, 100'000));
    set(out.pt_ratio, table.number("pt_ratio", 1, 10'000));
    const auto text = table.string("address");
    if (!text) return;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if ((text->size() == 12 && std::all_of(text->begin(), text->end(), is_digit)) || *text == dlt645_any_address) {
        out.address = *text;
    } else {
        table.problem("address", "address = \"" + *text +
                                     "\" is no address of a DL/T 645 meter (expected its 12 digits, " + "or \"" +
                                     dlt645_any_address + "\" for a meter that is alone on its line)");
    }
}

// rates = { energy_wh = 60, voltage_v = 10 }: seconds.
void rates(Table& table, ModbusDevice& out) {
    Table entries = table.table("rates");
    if (!entries.present()) return;
    for (const auto& key : entries.keys()) {
        if (const auto period = seconds(entries, key, 0.1, 3600)) out.rates[key] = *period;
    }
    entries.finish();
}

// A rack PDU that speaks Redfish. Its account; one without a login has none.
void redfish_service(Table& table, ModbusDevice& out, const Config& config) {
    refuse_password(table);
    RedfishAccess access;
    set(access.user, table.string("user"));
    set(access.password_file, path(table, "password_file", config));
    access.profile = out.profile;
    out.redfish = redfish(table, config, access);
    for (const char* key : {"user", "password_file"}) {
        if (table.has(key) && !table.has("redfish"))
            table.problem(key,
                          std::string{key} + " is given without redfish (expected redfish = \"https://HOST\" too)");
    }
    for (const char* key : {"unit_id", "word_order", "register_offset"}) {
        if (table.has(key) && table.has("redfish"))
            table.problem(key, std::string{key} + " is given for a Redfish service (expected no " + key + ')');
    }
    if (out.redfish && table.has("user") != table.has("password_file")) {
        table.missing(table.has("user") ? "password_file" : "user", "both of an account, or neither");
    }
}

ModbusDevice meter(Table& table, const Config& config) {
    ModbusDevice out;
    device_base(table, out);
    set(out.profile, table.required_string("profile"));
    link(table, out);
    framing(table, out);
    dlt645(table, out);
    unit_id(table, out);
    word_order(table, out);
    set(out.register_offset, table.integer("register_offset", 0, 65535));
    redfish_service(table, out, config);
    rates(table, out);
    for (const auto& [element, key] : elements) {
        if (const auto count = table.integer(key, 1, kMaxElements)) {
            out.counts[std::string{element}] = static_cast<unsigned>(*count);
        }
    }
    return out;
}

}  // namespace

void device_base(Table& table, DeviceBase& device) {
    const auto role = table.choice("role", {role_names.begin(), role_names.end()});
    if (role) device.role = parse_role(*role).value_or(Role::none);
    set(device.rack, table.id("rack", false));
    set(device.rated_w, watts(table, "rated", kMaxDeviceW));
    device.classes = classes(table);
    papers(table, device);
    set(device.poll, seconds(table, "poll_s", 0.1, 3600));
    if (const auto timeout = table.integer("timeout_ms", 10, kMaxTimeoutMs)) device.timeout = Milliseconds{*timeout};
}

void lines(Table& root, Config& config) {
    entries(root, "line", config.lines, config.places, {"id", "device", "baud", "parity"}, line);
}

void meters(Table& root, Config& config) {
    std::vector<std::string_view> placed{"id",      "profile",         "host",     "line",     "unit_id",
                                         "framing", "address",         "ct_ratio", "pt_ratio", "word_order",
                                         "poll_s",  "register_offset", "role",     "rack",     "parent",
                                         "redfish", "password_file",   "ca_file",  "rates"};
    for (const auto& element : elements) placed.push_back(element.key);
    entries(root, "meter", config.meters, config.places, placed,
            [&config](Table& table) { return meter(table, config); });
}

}  // namespace pued::load
