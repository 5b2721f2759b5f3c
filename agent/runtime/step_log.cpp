// Repetitions are counted, and the reason of a jump is told in the words of the configuration.
#include "agent/runtime/step_log.hpp"

#include <fmt/format.h>

#include <chrono>

namespace pued {
namespace {

constexpr std::chrono::hours kSilence{1};

// A jump that lasts is mostly a mistake of the map or of rated_kw, and until it is mended nothing is counted.
std::string reason(const StepEvent& event, const Device& device) {
    if (event.kind != StepKind::jump) return {};
    return fmt::format(
        "more than {:.6g} kW{} can bring between two readings, so it is not counted (unit, scale, type or "
        "word order of its map? rated_kw?)",
        account_settings(device, {}).most_w() / 1000, device.rated_w > 0 ? "" : ", assumed for want of rated_kw,");
}

}  // namespace

void StepLog::tell(const StepEvent& event, const Device& device, Log& log) {
    const auto [told, first] = told_.try_emplace({event.device, event.kind}, Told{event.at, 0});
    auto& [at, since] = told->second;
    if (!first && event.at - at < kSilence) {
        ++since;
        return;
    }
    log.write(Level::warning, "register",
              {{"source", device.id},
               {"step", std::string{name_of(event.kind)}},
               {"counts", std::to_string(event.reading.counts)},
               {"times", std::to_string(since + 1)},
               {"why", reason(event, device)}});
    at = event.at;
    since = 0;
}

}  // namespace pued
