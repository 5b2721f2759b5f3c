// Real peers for the Modbus driver's tests: a clock, a thread that steps a source, TCP devices on loopback and serial
// units on a pty. Honest answers come from libmodbus; lies are told by hand, request by request.
#pragma once

#include <arpa/inet.h>
#include <modbus/modbus.h>
#include <netinet/in.h>
#include <poll.h>
#include <pty.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "agent/ports/clock.hpp"
#include "agent/ports/source.hpp"
#include "drivers/modbus/modbus_source.hpp"

namespace pued::peers {

using Bytes = std::vector<std::uint8_t>;
using std::chrono::milliseconds;

class RealClock final : public Clock {
public:
    [[nodiscard]] Now now() const override {
        timespec t{};
        ::clock_gettime(CLOCK_BOOTTIME, &t);
        return {BootTime{std::chrono::seconds{t.tv_sec} + std::chrono::nanoseconds{t.tv_nsec}}, {}, {}};
    }
};

inline void must(bool ok, const char* what) {
    if (!ok) throw std::runtime_error(what);
}

// Keeps all reports; `watch` sees each on the source's thread, before the source goes on.
class Reports final : public ReportSink {
public:
    void deliver(Report report) override {
        if (watch) watch(report);
        const std::lock_guard lock{mutex_};
        all_.push_back(std::move(report));
    }
    [[nodiscard]] std::vector<Report> of(DeviceIndex device) const {
        const std::lock_guard lock{mutex_};
        std::vector<Report> out;
        for (const auto& report : all_) {
            if (report.device == device) out.push_back(report);
        }
        return out;
    }
    [[nodiscard]] std::size_t good(DeviceIndex device) const {
        std::size_t count = 0;
        for (const auto& report : of(device)) count += report.state == DeviceState::good ? 1 : 0;
        return count;
    }
    std::function<void(const Report&)> watch;

private:
    mutable std::mutex mutex_;
    std::vector<Report> all_;
};

// Steps the source as the runtime does.
class Runner {
public:
    Runner(std::unique_ptr<Source> source, Reports& reports, const Clock& clock)
        : source_(std::move(source)), thread_([this, &reports, &clock] {
              while (!stop_) source_->step(clock.now().boot + milliseconds{50}, reports);
              source_->close();
          }) {}
    ~Runner() { stop(); }
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;
    void stop() {
        stop_ = true;
        if (thread_.joinable()) thread_.join();
    }

private:
    std::unique_ptr<Source> source_;
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

// Waits until `done`, at most so long; false when it never was.
inline bool eventually(milliseconds patience, const std::function<bool()>& done) {
    for (auto waited = milliseconds{0}; waited < patience; waited += milliseconds{10}) {
        if (done()) return true;
        std::this_thread::sleep_for(milliseconds{10});
    }
    return done();
}

// One piece of an answer: waited for, then sent.
struct Piece {
    int delay_ms = 0;
    Bytes bytes;
};
struct Answer {
    std::vector<Piece> pieces;  // none: silence
    bool close = false;         // hang up afterwards (TCP)
};
using Script = std::function<Answer(const Bytes& request)>;

inline unsigned word_at(const Bytes& bytes, std::size_t at) { return (bytes[at] << 8U) | bytes[at + 1]; }

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

// A serial line with units behind it: the far end of a pty. The script gets each request (8 bytes, with CRC) and may
// answer by hand; where it has no opinion, libmodbus answers for the units in `honest_units`.
class SerialPeer {
public:
    using SerialScript = std::function<std::optional<Answer>(const Bytes& request)>;

    SerialPeer(std::vector<int> honest_units, SerialScript script = {})
        : honest_units_(std::move(honest_units)),
          script_(std::move(script)),
          context_(modbus_new_rtu("/dev/null", 115200, 'N', 8, 1)),
          mapping_(modbus_mapping_new(0, 0, 100, 100)) {
        std::array<char, 100> name{};
        must(::openpty(&master_, &slave_, name.data(), nullptr, nullptr) == 0, "openpty");
        path = name.data();
        modbus_set_socket(context_, master_);
        for (int i = 0; i < 100; ++i) mapping_->tab_registers[i] = static_cast<std::uint16_t>(1000 + i);
        thread_ = std::thread([this] { serve(); });
    }
    ~SerialPeer() {
        stop_ = true;
        thread_.join();
        ::close(slave_);
        ::close(master_);
        modbus_mapping_free(mapping_);
        modbus_free(context_);
    }
    SerialPeer(const SerialPeer&) = delete;
    SerialPeer& operator=(const SerialPeer&) = delete;

    std::string path;
    std::array<std::atomic<unsigned>, 256> requests{};  // by unit

private:
    void serve() {
        Bytes request;
        while (!stop_) {
            pollfd line{master_, POLLIN, 0};
            if (::poll(&line, 1, 20) <= 0) {
                request.clear();  // a silence ends a frame
                continue;
            }
            std::uint8_t byte = 0;
            if (::read(master_, &byte, 1) != 1) continue;
            request.push_back(byte);
            if (request.size() < 8) continue;
            answer(request);
            request.clear();
        }
    }
    void answer(const Bytes& request) {
        ++requests[request[0]];
        if (script_) {
            if (const auto lies = script_(request)) return send(*lies);
        }
        for (const int unit : honest_units_) {
            if (unit != request[0]) continue;
            modbus_set_slave(context_, unit);
            modbus_reply(context_, request.data(), static_cast<int>(request.size()), mapping_);
        }
    }
    void send(const Answer& answer) {
        for (const auto& piece : answer.pieces) {
            std::this_thread::sleep_for(milliseconds{piece.delay_ms});
            must(::write(master_, piece.bytes.data(), piece.bytes.size()) >= 0, "write to the pty");
        }
    }

    std::vector<int> honest_units_;
    SerialScript script_;
    modbus_t* context_;
    modbus_mapping_t* mapping_;
    int master_ = -1, slave_ = -1;
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

inline Bytes with_crc(Bytes frame) {
    unsigned crc = 0xFFFF;
    for (const auto byte : frame) {
        crc ^= byte;
        for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? (crc >> 1U) ^ 0xA001U : crc >> 1U;
    }
    frame.push_back(static_cast<std::uint8_t>(crc));
    frame.push_back(static_cast<std::uint8_t>(crc >> 8U));
    return frame;
}

// What an honest unit says to `request` when every register holds `value`.
inline Bytes honest_rtu(const Bytes& request, unsigned value) {
    const unsigned words = word_at(request, 4);
    Bytes out{request[0], request[1], static_cast<std::uint8_t>(2 * words)};
    for (unsigned i = 0; i < words; ++i) {
        out.push_back(static_cast<std::uint8_t>(value >> 8U));
        out.push_back(static_cast<std::uint8_t>(value));
    }
    return with_crc(out);
}

inline Field register_field(std::string name, std::uint16_t address, std::uint8_t function = 3) {
    Field field;
    field.name = std::move(name);
    field.function = function;
    field.address = address;
    return field;
}

inline ModbusPoll tcp_device(DeviceIndex index, std::uint16_t port, int period_ms, int timeout_ms) {
    ModbusPoll poll;
    poll.device = index;
    poll.first_point = 10 * index;
    poll.config.host = "127.0.0.1";
    poll.config.port = port;
    poll.config.timeout = milliseconds{timeout_ms};
    poll.map.fields = {register_field("power_w", 10), register_field("voltage_v", 11)};
    poll.period = milliseconds{period_ms};
    return poll;
}

inline ModbusPoll serial_unit(DeviceIndex index, unsigned unit, int period_ms, int timeout_ms) {
    ModbusPoll poll = tcp_device(index, 0, period_ms, timeout_ms);
    poll.config.host.clear();
    poll.config.line = "line-1";
    poll.config.unit_id = unit;
    return poll;
}

}  // namespace pued::peers
