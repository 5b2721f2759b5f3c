// [[server]]: a machine with a BMC, Redfish, sensors on D-Bus or GPUs of its own, or one whose values come by MQTT
// alone.
#include <algorithm>
#include <charconv>

#include "agent/config/host_port.hpp"
#include "agent/config/load_parts.hpp"
#include "agent/model/quantity.hpp"

namespace pued::load {
namespace {

constexpr std::size_t kMaxSensorName = 16;  // an SDR's id string
constexpr std::size_t kMaxObjectPath = 255;

// "dcmi", "sensor:NAME" or "sensor:#12".
std::optional<IpmiSensor> parse_sensor(std::string_view text) {
    IpmiSensor out;
    out.dcmi = text == "dcmi";
    if (out.dcmi) return out;
    if (!text.starts_with("sensor:")) return std::nullopt;
    text.remove_prefix(7);
    if (!text.starts_with('#')) {
        out.name = text;
        return text.empty() || text.size() > kMaxSensorName ? std::nullopt : std::optional{out};
    }
    text.remove_prefix(1);
    unsigned number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{} || end != text.data() + text.size() || number > 255) return std::nullopt;
    out.number = number;
    return out;
}

std::optional<IpmiSensor> sensor(Table& table, std::string_view key, bool dcmi_too) {
    const auto text = table.string(key);
    if (!text) return std::nullopt;
    auto out = parse_sensor(*text);
    if (out && (dcmi_too || !out->dcmi)) return out;
    table.problem(key, std::string{key} + " = \"" + *text + "\" is no source (expected " +
                           (dcmi_too ? "\"dcmi\", " : "") +
                           "\"sensor:NAME\" of at most 16 letters, or \"sensor:#NUMBER\" up to 255)");
    return std::nullopt;
}

void bmc(Table& table, ServerConfig& out) {
    const auto text = table.string("bmc");
    if (!text) return;
    const auto parsed = parse_host_port(*text, out.port);
    if (!parsed) {
        return table.problem("bmc", "bmc = \"" + *text + "\" is no host (expected " + std::string{kHostExpected} + ")");
    }
    out.host = parsed->host;
    out.port = parsed->port;
}

void session(Table& table, ServerConfig& out, const Config& config) {
    refuse_password(table);
    set(out.user, table.string("user"));
    set(out.password_file, path(table, "password_file", config));
    set(out.privilege, table.choice("privilege", {"user", "operator", "admin"}));
    if (!table.has("cipher_suites")) return;
    out.cipher_suites.clear();
    for (const auto suite : table.integers("cipher_suites", 0, 17)) {
        out.cipher_suites.push_back(static_cast<unsigned>(suite));
    }
    if (out.cipher_suites.empty()) table.problem("cipher_suites", "cipher_suites is empty (expected such as [17, 3])");
}

void sensors(Table& table, ServerConfig& out) {
    out.power = sensor(table, "power", true);
    out.activity = sensor(table, "activity", false);
    set(out.activity_scale, table.number("activity_scale", 1e-6, 1e6));
    const bool nothing_said = !table.has("power") && !table.has("activity");
    if (table.has("bmc") && nothing_said) out.power = IpmiSensor{.dcmi = true, .name = {}, .number = {}};
}

// The account is that of the BMC unless the keys say otherwise.
void redfish_service(Table& table, ServerConfig& out, const Config& config) {
    RedfishAccess access;
    access.user = table.string("redfish_user").value_or(out.user);
    access.password_file = path(table, "redfish_password_file", config).value_or(out.password_file);
    access.profile = table.id("redfish_profile", false).value_or("redfish-server");
    out.redfish = redfish(table, config, access);
    for (const char* key : {"redfish_user", "redfish_password_file", "redfish_profile"}) {
        if (table.has(key) && !table.has("redfish"))
            table.problem(key,
                          std::string{key} + " is given without redfish (expected redfish = \"https://HOST\" too)");
    }
    const bool user = !access.user.empty(), password = !access.password_file.empty();
    if (out.redfish && user != password) {
        table.missing(user ? "redfish_password_file" : "redfish_user", "both of an account, or neither");
    }
}

// "/xyz/openbmc_project/sensors/power/total_power"
bool is_object_path(std::string_view text) {
    const auto good = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '/';
    };
    return text.size() > 1 && text.size() <= kMaxObjectPath && text.front() == '/' && text.back() != '/' &&
           text.find("//") == std::string_view::npos && std::all_of(text.begin(), text.end(), good);
}

DbusSensor dbus_sensor(Table& entry) {
    DbusSensor out;
    out.quantity = required_text(entry, "quantity", "such as \"power_w\"");
    if (!out.quantity.empty() && !parse_quantity(out.quantity)) {
        entry.problem("quantity", "quantity = \"" + out.quantity +
                                      "\" is no quantity (expected such as \"power_w\" or \"gpu-1.temperature_c\")");
    }
    out.path = required_text(entry, "path", "such as \"/xyz/openbmc_project/sensors/power/total_power\"");
    if (!out.path.empty() && !is_object_path(out.path)) {
        entry.problem("path", "path = \"" + out.path +
                                  "\" is no object path (expected such as "
                                  "\"/xyz/openbmc_project/sensors/power/total_power\")");
    }
    set(out.scale, entry.number("scale", 1e-12, 1e12));
    return out;
}

std::vector<DbusSensor> dbus_sensors(Table& table) {
    std::vector<DbusSensor> out;
    for (auto& entry : table.tables("dbus")) {
        auto sensor = dbus_sensor(entry);
        entry.finish();
        out.push_back(std::move(sensor));
    }
    return out;
}

// How many GPUs there are to be is said by what the server carries.
void nvml(Table& table, ServerConfig& out) {
    set(out.nvml, table.boolean("nvml"));
    if (out.nvml && out.accelerators.empty()) {
        table.problem("nvml", "nvml = true without accelerators (expected accelerators = [{ model = …, count = … }])");
    }
}

// A BMC wants a user and a password; without one, what would be asked of it makes no sense.
void check_bmc(Table& table) {
    if (table.has("bmc")) {
        if (!table.has("user")) table.missing("user", "the name of a BMC account; OPERATOR or USER is enough");
        if (!table.has("password_file")) table.missing("password_file", "a file with the BMC account's password");
        return;
    }
    for (const char* key : {"user", "password_file"}) {
        if (table.has(key) && !table.has("redfish"))
            table.problem(key, std::string{key} + " is given without bmc or redfish (expected one of them too)");
    }
    for (const char* key : {"privilege", "cipher_suites", "power", "activity", "activity_scale"}) {
        if (table.has(key))
            table.problem(key, std::string{key} + " is given without bmc (expected bmc = \"HOST\" too)");
    }
}

std::vector<Accelerators> accelerators(Table& table) {
    std::vector<Accelerators> out;
    for (auto& entry : table.tables("accelerators")) {
        Accelerators one;
        set(one.model, entry.required_string("model"));
        if (!entry.has("count")) entry.missing("count", "how many of them the server carries");
        set(one.count, entry.integer("count", 1, 1024));
        entry.finish();
        out.push_back(one);
    }
    return out;
}

}  // namespace

void servers(Table& root, Config& config) {
    const auto server = [&config](Table& table) {
        ServerConfig out;
        out.role = Role::server;
        device_base(table, out);
        bmc(table, out);
        session(table, out, config);
        sensors(table, out);
        check_bmc(table);
        redfish_service(table, out, config);
        out.accelerators = accelerators(table);
        out.dbus = dbus_sensors(table);
        nvml(table, out);
        return out;
    };
    entries(root, "server", config.servers, config.places,
            {"id", "bmc", "role", "rack", "accelerators", "password_file", "parent", "redfish", "redfish_profile",
             "redfish_password_file", "ca_file"},
            server);
}

}  // namespace pued::load
