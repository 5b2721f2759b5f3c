// What comes in, what goes out, and the order of a tick.
#include "agent/runtime/engine.hpp"

#include <algorithm>
#include <utility>

#include "agent/runtime/engine_impl.hpp"
#include "agent/runtime/metric_payload.hpp"
#include "agent/runtime/status_payload.hpp"

namespace pued {
namespace {

constexpr Duration kStatusPeriod = std::chrono::seconds{30};

// Whose quantities each device brings: its own, or those of the server that an MQTT value belongs to.
std::vector<DeviceIndex> owners(const PointTable& table) {
    std::vector<DeviceIndex> out(table.devices.size());
    for (DeviceIndex i = 0; i < out.size(); ++i) out[i] = i;
    for (DeviceIndex i = 0; i < out.size(); ++i) {
        const auto& device = table.devices[i];
        for (const auto& point : {device.energy, device.power, device.activity, device.clock}) {
            if (point) out[table.points[*point].device] = i;
        }
    }
    return out;
}

}  // namespace

Engine::Impl::Impl(const Installation& from, EngineDoors through, const Now& now)
    : installation(from),
      doors(std::move(through)),
      topics(from.config),
      owner(owners(from.points)),
      health(from.points, now.boot),
      accounting(from),
      live(from.points, balance_settings(from.config)),
      values(from.points.devices.size()),
      alerts(from),
      zone(zone_of(from.config)),
      since(now.utc) {}

// Into the books, under the name of the device that the points belong to.
void Engine::Impl::count(const Report& report) {
    accounting.accept_weather(report);
    live_news = true;
    if (owner[report.device] == report.device) {
        accounting.accept(report);
        if (live_wanted) live.accept(report);
        return;
    }
    auto owned = report;
    owned.device = owner[report.device];
    accounting.accept(owned);
    if (live_wanted) live.accept(owned);
}

void Engine::Impl::send(Message message) {
    if (doors.sink == nullptr) return;
    if (message.retained) retained.insert(message.topic);
    held.push_back(std::move(message));
}

void Engine::Impl::flush() {
    for (auto& message : held) doors.sink->publish(std::move(message));
    held.clear();
}

void Engine::Impl::log_health(const HealthChange& change) {
    const auto level = change.to == SourceHealth::good ? Level::info : Level::warning;
    doors.log->write(level, "source",
                     {{"source", installation.points.devices[change.device].id},
                      {"from", std::string{name_of(change.from)}},
                      {"to", std::string{name_of(change.to)}},
                      {"error", change.error}});
    status_due = true;
}

void Engine::Impl::tell_status(const Now& now, const Surroundings& surroundings) {
    if (doors.sink == nullptr || (!status_due && now.boot < next_status)) return;
    status_due = false;
    next_status = now.boot + kStatusPeriod;
    Status status{true, since, now.quality, health.counts(), surroundings.outbox, surroundings.dropped, 0, 0, 0, {}};
    if (journal != nullptr) {
        status.journal_size = journal->size();
        status.journal_epoch = journal->epoch();
        status.journal_pending = journal->pending();
    }
    status.journal_error = journal_error;
    doors.sink->publish(status_message(topics, installation.config, status));
}

// Takes away what an agent of another configuration left with the broker: other topics, and scopes that are gone.
void Engine::Impl::retract(const std::set<std::string>& before) {
    if (doors.sink == nullptr) return;
    std::set<std::string> scopes{"site"};
    for (const auto& device : installation.points.devices) {
        scopes.insert(device.id);
        if (!device.rack.empty()) scopes.insert(rack_scope(device.rack));
    }
    const auto& root = topics.root();
    for (const auto& topic : before) {
        const bool ours = topic.starts_with(root);
        const bool of_metric = topic.starts_with(root + "metric/");
        const auto scope =
            of_metric ? topic.substr(root.size() + 7, topic.rfind('/') - root.size() - 7) : std::string{"site"};
        if (ours && scopes.contains(scope)) {
            retained.insert(topic);
        } else {
            doors.sink->publish({topic, {}});
        }
    }
}

Engine::Engine(const Installation& installation, EngineDoors doors, const Now& now)
    : impl_(std::make_unique<Impl>(installation, std::move(doors), now)) {}

Engine::~Engine() = default;

void Engine::accept(const Report& report, const Now& now) {
    auto& own = *impl_;
    if (report.device >= own.installation.points.devices.size()) return;
    const auto change = own.health.accept(report);
    if (change) own.log_health(*change);
    own.values.tell(report, own.installation.points.devices[report.device], change.has_value(), *own.doors.log);
    if (report.state == DeviceState::good) own.count(report);
    if (own.doors.sink != nullptr && own.installation.config.mqtt.readings) {
        own.send(reading_message(own.topics, own.installation.points, report, now));
    }
}

void Engine::tick(const Now& now, const Surroundings& surroundings) {
    auto& own = *impl_;
    for (const auto& change : own.health.tick(now.boot)) own.log_health(change);
    own.snapshot_if_wanted(now);
    own.watch_clock(now);
    own.lay_out_alerts(now);
    own.close_intervals(now);
    own.tell_chips(now);
    own.tell_live(now);
    own.commit(now, false);
    own.tell_status(now, surroundings);
}

void Engine::end(const Now& now) {
    auto& own = *impl_;
    own.snapshot(now);
    own.next_commit = now.boot;
    own.commit(now, true);
}

Message Engine::farewell(const Now& now) const {
    return status_message(impl_->topics, impl_->installation.config,
                          {false, now.utc, now.quality, impl_->health.counts(), 0, 0, 0, 0, 0, {}});
}

}  // namespace pued
