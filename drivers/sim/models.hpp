// The device models that the plant is built of, by their public register maps (the ids are those of config/devices):
// what they answer to, and how they put what they measure into registers. Pure, one thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/sim/image.hpp"

namespace pued::sim {

struct Outlet {
    double power_w = 0;
    double energy_wh = 0;
};

// What a device measures at its place, before any register.
struct Measured {
    double power_w = 0;
    double energy_wh = 0;  // as its counter stands, before it wraps
    double phase_v = 230;
    double frequency_hz = 50;
    double power_factor = 0.98;
    std::uint32_t serial = 0;
    std::vector<Outlet> outlets;  // PDUs

    [[nodiscard]] double apparent_va() const { return power_w / power_factor; }
    [[nodiscard]] double phase_power_w(unsigned phase) const;  // 0…2; a little unbalanced, their sum is power_w
    [[nodiscard]] double phase_a(unsigned phase) const;
};

struct Model {
    std::string_view id;
    bool holding = true;        // answers function 3
    bool input = false;         // answers function 4
    unsigned max_words = 125;   // in one request
    unsigned align = 1;         // start and count are multiples of it
    bool exact = false;         // a request covers whole values
    int identity_address = -1;  // a register that, read alone, says the model; -1: none
    std::uint16_t identity_word = 0;
    double refresh_s = 0;    // how often it renews its own registers
    double wraps_at_wh = 0;  // its energy register; 0: never
    double first_wh = 0;     // a plausible counter to start with (small where floats would lose digits)
    Image (*encode)(const Measured&) = nullptr;
};

// The model with that id; nullptr where the plant has none.
const Model* find_model(std::string_view id);
std::span<const Model> all_models();

}  // namespace pued::sim
