// Turns of the units on one link.
#include "drivers/modbus/rota.hpp"

#include <algorithm>

namespace pued {
namespace {

Duration timeout_of(const ModbusPoll& device) {
    const Milliseconds wanted =
        device.config.timeout.count() > 0 ? device.config.timeout : Milliseconds{device.map->timeout_ms};
    return std::clamp(wanted, Milliseconds{10}, Milliseconds{60'000});
}

Unit unit_of(const ModbusPoll& device, const CostOf& cost, Duration assumed, const std::string& link, FieldLists& lists,
             std::optional<BootTime> first) {
    const unsigned seed = device.device * 2654435761U + 1;  // any spread will do; never 0
    const Duration pause = std::chrono::milliseconds{device.map->pause_ms};
    return {.poll = DevicePoll{device, cost(assumed, pause), link, lists},
            .schedule = Schedule{device.period, first},
            .backoff = Backoff{seed},
            .timeout = timeout_of(device),
            .pause = pause,
            .latency = Latency{assumed},
            .last_error = {},
            .skipped = 0};
}

}  // namespace

void Unit::deliver(Report report, ReportSink& out) {
    report.skipped = skipped;
    skipped = 0;
    out.deliver(std::move(report));
}

void Unit::succeed(ReportSink& out) {
    backoff.succeeded();
    deliver(poll.finish(), out);
}

void Unit::fail(const std::string& why, BootTime now, ReportSink& out, Duration least_rest) {
    last_error = why;
    backoff.failed(now, least_rest);
    poll.forget();
    fail_with_link(why, now, out);
}

void Unit::fail_with_link(const std::string& why, BootTime now, ReportSink& out) { deliver(poll.fail(why, now), out); }

Rota::Rota(const std::vector<ModbusPoll>& devices, const CostOf& cost, Duration assumed, const std::string& link,
           FieldLists& lists, std::optional<BootTime> first) {
    units_.reserve(devices.size());
    for (const auto& device : devices) units_.push_back(unit_of(device, cost, assumed, link, lists, first));
}

Unit* Rota::most_overdue(BootTime now) {
    const auto first = std::ranges::min_element(units_, {}, [](const Unit& unit) { return unit.schedule.next(); });
    return first == units_.end() || !first->schedule.due(now) ? nullptr : &*first;
}

Unit* Rota::take_due(BootTime now, ReportSink& out) {
    while (Unit* unit = most_overdue(now)) {
        unit->skipped += unit->schedule.take(now);
        unit->poll.start(now);
        if (!unit->backoff.resting(now)) return unit;
        unit->fail_with_link(unit->last_error, now, out);
    }
    return nullptr;
}

BootTime Rota::next_due() const {
    BootTime first = BootTime::max();
    for (const auto& unit : units_) first = std::min(first, unit.schedule.next());
    return first;
}

void Rota::forget_all() {
    for (auto& unit : units_) unit.poll.forget();
}

}  // namespace pued
