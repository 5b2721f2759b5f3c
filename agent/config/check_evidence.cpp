// What the evidence rests on: meters that hang behind one another, and the points that tell the weather.
#include <algorithm>

#include "agent/config/check_parts.hpp"

namespace pued::checks {
namespace {

// Every metering point with what the file says stands upstream of it.
struct Upstream {
    Entry entry;
    const std::string* parent;
};

std::vector<Upstream> upstreams(const Config& config) {
    std::vector<Upstream> out;
    for (const auto& entry : entries("meter", config.meters)) {
        out.push_back({entry, &config.meters[entry.index].parent});
    }
    for (const auto& entry : entries("server", config.servers)) {
        out.push_back({entry, &config.servers[entry.index].parent});
    }
    return out;
}

const std::string* parent_of(const std::vector<Upstream>& all, std::string_view id) {
    const auto named = [id](const Upstream& one) { return one.entry.id == id; };
    const auto found = std::find_if(all.begin(), all.end(), named);
    return found == all.end() ? nullptr : found->parent;
}

// "a -> b -> a" where the way up from `start` comes back to it; empty where it ends, or circles elsewhere.
std::string circle(const std::vector<Upstream>& all, const Upstream& start) {
    std::string way{start.entry.id};
    const auto* at = start.parent;
    for (std::size_t steps = 0; at != nullptr && !at->empty() && steps <= all.size(); ++steps) {
        way += " -> " + *at;
        if (*at == start.entry.id) return way;
        at = parent_of(all, *at);
    }
    return {};
}

struct WeatherPoint {
    std::string_view key;
    const std::string& name;
    Quantity quantity;
    std::string_view wanted;
};

bool unread(const Context& context, std::string_view owner) {
    const auto& meters = context.config.meters;
    return std::any_of(meters.begin(), meters.end(), [&](const ModbusDevice& meter) {
        return meter.id == owner && !context.maps.contains(meter.profile);
    });
}

void check_weather_point(const Context& context, const PointTable& points, const WeatherPoint& wanted) {
    if (wanted.name.empty() || unread(context, wanted.name.substr(0, wanted.name.find('.')))) return;
    std::vector<std::string> fitting;
    for (const auto& point : points.points) {
        if (point.quantity.quantity == wanted.quantity) fitting.push_back(point.name);
    }
    const auto same = [&](const Point& point) { return point.name == wanted.name; };
    const auto found = std::find_if(points.points.begin(), points.points.end(), same);
    const bool there = found != points.points.end();
    if (there && found->quantity.quantity == wanted.quantity) return;
    context.problems.add(context.config.places.at("weather", 0, wanted.key), "weather",
                         std::string{wanted.key} + " = \"" + wanted.name + "\" " +
                             (there ? "is of another quantity" : "is not there") + suggestion(wanted.name, fitting) +
                             " (expected a point METER." + std::string{wanted.wanted} + ')');
}

}  // namespace

void parents(const Context& context) {
    const auto all = upstreams(context.config);
    const auto known = device_ids(context.config);
    for (const auto& one : all) {
        const auto& parent = *one.parent;
        if (parent.empty()) continue;
        if (std::find(known.begin(), known.end(), parent) == known.end()) {
            context.unknown(one.entry, "parent", parent, "is not there", known,
                            "the id of the meter or server upstream");
        } else if (const auto way = circle(all, one); !one.entry.id.empty() && !way.empty()) {
            auto what = "parent = \"" + parent;
            what += "\" leads back to itself: ";
            what += way;
            what += " (expected the meter upstream, nearer to the feed)";
            context.problem(one.entry, "parent", std::move(what));
        }
    }
}

void weather(const Context& context, const PointTable& points) {
    const auto& weather = context.config.weather;
    for (const auto& point : {WeatherPoint{"wet_bulb", weather.wet_bulb, Quantity::temperature, "temperature_c"},
                              {"dry_bulb", weather.dry_bulb, Quantity::temperature, "temperature_c"},
                              {"humidity", weather.humidity, Quantity::humidity, "humidity_percent"}}) {
        check_weather_point(context, points, point);
    }
}

}  // namespace pued::checks
