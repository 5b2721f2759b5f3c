// Devices out of tests/captures for `pued scan`: any number of images behind unit ids, on a TCP port of loopback,
// behind a serial server there (RTU frames in a TCP stream) or on a pseudo-terminal. libmodbus makes every reply; a
// register that the image does not hold is refused as an illegal address, a unit that is not there stays silent. One
// thread of its own.
#pragma once

#include <arpa/inet.h>
#include <modbus/modbus.h>
#include <poll.h>
#include <pty.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/scan/images.hpp"

namespace pued::testing {

// The image behind a unit id, or nullptr.
using ImageOf = std::function<const Image*(unsigned unit)>;

class CaptureServer {
public:
    enum class Medium : std::uint8_t { tcp, rtu_over_tcp, pty };

    CaptureServer(Medium medium, ImageOf images) : medium_(medium), images_(std::move(images)) {
        medium == Medium::pty ? open_pty() : listen_tcp();
        thread_ = std::thread([this] { medium_ == Medium::pty ? serve_pty() : serve_tcp(); });
    }
    ~CaptureServer() {
        stop_ = true;
        thread_.join();
        for (const int fd : open_) ::close(fd);
        modbus_mapping_free(mapping_);
        modbus_free(context_);
    }
    CaptureServer(const CaptureServer&) = delete;
    CaptureServer& operator=(const CaptureServer&) = delete;

    std::uint16_t port = 0;                    // TCP
    std::string path;                          // the terminal
    std::atomic<unsigned> requests{0};         // that came
    std::atomic<unsigned> other_functions{0};  // that were neither 3 nor 4: there must be none

private:
    static void must(bool good, const char* what) {
        if (!good) throw std::runtime_error{what};
    }

    void listen_tcp() {
        context_ =
            medium_ == Medium::tcp ? modbus_new_tcp("127.0.0.1", 0) : modbus_new_rtu("/dev/null", 115200, 'N', 8, 1);
        const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        must(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "bind");
        must(::listen(listener, 5) == 0, "listen");
        socklen_t length = sizeof address;
        ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
        port = ntohs(address.sin_port);
        open_.push_back(listener);
    }

    void open_pty() {
        context_ = modbus_new_rtu("/dev/null", 115200, 'N', 8, 1);
        int master = -1, client = -1;
        std::array<char, 100> name{};
        must(::openpty(&master, &client, name.data(), nullptr, nullptr) == 0, "openpty");
        path = name.data();
        open_ = {master, client};
        modbus_set_socket(context_, master);
    }

    void serve_tcp() {
        while (!stop_) {
            std::vector<pollfd> waiting;
            for (const int fd : open_) waiting.push_back({fd, POLLIN, 0});
            if (::poll(waiting.data(), waiting.size(), 20) <= 0) continue;
            for (const auto& one : waiting) {
                if (one.revents == 0) continue;
                if (one.fd == open_.front()) {
                    open_.push_back(::accept(one.fd, nullptr, nullptr));
                } else if (!serve_peer(one.fd)) {
                    std::erase(open_, one.fd);
                    ::close(one.fd);
                }
            }
        }
    }

    bool serve_peer(int fd) {
        std::array<std::uint8_t, MODBUS_TCP_MAX_ADU_LENGTH> request{};
        modbus_set_socket(context_, fd);
        if (medium_ == Medium::rtu_over_tcp) return serve_line(fd);
        const int length = modbus_receive(context_, request.data());
        if (length > 0) answer(request.data(), length, 6);
        return length >= 0;
    }

    // One request, as pued never sends two at once; what is no RTU frame gets no answer.
    bool serve_line(int fd) {
        std::array<std::uint8_t, 64> request{};
        const auto length = ::recv(fd, request.data(), request.size(), 0);
        if (length == 8) answer(request.data(), 8, 0);
        return length > 0;
    }

    // Reads of registers have 8 bytes, and pued sends nothing else.
    void serve_pty() {
        std::vector<std::uint8_t> request;
        while (!stop_) {
            pollfd line{open_.front(), POLLIN, 0};
            if (::poll(&line, 1, 20) <= 0) {
                request.clear();  // a silence ends a frame
                continue;
            }
            std::uint8_t byte = 0;
            if (::read(open_.front(), &byte, 1) != 1) continue;
            request.push_back(byte);
            if (request.size() < 8) continue;
            answer(request.data(), 8, 0);
            request.clear();
        }
    }

    void answer(const std::uint8_t* request, int length, int unit_at) {
        const unsigned unit = request[unit_at], function = request[unit_at + 1];
        const auto word = [&](int at) { return request[unit_at + at] << 8 | request[unit_at + at + 1]; };
        ++requests;
        if (function != 3 && function != 4) ++other_functions;
        const auto* image = images_(unit);
        if (image == nullptr) return;
        modbus_set_slave(context_, static_cast<int>(unit));
        auto* registers = function == 3 ? mapping_->tab_registers : mapping_->tab_input_registers;
        for (int address = word(2); address < word(2) + word(4); ++address) {
            const auto found = image->find({function, static_cast<unsigned>(address)});
            if (found == image->end()) {
                modbus_reply_exception(context_, request, MODBUS_EXCEPTION_ILLEGAL_DATA_ADDRESS);
                return;
            }
            registers[address] = found->second;
        }
        modbus_reply(context_, request, length, mapping_);
    }

    Medium medium_;
    ImageOf images_;
    std::vector<int> open_;
    modbus_t* context_ = nullptr;
    modbus_mapping_t* mapping_ = modbus_mapping_new(0, 0, 65536, 65536);
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

}  // namespace pued::testing
