// Modbus TCP devices on loopback for the driver's tests. Honest answers come from libmodbus; lies are told by hand,
// request by request.
#pragma once

#include <arpa/inet.h>
#include <modbus/modbus.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "tests/integration/modbus_harness.hpp"

namespace pued::peers {

// What an honest TCP device says to `request` when register a holds value(a).
inline Bytes honest(const Bytes& request, const std::function<unsigned(unsigned)>& value) {
    const unsigned address = word_at(request, 8);
    const unsigned words = word_at(request, 10);
    const unsigned length = 3 + 2 * words;
    Bytes out{request[0],
              request[1],
              0,
              0,
              static_cast<std::uint8_t>(length >> 8U),
              static_cast<std::uint8_t>(length),
              request[6],
              request[7],
              static_cast<std::uint8_t>(2 * words)};
    for (unsigned i = 0; i < words; ++i) {
        out.push_back(static_cast<std::uint8_t>(value(address + i) >> 8U));
        out.push_back(static_cast<std::uint8_t>(value(address + i)));
    }
    return out;
}

inline Bytes refusal(const Bytes& request, std::uint8_t code) {
    return {request[0], request[1], 0, 0, 0, 3, request[6], static_cast<std::uint8_t>(request[7] | 0x80U), code};
}

inline int listen_on_loopback(std::uint16_t& port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    must(::bind(fd, reinterpret_cast<sockaddr*>(&address), length) == 0, "bind");
    must(::listen(fd, 16) == 0, "listen");
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
    port = ntohs(address.sin_port);
    return fd;
}

// A TCP device that answers by its script; one connection at a time.
class TcpPeer {
public:
    explicit TcpPeer(Script script, std::uint16_t at_port = 0)
        : port(at_port),
          script_(std::move(script)),
          listener_(listen_on_loopback(port)),
          thread_([this] { serve(); }) {}
    ~TcpPeer() {
        stop_ = true;
        thread_.join();
        ::close(listener_);
        if (peer_ >= 0) ::close(peer_);
    }
    TcpPeer(const TcpPeer&) = delete;
    TcpPeer& operator=(const TcpPeer&) = delete;

    std::uint16_t port;
    std::atomic<unsigned> requests{0}, connections{0},
        early{0};  // early: requests that came before the last was answered

private:
    void serve() {
        while (!stop_) {
            std::array<pollfd, 2> fds{{{listener_, POLLIN, 0}, {peer_, POLLIN, 0}}};
            ::poll(fds.data(), peer_ < 0 ? 1 : 2, 20);
            if (peer_ >= 0 && fds[1].revents != 0) read_request();
            if (fds[0].revents != 0) take_connection();
        }
    }
    void take_connection() {
        if (peer_ >= 0) ::close(peer_);
        peer_ = ::accept(listener_, nullptr, nullptr);
        ++connections;
    }
    void read_request() {
        Bytes request(64);
        const auto size = ::recv(peer_, request.data(), request.size(), 0);
        if (size <= 0) return hang_up();
        if (size != 12) ++early;
        request.resize(12);
        ++requests;
        const Answer answer = script_(request);
        for (const auto& piece : answer.pieces) {
            std::this_thread::sleep_for(milliseconds{piece.delay_ms});
            if (::send(peer_, piece.bytes.data(), piece.bytes.size(), MSG_NOSIGNAL) < 0) return hang_up();
        }
        if (answer.close) hang_up();
    }
    void hang_up() {
        ::close(peer_);
        peer_ = -1;
    }

    Script script_;
    int listener_, peer_ = -1;
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

// Many honest TCP devices on one thread, each on a port of its own, all with the same registers; libmodbus answers.
class LibmodbusFarm {
public:
    explicit LibmodbusFarm(unsigned count)
        : context_(modbus_new_tcp("127.0.0.1", 502)), mapping_(modbus_mapping_new(0, 0, 100, 100)) {
        for (unsigned i = 0; i < count; ++i) {
            std::uint16_t port = 0;
            fds_.push_back({listen_on_loopback(port), POLLIN, 0});
            ports.push_back(port);
        }
        for (int i = 0; i < 100; ++i) {
            mapping_->tab_registers[i] = static_cast<std::uint16_t>(1000 + i);
            mapping_->tab_input_registers[i] = static_cast<std::uint16_t>(5000 + i);
        }
        thread_ = std::thread([this] { serve(); });
    }
    ~LibmodbusFarm() {
        stop_ = true;
        thread_.join();
        for (const auto& fd : fds_) ::close(fd.fd);
        modbus_mapping_free(mapping_);
        modbus_free(context_);
    }
    LibmodbusFarm(const LibmodbusFarm&) = delete;
    LibmodbusFarm& operator=(const LibmodbusFarm&) = delete;

    std::vector<std::uint16_t> ports;

private:
    void serve() {
        while (!stop_) {
            ::poll(fds_.data(), fds_.size(), 20);
            const std::size_t known = fds_.size();
            for (std::size_t i = 0; i < known; ++i) {
                if (fds_[i].revents == 0) continue;
                if (i < ports.size()) {
                    fds_.push_back({::accept(fds_[i].fd, nullptr, nullptr), POLLIN, 0});
                } else {
                    answer(fds_[i]);
                }
            }
        }
    }
    void answer(pollfd& connection) {
        std::array<std::uint8_t, MODBUS_TCP_MAX_ADU_LENGTH> request{};
        modbus_set_socket(context_, connection.fd);
        const int size = modbus_receive(context_, request.data());
        if (size > 0) modbus_reply(context_, request.data(), size, mapping_);
        if (size >= 0) return;
        ::close(connection.fd);
        connection.fd = -1;  // poll() passes it over
    }

    modbus_t* context_;
    modbus_mapping_t* mapping_;
    std::vector<pollfd> fds_;  // the listeners, then the connections
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

inline ModbusPoll tcp_device(DeviceIndex index, std::uint16_t port, int period_ms, int timeout_ms) {
    ModbusPoll poll = device_at(index, period_ms, timeout_ms);
    poll.config.host = "127.0.0.1";
    poll.config.port = port;
    return poll;
}

}  // namespace pued::peers
