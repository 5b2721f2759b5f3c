// Intervals become figures, figures step alerts and are judged.
#include <algorithm>
#include <utility>

#include "agent/metrics/five_conditions.hpp"
#include "agent/runtime/engine_impl.hpp"
#include "agent/runtime/limits.hpp"
#include "agent/runtime/metric_payload.hpp"

namespace pued {
namespace {

constexpr std::string_view kYearMetric = "pue-rolling-12m";
constexpr std::uint32_t kUncertain = 10'000;  // ms
constexpr Duration kChipPeriod = std::chrono::hours{1};
constexpr Duration kLiveSpacing = std::chrono::seconds{5};

Bilingual text_of(const Metric& metric) {
    const auto text = [&](const char* key) {
        const auto found = metric.extra.find(key);
        const bool there = found != metric.extra.end() && std::holds_alternative<std::string>(found->second);
        return there ? std::get<std::string>(found->second) : std::string{};
    };
    return {text("text_en"), text("text_zh")};
}

Evaluation evaluation_of(const Metric& metric) {
    return {metric.value, metric.unit, metric.start, metric.end, metric.coverage, metric.u, text_of(metric)};
}

void append(std::vector<AlertChange>& out, std::vector<AlertChange> more) {
    for (auto& change : more) out.push_back(std::move(change));
}

// The other method of GB 40879, from what the operator had tested.
std::optional<Metric> five_conditions_of(const Config& config, const Span& year) {
    if (!config.gb40879) return std::nullopt;
    std::vector<TemperaturePoint> points;
    for (const auto& point : config.gb40879->points) points.push_back({point.share, point.facility_kw, point.it_kw});
    return five_condition_metric(points, config.gb40879->source, year.start, year.end);
}

std::string month_name(std::chrono::year_month_day date) { return rfc3339(std::chrono::sys_days{date}).substr(0, 7); }

}  // namespace

// What is watched on this date.
std::vector<AlertChange> Engine::Impl::lay_out(std::chrono::year_month_day date, const Now& now) {
    today = date;
    const auto limit = year_limit(installation, date);
    accounting.set_limit(limit, limit ? u_of_year(installation, *limit) : 0);
    alerts.set_drift(accounting.drift_watches());
    return alerts.lay_out(date, now);
}

// The rules that bind begin and end with dates; a clock that was never set has no date.
void Engine::Impl::lay_out_alerts(const Now& now) {
    const auto date = zone.date(now.utc);
    if (now.utc < oldest_plausible || date == today) return;
    for (auto& change : lay_out(date, now)) tell(std::move(change), now);
    live_watched = false;
    for (const auto* name : {"pue", "it-power", "facility-power"}) {
        live_watched = live_watched || alerts.watches_metric("site", name);
    }
    for (const auto& device : installation.points.devices) {
        live_watched =
            live_watched || (!device.rack.empty() && alerts.watches_metric(rack_scope(device.rack), "it-power"));
    }
    live_wanted = live_watched || doors.sink != nullptr;
    next_chips = now.boot;
}

// Hours, days and months step alerts when they have closed: an hour that has run for a minute is no hour.
bool Engine::Impl::is_closed(const Metric& metric) const {
    for (const auto& [suffix, window] :
         {std::pair{"-hour", Window::hour}, {"-day", Window::day}, {"-month", Window::month}}) {
        if (metric.name.ends_with(suffix))
            return zone.window(window, metric.end - std::chrono::milliseconds{1}).end == metric.end;
    }
    return true;
}

void Engine::Impl::evaluate(const Metric& metric, const Now& now, std::vector<AlertChange>& out) {
    if (!alerts.watches_metric(metric.scope, metric.name) || !is_closed(metric)) return;
    append(out, alerts.evaluate(metric.scope, metric.name, evaluation_of(metric), now));
}

// Meters that figures are made of; a server's sensor that nobody counts doubts nothing.
void Engine::Impl::doubt() {
    std::set<std::string> scopes;
    for (const auto& one : alerts.doubts()) {
        if (!contributing({one}, installation.points, std::nullopt).empty()) scopes.insert(one.first);
    }
    accounting.set_doubted(std::move(scopes));
}

// An amendment is no further evaluation. What a fold cannot know makes nothing unknown.
std::vector<AlertChange> Engine::Impl::evaluate_all(const Outcome& outcome, bool folded, const Now& now) {
    std::vector<AlertChange> out;
    for (const auto& finding : outcome.integrity) {
        if (folded && !finding.score) continue;  // records hold no integrals of power
        append(out,
               alerts.evaluate({finding.scope, finding.check, finding.score, {finding.text_en, finding.text_zh}}, now));
    }
    if (!outcome.integrity.empty()) doubt();
    if (outcome.interval.amends) return out;
    for (const auto& metric : outcome.metrics) evaluate(metric, now, out);
    return out;
}

// The record first: its number and hash stand in the message.
void Engine::Impl::tell(AlertChange change, const Now& now) {
    if (change.from != change.to) {
        const auto level = change.to == AlertPhase::firing ? Level::warning : Level::info;
        doors.log->write(level, "alert",
                         {{"scope", change.scope},
                          {"rule", change.rule},
                          {"from", std::string{to_string(change.from)}},
                          {"to", std::string{to_string(change.to)}}});
    }
    const auto found = alerts.save().find(change.scope + '/' + change.rule);
    if (found != alerts.save().end()) {
        if (const auto stamp = record(alert_record(change, found->second, now));
            stamp && !change.message.payload.empty())
            change.message = alerts.set_evidence(change.scope, change.rule, *stamp);
    }
    if (doors.observer != nullptr) doors.observer->alerted(change, now.utc);
    send(std::move(change.message));
}

// After an outage many intervals close at once: every one is recorded and steps the alerts, only the newest and the
// last of each day are told whole.
void Engine::Impl::close_intervals(const Now& now) {
    auto intervals = accounting.close(now);
    for (const auto& event : accounting.ledger().take_events()) {
        steps.tell(event, installation.points.devices[event.device], *doors.log);
    }
    for (const auto& epoch : accounting.ledger().take_epochs())
        record(meter_epoch_record(epoch, installation.points, now));
    for (std::size_t i = 0; i < intervals.size(); ++i) {
        const bool newest = i + 1 == intervals.size();
        const auto end = intervals[i].end();
        const bool ends_day = zone.window(Window::day, end).start == end;
        const auto tell = (newest && doors.sink != nullptr) || ends_day ? Tell::everything : Tell::values;
        if (clock.error_ms(now) > kUncertain) {
            for (auto& entry : intervals[i].by_device)
                entry.flags = static_cast<Flags>(entry.flags | flag::time_uncertain);
        }
        const auto outcome = accounting.settle(std::move(intervals[i]), tell, now);
        auto written = interval_record(outcome.interval, outcome.extras, outcome.site, outcome.category, now);
        written.clock_error_ms = clock.error_ms(now);
        record(std::move(written));
        publish_outcome(outcome, tell == Tell::everything, now);
    }
}

void Engine::Impl::publish_outcome(const Outcome& outcome, bool whole, const Now& now) {
    for (const auto& event : outcome.baselines) record(baseline_record(event, now));
    for (auto& change : evaluate_all(outcome, false, now)) tell(std::move(change), now);
    report_closed(outcome, now);
    for (const auto& metric : outcome.metrics) {
        if (!whole) break;
        if (metric.scope == "site" && metric.name == kYearMetric) judge(metric, now);
        if (doors.sink != nullptr) send(metric_message(topics, metric, now));
    }
    if (doors.observer != nullptr) doors.observer->settled(outcome);
}

void Engine::Impl::judge(const Metric& year, const Now& now) {
    const auto verdicts = judge_all(installation, year, zone.date(now.utc), alerts.doubts());
    if (doors.observer != nullptr) doors.observer->judged(verdicts, now.utc);
    for (const auto& verdict : verdicts) tell(verdict, now);
}

void Engine::Impl::tell(const RuleVerdict& verdict, const Now& now) {
    for (auto& change : alerts.set_judgement(verdict.metric.scope, verdict.rule, verdict.judgement))
        tell(std::move(change), now);
    if (doors.sink != nullptr) send(metric_message(topics, verdict.metric, now));
}

// A month that has closed, and with December the year, is put on record with what the rules make of it.
void Engine::Impl::report_closed(const Outcome& outcome, const Now& now) {
    if (outcome.interval.amends) return;
    const auto last = outcome.interval.end() - std::chrono::milliseconds{1};
    if (zone.window(Window::month, last).end != outcome.interval.end()) return;
    const auto month = month_name(zone.date(last));
    if (month <= reported) return;
    reported = month;
    const auto doubts = alerts.doubts();
    const bool open = !contributing(doubts, installation.points, std::nullopt).empty();
    for (const auto& metric : outcome.metrics) {
        if (metric.scope != "site") continue;
        if (metric.name == "pue-month") record(report_record(month, metric, {}, open, now));
        if (metric.name == "pue-ytd" && month.ends_with("-12")) {
            const auto verdicts = judge_all(installation, metric, zone.date(last), doubts);
            record(report_record(month.substr(0, 4), metric, verdicts, open, now));
        }
    }
}

// A breach that begins or ends need not wait for the end of the round: polls are spread over it. Counts as that
// round's evaluation. Not for a ratio, whose two sides may have been read on either side of a step of the load.
void Engine::Impl::hasten_live(const Now& now) {
    if (!live_watched || !std::exchange(live_news, false)) return;
    for (const auto& metric : live.live(now)) {
        const auto key = metric.scope + '/' + metric.name;
        if (metric.name == "pue" || hastened.contains(key) ||
            !alerts.would_turn(metric.scope, metric.name, metric.value))
            continue;
        hastened.insert(key);
        std::vector<AlertChange> changes;
        evaluate(metric, now, changes);
        for (auto& change : changes) tell(std::move(change), now);
    }
}

// Once a round of polls, when all are in; without one, by the clock. Told to the broker less often: who wants to see
// every second has [mqtt] readings.
void Engine::Impl::tell_live(const Now& now) {
    const auto period = std::min<Duration>(live.period(), std::chrono::seconds{10});
    const bool late = now.boot >= next_live, early = now.boot < next_live - period / 2;
    if (!live_wanted) return;
    if (!late && (early || !live.round_is_over(told_live, now.boot))) return hasten_live(now);
    live_news = false;
    const auto before = std::exchange(hastened, {});
    told_live = now.boot;
    next_live = now.boot + period * 5 / 4;
    const bool tells = doors.sink != nullptr && now.boot + period / 2 >= next_live_message;
    const auto spacing = std::max<Duration>(period, kLiveSpacing);
    if (tells) next_live_message = std::max(next_live_message + spacing, now.boot + spacing / 2);
    for (const auto& metric : live.live(now)) {
        std::vector<AlertChange> changes;
        if (!before.contains(metric.scope + '/' + metric.name)) evaluate(metric, now, changes);
        if (tells) send(metric_message(topics, metric, now));
        for (auto& change : changes) tell(std::move(change), now);
    }
}

// What is constant, told again now and then: the chips' rated figures, judged by the rules on chips, and the year
// that five conditions make.
void Engine::Impl::tell_chips(const Now& now) {
    if (now.boot < next_chips) return;
    next_chips = now.boot + kChipPeriod;
    std::vector<AlertChange> changes;
    auto metrics = accounting.compute().rated(now);
    for (const auto& watch : alerts.watches()) {
        if (watch.source == nullptr || watch.source->metric != RuleMetric::compute_per_watt_rated) continue;
        metrics.push_back(worst_chip(watch, now));
        tell(judge_chip(installation, *watch.source, metrics.back(), zone.date(now.utc)), now);
    }
    if (const auto tested = five_conditions_of(installation.config, zone.window(Window::year, now.utc)))
        metrics.push_back(*tested);
    for (const auto& metric : metrics) {
        evaluate(metric, now, changes);
        if (doors.sink != nullptr) send(metric_message(topics, metric, now));
    }
    for (auto& change : changes) tell(std::move(change), now);
}

// The least efficient chip of the server that is watched.
Metric Engine::Impl::worst_chip(const Watch& watch, const Now& now) const {
    Metric out;
    out.scope = watch.scope;
    out.name = watch.metric;
    out.unit = "TFLOPS/W";
    out.start = out.end = now.utc;
    out.method = "data sheet: dense peak over rated power";
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

}  // namespace pued
