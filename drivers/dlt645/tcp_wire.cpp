// A serial server's TCP port: what is sent goes out on its line as it is, what its line says comes back.
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "drivers/dlt645/descriptor_io.hpp"
#include "drivers/dlt645/wire.hpp"
#include "drivers/poll/resolver.hpp"

namespace pued::dlt645 {
namespace {

class TcpWire final : public Wire {
public:
    TcpWire(std::string host, std::uint16_t port, const Clock& clock)
        : host_(std::move(host)), port_(port), clock_(clock), addresses_(numeric_address(host_, port_)) {
        numeric_ = !addresses_.empty();
    }
    ~TcpWire() override { close_socket(); }
    TcpWire(const TcpWire&) = delete;
    TcpWire& operator=(const TcpWire&) = delete;

    [[nodiscard]] bool is_open() const override { return fd_ >= 0; }

    Result<void> open(Duration timeout) override {
        const BootTime deadline = clock_.now().boot + timeout;
        std::string why = resolve(deadline);
        for (const auto& address : addresses_) {
            why = connect(address, deadline);
            if (why.empty()) return {};
            close_socket();
        }
        return Error{why};
    }

    void close() override { close_socket(); }

    Result<void> send(std::span<const std::uint8_t> bytes) override {
        return checked(send_all(fd_, Kind::socket, bytes));
    }
    Result<std::size_t> receive(std::span<std::uint8_t> room, Duration wait) override {
        return checked(receive_some(fd_, room, wait));
    }
    [[nodiscard]] Duration time_of(std::size_t) const override { return {}; }
    [[nodiscard]] bool renew() const override { return true; }

private:
    // Anew at every connection, for names move; the last known addresses serve while nobody answers.
    std::string resolve(BootTime deadline) {
        if (numeric_) return {};
        resolver_.ask(0, host_, port_);
        wait_for(resolver_.descriptor(), POLLIN, deadline - clock_.now().boot);
        std::string error = "no address for \"" + host_ + "\" yet";
        for (auto& answer : resolver_.answers()) {
            if (answer.addresses.empty()) error = answer.error;
            if (!answer.addresses.empty()) addresses_ = std::move(answer.addresses);
        }
        return error;
    }

    // Empty when it worked.
    std::string connect(const SocketAddress& address, BootTime deadline) {
        fd_ = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd_ < 0) return error_text(errno);
        const int on = 1;
        ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address.storage), address.length) == 0) return {};
        if (errno != EINPROGRESS) return error_text(errno);
        if (!wait_for(fd_, POLLOUT, deadline - clock_.now().boot)) return "no connection in time";
        int error = 0;
        socklen_t length = sizeof error;
        if (::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
        return error == 0 ? std::string{} : error_text(error);
    }

    template <class T>
    Result<T> checked(Result<T> result) {
        if (!result) close_socket();
        return result;
    }

    void close_socket() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }

    std::string host_;
    std::uint16_t port_;
    const Clock& clock_;
    std::vector<SocketAddress> addresses_;
    bool numeric_ = false;
    Resolver resolver_;
    int fd_ = -1;
};

}  // namespace

std::unique_ptr<Wire> make_tcp_wire(const std::string& host, std::uint16_t port, const Clock& clock) {
    return std::make_unique<TcpWire>(host, port, clock);
}

}  // namespace pued::dlt645
