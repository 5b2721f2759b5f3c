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

// Nothing where the text is neither; a numeric address is not checked further than by its characters.
std::optional<HostPort> parse_host_port(std::string_view text, std::uint16_t default_port);

}  // namespace pued
