// The engine's day: reports in, intervals closed, metrics out, alerts stepped.
#include "agent/runtime/engine.hpp"

#include <algorithm>
#include <set>

#include "agent/metering/ledger.hpp"
#include "agent/metrics/compute.hpp"
#include "agent/metrics/live.hpp"
#include "agent/metrics/windows.hpp"
#include "agent/runtime/alert_book.hpp"
#include "agent/runtime/health.hpp"
#include "agent/runtime/metric_payload.hpp"
#include "agent/runtime/snapshot.hpp"
#include "agent/runtime/status_payload.hpp"
#include "agent/runtime/verdicts.hpp"

namespace pued {
namespace {

constexpr std::string_view kYearMetric = "pue-rolling-12m";
constexpr Duration kStatusPeriod = std::chrono::seconds{30};
constexpr Duration kChipPeriod = std::chrono::hours{1};
constexpr UtcTime kOldestPlausible{std::chrono::sys_days{std::chrono::year{2024} / 1 / 1}};  // before: never set

LedgerSettings ledger_settings(const Config& config) {
    LedgerSettings out;
    out.interval = config.metering.interval;
    out.grace = config.metering.grace;
    return out;
}

BalanceSettings balance_settings(const Config& config) {
    return {config.metering.unmeasured_w, config.metering.category};
}

Zone zone_of(const Config& config) { return Zone{std::chrono::minutes{config.site.utc_offset_minutes}}; }

AcceleratorFacts facts_of(const Accelerator& chip, unsigned count) {
    return {count, chip.peak_tflops(Precision::fp16).value_or(0), chip.rated_power_w.value_or(0), chip.clock_hz};
}

std::vector<ServerCompute> computes(const Installation& installation) {
    std::vector<ServerCompute> out;
    const auto& devices = installation.points.devices;
    for (const auto& server : installation.config.servers) {
        if (server.accelerators.empty()) continue;
        ServerCompute compute;
        const auto device =
            std::find_if(devices.begin(), devices.end(), [&](const Device& d) { return d.id == server.id; });
        compute.device = static_cast<DeviceIndex>(device - devices.begin());
        for (const auto& [model, count] : server.accelerators) {
            compute.accelerators.push_back(facts_of(installation.accelerators.at(model), count));
        }
        out.push_back(std::move(compute));
    }
    return out;
}

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

// How often the live view is told: as often as the fastest source is polled, but not more than once a second.
Duration live_period(const PointTable& table) {
    Duration out = std::chrono::seconds{10};
    for (const auto& device : table.devices) out = std::min(out, device.period);
    return std::max<Duration>(out, std::chrono::seconds{1});
}

Evaluation evaluation_of(const Metric& metric) {
    return {metric.value, metric.unit, metric.start, metric.end, metric.coverage};
}

}  // namespace

struct Engine::Impl {
    Impl(const Installation& from, Sink& out, Log& to, const Now& now)
        : installation(from),
          sink(out),
          log(to),
          topics(from.config),
          owner(owners(from.points)),
          health(from.points, now.boot),
          ledger(from.points, ledger_settings(from.config)),
          windows(from.points, balance_settings(from.config), zone_of(from.config)),
          live(from.points, balance_settings(from.config)),
          compute(from.points, computes(from), balance_settings(from.config), zone_of(from.config)),
          alerts(from),
          zone(zone_of(from.config)),
          since(now.utc) {}

    // Into the books, under the name of the device that the points belong to.
    void count(const Report& report) {
        auto owned = report;
        owned.device = owner[report.device];
        ledger.accept(owned);
        live.accept(owned);
        compute.accept(owned);
    }

    void send(Message message) {
        if (message.retained) retained.insert(message.topic);
        sink.publish(std::move(message));
    }

    void publish(const Metric& metric, const Now& now) {
        send(metric_message(topics, metric, now));
        step_alerts(metric, now);
    }

    // The rules that bind begin and end with dates; a clock that was never set has no date.
    void lay_out_alerts(const Now& now) {
        const auto date = zone.date(now.utc);
        if (now.utc < kOldestPlausible || date == today) return;
        today = date;
        for (auto& change : alerts.lay_out(date, now)) tell(std::move(change));
        next_chips = now.boot;
    }

    // Hours, days and months step alerts when they have closed: an hour that has run for a minute is no hour.
    [[nodiscard]] bool is_closed(const Metric& metric) const {
        for (const auto& [suffix, window] :
             {std::pair{"-hour", Window::hour}, {"-day", Window::day}, {"-month", Window::month}}) {
            if (metric.name.ends_with(suffix))
                return zone.window(window, metric.end - std::chrono::milliseconds{1}).end == metric.end;
        }
        return true;
    }

    void step_alerts(const Metric& metric, const Now& now) {
        if (!is_closed(metric)) return;
        for (auto& change : alerts.evaluate(metric.scope, metric.name, evaluation_of(metric), now))
            tell(std::move(change));
    }

    void tell(AlertChange change) {
        if (change.from != change.to) {
            const auto level = change.to == AlertPhase::firing ? Level::warning : Level::info;
            log.write(level, "alert",
                      {{"scope", change.scope},
                       {"rule", change.rule},
                       {"from", std::string{to_string(change.from)}},
                       {"to", std::string{to_string(change.to)}}});
        }
        save_wanted = true;  // rev has grown, too, where only "stale" changed
        send(std::move(change.message));
    }

    void log_health(const HealthChange& change) {
        const auto level = change.to == SourceHealth::good ? Level::info : Level::warning;
        log.write(level, "source",
                  {{"source", installation.points.devices[change.device].id},
                   {"from", std::string{name_of(change.from)}},
                   {"to", std::string{name_of(change.to)}},
                   {"error", change.error}});
        status_due = true;
    }

    void log_steps() {
        for (const auto& event : ledger.take_events()) {
            log.write(Level::warning, "register",
                      {{"source", installation.points.devices[event.device].id},
                       {"step", std::string{name_of(event.kind)}},
                       {"counts", std::to_string(event.reading.counts)}});
        }
    }

    // After an outage many intervals close at once: every one steps the alerts, only the newest is published.
    void close_intervals(const Now& now) {
        const auto intervals = ledger.close(now);
        for (std::size_t i = 0; i < intervals.size(); ++i) {
            auto metrics = windows.add(intervals[i]);
            for (auto& metric : compute.add(intervals[i], now)) metrics.push_back(std::move(metric));
            const bool newest = i + 1 == intervals.size();
            for (const auto& metric : metrics) {
                if (newest && metric.scope == "site" && metric.name == kYearMetric) judge(metric, now);
                if (newest) send(metric_message(topics, metric, now));
                if (!intervals[i].amends) step_alerts(metric, now);  // an amendment is no further evaluation
            }
            save_wanted = true;
        }
        log_steps();
    }

    void judge(const Metric& year, const Now& now) {
        for (auto& verdict : judge_all(installation, year, zone.date(now.utc))) tell(verdict, now);
    }

    void tell(const RuleVerdict& verdict, const Now& now) {
        for (auto& change : alerts.set_judgement(verdict.metric.scope, verdict.rule, verdict.judgement))
            tell(std::move(change));
        send(metric_message(topics, verdict.metric, now));
    }

    void tell_live(const Now& now) {
        const auto period = live_period(installation.points);
        if (now.boot < next_live) return;
        next_live = std::max(next_live + period, now.boot);  // advances; after a standstill it begins anew
        for (const auto& metric : live.live(now)) publish(metric, now);
    }

    void tell_status(const Now& now, const Surroundings& surroundings) {
        if (!status_due && now.boot < next_status) return;
        status_due = false;
        next_status = now.boot + kStatusPeriod;
        sink.publish(
            status_message(topics, installation.config,
                           {true, since, now.quality, health.counts(), surroundings.outbox, surroundings.dropped}));
    }

    // Takes away what an agent of another configuration left with the broker: other topics, and scopes that are gone.
    void retract(const std::set<std::string>& before) {
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
                sink.publish({topic, {}});
            }
        }
    }

    // The chips' rated figures: constant, but told again now and then, and judged by the rules on chips.
    void tell_chips(const Now& now) {
        if (now.boot < next_chips) return;
        next_chips = now.boot + kChipPeriod;
        for (const auto& metric : compute.rated(now)) publish(metric, now);
        for (const auto& watch : alerts.watches()) {
            if (watch.source == nullptr || watch.source->metric != RuleMetric::compute_per_watt_rated) continue;
            const auto metric = worst_chip(watch, now);
            tell(judge_chip(installation, *watch.source, metric, zone.date(now.utc)), now);
            publish(metric, now);
        }
    }

    // The least efficient chip of the server that is watched.
    [[nodiscard]] Metric worst_chip(const Watch& watch, const Now& now) const {
        Metric out{watch.scope,
                   watch.metric,
                   std::nullopt,
                   "TFLOPS/W",
                   std::string{quality::unknown},
                   0,
                   now.utc,
                   now.utc,
                   "data sheet: dense peak over rated power",
                   {}};
        for (const auto& server : installation.config.servers) {
            if (server.id != watch.scope) continue;
            for (const auto& [model, count] : server.accelerators) {
                const auto value = rated_efficiency(installation.accelerators.at(model), watch.source->precision);
                if (!value) return out;  // one chip of unknown efficiency: cannot tell
                if (out.value && *out.value <= *value) continue;
                out.value = value;
                out.extra["accelerator"] = model;
            }
        }
        if (out.value) {
            out.quality = quality::good;
            out.coverage = 1;
        }
        return out;
    }

    const Installation& installation;
    Sink& sink;
    Log& log;
    Topics topics;
    std::vector<DeviceIndex> owner;
    Health health;
    Ledger ledger;
    Windows windows;
    LivePower live;
    ComputeLedger compute;
    AlertBook alerts;
    Zone zone;
    std::optional<std::chrono::year_month_day> today;  // the alerts are laid out for
    std::set<std::string> retained;                    // topics that the broker keeps for us
    UtcTime since;
    BootTime next_live, next_status, next_chips;
    bool status_due = true;
    bool save_wanted = false;
};

Engine::Engine(const Installation& installation, Sink& sink, Log& log, const Now& now)
    : impl_(std::make_unique<Impl>(installation, sink, log, now)) {}

Engine::~Engine() = default;

void Engine::accept(const Report& report, const Now& now) {
    auto& own = *impl_;
    if (report.device >= own.installation.points.devices.size()) return;
    if (const auto change = own.health.accept(report)) own.log_health(*change);
    if (report.state == DeviceState::good) own.count(report);
    if (own.installation.config.mqtt.readings) {
        own.sink.publish(reading_message(own.topics, own.installation.points, report, now));
    }
}

void Engine::tick(const Now& now, const Surroundings& surroundings) {
    auto& own = *impl_;
    for (const auto& change : own.health.tick(now.boot)) own.log_health(change);
    own.lay_out_alerts(now);
    own.close_intervals(now);
    own.tell_chips(now);
    own.tell_live(now);
    own.tell_status(now, surroundings);
}

bool Engine::wants_saving() const { return impl_->save_wanted; }

std::string Engine::snapshot(const Now& now) {
    auto& own = *impl_;
    own.save_wanted = false;
    return write_books(
        {own.ledger.save(now), own.windows.save(), own.compute.save(now), own.alerts.save(), own.retained});
}

Result<void> Engine::restore(const std::string& text, const Now& now) {
    auto& own = *impl_;
    auto books = read_books(text);
    if (!books) return Error{books.error()};
    own.ledger.restore(books->ledger, now);
    own.windows.restore(books->windows);
    own.compute.restore(books->compute, now);
    own.alerts.restore(std::move(books->alerts));
    for (auto& message : own.alerts.standing()) own.send(std::move(message));
    own.retract(books->topics);
    own.lay_out_alerts(now);
    return {};
}

Message Engine::farewell(const Now& now) const {
    return status_message(impl_->topics, impl_->installation.config,
                          {false, now.utc, now.quality, impl_->health.counts(), 0, 0});
}

}  // namespace pued
