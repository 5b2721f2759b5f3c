// What a device can have several of: the element's name in register maps ([arrays.outlet], points
// "outlet-7.power_w") and the key that says how many a device has (outlets = 24 of a [[meter]]).
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace pued {

struct Element {
    std::string_view name, key;
};

inline constexpr std::array<Element, 17> elements{{{"outlet", "outlets"},
                                                   {"branch", "branches"},
                                                   {"circuit", "circuits"},
                                                   {"bank", "banks"},
                                                   {"inlet", "inlets"},
                                                   {"input", "inputs"},
                                                   {"output", "outputs"},
                                                   {"bypass", "bypasses"},
                                                   {"battery", "batteries"},
                                                   {"supply", "supplies"},
                                                   {"cell", "cells"},
                                                   {"module", "modules"},
                                                   {"group", "groups"},
                                                   {"channel", "channels"},
                                                   {"fan", "fans"},
                                                   {"phase", "phases"},
                                                   {"sensor", "sensors"}}};

// The key that counts it; nothing for no element.
constexpr std::string_view element_key(std::string_view name) {
    for (const auto& element : elements) {
        if (element.name == name) return element.key;
    }
    return {};
}

inline std::vector<std::string> element_names() {
    std::vector<std::string> out;
    for (const auto& element : elements) out.emplace_back(element.name);
    return out;
}

}  // namespace pued
