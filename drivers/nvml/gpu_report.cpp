// Samples of each GPU and of all; see gpu_report.hpp.
#include "drivers/nvml/gpu_report.hpp"

#include <algorithm>
#include <numeric>

#include "agent/model/joules.hpp"

namespace pued::nvml {

namespace {

using Values = std::vector<std::optional<double>>;

// Nothing unless all are there.
std::optional<double> sum_of(const Values& values) {
    if (values.empty() || !std::all_of(values.begin(), values.end(), [](const auto& v) { return v.has_value(); }))
        return std::nullopt;
    return std::accumulate(values.begin(), values.end(), 0.0, [](double sum, const auto& v) { return sum + *v; });
}

std::optional<double> mean_of(const Values& values) {
    const auto sum = sum_of(values);
    return sum ? std::optional{*sum / static_cast<double>(values.size())} : std::nullopt;
}

void add(Report& report, std::optional<PointIndex> point, std::optional<double> value) {
    if (!point) return;
    report.samples.push_back({*point, value ? Quality::good : Quality::invalid, value.value_or(0), std::nullopt});
}

void add(Report& report, std::optional<PointIndex> point, std::optional<Count> count) {
    add(report, point, count ? std::optional{watt_hours_of(*count)} : std::nullopt);
    if (point) report.samples.back().count = count;
}

void add_each(Report& report, const NvmlPoints& points, const GpuReading& gpu) {
    add(report, points.energy, gpu.energy_mj ? std::optional{count_of_millijoules(*gpu.energy_mj)} : std::nullopt);
    add(report, points.power, gpu.power_w);
    add(report, points.activity, gpu.activity);
    add(report, points.clock, gpu.clock_hz);
}

Values column(const std::vector<GpuReading>& gpus, std::optional<double> GpuReading::*value) {
    Values out;
    for (const auto& gpu : gpus) out.push_back(gpu.*value);
    return out;
}

std::optional<Count> energy_of_all(const std::vector<GpuReading>& gpus, RegisterSum& energy) {
    std::vector<std::uint64_t> parts;
    for (const auto& gpu : gpus) {
        if (!gpu.energy_mj) return std::nullopt;
        parts.push_back(*gpu.energy_mj);
    }
    return parts.empty() ? std::nullopt : std::optional{count_of_millijoules(energy.add(parts))};
}

std::string problems_of(const NvmlPoll& poll, const Outcome& outcome) {
    std::string text;
    if (poll.gpus > 0 && outcome.found != poll.gpus) {
        text = std::to_string(outcome.found) + " GPUs found, " + std::to_string(poll.gpus) +
               " configured (check the server's accelerators)";
    }
    for (std::size_t i = 0; i < outcome.gpus.size(); ++i) {
        if (outcome.gpus[i].error.empty()) continue;
        text += (text.empty() ? "" : "; ") + ("gpu-" + std::to_string(i + 1) + ": ") + outcome.gpus[i].error;
    }
    return text;
}

}  // namespace

Report report_of(const NvmlPoll& poll, const Outcome& outcome, RegisterSum& energy) {
    Report report;
    report.device = poll.device;
    report.at = outcome.at;
    report.round_trip = outcome.round_trip;
    report.error = outcome.error;
    if (!outcome.error.empty()) return report;
    report.state = DeviceState::good;
    report.error = problems_of(poll, outcome);
    // GPUs that the configuration does not know of draw power that nobody accounts for.
    const bool complete = poll.gpus == 0 || outcome.found == poll.gpus;
    const auto known = complete ? outcome.gpus : std::vector<GpuReading>{};
    add(report, poll.all.energy, energy_of_all(known, energy));
    add(report, poll.all.power, sum_of(column(known, &GpuReading::power_w)));
    add(report, poll.all.activity, mean_of(column(known, &GpuReading::activity)));
    add(report, poll.all.clock, mean_of(column(known, &GpuReading::clock_hz)));
    for (std::size_t i = 0; i < std::min(poll.each.size(), outcome.gpus.size()); ++i)
        add_each(report, poll.each[i], outcome.gpus[i]);
    return report;
}

}  // namespace pued::nvml
