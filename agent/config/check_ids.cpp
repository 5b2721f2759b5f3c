// Names: ids used once, racks and scopes that cannot be confused, and what is named beyond the file.
#include <algorithm>
#include <tuple>

#include "agent/config/check_parts.hpp"
#include "agent/config/feeds.hpp"
#include "agent/config/metric_names.hpp"
#include "agent/config/regions.hpp"

namespace pued::checks {
namespace {

std::vector<Entry> all_entries(const Config& config) {
    std::vector<Entry> out = entries("line", config.lines);
    for (const auto& more : {entries("meter", config.meters), entries("server", config.servers),
                             entries("mqtt-value", config.mqtt_values), entries("alert", config.alerts)}) {
        out.insert(out.end(), more.begin(), more.end());
    }
    std::erase_if(out, [](const Entry& entry) { return entry.id.empty(); });
    return out;
}

// By line and column, so that of two it is the later one that is wrong.
std::vector<Entry> in_file_order(const Context& context, std::vector<Entry> list) {
    std::stable_sort(list.begin(), list.end(), [&](const Entry& a, const Entry& b) {
        const auto left = context.place(a, "id"), right = context.place(b, "id");
        return std::tie(left.line, left.column) < std::tie(right.line, right.column);
    });
    return list;
}

// "r1" and "rack-r1" are both published as "rack-r1".
std::string rack_scope(const std::string& rack) { return rack.starts_with("rack-") ? rack : "rack-" + rack; }

std::vector<std::string> scopes_of(const Config& config) {
    auto out = device_ids(config);
    out.emplace_back("site");
    const auto add = [&out](const DeviceBase& device) {
        if (!device.rack.empty()) out.push_back(rack_scope(device.rack));
    };
    std::for_each(config.meters.begin(), config.meters.end(), add);
    std::for_each(config.servers.begin(), config.servers.end(), add);
    return out;
}

template <class T>
bool holds(const T& list, const std::string& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

// Metrics of racks and of devices share one level of topics.
template <class T>
void check_racks(const Context& context, std::string_view table, const std::vector<T>& list) {
    const auto taken = device_ids(context.config);
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto& rack = list[i].rack;
        if (rack.empty() || !holds(taken, rack_scope(rack))) continue;
        context.problem({table, i, list[i].id}, "rack",
                        "rack = \"" + rack + "\" is published as \"" + rack_scope(rack) +
                            "\", which is also a device (expected another name)");
    }
}

bool is_published(const MetricName& metric, const Config& config, const std::string& scope) {
    if (scope == "site") return metric.of_site;
    return holds(device_ids(config), scope) ? metric.of_servers : metric.of_racks;
}

constexpr std::size_t kShown = 10;  // metrics: the live ones, and those of the shortest window

// "pue", "facility-power", "it-power", "pue-15min", …
std::string first_of(const std::vector<std::string>& names) {
    std::string out;
    for (std::size_t i = 0; i < names.size() && i < kShown; ++i) out += '"' + names[i] + "\", ";
    return out + "…";
}

// A metric that exists, and for this scope: otherwise the alert would wait for ever.
void check_metric(const Context& context, const Entry& entry, const AlertConfig& alert) {
    std::vector<std::string> here;
    bool anywhere = false;
    for (const auto& metric : metric_names(context.config.metering.interval)) {
        anywhere = anywhere || metric.name == alert.metric;
        if (is_published(metric, context.config, alert.scope)) here.push_back(metric.name);
    }
    if (holds(here, alert.metric)) return;
    context.unknown(entry, "metric", alert.metric,
                    anywhere ? "is not published for \"" + alert.scope + '"' : std::string{"is unknown"}, here,
                    first_of(here));
}

void check_alert(const Context& context, const Entry& entry, const AlertConfig& alert) {
    const auto scopes = scopes_of(context.config);
    if (!holds(scopes, alert.scope)) {
        context.unknown(entry, "scope", alert.scope, "is nothing here", scopes,
                        "\"site\", \"rack-\" and a rack's name, or the id of a server");
        return;
    }
    if (context.refused({"metering", 0, {}}, "interval_s")) return;  // it names one of the metrics
    if (!alert.metric.empty()) check_metric(context, entry, alert);
}

std::string listed(const std::vector<std::string>& names) {
    std::string out;
    for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
    return out;
}

void check_region(const Context& context) {
    if (!context.known.rules) return;  // nor are the cities that they name
    const auto& region = context.config.site.region;
    auto regions = provinces();
    regions.insert(regions.end(), context.known.regions.begin(), context.known.regions.end());
    if (region.empty() || holds(regions, region)) return;
    const auto meant = suggestion(region, regions);
    const auto which = meant.empty() ? ": " + listed(provinces()) : std::string{" such as \"guizhou\""};
    context.problems.add(context.config.places.at("site", 0, "region"), "site",
                         "region = \"" + region + "\" is unknown" + meant + " (expected a province" + which +
                             ", or a city that a rule names)");
}

void check_rules(const Context& context, std::string_view key, const std::vector<std::string>& ids) {
    const auto& rules = context.known.rules;
    if (!rules) return;
    for (const auto& id : ids) {
        if (rules->contains(id)) continue;
        context.problems.add(context.config.places.at("rules", 0, key), "rules",
                             std::string{key} + " names \"" + id + "\", which is no rule" +
                                 suggestion(id, {rules->begin(), rules->end()}) + " (expected ids of known rules)");
    }
}

void check_accelerators(const Context& context, const Entry& entry, const ServerConfig& server) {
    const auto& models = context.known.accelerators;
    if (!models) return;
    for (const auto& accelerator : server.accelerators) {
        if (accelerator.model.empty() || models->contains(accelerator.model)) continue;
        context.problem(entry, "accelerators",
                        "the accelerator model \"" + accelerator.model + "\" is unknown" +
                            suggestion(accelerator.model, {models->begin(), models->end()}) +
                            " (expected the id of a file in accelerators/)");
    }
}

// The further sources of servers have ids, too: SERVER-redfish.
void check_feed_ids(const Context& context, const std::map<std::string_view, Entry>& taken) {
    for (const auto& entry : entries("server", context.config.servers)) {
        for (const auto& feed : feeds_of(context.config.servers[entry.index], {})) {
            const auto other = taken.find(feed.device);
            if (entry.id.empty() || feed.device == entry.id) continue;
            if (!is_id(feed.device)) {
                context.problem(entry, "id",
                                "its further source would be called \"" + feed.device +
                                    "\", which is too long (expected a shorter id)");
            } else if (other != taken.end()) {
                context.problem(other->second, "id",
                                "id = \"" + feed.device + "\" is what a further source of the " + entry.name() +
                                    " is called (expected another)");
            }
        }
    }
}

void used_twice(const Context& context, const Entry& entry, const Entry& earlier) {
    const auto line = std::to_string(context.place(earlier, "id").line);
    context.problem(entry, "id",
                    "id = \"" + std::string{entry.id} + "\" is already used by the " + std::string{earlier.table} +
                        " of line " + line + " (expected an id of its own)");
}

}  // namespace

void ids(const Context& context) {
    std::map<std::string_view, Entry> first;
    for (const auto& entry : in_file_order(context, all_entries(context.config))) {
        if (entry.id == "site") context.problem(entry, "id", "id = \"site\" is the site's own (expected another)");
        const auto [earlier, fresh] = first.emplace(entry.id, entry);
        if (fresh) continue;
        used_twice(context, entry, earlier->second);
    }
    check_feed_ids(context, first);
}

void scopes(const Context& context) {
    check_racks(context, "meter", context.config.meters);
    check_racks(context, "server", context.config.servers);
    const auto list = entries("alert", context.config.alerts);
    for (const auto& entry : list) check_alert(context, entry, context.config.alerts[entry.index]);
}

void names(const Context& context) {
    check_region(context);
    check_rules(context, "only", context.config.rules.only);
    check_rules(context, "skip", context.config.rules.skip);
    const auto list = entries("server", context.config.servers);
    for (const auto& entry : list) check_accelerators(context, entry, context.config.servers[entry.index]);
}

}  // namespace pued::checks
