// JSON for people and programs downstream, on nlohmann-json: times as RFC 3339, absent values as null, numbers that
// read back to the same double. Only for .cpp files: the header is heavy.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "agent/model/time.hpp"

namespace pued {

using Json = nlohmann::ordered_json;

inline Json json_number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
inline Json json_number(const std::optional<double>& value) { return value ? json_number(*value) : Json(nullptr); }
inline Json json_time(UtcTime time) { return rfc3339(time); }

// One line; bytes that are no UTF-8 (a device's name) are replaced, never thrown over.
inline std::string to_text(const Json& document, int indent = -1) {
    return document.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace pued
