// A host name to a numeric address, in bounded time: getaddrinfo() has no time limit of its own, so it runs on a
// short-lived thread that is left to finish alone when it is late. Numeric addresses need no look-up. One look-up at
// a time; used on the BMC's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "agent/model/result.hpp"

namespace pued::ipmi {

class HostResolver {
public:
    HostResolver();
    ~HostResolver();
    HostResolver(const HostResolver&) = delete;
    HostResolver& operator=(const HostResolver&) = delete;

    // "10.0.0.5", "fd00::5"; the first address in the system's order of preference.
    Result<std::string> numeric(const std::string& host, std::chrono::milliseconds limit);

private:
    struct LookUp;
    Result<void> begin(const std::string& host);

    std::shared_ptr<LookUp> late_;  // still running, or not yet asked for
};

// "10.0.0.5:623", "[fd00::5]:623"
std::string host_and_port(const std::string& numeric, std::uint16_t port);

}  // namespace pued::ipmi
