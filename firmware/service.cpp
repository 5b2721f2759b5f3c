// sd_notify without libsystemd (a datagram is all it is), and signalfd.
#include "firmware/service.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace pued {

namespace {

std::string environment(const char* name) {
    const char* value = ::getenv(name);
    return value == nullptr ? std::string{} : value;
}

std::optional<std::int64_t> whole_number(const char* text) {
    if (text == nullptr) return {};
    const char* end = text + std::strlen(text);
    std::int64_t value = 0;
    const auto [stop, failure] = std::from_chars(text, end, value);
    if (failure != std::errc{} || stop != end || text == end) return {};
    return value;
}

Error unreachable(const std::string& socket) {
    return Error{"service manager at " + socket + ": " + std::strerror(errno)};
}

sigset_t ours() {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&set, number);
    return set;
}

}  // namespace

Notifier Notifier::from_environment() { return Notifier{environment("NOTIFY_SOCKET")}; }

// systemd compares the time with its own view of the reload; it is CLOCK_MONOTONIC by the protocol.
Result<void> Notifier::reloading() const {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    const auto usec = std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
    return send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(usec));
}

// One line: a newline would begin another assignment.
Result<void> Notifier::status(std::string_view text) const {
    std::string line{text};
    std::replace(line.begin(), line.end(), '\n', ' ');
    return send("STATUS=" + line);
}

Result<void> Notifier::send(std::string_view message) const {
    if (socket_.empty()) return {};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_.size() >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return unreachable(socket_);
    }
    std::copy(socket_.begin(), socket_.end(), address.sun_path);
    if (socket_.front() == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
    const Descriptor out{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!out) return unreachable(socket_);
    const ssize_t sent = ::sendto(out.get(), message.data(), message.size(), MSG_NOSIGNAL,
                                  reinterpret_cast<const sockaddr*>(&address), length);
    if (sent < 0) return unreachable(socket_);
    return {};
}

std::optional<Duration> watchdog_interval(const char* usec, const char* pid, pid_t self) {
    const auto interval = whole_number(usec);
    if (!interval || *interval <= 0) return {};
    constexpr std::int64_t longest = std::int64_t{365} * 24 * 3600 * 1'000'000;
    if (pid != nullptr && whole_number(pid) != std::int64_t{self}) return {};
    return std::chrono::microseconds{std::min(*interval, longest)};
}

std::optional<Duration> watchdog_interval_from_environment() {
    return watchdog_interval(::getenv("WATCHDOG_USEC"), ::getenv("WATCHDOG_PID"), ::getpid());
}

Signals::Signals() {
    const sigset_t set = ours();
    ::pthread_sigmask(SIG_BLOCK, &set, &before_);
    ::signal(SIGPIPE, SIG_IGN);
    file_ = Descriptor{::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)};
}

Signals::~Signals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

std::optional<Signal> Signals::wait(Duration timeout) {
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(std::max(timeout, Duration{})).count();
    pollfd watched{.fd = file_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&watched, 1, static_cast<int>(std::min<std::int64_t>(ms, 86'400'000))) <= 0) return {};
    signalfd_siginfo info{};
    if (::read(file_.get(), &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return {};
    switch (info.ssi_signo) {
        case SIGHUP: return Signal::reload;
        case SIGINT: return Signal::interrupt;
        default: return Signal::terminate;
    }
}

}  // namespace pued
