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
    if (missing <= told.most) return;
    told.most = missing;
    if (logged) return;
    if (told.ever && report.at - told.at < kSilence) {
        ++told.unwritten;
        return;
    }
    log.write(Level::warning, "values",
              {{"source", device.id},
               {"missing", std::to_string(missing)},
               {"times", std::to_string(told.unwritten + 1)},
               {"error", report.error}});
    told = {.ever = true, .at = report.at, .most = missing, .unwritten = 0};
}

}  // namespace pued
