// Samples of each GPU and means of all; see gpu_report.hpp.
#include "drivers/nvml/gpu_report.hpp"

#include <algorithm>

#include "agent/model/joules.hpp"

namespace pued::nvml {

namespace {

// Nothing unless all are there.
std::optional<double> mean_of(const std::vector<GpuReading>& gpus, std::optional<double> GpuReading::*value) {
    double sum = 0;
    for (const auto& gpu : gpus) {
        if (!(gpu.*value)) return std::nullopt;
        sum += *(gpu.*value);
    }
    return gpus.empty() ? std::nullopt : std::optional{sum / static_cast<double>(gpus.size())};
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

std::string problems_of(const NvmlPoll& poll, const Outcome& outcome) {
    std::string text;
    if (poll.gpus > 0 && outcome.found != poll.gpus) {
        text = std::to_string(outcome.found) + " GPUs found, " + std::to_string(poll.gpus) +
               " configured (check the server's accelerators)";
        if (!outcome.told_apart) text += "; which is which is known when all are there";
    }
    for (std::size_t i = 0; i < outcome.gpus.size(); ++i) {
        if (outcome.gpus[i].error.empty()) continue;
        text += (text.empty() ? "" : "; ") + ("gpu-" + std::to_string(i + 1) + ": ") + outcome.gpus[i].error;
    }
    return text;
}

}  // namespace

Report report_of(const NvmlPoll& poll, const Outcome& outcome) {
    Report report;
    report.device = poll.device;
    report.at = outcome.at;
    report.round_trip = outcome.round_trip;
    report.error = outcome.error;
    if (!outcome.error.empty()) return report;
    report.state = DeviceState::good;
    report.error = problems_of(poll, outcome);
    // GPUs that the configuration does not know of compute what nobody accounts for.
    const bool complete = poll.gpus == 0 || outcome.found == poll.gpus;
    const auto known = complete ? outcome.gpus : std::vector<GpuReading>{};
    add(report, poll.activity, mean_of(known, &GpuReading::activity));
    add(report, poll.clock, mean_of(known, &GpuReading::clock_hz));
    for (std::size_t i = 0; i < std::min(poll.each.size(), outcome.gpus.size()); ++i)
        add_each(report, poll.each[i], outcome.gpus[i]);
    return report;
}

}  // namespace pued::nvml
