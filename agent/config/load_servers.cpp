// [[server]]: a machine with a BMC, its accelerators, or one whose values come by MQTT alone.
#include <charconv>

#include "agent/config/host_port.hpp"
#include "agent/config/load_parts.hpp"

namespace pued::load {
namespace {

constexpr std::size_t kMaxSensorName = 16;  // an SDR's id string

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
        return table.problem("bmc", "bmc = \"" + *text + "\" is no host (expected a name or address, perhaps :PORT)");
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

// A BMC wants a user and a password; without one, what would be asked of it makes no sense.
void check_bmc(Table& table) {
    if (table.has("bmc")) {
        if (!table.has("user")) table.missing("user", "the name of a BMC account; OPERATOR or USER is enough");
        if (!table.has("password_file")) table.missing("password_file", "a file with the BMC account's password");
        return;
    }
    for (const char* key :
         {"user", "password_file", "privilege", "cipher_suites", "power", "activity", "activity_scale"}) {
        if (table.has(key))
            table.problem(key, std::string{key} + " is given without bmc (expected bmc = \"HOST\" too)");
    }
}

std::vector<Accelerators> accelerators(Table& table) {
    std::vector<Accelerators> out;
    for (auto& entry : table.tables("accelerators")) {
        Accelerators one;
        set(one.model, entry.id("model", true));
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
        out.accelerators = accelerators(table);
        return out;
    };
    entries(root, "server", config.servers, config.places,
            {"id", "bmc", "role", "rack", "accelerators", "password_file", "parent"}, server);
}

}  // namespace pued::load
