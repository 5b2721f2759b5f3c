// Both ends of the control socket. See control.hpp.
#include "drivers/sim/control.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

namespace pued::sim {

namespace {

std::optional<sockaddr_un> address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return std::nullopt;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    return address;
}

const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

Error failure(const std::string& what) { return {what + ": " + std::strerror(errno)}; }

}  // namespace

std::string control_path(const std::string& run_directory) { return run_directory + "/control"; }

Control::~Control() {
    if (fd_ < 0) return;
    ::close(fd_);
    unlink(path_.c_str());
}

Result<void> Control::open() {
    const auto address = address_of(path_);
    if (!address)
        return Error{path_ + " is too long for a socket (expected at most 107 characters): use a shorter --run-dir"};
    unlink(path_.c_str());
    fd_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd_ < 0 || bind(fd_, generic(*address), sizeof *address) != 0) return failure("cannot make " + path_);
    return {};
}

void Control::serve(const std::function<Result<void>(const std::string&)>& run) {
    std::array<char, 512> text{};
    sockaddr_un from{};
    socklen_t size = sizeof from;
    ssize_t got = 0;
    while ((got = recvfrom(fd_, text.data(), text.size(), 0, reinterpret_cast<sockaddr*>(&from), &size)) > 0) {
        const auto done = run(std::string(text.data(), static_cast<std::size_t>(got)));
        const std::string answer = done ? "ok" : done.error();
        sendto(fd_, answer.data(), answer.size(), 0, generic(from), size);
        size = sizeof from;
    }
}

Result<void> send_command(const std::string& run_directory, const std::string& command) {
    const auto address = address_of(control_path(run_directory));
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const sockaddr_un any{.sun_family = AF_UNIX, .sun_path = {}};
    const timeval patience{.tv_sec = 3, .tv_usec = 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    std::array<char, 512> text{};
    ssize_t got = -1;
    if (address && bind(fd, generic(any), sizeof(sa_family_t)) == 0 &&
        sendto(fd, command.data(), command.size(), 0, generic(*address), sizeof *address) >= 0)
        got = recv(fd, text.data(), text.size(), 0);
    const Error nobody = failure("no plant answers in " + run_directory);
    ::close(fd);
    if (got < 0) return nobody;
    const std::string answer(text.data(), static_cast<std::size_t>(got));
    if (answer != "ok") return Error{answer};
    return {};
}

}  // namespace pued::sim
