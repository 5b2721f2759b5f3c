// "10.0.0.1:502", "pdu-7.example", "[fe80::1%eth0]:623", "fe80::1": a host and perhaps its port, as a configuration or
// a command line gives it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pued {

struct HostPort {
    std::string host;  // without brackets
    std::uint16_t port = 0;
};

// What a message says of a text that is none.
constexpr std::string_view kHostExpected = "a name or address without http://, perhaps :PORT, 1 to 65535";

// Nothing where the text is neither: a name of digits and dots must be an IPv4 address.
std::optional<HostPort> parse_host_port(std::string_view text, std::uint16_t default_port);

}  // namespace pued
