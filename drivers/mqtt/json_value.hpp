// One number out of a JSON message, by an RFC 6901 pointer ("/gpu/0/util"; "" is the whole document). Pure and bounded:
// payloads are what anybody on the broker may send.
#pragma once

#include <cstddef>
#include <string_view>

#include "agent/model/result.hpp"

namespace pued {

struct JsonLimits {
    std::size_t bytes = 65536;
    std::size_t depth = 32;  // of nested objects and arrays
};

// A finite number, or a string that is one ("0.53"). Errors name the pointer and never repeat the payload.
Result<double> json_number(std::string_view json, std::string_view pointer, JsonLimits limits = {});

}  // namespace pued
