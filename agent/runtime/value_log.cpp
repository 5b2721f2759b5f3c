// Repetitions are counted. See value_log.hpp.
#include "agent/runtime/value_log.hpp"

#include <algorithm>
#include <chrono>
#include <string>

namespace pued {
namespace {

constexpr std::chrono::hours kSilence{1};

}  // namespace

void ValueLog::tell(const Report& report, const Device& device, bool logged, Log& log) {
    auto& told = told_[report.device];
    if (report.error.empty() || report.state != DeviceState::good) {
        told.most = 0;
        return;
    }
    const auto bad = [](const Sample& sample) { return sample.quality != Quality::good; };
    const auto missing = static_cast<std::size_t>(std::ranges::count_if(report.samples, bad));
    const bool more = missing > told.most;
    told.most = std::max(told.most, missing);
    if (more && logged) return;
    if (more) ++told.unwritten;
    if (told.unwritten == 0 || (told.ever && report.at - told.at < kSilence)) return;
    log.write(Level::warning, "values",
              {{"source", device.id},
               {"missing", std::to_string(missing)},
               {"times", std::to_string(told.unwritten)},
               {"error", report.error}});
    told = {.ever = true, .at = report.at, .most = told.most, .unwritten = 0};
}

}  // namespace pued
