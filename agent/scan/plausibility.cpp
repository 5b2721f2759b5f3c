// Ranges and identities of mains quantities. See plausibility.hpp.
#include "agent/scan/plausibility.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>

#include "agent/model/quantity.hpp"

namespace pued::scan {
namespace {

constexpr double kZero = -0.3;  // a dead phase, an idle outlet, or nothing at all
constexpr double kOff = -1;
constexpr double kLargestEnergyWh = 1e14;
constexpr double kLargestPowerW = 1e8;

struct Between {
    double low, high;
    [[nodiscard]] bool has(double v) const { return v >= low && v <= high; }
};
constexpr std::array<Between, 2> kLowVoltage{{{90, 300}, {340, 500}}};
constexpr std::array<Between, 5> kOtherVoltage{{{10, 60}, {540, 800}, {5000, 6600}, {9000, 12000}, {18000, 37000}}};

template <std::size_t N>
bool in_one(const std::array<Between, N>& ranges, double value) {
    return std::any_of(ranges.begin(), ranges.end(), [value](const Between& range) { return range.has(value); });
}

double voltage_weight(double v) {
    if (in_one(kLowVoltage, v)) return 1.5;
    return in_one(kOtherVoltage, v) ? 0.5 : kOff;
}

double size_weight(double value, double largest, double fits) {
    const double size = std::abs(value);
    return size >= 1e-3 && size <= largest ? fits : kOff;
}

double weight_of(Quantity quantity, double v) {
    if (v == 0) return kZero;
    switch (quantity) {
        case Quantity::voltage: return voltage_weight(v);
        case Quantity::frequency: return v >= 45 && v <= 65 ? 2.5 : -1.5;
        case Quantity::power_factor: return std::abs(v) <= 1.001 && std::abs(v) >= 0.01 ? 1 : kOff;
        case Quantity::current: return size_weight(v, 10'000, 0.3);
        case Quantity::power:
        case Quantity::apparent_power: return size_weight(v, kLargestPowerW, 0.3);
        case Quantity::energy:
        case Quantity::energy_export: return size_weight(v, kLargestEnergyWh, 0.3);
        case Quantity::temperature: return v >= -20 && v <= 90 ? 0.5 : kOff;
        case Quantity::humidity: return v > 0 && v <= 100 ? 0.5 : kOff;
        default: return 0;
    }
}

std::string named(const std::string& name, double value) {
    const auto quantity = parse_quantity(name)->quantity;
    return name + " = " + shown(value) + ' ' + std::string{unit_of(quantity)};
}

std::optional<double> value(const Values& values, const std::string& name) {
    const auto found = values.find(name);
    return found == values.end() ? std::optional<double>{} : std::optional{found->second};
}

// Of l1, l2, l3; nothing unless all three are there.
std::vector<double> phases(const Values& values, const std::string& before, const std::string& after) {
    std::vector<double> out;
    for (const char* phase : {"l1", "l2", "l3"}) {
        if (const auto v = value(values, fmt::format("{}{}{}", before, phase, after))) out.push_back(*v);
    }
    if (out.size() != 3) out.clear();
    return out;
}

double sum(const std::vector<double>& numbers) { return std::accumulate(numbers.begin(), numbers.end(), 0.0); }
double mean_size(const std::vector<double>& numbers) {
    double out = 0;
    for (const double number : numbers) out += std::abs(number) / 3;
    return out;
}
bool close(double a, double b, double share) { return std::abs(a - b) <= share * std::max(std::abs(a), std::abs(b)); }

// V·I of one phase or the sum of three, VA; nothing where the voltages are missing or dead.
std::optional<double> volt_amperes(const Values& values) {
    const auto volts = phases(values, "voltage_", "_v");
    const auto amperes = phases(values, "current_", "_a");
    if (!volts.empty() && !amperes.empty()) {
        return std::abs(std::inner_product(volts.begin(), volts.end(), amperes.begin(), 0.0));
    }
    for (const std::string phase : {"", "l1_"}) {
        const auto v = value(values, "voltage_" + phase + "v");
        const auto a = value(values, "current_" + phase + "a");
        if (v && a && !values.contains("voltage_l2_v")) return std::abs(*v * *a);
    }
    return {};
}

void judge_sum_of_phases(const Values& values, std::vector<Finding>& out) {
    const auto total = value(values, "power_w");
    const auto each = phases(values, "power_", "_w");
    if (!total || each.empty() || std::abs(*total) < 1) return;
    const double off = std::abs(*total - sum(each));
    if (off <= 0.02 * std::abs(*total) + 5) {
        out.push_back({off <= 0.001 * std::abs(*total) ? 6.0 : 4.0, "the phases add up to power_w"});
    } else {
        out.push_back({-2, "the phases do not add up to power_w"});
    }
}

// "10", "0.001": the power of ten that `ratio` is, within a tenth; nothing where it is none or 1.
std::optional<double> power_of_ten(double ratio) {
    if (!(ratio > 0)) return {};
    const double exponent = std::round(std::log10(ratio));
    const double ten = std::pow(10, exponent);
    if (exponent == 0 || std::abs(exponent) > 6 || !close(ratio, ten, 0.1)) return {};
    return ten;
}

void judge_product(const Values& values, std::vector<Finding>& out) {
    const auto power = value(values, "power_w");
    const auto va = volt_amperes(values);
    if (!power || !va || std::abs(*power) < 1 || *va < 1) return;
    const double factor = std::abs(value(values, "power_factor").value_or(1));
    const double size = std::abs(*power);
    if (factor >= 0.01 && factor <= 1.001 && values.contains("power_factor") && close(size, *va * factor, 0.08)) {
        out.push_back({4, "power_w is V·I·PF"});
    } else if (const auto ten = power_of_ten(size / (*va * (factor >= 0.01 ? factor : 1)))) {
        out.push_back({-1, "power_w is " + shown(*ten) + " times V·I·PF: doubt the scale"});
    } else if (size <= 1.1 * *va && size >= 0.05 * *va) {
        out.push_back({1, {}});
    } else {
        out.push_back({-2, "power_w does not go with V·I"});
    }
}

void judge_apparent(const Values& values, std::vector<Finding>& out) {
    const auto power = value(values, "power_w");
    const auto apparent = value(values, "apparent_power_va");
    if (!power || !apparent || std::abs(*apparent) < 1 || std::abs(*power) < 1) return;
    const auto factor = value(values, "power_factor");
    if (factor && close(std::abs(*power), std::abs(*apparent * *factor), 0.05)) {
        const bool well = close(std::abs(*power), std::abs(*apparent * *factor), 0.002);
        out.push_back({well ? 4.0 : 3.0, "power_factor is power over apparent power"});
    } else if (std::abs(*power) > 1.02 * std::abs(*apparent)) {
        out.push_back({-1, "power_w is more than the apparent power"});
    }
}

void judge_voltages(const Values& values, std::vector<Finding>& out) {
    const auto to_neutral = phases(values, "voltage_", "_v");
    if (to_neutral.empty() || to_neutral[0] == 0) return;
    if (close(to_neutral[0], to_neutral[1], 0.1) && close(to_neutral[0], to_neutral[2], 0.1)) out.push_back({2, {}});
    std::vector<double> between;
    for (const char* name : {"voltage_l12_v", "voltage_l23_v", "voltage_l31_v"}) {
        if (const auto v = value(values, name)) between.push_back(*v);
    }
    if (between.size() != 3 || mean_size(between) == 0) return;
    const bool fits = close(mean_size(between), std::sqrt(3.0) * mean_size(to_neutral), 0.05);
    out.push_back(fits ? Finding{3, "the voltages between phases fit"} : Finding{-1, {}});
}

}  // namespace

std::string shown(double value) { return fmt::format("{:.4g}", value); }

std::vector<Finding> judge_values(const Values& values) {
    std::vector<Finding> out;
    for (const auto& [name, v] : values) {
        const auto parsed = parse_quantity(name);
        if (!parsed) continue;
        const double weight = weight_of(parsed->quantity, v);
        const bool tell = weight <= kOff || parsed->quantity == Quantity::frequency || name == "power_w" ||
                          (weight > 0 && (name == "voltage_l1_v" || name == "voltage_v"));
        out.push_back({weight, tell ? named(name, v) + (weight <= kOff ? " cannot be" : "") : std::string{}});
    }
    return out;
}

std::vector<Finding> judge_relations(const Values& values) {
    std::vector<Finding> out;
    judge_sum_of_phases(values, out);
    judge_product(values, out);
    judge_apparent(values, out);
    judge_voltages(values, out);
    return out;
}

Finding judge_growth(double first_wh, double second_wh, double seconds) {
    const double grown = second_wh - first_wh;
    if (grown < 0) return {-6, "energy_wh fell from " + shown(first_wh) + " to " + shown(second_wh)};
    if (grown == 0) return {0, {}};
    if (grown / std::max(seconds, 0.1) * 3600 > kLargestPowerW) return {-3, "energy_wh leapt"};
    return {3, "energy_wh grew by " + shown(grown) + " Wh in " + shown(seconds) + " s"};
}

}  // namespace pued::scan
