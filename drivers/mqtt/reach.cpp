// getaddrinfo and a non-blocking connect.
#include "drivers/mqtt/reach.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace pued {

namespace {

constexpr int connect_limit_ms = 1000;
constexpr int most_addresses = 3;

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

Result<Addresses> addresses_of(const MqttConfig& broker) {
    std::string host = broker.host;
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int failure = ::getaddrinfo(host.c_str(), std::to_string(broker.port).c_str(), &hints, &found);
    if (failure != 0) return Error{::gai_strerror(failure)};
    return Addresses{found, &::freeaddrinfo};
}

// 0, or the errno of the attempt.
int wait_connected(int socket) {
    pollfd watched{.fd = socket, .events = POLLOUT, .revents = 0};
    if (::poll(&watched, 1, connect_limit_ms) <= 0) return ETIMEDOUT;
    int failure = 0;
    socklen_t length = sizeof failure;
    if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &failure, &length) != 0) return errno;
    return failure;
}

int try_address(const addrinfo& address) {
    const int socket = ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket < 0) return errno;
    int failure = ::connect(socket, address.ai_addr, address.ai_addrlen) == 0 ? 0 : errno;
    if (failure == EINPROGRESS) failure = wait_connected(socket);
    ::close(socket);
    return failure;
}

}  // namespace

Result<void> resolve(const MqttConfig& broker) {
    if (auto found = addresses_of(broker); !found) return Error{found.error()};
    return {};
}

Result<void> reach(const MqttConfig& broker) {
    const auto found = addresses_of(broker);
    if (!found) return Error{found.error()};
    int failure = EADDRNOTAVAIL;
    int tried = 0;
    for (const addrinfo* at = found->get(); at != nullptr && tried < most_addresses; at = at->ai_next, ++tried) {
        failure = try_address(*at);
        if (failure == 0) return {};
    }
    return Error{std::strerror(failure)};
}

}  // namespace pued
