// What the operator declares about a site, as far as rules ask for it. Plain data, made once from the configuration
// (agent/config/rule_file.hpp), read by applicability.hpp. A fact that was not declared is absent, never a default
// that decides a rule.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pued {

// What the site's last approval was for. `existing`: in operation before the rule, and not rebuilt since.
enum class BuildKind : std::uint8_t { new_build, rebuilt, existing };

constexpr std::string_view to_string(BuildKind kind) {
    return kind == BuildKind::new_build ? "new" : kind == BuildKind::rebuilt ? "rebuilt" : "existing";
}

struct SiteFacts {
    BuildKind build = BuildKind::existing;
    std::string region{};   // "beijing"; empty: not declared
    bool hub_node = false;  // declared to stand in a national hub node
    bool government = false;
    std::optional<double> standard_racks{};  // of 2.5 kW
    std::optional<std::chrono::year_month_day> commissioned{};
    std::optional<double> annual_energy_kwh{};  // of the whole site
};

}  // namespace pued
