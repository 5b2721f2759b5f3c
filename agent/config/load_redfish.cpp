// redfish = "https://HOST" and what goes with it, of a [[meter]] or a [[server]].
#include <algorithm>

#include "agent/config/host_port.hpp"
#include "agent/config/load_parts.hpp"

namespace pued::load {
namespace {

// "https://HOST[:PORT]", perhaps with a slash behind it: without that slash.
std::optional<std::string> service(std::string_view text) {
    if (text.ends_with('/')) text.remove_suffix(1);
    const std::string_view scheme = text.starts_with("https://") ? "https://" : "http://";
    if (!text.starts_with(scheme)) return std::nullopt;
    const auto host = text.substr(scheme.size());
    const bool bare_v6 = !host.starts_with('[') && std::count(host.begin(), host.end(), ':') > 1;
    if (bare_v6 || !parse_host_port(host, 1)) return std::nullopt;
    return std::string{text};
}

// 64 hexadecimal digits in lower case, from what openssl or a browser prints.
std::optional<std::string> digest(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c == ':' || c == ' ') continue;
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return std::nullopt;
        out.push_back(c);
    }
    return out.size() == 64 ? std::optional{out} : std::nullopt;
}

void trust(Table& table, RedfishAccess& out, const Config& config) {
    set(out.ca_file, path(table, "ca_file", config));
    if (const auto text = table.string("fingerprint")) {
        const auto hex = digest(*text);
        if (!hex) {
            table.problem("fingerprint", "fingerprint = \"" + *text +
                                             "\" is no SHA-256 of a certificate (expected 64 hexadecimal digits, as by "
                                             "openssl x509 -noout -fingerprint -sha256)");
        }
        set(out.fingerprint, hex);
    }
    const bool plain = out.url.starts_with("http://");
    for (const char* key : {"ca_file", "fingerprint"}) {
        if (plain && table.has(key)) table.problem(key, std::string{key} + " is given without TLS (expected https://)");
    }
    if (table.has("ca_file") && table.has("fingerprint")) {
        table.problem("fingerprint", "both ca_file and fingerprint are given (expected one of them)");
    }
}

}  // namespace

std::optional<RedfishAccess> redfish(Table& table, const Config& config, RedfishAccess out) {
    const auto text = table.string("redfish");
    if (!table.has("redfish")) {
        for (const char* key : {"ca_file", "fingerprint", "energy_register"}) {
            table.refuse(key, std::string{key} + " is given without redfish (expected redfish = \"https://HOST\" too)");
        }
        return std::nullopt;
    }
    if (!text) return std::nullopt;
    if (const auto url = service(*text)) {
        out.url = *url;
    } else {
        table.problem("redfish", "redfish = \"" + *text +
                                     "\" is no service (expected such as \"https://10.0.0.9\", perhaps :PORT)");
    }
    trust(table, out, config);
    set(out.energy_register, table.boolean("energy_register"));
    return out;
}

}  // namespace pued::load
