// The real link: an RMCP+ session over UDP with libfreeipmi (GPL-3+, so is a binary that contains it). Owned by the
// BMC's source and used on its thread only; one session and one command in flight. Blocks for at most the command
// limit. FreeIPMI stays behind this file; its errors come out as values.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "drivers/ipmi/transport.hpp"

namespace pued::ipmi {

struct LanAddress {
    std::string host;  // numeric IPv4, IPv6, or a name
    std::uint16_t port = 623;
    std::string user, password;
    std::vector<unsigned> cipher_suites{17, 3};  // tried in this order
    std::string privilege = "operator";          // user, operator, admin
    // For one command, and for opening a session. A fifth of it passes before a request is sent again.
    std::chrono::milliseconds limit{1500};
};

std::unique_ptr<Link> make_lan_link(LanAddress address);

}  // namespace pued::ipmi
