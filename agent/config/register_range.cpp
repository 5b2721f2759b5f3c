// Wide on purpose: a busbar at 6 kA, a 765 kV feed, a frozen sensor outdoors are all possible.
#include "agent/config/register_range.hpp"

namespace pued {
namespace {

constexpr double kMostW = 1e9;         // as rated_kw may say
constexpr double kLowVoltageV = 1500;  // low voltage ends there, direct current (IEC 61140)
constexpr double kHighestV = 1e6;

}  // namespace

std::optional<PossibleRange> possible_range(Quantity quantity, std::string_view kind) {
    switch (quantity) {
        case Quantity::power:
        case Quantity::apparent_power: return PossibleRange{-kMostW, kMostW};
        case Quantity::voltage:
            // Behind transformers a meter or generator shows the primary side; the others stand in the low voltage.
            if (kind == "meter" || kind == "generator") return PossibleRange{-kHighestV, kHighestV};
            return PossibleRange{-kLowVoltageV, kLowVoltageV};
        case Quantity::current: return PossibleRange{-1e5, 1e5};
        case Quantity::frequency: return PossibleRange{kind == "generator" ? 0.0 : 40.0, 70};  // one at rest has 0
        case Quantity::power_factor: return PossibleRange{-1.001, 1.001};                      // rounded by the device
        case Quantity::temperature: return PossibleRange{-60, 200};
        case Quantity::humidity: return PossibleRange{0, 105};
        case Quantity::activity: return PossibleRange{0, 1};
        case Quantity::clock: return PossibleRange{0, 1e11};
        default: return std::nullopt;
    }
}

}  // namespace pued
