// Names with a * in them, as profiles write them, and the order of names that hold numbers. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pued::redfish {

// What the * stands for when `text` is of this pattern ("" where it has none); nothing when it is not. {1} behind the
// star is that same text.
std::optional<std::string> star_of(std::string_view pattern, std::string_view text);

// Each {1} replaced.
std::string filled(std::string_view text, std::string_view first);

// "SXM_2" before "SXM_10".
bool natural_less(std::string_view a, std::string_view b);

}  // namespace pued::redfish
