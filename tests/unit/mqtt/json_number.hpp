// For the tests of JSON messages: one number, as a value that names but a pointer asks for it.
#pragma once

#include <string>
#include <string_view>

#include "drivers/mqtt/json_value.hpp"

namespace pued::test {

inline Result<double> json_number(std::string_view json, const std::string& pointer, JsonLimits limits = {}) {
    MqttValue config;
    config.pointer = pointer;
    const auto parts = json_parts(json, config, limits);
    if (!parts) return Error{parts.error()};
    return parts->at(0).value;
}

}  // namespace pued::test
