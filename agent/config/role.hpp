// The roles' names as the configuration writes them and people read them: "feed", "ups-output", …
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "agent/model/topology.hpp"

namespace pued {

// In the order of the enumeration.
inline constexpr std::array<std::string_view, 13> role_names{"none",    "feed",      "generator",  "onsite", "export",
                                                             "non-dc",  "ups-input", "ups-output", "pdu",    "server",
                                                             "cooling", "lighting",  "auxiliary"};

constexpr std::string_view role_name(Role role) { return role_names[static_cast<std::size_t>(role)]; }

constexpr std::optional<Role> parse_role(std::string_view text) {
    for (std::size_t i = 0; i < role_names.size(); ++i) {
        if (role_names[i] == text) return static_cast<Role>(i);
    }
    return std::nullopt;
}

// Energy enters the site (E_DC) by these.
constexpr bool is_supply(Role role) { return role == Role::feed || role == Role::generator || role == Role::onsite; }

// These measure IT energy, PUE categories 1, 2 and 3.
constexpr bool is_it(Role role) { return role == Role::ups_output || role == Role::pdu || role == Role::server; }

}  // namespace pued
