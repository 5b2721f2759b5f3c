// The order of the checks, and the words they share.
#include "agent/config/check.hpp"

#include <algorithm>

#include "agent/config/check_parts.hpp"
#include "agent/config/points.hpp"

namespace pued {
namespace checks {
namespace {

constexpr std::size_t kMaxDevices = 2000;
constexpr std::size_t kMaxPoints = 50000;
// Each has a thread of its own; firmware/systemd/pued.service.in allows for so many.
constexpr std::size_t kMaxBmcs = 200;
constexpr std::size_t kMaxLines = 64;

void size(const Context& context, const PointTable& points) {
    const auto too_many = [&](std::size_t count, std::size_t limit, const char* what) {
        if (count <= limit) return;
        context.problems.add({context.config.file, 0, 0}, {},
                             std::to_string(count) + ' ' + what + " are too many for one pued (expected at most " +
                                 std::to_string(limit) +
                                 "; divide the site among several, each with an agent of its own in [site])");
    };
    const auto& servers = context.config.servers;
    const auto bmcs = std::count_if(servers.begin(), servers.end(), [](const auto& s) { return !s.host.empty(); });
    too_many(static_cast<std::size_t>(bmcs), kMaxBmcs, "servers with a bmc");
    too_many(context.config.lines.size(), kMaxLines, "lines");
    too_many(points.devices.size(), kMaxDevices, "devices");
    too_many(points.points.size(), kMaxPoints, "points");
}

}  // namespace

std::string Entry::name() const {
    const std::string kind{table};
    return id.empty() ? kind + ' ' + std::to_string(index + 1) : kind + " \"" + std::string{id} + '"';
}

Place Context::place(const Entry& entry, std::string_view key) const {
    return config.places.at(entry.table, entry.index, key);
}

bool Context::refused(const Entry& entry, std::string_view key) const {
    const auto there = config.places.of_key(entry.table, entry.index, key);
    return there && problems.any_at(*there);
}

void Context::problem(const Entry& entry, std::string_view key, std::string what) const {
    problems.add(place(entry, key), entry.name(), std::move(what));
}

void Context::unknown(const Entry& entry, std::string_view key, const std::string& value, std::string_view says,
                      const std::vector<std::string>& choices, std::string_view expected) const {
    problem(entry, key,
            std::string{key} + " = \"" + value + "\" " + std::string{says} + suggestion(value, choices) +
                " (expected " + std::string{expected} + ')');
}

std::vector<std::string> device_ids(const Config& config) {
    std::vector<std::string> out;
    for (const auto& meter : config.meters) out.push_back(meter.id);
    for (const auto& server : config.servers) out.push_back(server.id);
    std::erase(out, "");
    return out;
}

}  // namespace checks

void check(const Config& config, const std::map<std::string, RegisterMap>& maps, const KnownIds& known,
           Problems& problems) {
    const checks::Context context{config, maps, known, problems};
    const auto points = build_points(config, maps, known.redfish);
    checks::size(context, points);
    checks::ids(context);
    checks::names(context);
    checks::lines(context);
    checks::profiles(context);
    checks::rates(context);
    checks::addresses(context);
    checks::protocols(context);
    checks::redfish(context);
    checks::mqtt_values(context, points);
    checks::scopes(context);
    checks::parents(context);
    checks::weather(context, points);
    // What a device or the whole site lacks can be told only where every part is sound.
    if (problems.none()) checks::roles(context, points);
    if (problems.none()) checks::balance(context);
    if (problems.none()) checks::category(context);
}

}  // namespace pued
