// One list of units for each quantity; looking up and listing both walk it.
#include "agent/config/register_units.hpp"

#include <array>
#include <cmath>
#include <vector>

namespace pued {
namespace {

struct Unit {
    std::string symbol;
    UnitFactor factor;
};

struct Prefix {
    std::string_view symbol;
    UnitFactor factor;
};

constexpr std::array<Prefix, 7> kPrefixes{{{"", {1, 1}},
                                           {"m", {1, 1e3}},
                                           {"c", {1, 100}},
                                           {"d", {1, 10}},
                                           {"k", {1e3, 1}},
                                           {"M", {1e6, 1}},
                                           {"G", {1e9, 1}}}};

std::vector<Unit> prefixed(std::string_view base) {
    std::vector<Unit> out;
    for (const auto& prefix : kPrefixes) out.push_back({std::string{prefix.symbol} + std::string{base}, prefix.factor});
    return out;
}

std::vector<Unit> units_of(Quantity quantity) {
    switch (quantity) {
        case Quantity::power_factor:
        case Quantity::activity: return {{"", {1, 1}}, {"%", {1, 100}}};
        case Quantity::temperature: return {{"degC", {1, 1}}, {"°C", {1, 1}}};
        case Quantity::humidity: return {{"%", {1, 1}}, {"%RH", {1, 1}}};
        case Quantity::energy:
        case Quantity::energy_export: {
            auto out = prefixed("Wh");
            out.push_back({"0.1kWh", {100, 1}});  // as many data sheets call their count
            out.push_back({"0.01kWh", {10, 1}});
            return out;
        }
        default: return prefixed(unit_of(quantity));
    }
}

}  // namespace

std::optional<UnitFactor> unit_factor(Quantity quantity, std::string_view unit) {
    for (const auto& known : units_of(quantity)) {
        if (known.symbol == unit) return known.factor;
    }
    return std::nullopt;
}

std::string units_allowed(Quantity quantity) {
    std::string out;
    for (const auto& unit : units_of(quantity)) out += (out.empty() ? "\"" : ", \"") + unit.symbol + '"';
    return out;
}

double converted(double value, UnitFactor factor) { return value * factor.multiply / factor.divide; }

std::optional<std::int64_t> whole_microwatt_hours(double scale, UnitFactor factor) {
    constexpr double most = 9007199254740992.0;  // 2^53: every whole number up to it is a double
    const double one_unit = factor.multiply * 1e6 / factor.divide;
    const double whole = std::round(scale * one_unit);
    // `scale` was written in decimal and is the double nearest to that. Dividing back rounds once, to the same double,
    // exactly when the decimal was a whole number of microwatt-hours.
    if (!(whole >= 1) || whole > most || whole / one_unit != scale) return std::nullopt;
    return static_cast<std::int64_t>(whole);
}

}  // namespace pued
