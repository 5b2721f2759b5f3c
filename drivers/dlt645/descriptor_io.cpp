// poll, read and write.
#include "drivers/dlt645/descriptor_io.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>

namespace pued::dlt645 {
namespace {

constexpr Duration longest_send = std::chrono::seconds{1};  // a request is shorter than any buffer

bool try_again(int number) { return number == EAGAIN || number == EINTR; }

}  // namespace

bool wait_for(int fd, short events, Duration wait) {
    pollfd entry{.fd = fd, .events = events, .revents = 0};
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(std::max(wait, Duration{})).count();
    return ::poll(&entry, 1, static_cast<int>(ms)) > 0;
}

std::string error_text(int number) {
    if (number == EIO || number == ENXIO || number == ENODEV) return "gone (unplugged?)";
    if (number == ECONNREFUSED) return "connection refused";
    return std::generic_category().message(number);
}

Result<void> send_all(int fd, Kind kind, std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const auto size = kind == Kind::socket ? ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL)
                                               : ::write(fd, bytes.data(), bytes.size());
        if (size > 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(size));
        } else if (size < 0 && !try_again(errno)) {
            return Error{error_text(errno)};
        } else if (!wait_for(fd, POLLOUT, longest_send)) {
            return Error{"the request cannot be sent"};
        }
    }
    return {};
}

Result<std::size_t> receive_some(int fd, std::span<std::uint8_t> room, Duration wait) {
    if (!wait_for(fd, POLLIN, wait)) return std::size_t{0};
    const auto size = ::read(fd, room.data(), room.size());
    if (size > 0) return static_cast<std::size_t>(size);
    if (size < 0 && try_again(errno)) return std::size_t{0};
    return Error{size == 0 ? "closed by the other side" : error_text(errno)};
}

}  // namespace pued::dlt645
