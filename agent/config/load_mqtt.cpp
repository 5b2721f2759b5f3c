// [mqtt], the broker, and [[mqtt-value]], what is read from its messages.
#include <algorithm>

#include "agent/config/host_port.hpp"
#include "agent/config/load_parts.hpp"

namespace pued::load {
namespace {

constexpr std::size_t kMaxTopic = 1000;  // bytes; MQTT allows 65535

// Without wildcards, fit to publish to and to subscribe to exactly.
bool is_topic(std::string_view text) {
    const auto bad = [](char c) { return c == '+' || c == '#' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    return !text.empty() && text.size() <= kMaxTopic && std::none_of(text.begin(), text.end(), bad);
}

bool is_prefix(std::string_view text) {
    return is_topic(text) && text.front() != '/' && text.front() != '$' && text.back() != '/';
}

// RFC 6901: empty, or "/" before each part, "~" only as ~0 and ~1.
bool is_pointer(std::string_view text) {
    if (!text.empty() && text.front() != '/') return false;
    for (auto at = text.find('~'); at != std::string_view::npos; at = text.find('~', at + 1)) {
        if (at + 1 == text.size() || (text[at + 1] != '0' && text[at + 1] != '1')) return false;
    }
    return true;
}

void broker(Table& table, MqttConfig& out) {
    out.tls = table.boolean("tls").value_or(false);
    if (out.tls) out.port = 8883;
    const auto host = table.required_string("host");
    if (!host) return;
    const auto parsed = parse_host_port(*host, out.port);
    if (!parsed) {
        return table.problem("host",
                             "host = \"" + *host + "\" is no host (expected " + std::string{kHostExpected} + ")");
    }
    out.host = parsed->host;
    out.port = parsed->port;
}

void identity(Table& table, MqttConfig& out, const Config& config) {
    set(out.user, table.string("user"));
    set(out.password_file, path(table, "password_file", config));
    refuse_password(table);
    if (!out.password_file.empty() && out.user.empty()) table.missing("user", "a name to go with password_file");
    for (auto [key, target] :
         {std::pair{"ca_file", &out.ca_file}, {"cert_file", &out.cert_file}, {"key_file", &out.key_file}}) {
        set(*target, path(table, key, config));
        if (table.has(key) && !out.tls) table.problem(key, std::string{key} + " is given without tls = true");
    }
    if (out.cert_file.empty() != out.key_file.empty()) {
        table.problem(out.cert_file.empty() ? "key_file" : "cert_file", "cert_file and key_file go together");
    }
}

void topics(Table& table, MqttConfig& out) {
    set(out.client_id, table.string("client_id"));
    set(out.prefix, table.string("prefix"));
    if (is_prefix(out.prefix)) return;
    table.problem("prefix", "prefix = \"" + out.prefix +
                                "\" is no topic (expected neither + nor #, no / at either end, no $ at the beginning)");
}

void protocol(Table& table, MqttConfig& out) {
    const auto version = table.integer("version", 3, 5);
    if (version == 4) table.problem("version", "version = 4 is none (expected 5, or 3 for MQTT 3.1.1)");
    set(out.version, version);
    if (const auto keep_alive = table.integer("keep_alive_s", 5, 3600)) {
        out.keep_alive = std::chrono::seconds{*keep_alive};
    }
    set(out.readings, table.boolean("readings"));
}

void quantity(Table& table, MqttValue& out) {
    set(out.quantity, table.required_string("quantity"));
    if (out.quantity.empty() || parse_quantity(out.quantity)) return;
    table.problem("quantity",
                  "quantity = \"" + out.quantity + "\" is unknown" +
                      suggestion(out.quantity, {"power_w", "energy_wh", "activity", "clock_hz", "temperature_c"}) +
                      " (expected activity, power_w, energy_wh, clock_hz, …)");
}

void pointer(Table& table, const std::string& key, std::string& out) {
    set(out, table.string(key));
    if (is_pointer(out)) return;
    table.problem(key, key + " = \"" + out + "\" is no JSON pointer (expected such as \"/gpu/util\")");
}

// Which members of a list, or which messages, and how many of them make the value.
void parts(Table& table, MqttValue& out) {
    if (table.has("list")) pointer(table, "list", out.list.emplace());
    pointer(table, "each", out.each);
    set(out.count, table.integer("count", 1, 1024));
    if (out.count > 1 && !out.list && out.each.empty())
        table.problem("count", "count is given without list or each (expected what its parts are)");
    Table where = table.table("where");
    for (const auto& key : where.keys()) {
        const auto text = where.string(key);
        if (!is_pointer(key) || key.empty())
            where.problem(key,
                          "where: \"" + key + "\" is no JSON pointer (expected such as { \"/tags/index\" = \"0\" })");
        if (text) out.where.emplace_back(key, *text);
    }
}

MqttValue value(Table& table) {
    MqttValue out;
    set(out.device, table.id("device", true));
    quantity(table, out);
    set(out.topic, table.required_string("topic"));
    if (table.has("topic") && !is_topic(out.topic)) {
        table.problem("topic", "topic = \"" + out.topic + "\" is no topic (expected one exact topic, without + and #)");
    }
    pointer(table, "pointer", out.pointer);
    pointer(table, "time", out.time);
    parts(table, out);
    set(out.unit, table.choice("unit", {"J", "mJ"}));
    if (!out.unit.empty() && !out.quantity.starts_with("energy"))
        table.problem("unit", "unit is for energies (expected scale, which gives " + out.quantity + " its unit)");
    set(out.scale, table.number("scale", -1e12, 1e12));
    if (out.scale == 0) table.problem("scale", "scale = 0 would make every value 0 (expected another number)");
    set(out.stale_after, seconds(table, "stale_after_s", 1, 86400));
    return out;
}

}  // namespace

void mqtt(Table& root, Config& config) {
    Table table = root.table("mqtt");
    table.set_where("mqtt");
    if (!table.present()) return;
    MqttConfig& out = config.mqtt;
    out.enabled = table.boolean("enabled").value_or(true);
    broker(table, out);
    set(out.port, table.integer("port", 1, 65535));
    identity(table, out, config);
    topics(table, out);
    protocol(table, out);
    config.places.note("mqtt", 0, table, {"enabled", "password_file", "ca_file", "cert_file", "key_file"});
    table.finish();
}

void mqtt_values(Table& root, Config& config) {
    entries(root, "mqtt-value", config.mqtt_values, config.places, {"id", "device", "quantity"}, value);
}

}  // namespace pued::load
