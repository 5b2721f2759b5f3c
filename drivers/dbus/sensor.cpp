// Units, ranges, sums; see sensor.hpp.
#include "drivers/dbus/sensor.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "agent/model/joules.hpp"

namespace pued::dbus {

namespace {

struct Unit {
    Quantity quantity;
    std::string_view name;  // in xyz.openbmc_project.Sensor.Value.Unit
    double factor;
    double lowest, highest;
};

// Joules that are whole millijoules in a double.
constexpr double highest_j = 9e12;

constexpr std::array kUnits{
    Unit{Quantity::power, "Watts", 1, -1e9, 1e9},
    Unit{Quantity::energy, "Joules", 1, 0, highest_j},
    Unit{Quantity::energy_export, "Joules", 1, 0, highest_j},
    Unit{Quantity::voltage, "Volts", 1, -1e9, 1e9},
    Unit{Quantity::current, "Amperes", 1, -1e9, 1e9},
    Unit{Quantity::frequency, "Hertz", 1, 0, 1e12},
    Unit{Quantity::clock, "Hertz", 1, 0, 1e12},
    Unit{Quantity::temperature, "DegreesC", 1, -273.15, 1e4},
    Unit{Quantity::humidity, "PercentRH", 1, 0, 100},
    Unit{Quantity::humidity, "Percent", 1, 0, 100},
    Unit{Quantity::activity, "Percent", 0.01, 0, 1},
};

bool is_energy(Quantity quantity) { return quantity == Quantity::energy || quantity == Quantity::energy_export; }

std::string expected_of(Quantity quantity) {
    std::string out;
    for (const auto& unit : kUnits) {
        if (unit.quantity == quantity) out += (out.empty() ? "" : " or ") + std::string{unit.name};
    }
    return out.empty() ? "a quantity that sensors measure" : out;
}

}  // namespace

Result<double> value_of(Quantity quantity, double scale, const Properties& properties) {
    if (properties.functional == false) return Error{"is not functional"};
    if (properties.available == false) return Error{"is not available"};
    const auto unit = std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& one) {
        return one.quantity == quantity && one.name == properties.unit.value_or("");
    });
    if (unit == kUnits.end())
        return Error{"measures " + properties.unit.value_or("nothing with a unit") + " (expected " +
                     expected_of(quantity) + ')'};
    if (!properties.value || std::isnan(*properties.value)) return Error{"has no reading now"};
    const double value = *properties.value * unit->factor * scale;
    if (value >= unit->lowest && value <= unit->highest) return value;
    std::array<char, 96> text{};
    std::snprintf(text.data(), text.size(), "reads %.17g, out of range (expected %g to %g)", value, unit->lowest,
                  unit->highest);
    return Error{text.data()};
}

Sample sample_of(PointIndex point, Quantity quantity, const std::vector<std::optional<double>>& values,
                 RegisterSum& energy) {
    Sample sample;
    sample.point = point;
    std::vector<std::uint64_t> millijoules;
    for (const auto& value : values) {
        if (!value) return {point, Quality::invalid, 0, std::nullopt};
        sample.value += *value;
        if (is_energy(quantity)) millijoules.push_back(static_cast<std::uint64_t>(std::llround(*value * 1000)));
    }
    sample.quality = Quality::good;
    if (is_energy(quantity)) {
        sample.count = count_of_millijoules(energy.add(millijoules));
        sample.count->modulus = energy.modulus();
        sample.value = watt_hours_of(*sample.count);
    } else if (!adds_up(quantity)) {
        sample.value /= static_cast<double>(values.size());
    }
    return sample;
}

}  // namespace pued::dbus
