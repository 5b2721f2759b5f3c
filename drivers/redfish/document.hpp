// A reply's body as JSON, in bounds: size and depth. And what stands where in it. Nothing here throws. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "agent/model/result.hpp"

namespace pued::redfish {

using Json = nlohmann::json;

inline constexpr std::size_t max_body = 1U << 20U;  // bytes of one reply; a metric report of 8 GPUs has a tenth
inline constexpr int max_depth = 24;

Result<Json> parse_document(std::string_view body);

// Nothing where there is nothing (RFC 6901; "" is the whole).
const Json* at_pointer(const Json& document, std::string_view pointer);

// The text at the pointer, or "".
std::string text_at(const Json& document, std::string_view pointer);

// A reference to another resource of the same service, such as "/redfish/v1/Chassis/1", without a slash behind it;
// nothing where it leads elsewhere or is no path. A service may not send us to another host.
std::optional<std::string> resource_path(std::string_view reference);

}  // namespace pued::redfish
