// Work against energy over the intervals of the energy ledger; see compute.hpp.
#include <algorithm>
#include <array>
#include <cmath>

#include "agent/metrics/compute.hpp"

namespace pued {

namespace {

constexpr double missing_at_most = 0.05;  // of the activity in a window; more: unknown
constexpr double idle_below = 0.01;       // mean activity
constexpr std::array kinds{Window::hour, Window::day, Window::month};
constexpr std::array suffixes{"-hour", "-day", "-month"};
// The servers with accelerators together; and their work against what all IT, and the whole facility, drew. The names
// cannot be a rack's or a device's scope.
const std::string site_scope = "site";
const std::string it_scope = "site it";
const std::string facility_scope = "site facility";

const IntervalEnergy* find_energy(const ClosedInterval& interval, DeviceIndex device) {
    const auto& all = interval.by_device;
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& e) { return e.device == device; });
    return found == all.end() ? nullptr : &*found;
}

ComputeSum summed(double tflop, double active_s, Energy energy, bool idle, std::int64_t length_s) {
    ComputeSum sum;
    sum.tflop = tflop;
    sum.energy = energy;
    if (!idle) {
        sum.active_tflop = tflop;
        sum.active_energy = energy;
    }
    sum.active_s = active_s;
    sum.joint_s = length_s;
    sum.wanted_s = length_s;
    return sum;
}

}  // namespace

ComputeLedger::ComputeLedger(const PointTable& table, std::vector<ServerCompute> servers, BalanceSettings settings,
                             Zone zone)
    : table_(table), settings_(settings), zone_(std::move(zone)) {
    for (ServerCompute& facts : servers) {
        if (facts.device >= table.devices.size() || facts.accelerators.empty()) continue;
        const Device& device = table.devices[facts.device];
        const Duration max_gap = 3 * period_of(table, device, device.activity);
        servers_.push_back({std::move(facts), WorkLine{max_gap}, max_gap, {}, {}});
    }
    std::sort(servers_.begin(), servers_.end(),
              [](const Server& a, const Server& b) { return a.facts.device < b.facts.device; });
}

ComputeLedger::Server* ComputeLedger::find(DeviceIndex device) {
    const auto found = std::find_if(servers_.begin(), servers_.end(),
                                    [&](const Server& server) { return server.facts.device == device; });
    return found == servers_.end() ? nullptr : &*found;
}

// Work is known only where activity is read and every accelerator's peak is known.
bool ComputeLedger::metered(const Server& server) const {
    const auto& all = server.facts.accelerators;
    const bool peaks = std::all_of(all.begin(), all.end(), [](const auto& facts) { return facts.peak_tflops > 0; });
    return peaks && table_.devices[server.facts.device].activity.has_value();
}

void ComputeLedger::accept(const Report& report) {
    Server* server = find(report.device);
    if (server == nullptr || report.state != DeviceState::good || !metered(*server)) return;
    const Device& device = table_.devices[report.device];
    std::optional<double> activity;
    for (const Sample& sample : report.samples) {
        if (sample.quality != Quality::good || !std::isfinite(sample.value)) continue;
        if (device.activity == sample.point) activity = sample.value;
        if (device.clock == sample.point) {
            server->clock_hz = sample.value;
            server->clock_at = report.at;
        }
    }
    if (!activity || *activity < 0 || *activity > 1) return;
    // The clock may come in a message of its own; without a recent one half a sample would overstate the work.
    if (device.clock && (!server->clock_hz || report.at - server->clock_at > server->max_gap)) return;
    server->line.add(report.at, *activity, delivered_tflops(server->facts.accelerators, *activity, server->clock_hz));
}

// Missing samples of up to 5 % are taken to be like the others.
ComputeSum ComputeLedger::sum_of(const Server& server, const ClosedInterval& interval, const Now& now) const {
    const std::int64_t length_s = interval.length.count();
    ComputeSum none;
    none.wanted_s = length_s;
    const IntervalEnergy* energy = find_energy(interval, server.facts.device);
    const BootTime from = to_boot(now, interval.start);
    const BootTime to = to_boot(now, interval.end());
    const Work work = server.line.between(from, to);
    const double covered = in_seconds(work.covered) / in_seconds(to - from);
    if (energy == nullptr || !energy->energy || covered <= 1 - missing_at_most) return none;
    const double active_s = work.active_s / covered;
    const bool idle = active_s < idle_below * static_cast<double>(length_s);
    const Energy used = corrected(*energy->energy, table_.devices[server.facts.device].correction);
    return summed(work.tflop / covered, active_s, used, idle, length_s);
}

ComputeLedger::Sums ComputeLedger::sums_of(const ClosedInterval& interval, const Now& now) {
    Sums sums;
    for (Server& server : servers_) {
        const Device& device = table_.devices[server.facts.device];
        const ComputeSum sum = sum_of(server, interval, now);
        if (metered(server)) sums[device.id].add(sum);
        if (!device.rack.empty()) sums[rack_scope(device.rack)].add(sum);
        sums[site_scope].add(sum);
        server.line.forget_before(to_boot(now, interval.end()));
    }
    if (!servers_.empty()) add_site(sums, interval);
    return sums;
}

// The work against all IT, and against the whole facility: only where these servers draw nearly all of the IT energy;
// otherwise work that nobody measures would be missing from the ratio. A server without activity leaves a hole.
void ComputeLedger::add_site(Sums& sums, const ClosedInterval& interval) const {
    const ComputeSum servers = sums[site_scope];
    const SiteSums site = balance(interval.by_device, interval.start, interval.length, table_, settings_);
    std::array<std::optional<double>, categories> energies;
    for (std::size_t i = 0; i < categories; ++i) {
        if (const auto energy = site.it[i].measured()) energies[i] = watt_hours(*energy);
    }
    const auto category = best_category(energies, settings_.category);
    const auto it = category ? site.it[*category].measured() : std::nullopt;
    const std::int64_t length_s = interval.length.count();
    const bool complete =
        servers.joint_s == servers.wanted_s && it && watt_hours(servers.energy) >= covers_all_it * watt_hours(*it);
    const bool idle = servers.active_s < idle_below * static_cast<double>(servers.joint_s);
    ComputeSum none;
    none.wanted_s = length_s;
    const auto against = [&](const std::optional<Energy>& energy) {
        if (!complete || !energy) return none;
        return summed(servers.tflop, servers.active_s / static_cast<double>(servers_.size()), *energy, idle, length_s);
    };
    sums[it_scope] = against(it);
    sums[facility_scope] = against(site.facility.measured());
}

ComputeCell& ComputeLedger::cell_of(Window kind, std::size_t index, const ClosedInterval& interval) {
    if (cells_.size() < kinds.size()) cells_.resize(kinds.size());
    ComputeCell& cell = cells_[index];
    const Span span = zone_.window(kind, interval.start);
    if (!(cell.span == span)) cell = {span, interval.end(), {}};
    cell.end = interval.end();
    return cell;
}

std::vector<Metric> ComputeLedger::add(const ClosedInterval& interval, const Sums& sums) {
    std::vector<Metric> out;
    if (interval.amends || servers_.empty()) return out;
    interval_ = interval.length;
    report(sums, interval.start, interval.end(), false, "", out);
    // The agent's own beginning, partial by nature, is no gap in its windows.
    const bool measured = std::any_of(sums.begin(), sums.end(), [](const auto& s) { return s.second.joint_s > 0; });
    if (since_ && interval.start < *since_) since_.reset();  // the wall clock had been ahead
    if (!since_ && measured) since_ = interval.start;
    if (!since_) return out;
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        ComputeCell& cell = cell_of(kinds[i], i, interval);
        for (const auto& [scope, sum] : sums) cell.sums[scope].add(sum);
        const UtcTime start = std::max(cell.span.start, *since_);
        const bool partial = start > cell.span.start || cell.end < cell.span.end;
        report(cell.sums, start, cell.end, partial, suffixes[i], out);
    }
    return out;
}

void ComputeLedger::report(const Sums& sums, UtcTime start, UtcTime end, bool partial, const std::string& suffix,
                           std::vector<Metric>& out) const {
    for (const auto& [scope, sum] : sums) {
        for (const bool delivered : {true, false}) {
            Metric metric = ratio(scope, sum, delivered);
            metric.name += suffix;
            metric.start = start;
            metric.end = end;
            if (partial && metric.value) metric.quality = quality::partial;
            out.push_back(std::move(metric));
        }
    }
}

std::string ComputeLedger::boundary_of(const std::string& scope) const {
    if (scope == facility_scope) return "dc";
    return scope == it_scope ? "it" : "srv";
}

// Of all servers, where they agree.
std::string ComputeLedger::precision() const {
    const auto differs = [&](const Server& s) { return s.facts.precision != servers_.front().facts.precision; };
    if (servers_.empty() || std::any_of(servers_.begin(), servers_.end(), differs)) return "mixed";
    return servers_.front().facts.precision;
}

Metric ComputeLedger::ratio(const std::string& scope, const ComputeSum& sum, bool delivered) const {
    const double tflop = delivered ? sum.active_tflop : sum.tflop;
    const Energy energy = delivered ? sum.active_energy : sum.energy;
    Metric metric;
    const bool of_site = scope == it_scope || scope == facility_scope;
    metric.scope = of_site ? site_scope : scope;
    metric.name = delivered ? "compute-per-watt-delivered" : "compute-per-watt-overall";
    if (of_site) metric.name += scope == it_scope ? "-it" : "-facility";
    metric.unit = "TFLOP/J";
    metric.method = "activity x clock ratio x peak, per energy: an upper bound of useful work";
    metric.coverage = sum.wanted_s > 0 ? static_cast<double>(sum.joint_s) / static_cast<double>(sum.wanted_s) : 0;
    metric.extra["boundary"] = boundary_of(scope);
    metric.extra["basis"] = std::string{"counter"};
    metric.extra["precision"] = precision();
    metric.extra["sparsity"] = std::string{"dense"};
    metric.extra["work_tflop"] = tflop;
    metric.extra["energy_wh"] = watt_hours(energy);
    if (metric.coverage <= 1 - missing_at_most) {
        metric.extra["reason"] = of_site ? std::string{"servers with known activity do not draw 85 % of the IT energy"}
                                         : std::string{"activity or energy is missing for 5 % of the window or more"};
        return metric;
    }
    metric.extra["activity"] = sum.active_s / static_cast<double>(sum.joint_s);
    metric.value = tflop_per_joule(tflop, watt_hours(energy));
    if (metric.value) metric.quality = quality::good;
    if (!metric.value) metric.extra["reason"] = std::string{"idle: activity below 1 %"};
    return metric;
}

std::vector<Metric> ComputeLedger::rated(const Now& now) const {
    std::map<std::string, std::vector<AcceleratorFacts>> scopes;
    for (const Server& server : servers_) {
        const Device& device = table_.devices[server.facts.device];
        const auto& all = server.facts.accelerators;
        const auto join = [&](const std::string& scope) {
            scopes[scope].insert(scopes[scope].end(), all.begin(), all.end());
        };
        join(device.id);
        if (!device.rack.empty()) join(rack_scope(device.rack));
        join(site_scope);
    }
    std::vector<Metric> out;
    for (const auto& [scope, accelerators] : scopes) {
        Metric metric;
        metric.scope = scope;
        metric.name = "compute-per-watt-rated";
        metric.unit = "TFLOP/J";
        metric.method = "dense peak per rated power of the accelerators: a capacity";
        metric.start = metric.end = now.utc;
        metric.value = rated_tflop_per_joule(accelerators);
        metric.quality = metric.value ? quality::good : quality::unknown;
        metric.coverage = metric.value ? 1 : 0;
        metric.extra["boundary"] = std::string{"gpu"};
        metric.extra["basis"] = std::string{"rated"};
        metric.extra["precision"] = precision();
        metric.extra["peak_tflops"] = peak_tflops(accelerators);
        if (!metric.value) metric.extra["reason"] = std::string{"no rated power known"};
        out.push_back(std::move(metric));
    }
    return out;
}

ComputeState ComputeLedger::save(const Now& now) const {
    ComputeState state{since_, cells_, interval_, {}};
    for (const Server& server : servers_) {
        state.lines[table_.devices[server.facts.device].id] = server.line.save(now, interval_);
    }
    return state;
}

void ComputeLedger::restore(const ComputeState& state, const Now& now) {
    since_ = state.since;
    if (state.cells.size() == kinds.size()) cells_ = state.cells;
    interval_ = state.interval;
    for (Server& server : servers_) {
        const auto line = state.lines.find(table_.devices[server.facts.device].id);
        if (line != state.lines.end()) server.line.restore(line->second, now);
    }
}

}  // namespace pued
