// The names of what is measured. A name ends in its unit ("power_w", "voltage_l12_v"); an outlet or branch stands
// before it ("outlet-7.power_w"). These names are public (topics, READINGS.csv, configuration). Pure, std only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pued {

enum class Quantity : std::uint8_t {
    power,           // power_w, active, import positive
    energy,          // energy_wh, import
    energy_export,   // energy_export_wh
    apparent_power,  // apparent_power_va
    voltage,         // voltage_v
    current,         // current_a
    frequency,       // frequency_hz
    power_factor,    // power_factor, -1..1
    temperature,     // temperature_c
    humidity,        // humidity_percent
    activity,        // activity, 0..1, share of peak
    clock,           // clock_hz
};

struct QuantityName {
    std::string element;  // "outlet", "branch", … or empty
    unsigned index = 0;   // 1-based; 0 where there is no element
    Quantity quantity = Quantity::power;
    std::string phase;  // "l1" "l2" "l3" "n" "l12" "l23" "l31" or empty
};

// Nothing where the text is no name of a quantity.
std::optional<QuantityName> parse_quantity(std::string_view text);

// "W", "Wh", "VA", "V", "A", "Hz", "" (power factor, activity), "°C", "%"; clock is "Hz".
std::string_view unit_of(Quantity quantity);

// Of the parts of a thing, such as the GPUs of a server: powers, energies and currents add up, all else is averaged.
bool adds_up(Quantity quantity);

// True for [a-z0-9][a-z0-9-]{0,47}: safe in topics, file names and shells.
bool is_id(std::string_view text);

}  // namespace pued
