// One published number with everything that a reader needs to judge it: where it holds (scope), over which time, how
// good it is and how it came about. Plain data, made by this folder, judged by rules, published by the runtime.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "agent/model/time.hpp"

namespace pued {

namespace quality {
inline constexpr std::string_view good = "good";
inline constexpr std::string_view partial = "partial";            // the window still runs, or began before the data
inline constexpr std::string_view insufficient = "insufficient";  // too little coverage: the value is withheld
inline constexpr std::string_view indicative = "indicative";      // a live view, no energy behind it
inline constexpr std::string_view unknown = "unknown";            // cannot be told; extra["reason"] says why
}  // namespace quality

using Detail = std::variant<double, std::string>;

struct Metric {
    std::string scope;  // "site", "rack-…", a device's id
    std::string name;   // "pue-15min"
    std::optional<double> value;
    std::string unit;  // "" for ratios, "W", "TFLOP/J"
    std::string quality{quality::unknown};
    // Measured share of the window as far as it has run and was watched, 0..1. It says nothing of how young a window
    // is: 35 s of a rolling year may be covered wholly. For that compare extra "measured_s" with "nominal_s", the
    // length of the whole window in s.
    double coverage = 0;
    UtcTime start{}, end{};  // of the window, as far as it has run; equal for an instant
    std::string method;
    std::map<std::string, Detail> extra;
    // Standard uncertainty of the value (k = 1); absent where it cannot be told: extra["u_reason"] may say why.
    std::optional<double> u{};
};

// "r1" and "rack-r1" both become "rack-r1".
inline std::string rack_scope(std::string_view rack) {
    const std::string name{rack};
    return name.starts_with("rack-") ? name : "rack-" + name;
}

}  // namespace pued
