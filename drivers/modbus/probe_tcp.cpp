// One TCP connection as a ProbeLink. See probe_link.hpp.
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <span>
#include <system_error>

#include "drivers/modbus/probe_link.hpp"
#include "drivers/poll/resolver.hpp"

namespace pued {
namespace {

constexpr Duration kNamePatience = std::chrono::seconds{10};

std::string reason(int error) { return std::generic_category().message(error); }

// True when `fd` is ready within the time; false after it or at a signal.
bool ready(int fd, short events, Duration patience) {
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(patience).count();
    pollfd wanted{.fd = fd, .events = events, .revents = 0};
    return ms > 0 && ::poll(&wanted, 1, static_cast<int>(ms)) > 0;
}

class TcpProbe final : public ProbeLink {
public:
    TcpProbe(std::vector<SocketAddress> addresses, std::string place, Framing framing, const Clock& clock)
        : addresses_(std::move(addresses)), place_(std::move(place)), rtu_(framing == Framing::rtu), clock_(clock) {}
    TcpProbe(const TcpProbe&) = delete;
    TcpProbe& operator=(const TcpProbe&) = delete;
    ~TcpProbe() override { close(); }

    Result<void> connect(Duration timeout);
    // A connection that the device had closed meanwhile is opened again, once.
    ProbeReply ask(const ReadRequest& request, Duration timeout) override;

private:
    std::optional<int> try_address(const SocketAddress& address, Duration timeout);  // an error number, or connected
    Result<void> prepare(const ReadRequest& request, Duration timeout);
    void settle(Duration quiet);
    void drop();
    ProbeReply exchange(const ReadRequest& request, Duration timeout);
    bool send(const ReadRequest& request);
    ProbeReply receive(const ReadRequest& request, BootTime deadline);
    Frame judge(const ReadRequest& request, std::span<std::uint8_t> bytes, std::size_t& size) const;
    // Many devices do so for a unit id that they do not know: for the caller that is silence.
    ProbeReply hung_up(const std::string& why) {
        hung_up_ = true;
        return {ProbeOutcome::silent, 0, {}, place_ + ": " + why};
    }
    void close() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }

    std::vector<SocketAddress> addresses_;
    std::string place_;
    bool rtu_;
    const Clock& clock_;
    int fd_ = -1;
    bool fresh_ = true;  // no reply yet on this connection
    bool hung_up_ = false;
    std::uint16_t transaction_ = 0;
    ProbeDoubt doubt_;  // with RTU frames
};

std::optional<int> TcpProbe::try_address(const SocketAddress& address, Duration timeout) {
    fd_ = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd_ < 0) return errno;
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address.storage), address.length) != 0) {
        if (errno != EINPROGRESS) return errno;
        if (!ready(fd_, POLLOUT, timeout)) return ETIMEDOUT;
    }
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) return error;
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fresh_ = true;
    return {};
}

Result<void> TcpProbe::connect(Duration timeout) {
    int error = ENOENT;
    for (const auto& address : addresses_) {
        close();
        const auto failed = try_address(address, timeout);
        if (!failed) return {};
        error = *failed;
    }
    close();
    return Error{place_ + ": " + (error == ETIMEDOUT ? "no connection within the timeout" : reason(error))};
}

ProbeReply TcpProbe::ask(const ReadRequest& request, Duration timeout) {
    const bool reused = fd_ >= 0 && !fresh_;
    hung_up_ = false;
    auto reply = exchange(request, timeout);
    return reused && hung_up_ ? exchange(request, timeout) : reply;
}

// A connection; with RTU frames one that nothing comes from any more.
Result<void> TcpProbe::prepare(const ReadRequest& request, Duration timeout) {
    if (fd_ < 0) {
        if (auto connected = connect(timeout); !connected) return connected;
    }
    if (!rtu_) return {};
    settle(doubt_.about(request) ? doubt_.quiet() : Duration{});
    return fd_ >= 0 ? Result<void>{} : connect(timeout);
}

void TcpProbe::settle(Duration quiet) {
    const auto end = clock_.now().boot + 3 * quiet;
    do drop();
    while (fd_ >= 0 && clock_.now().boot < end && ready(fd_, POLLIN, quiet));
}

void TcpProbe::drop() {
    std::array<std::uint8_t, longest_tcp_frame> dropped{};
    ssize_t got = 0;
    do got = ::recv(fd_, dropped.data(), dropped.size(), 0);
    while (got > 0);
    if (got == 0 || (errno != EAGAIN && errno != EINTR)) close();
}

bool TcpProbe::send(const ReadRequest& request) {
    const TcpRequest tcp = encode_tcp(++transaction_, request);
    const RtuRequest rtu = encode_rtu(request);
    const auto bytes = rtu_ ? std::span<const std::uint8_t>{rtu} : std::span<const std::uint8_t>{tcp};
    return ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

ProbeReply TcpProbe::exchange(const ReadRequest& request, Duration timeout) {
    if (const auto prepared = prepare(request, timeout); !prepared) {
        return {ProbeOutcome::lost, 0, {}, prepared.error()};
    }
    const auto deadline = clock_.now().boot + timeout;
    auto reply = send(request) ? receive(request, deadline) : hung_up(reason(errno));
    const bool answered = reply.outcome == ProbeOutcome::reply;
    doubt_.note(request, answered, timeout);
    if (answered) fresh_ = false;
    if (!answered && (!rtu_ || hung_up_)) close();
    return reply;
}

// Of the `size` bytes that have come; with RTU frames other units' replies are taken out.
Frame TcpProbe::judge(const ReadRequest& request, std::span<std::uint8_t> bytes, std::size_t& size) const {
    if (!rtu_) return parse_tcp(bytes.first(size), transaction_, request);
    while (const auto late = late_rtu_reply(bytes.first(size), request, {})) {
        std::copy(bytes.begin() + static_cast<std::ptrdiff_t>(late), bytes.begin() + static_cast<std::ptrdiff_t>(size),
                  bytes.begin());
        size -= late;
    }
    return parse_rtu(bytes.first(size), request);
}

ProbeReply TcpProbe::receive(const ReadRequest& request, BootTime deadline) {
    std::array<std::uint8_t, longest_tcp_frame + 1> bytes{};
    std::size_t size = 0;
    for (;;) {
        if (!ready(fd_, POLLIN, deadline - clock_.now().boot)) return {ProbeOutcome::silent, 0, {}, "no reply"};
        const auto got = ::recv(fd_, bytes.data() + size, bytes.size() - size, 0);
        if (got == 0) return hung_up("the device closed the connection");
        if (got < 0) return hung_up(reason(errno));
        size += static_cast<std::size_t>(got);
        auto frame = judge(request, bytes, size);
        if (frame.state == FrameState::bad) {
            const bool other = !other_service(std::span{bytes}.first(size)).empty();
            return {other ? ProbeOutcome::lost : ProbeOutcome::garbled, 0, {}, place_ + ": " + frame.error};
        }
        if (frame.state == FrameState::whole) return {ProbeOutcome::reply, frame.exception, std::move(frame.words), {}};
    }
}

std::vector<SocketAddress> resolved(const std::string& host, std::uint16_t port, std::string& error) {
    if (auto addresses = numeric_address(host, port); !addresses.empty()) return addresses;
    Resolver resolver;
    resolver.ask(0, host, port);
    error = "no answer from the name service";
    if (!ready(resolver.descriptor(), POLLIN, kNamePatience)) return {};
    auto answers = resolver.answers();
    if (answers.empty()) return {};
    error = answers.front().error;
    return std::move(answers.front().addresses);
}

}  // namespace

Result<std::unique_ptr<ProbeLink>> open_tcp_probe(const std::string& host, std::uint16_t port, Framing framing,
                                                  Duration timeout, const Clock& clock) {
    const auto place = host + ':' + std::to_string(port);
    std::string error;
    auto addresses = resolved(host, port, error);
    if (addresses.empty()) return Error{place + ": " + error};
    auto probe = std::make_unique<TcpProbe>(std::move(addresses), place, framing, clock);
    if (auto connected = probe->connect(timeout); !connected) return Error{connected.error()};
    return std::unique_ptr<ProbeLink>{std::move(probe)};
}

}  // namespace pued
