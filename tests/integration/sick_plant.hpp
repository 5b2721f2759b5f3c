// Modbus TCP devices on 127.0.x.y that can fall ill, each in its own way, and be healed: one thread, one epoll loop.
// For the test and the bench of what the dead do to the living. Healthy, register a holds 1000 + a.
#pragma once

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>

#include <map>
#include <set>
#include <string>

#include "tests/integration/modbus_tcp_peers.hpp"

namespace pued::peers {

enum class Illness : std::uint8_t {
    none,
    refusing,
    black_hole,
    silent,
    dribbling,
    foreign,
    exceptions,
    garbage,
    closing
};
inline constexpr std::array<const char*, 9> illness_names{"none",       "refusing",          "black hole",
                                                          "silent",     "one byte a second", "wrong transaction ids",
                                                          "exceptions", "garbage",           "closing"};

class SickPlant {
public:
    explicit SickPlant(std::size_t devices) : illness_(devices), listeners_(devices, -1), fillers_(devices) {
        std::uint16_t port_of_first = 0;
        for (std::size_t i = 0; i < devices; ++i) listen_at(i, 128, port_of_first);
        port = port_of_first;
        thread_ = std::thread([this] { serve(); });
    }
    ~SickPlant() {
        stop_ = true;
        thread_.join();
        for (const auto& [fd, connection] : connections_) ::close(fd);
        for (std::size_t i = 0; i < listeners_.size(); ++i) close_listener(i);
        ::close(epoll_);
    }
    SickPlant(const SickPlant&) = delete;
    SickPlant& operator=(const SickPlant&) = delete;

    std::uint16_t port = 0;
    static std::string host(std::size_t i) {
        return "127.0." + std::to_string(i / 250 + 1) + '.' + std::to_string(i % 250 + 1);
    }

    // Takes effect within some milliseconds.
    void infect(const std::map<std::size_t, Illness>& ill) {
        const std::lock_guard lock{mutex_};
        orders_ = ill;
    }
    void heal() { infect({}); }

private:
    struct Connection {
        std::size_t device = 0;
        Bytes request, dribble;
        std::chrono::steady_clock::time_point next_byte;
    };

    void watch(int fd, std::uint64_t listener) const {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = (listener << 32U) | static_cast<std::uint32_t>(fd);
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
    }
    void listen_at(std::size_t i, int backlog, std::uint16_t& at_port) {
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;
        ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        sockaddr_in address = address_of(i, at_port);
        socklen_t length = sizeof address;
        must(::bind(fd, reinterpret_cast<sockaddr*>(&address), length) == 0, "bind");
        must(::listen(fd, backlog) == 0, "listen");
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
        at_port = ntohs(address.sin_port);
        listeners_[i] = fd;
        if (backlog > 0) watch(fd, i + 1);
    }
    static sockaddr_in address_of(std::size_t i, std::uint16_t at_port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(at_port);
        ::inet_pton(AF_INET, host(i).c_str(), &address.sin_addr);
        return address;
    }
    void close_listener(std::size_t i) {
        if (listeners_[i] >= 0) ::close(listeners_[i]);
        listeners_[i] = -1;
        if (fillers_[i] > 0) ::close(fillers_[i]);
        fillers_[i] = 0;
    }

    void serve() {
        while (!stop_) {
            take_orders();
            std::array<epoll_event, 256> events{};
            const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 5);
            for (int i = 0; i < count; ++i) {
                const auto what = events[static_cast<std::size_t>(i)].data.u64;
                const int fd = static_cast<int>(what & 0xFFFFFFFFU);
                if (what >> 32U != 0) {
                    accept_at(static_cast<std::size_t>(what >> 32U) - 1);
                } else {
                    read_at(fd);
                }
            }
            dribble();
        }
    }
    void take_orders() {
        std::map<std::size_t, Illness> orders;
        {
            const std::lock_guard lock{mutex_};
            orders = orders_;
        }
        for (std::size_t i = 0; i < illness_.size(); ++i) {
            const auto order = orders.find(i);
            const Illness now = order == orders.end() ? Illness::none : order->second;
            if (now != illness_[i]) change(i, now);
        }
    }
    void change(std::size_t i, Illness now) {
        const bool door = illness_[i] == Illness::refusing || illness_[i] == Illness::black_hole ||
                          now == Illness::refusing || now == Illness::black_hole;
        illness_[i] = now;
        if (!door) return;
        close_listener(i);
        if (now == Illness::refusing) {
            hang_up_on(i);
        } else if (now == Illness::black_hole) {
            // Room for one connection that nobody takes: the kernel drops what comes after it.
            listen_at(i, 0, port);
            const sockaddr_in address = address_of(i, port);
            fillers_[i] = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
            ::connect(fillers_[i], reinterpret_cast<const sockaddr*>(&address), sizeof address);
        } else {
            hang_up_on(i);
            listen_at(i, 128, port);
        }
    }
    void hang_up_on(std::size_t i) {
        std::set<int> gone;
        for (const auto& [fd, connection] : connections_) {
            if (connection.device == i) gone.insert(fd);
        }
        for (const int fd : gone) hang_up(fd);
    }
    void hang_up(int fd) {
        ::close(fd);
        connections_.erase(fd);
    }
    void accept_at(std::size_t device) {
        const int fd = ::accept4(listeners_[device], nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) return;
        const int on = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        connections_[fd] = {.device = device, .request = {}, .dribble = {}, .next_byte = {}};
        watch(fd, 0);
    }
    void read_at(int fd) {
        const auto known = connections_.find(fd);
        if (known == connections_.end()) return;
        Bytes request(64);
        const auto size = ::recv(fd, request.data(), request.size(), 0);
        if (size <= 0) return hang_up(fd);
        if (size < 12) return;
        request.resize(12);
        answer(fd, known->second, request);
    }
    void answer(int fd, Connection& connection, const Bytes& request) {
        Bytes reply = honest(request, fixed);
        switch (illness_[connection.device]) {
            case Illness::none: break;
            case Illness::foreign: reply[1] ^= 1; break;
            case Illness::exceptions: reply = refusal(request, 4); break;
            case Illness::garbage: reply = Bytes(40, 0x5A); break;
            case Illness::closing: return hang_up(fd);
            case Illness::dribbling: connection.dribble = reply; return;
            default: return;
        }
        if (::send(fd, reply.data(), reply.size(), MSG_NOSIGNAL) < 0) hang_up(fd);
    }
    void dribble() {
        const auto now = std::chrono::steady_clock::now();
        for (auto& [fd, connection] : connections_) {
            if (connection.dribble.empty() || connection.next_byte > now) continue;
            ::send(fd, connection.dribble.data(), 1, MSG_NOSIGNAL);
            connection.dribble.erase(connection.dribble.begin());
            connection.next_byte = now + std::chrono::seconds{1};
        }
    }

    std::vector<Illness> illness_;
    std::vector<int> listeners_, fillers_;
    std::map<int, Connection> connections_;
    int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    std::mutex mutex_;
    std::map<std::size_t, Illness> orders_;
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

inline ModbusPoll plant_device(const SickPlant& plant, std::size_t i, int period_ms, int timeout_ms) {
    ModbusPoll poll = tcp_device(static_cast<DeviceIndex>(i), plant.port, period_ms, timeout_ms);
    poll.config.host = SickPlant::host(i);
    return poll;
}

// Delivery of each report against its slot. The slots of a device are told by its own earliest report.
class Punctuality final : public ReportSink {
public:
    Punctuality(std::size_t devices, Duration period, const Clock& clock)
        : period_(period), clock_(clock), devices_(devices) {}

    void deliver(Report report) override {
        const std::lock_guard lock{mutex_};
        Device& device = devices_[report.device];
        device.slot += device.any ? 1 + report.skipped : 0;
        device.any = true;
        const BootTime now = clock_.now().boot;
        if (report.state == DeviceState::good) {
            device.late.push_back(now - BootTime{} - device.slot * period_);
            if (device.back == BootTime{}) device.back = now;
        } else {
            ++device.bad;
            device.error = report.error;
        }
        device.skipped += report.skipped;
    }
    // Forgets all but the slots.
    void begin() {
        const std::lock_guard lock{mutex_};
        for (auto& device : devices_) device = {.slot = device.slot, .any = device.any};
    }
    struct Device {
        std::int64_t slot = 0;
        bool any = false;
        std::vector<Duration> late{};  // against slot 0
        unsigned bad = 0, skipped = 0;
        BootTime back{};  // the first good report
        std::string error{};
    };
    [[nodiscard]] Device of(std::size_t i) const {
        const std::lock_guard lock{mutex_};
        return devices_[i];
    }
    // In ms, sorted, of those devices together.
    template <class Wanted>
    [[nodiscard]] std::vector<double> lateness_ms(const Wanted& wanted) const {
        const std::lock_guard lock{mutex_};
        std::vector<double> out;
        for (std::size_t i = 0; i < devices_.size(); ++i) {
            const auto& late = devices_[i].late;
            if (!wanted(i) || late.empty()) continue;
            const Duration best = *std::ranges::min_element(late);
            for (const auto& one : late) out.push_back(in_seconds(one - best) * 1000);
        }
        std::ranges::sort(out);
        return out;
    }

private:
    Duration period_;
    const Clock& clock_;
    mutable std::mutex mutex_;
    std::vector<Device> devices_;
};

}  // namespace pued::peers
