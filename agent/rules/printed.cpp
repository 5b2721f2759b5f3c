// Rounding of figures for people; see printed.hpp.
#include "agent/rules/printed.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace pued {
namespace {

std::string fixed(double value, int decimals) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    return text;
}

// Decimals of a number told with two significant digits; negative: zeros before the point.
int decimals_of(double value) { return 1 - static_cast<int>(std::floor(std::log10(value))); }

double rounded_up(double value, int decimals) {
    const double scale = std::pow(10, decimals);
    return std::ceil(value * scale * (1 - 1e-12)) / scale;  // 0.01 in binary is no reason for 0.011
}

}  // namespace

std::string value_text(double value) { return fixed(value, 3); }

std::string expanded_text(double expanded) {
    if (!std::isfinite(expanded) || expanded < 0) return "unknown";
    if (expanded == 0) return "0";
    const double up = rounded_up(expanded, decimals_of(expanded));
    return fixed(up, std::max(0, decimals_of(up * (1 + 1e-12))));  // 0.0996 has become 0.10
}

}  // namespace pued
