// Polls and changes of OpenBMC's sensors; see the header.
#include "drivers/dbus/dbus_source.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <thread>
#include <utility>

#include "drivers/dbus/bus.hpp"
#include "drivers/dbus/sensor.hpp"
#include "drivers/poll/schedule.hpp"

namespace pued {

namespace {

constexpr Duration usual_timeout = std::chrono::seconds{1};
constexpr int changes_a_period = 5;

struct Sensor {
    DbusPoint wanted;
    Quantity quantity = Quantity::power;
    std::optional<dbus::Owner> owner;  // nothing: to be asked for
    std::string sender;                // whose signals count; empty: nobody's
    dbus::Properties properties;       // as told last
    bool known = false;                // since this poll
};

class DbusSource final : public Source {
public:
    DbusSource(DbusPoll poll, const Clock& clock)
        : device_(poll.device),
          clock_(clock),
          timeout_(poll.timeout > Duration{} ? poll.timeout : usual_timeout),
          change_gap_(poll.period / changes_a_period),
          schedule_(poll.period) {
        for (auto& wanted : poll.sensors) {
            Sensor sensor;
            sensor.quantity = parse_quantity(wanted.config.quantity).value_or(QuantityName{}).quantity;
            sensor.wanted = std::move(wanted);
            sensors_.push_back(std::move(sensor));
        }
    }

    void step(BootTime until, ReportSink& out) override;
    void close() override { bus_.reset(); }

private:
    [[nodiscard]] BootTime now() const { return clock_.now().boot; }
    void poll(ReportSink& out);
    Result<void> connect();
    std::string read_all();
    Result<void> read(Sensor& sensor);
    void changed(std::size_t who, const std::string& sender, const dbus::Properties& changed);
    void tell_changes(BootTime at, ReportSink& out);
    Report report_at(BootTime at, const std::set<PointIndex>& points);

    DeviceIndex device_;
    const Clock& clock_;
    Duration timeout_, change_gap_;
    Schedule schedule_;
    std::vector<Sensor> sensors_;
    std::map<PointIndex, RegisterSum> energies_;
    std::unique_ptr<dbus::Bus> bus_;
    std::string problems_;          // of the last poll
    std::set<PointIndex> changes_;  // not told yet
    BootTime told_;
};

void DbusSource::step(BootTime until, ReportSink& out) {
    do {
        if (schedule_.due(now())) poll(out);
        BootTime next = std::min(until, schedule_.next());
        if (!changes_.empty()) next = std::min(next, told_ + change_gap_);
        const Duration patience = std::max(Duration{}, next - now());
        if (bus_ && !bus_->broken()) {
            bus_->wait(patience);
        } else {
            std::this_thread::sleep_for(patience);
        }
        tell_changes(now(), out);
    } while (now() < until);
}

void DbusSource::poll(ReportSink& out) {
    const BootTime asked = now();
    schedule_.take(asked);
    if (bus_ && bus_->broken()) bus_.reset();
    const auto connected = connect();
    problems_ = connected ? read_all() : connected.error();
    const BootTime told = now();
    std::set<PointIndex> points;
    for (const auto& sensor : sensors_) points.insert(sensor.wanted.point);
    Report report = report_at(asked + (told - asked) / 2, points);
    report.round_trip = told - asked;
    if (std::none_of(sensors_.begin(), sensors_.end(), [](const Sensor& sensor) { return sensor.known; })) {
        report.state = DeviceState::failed;
        report.samples.clear();
    }
    out.deliver(std::move(report));
}

Result<void> DbusSource::connect() {
    if (bus_) return {};
    for (auto& sensor : sensors_) sensor = {sensor.wanted, sensor.quantity, {}, {}, {}, false};
    auto bus = dbus::Bus::open();
    if (!bus) return Error{bus.error()};
    bus_ = std::move(*bus);
    const auto told = [this](std::size_t who, const std::string& sender, const dbus::Properties& properties) {
        changed(who, sender, properties);
    };
    for (std::size_t i = 0; i < sensors_.size(); ++i) {
        if (auto watched = bus_->watch(i, sensors_[i].wanted.config.path, told); !watched) {
            bus_.reset();
            return watched;
        }
    }
    return {};
}

// What went wrong. Of a service that did not answer no more is asked in this poll, nor of the mapper that tells whose a
// sensor is: else a plant of sensors that nobody owns would wait out a timeout each.
std::string DbusSource::read_all() {
    std::string problems;
    std::set<std::string> silent;
    bool mapper_silent = false;
    for (auto& sensor : sensors_) {
        sensor.known = false;
        if (sensor.owner ? silent.contains(sensor.owner->service) : mapper_silent) continue;
        const auto got = bus_->broken() ? Result<void>{Error{"the connection to D-Bus ended"}} : read(sensor);
        if (got) continue;
        if (bus_->timed_out() && sensor.owner) silent.insert(sensor.owner->service);
        mapper_silent = mapper_silent || (bus_->timed_out() && !sensor.owner);
        if (!bus_->timed_out()) sensor.owner.reset();  // it may have gone to another service
        sensor.sender.clear();
        problems += (problems.empty() ? "" : "; ") + got.error();
    }
    return problems;
}

Result<void> DbusSource::read(Sensor& sensor) {
    const std::string& path = sensor.wanted.config.path;
    if (!sensor.owner) {
        auto owner = bus_->owner_of(path, timeout_);
        if (!owner) return Error{owner.error()};
        sensor.owner = std::move(*owner);
    }
    auto answer = bus_->read(*sensor.owner, path, timeout_);
    if (!answer) return Error{answer.error()};
    sensor.properties = std::move(answer->properties);
    sensor.sender = std::move(answer->sender);
    sensor.known = true;
    return {};
}

// Only from the service that answers for the sensor: anybody on the bus may send signals.
void DbusSource::changed(std::size_t who, const std::string& sender, const dbus::Properties& changed) {
    Sensor& sensor = sensors_[who];
    if (!sensor.known || sensor.sender != sender) return;
    if (changed.value) sensor.properties.value = changed.value;
    if (changed.unit) sensor.properties.unit = changed.unit;
    if (changed.available) sensor.properties.available = changed.available;
    if (changed.functional) sensor.properties.functional = changed.functional;
    changes_.insert(sensor.wanted.point);
}

void DbusSource::tell_changes(BootTime at, ReportSink& out) {
    if (changes_.empty() || at - told_ < change_gap_) return;
    out.deliver(report_at(at, std::exchange(changes_, {})));
}

Report DbusSource::report_at(BootTime at, const std::set<PointIndex>& points) {
    Report report;
    report.device = device_;
    report.at = told_ = at;
    report.state = DeviceState::good;
    report.error = problems_;
    for (const PointIndex point : points) {
        std::vector<std::optional<double>> values;
        Quantity quantity = Quantity::power;
        for (const auto& sensor : sensors_) {
            if (sensor.wanted.point != point) continue;
            quantity = sensor.quantity;
            values.emplace_back();
            if (!sensor.known) continue;
            if (auto value = dbus::value_of(quantity, sensor.wanted.config.scale, sensor.properties)) {
                values.back() = *value;
            } else {
                report.error += (report.error.empty() ? "" : "; ") + sensor.wanted.config.path + ' ' + value.error();
            }
        }
        report.samples.push_back(dbus::sample_of(point, quantity, values, energies_[point]));
        changes_.erase(point);
    }
    return report;
}

}  // namespace

std::unique_ptr<Source> make_dbus_source(DbusPoll poll, const Clock& clock) {
    return std::make_unique<DbusSource>(std::move(poll), clock);
}

}  // namespace pued
