// Name look-ups with a time limit; see the header.
#include "drivers/ipmi/host_resolver.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>

namespace pued::ipmi {

struct HostResolver::LookUp {
    std::string host;
    std::mutex mutex;
    std::condition_variable ready;
    bool done = false;
    Result<std::string> result{Error{}};
};

namespace {

bool is_numeric(const std::string& host) {
    in6_addr scratch{};
    return inet_pton(AF_INET, host.c_str(), &scratch) == 1 || inet_pton(AF_INET6, host.c_str(), &scratch) == 1;
}

Result<std::string> look_up(const std::string& host) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_DGRAM;
    addrinfo* list = nullptr;
    if (const int failed = getaddrinfo(host.c_str(), nullptr, &hints, &list); failed != 0) {
        return Error{std::string{"the name cannot be resolved: "} + gai_strerror(failed)};
    }
    char text[NI_MAXHOST];
    const int failed = getnameinfo(list->ai_addr, list->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
    freeaddrinfo(list);
    if (failed != 0) return Error{std::string{"the address cannot be printed: "} + gai_strerror(failed)};
    return std::string{text};
}

}  // namespace

HostResolver::HostResolver() = default;
HostResolver::~HostResolver() = default;

Result<void> HostResolver::begin(const std::string& host) {
    const auto work = std::make_shared<LookUp>();
    work->host = host;
    try {
        std::thread{[work] {
            auto result = look_up(work->host);
            const std::lock_guard lock{work->mutex};
            work->result = std::move(result);
            work->done = true;
            work->ready.notify_one();
        }}.detach();
    } catch (const std::system_error& problem) {
        return Error{std::string{"no thread for a name look-up: "} + problem.what()};
    }
    late_ = work;
    return {};
}

Result<std::string> HostResolver::numeric(const std::string& host, std::chrono::milliseconds limit) {
    if (is_numeric(host)) return host;
    if (!late_) {
        if (const auto begun = begin(host); !begun) return Error{begun.error()};
    }
    const auto work = late_;  // outlives the lock
    std::unique_lock lock{work->mutex};
    if (!work->ready.wait_for(lock, limit, [&work] { return work->done; })) {
        return Error{"the name cannot be resolved: the name server does not answer"};
    }
    late_.reset();
    return work->result;
}

std::string host_and_port(const std::string& numeric, std::uint16_t port) {
    const bool v6 = numeric.find(':') != std::string::npos;
    return (v6 ? "[" + numeric + "]" : numeric) + ":" + std::to_string(port);
}

}  // namespace pued::ipmi
