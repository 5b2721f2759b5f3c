// From host names to socket addresses without holding a poll loop up. Numeric addresses are read at once; names go to
// one helper thread, started at the first name, which looks them up in turn and signals answers through an eventfd.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace pued {

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t length = 0;
};

struct Resolution {
    std::size_t who = 0;  // as asked
    std::vector<SocketAddress> addresses;
    std::string error;  // when there are none
};

// Empty when `host` is a name.
std::vector<SocketAddress> numeric_address(const std::string& host, std::uint16_t port);

class Resolver {
public:
    Resolver();
    // Does not wait for a lookup under way: its thread ends by itself.
    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    // At most one unanswered question for each `who`; further ones are ignored.
    void ask(std::size_t who, const std::string& host, std::uint16_t port);
    std::vector<Resolution> answers();
    [[nodiscard]] int descriptor() const;  // readable while there are answers

    struct Shared;  // with the thread, which may outlive this object

private:
    std::shared_ptr<Shared> shared_;
    bool started_ = false;
};

}  // namespace pued
