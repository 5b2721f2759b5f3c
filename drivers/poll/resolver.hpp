// From host names to socket addresses without holding a poll loop up. Numeric addresses are read at once; names go to
// helper threads, which end when nothing is left to look up, and answers are signalled through an eventfd. A name whose
// lookup hangs holds up no other: there are up to 16 threads, and names that had no address when they were last
// looked up get at most half of them. Where the system gives no thread, a question waits for one that is at work, or
// for the next question.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <functional>
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
    using LookUp = std::function<Resolution(std::size_t who, const std::string& host, std::uint16_t port)>;

    using Start = std::function<void(std::function<void()>)>;  // runs it on a thread of its own; may throw

    explicit Resolver(LookUp look_up = {}, Start start = {});  // absent: the system's
    // Does not wait for lookups under way: their threads end by themselves.
    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    // At most one unanswered question for each `who`; further ones ask nothing new.
    void ask(std::size_t who, const std::string& host, std::uint16_t port);
    std::vector<Resolution> answers();
    [[nodiscard]] int descriptor() const;  // readable while there are answers

    struct Shared;  // with the thread, which may outlive this object

private:
    std::shared_ptr<Shared> shared_;
    Start start_;
};

}  // namespace pued
