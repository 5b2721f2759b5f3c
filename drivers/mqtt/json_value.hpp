// Numbers out of a JSON message, by RFC 6901 pointers ("/gpu/0/util"; "" is the whole document): one, or one of every
// member of a list that fits. Pure and bounded: payloads are what anybody on the broker may send.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config/config.hpp"
#include "agent/model/result.hpp"

namespace pued {

struct JsonLimits {
    std::size_t bytes = 65536;
    std::size_t depth = 32;  // of nested objects and arrays
};

struct JsonPart {
    std::string key;             // what stands at `each`; else the member's place in the list, or nothing
    Result<double> value;        // a finite number, or a string that is one ("0.53")
    std::optional<double> time;  // what stands at `time`, in the member or else in the message: Unix seconds
};

// Of `config`, what says where: pointer, list, where, each, time. Members, or a message, that do not fit are left out,
// and so are those without the pointer where there are others. A time is a Unix time in s, ms, µs or ns, or RFC 3339,
// of the years 2000 to 2199; a value with any other has none. Errors name the pointer and never repeat the payload.
Result<std::vector<JsonPart>> json_parts(std::string_view json, const MqttValue& config, JsonLimits limits = {});

}  // namespace pued
