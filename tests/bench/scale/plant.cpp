// A thousand meters in one process, for tests/bench/scale/run: Modbus TCP on 127.0.x.y, one address a meter, one
// thread, one epoll loop, so that it costs the machine as little as possible beside what is measured. Speaks to one
// line of stdin with one line of stdout: what it answered so far. With --step every twentieth meter's power jumps at
// random moments, and each jump is told with the moment (UTC, s) since which every reading shows it.
//
//   bench_scale_plant PORT METERS [--step]
//
// Ten points in twenty input or holding registers, which follow the clock: power, three voltages, three currents, power
// factor, frequency (float32, high word first), energy (uint32, Wh).
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <random>
#include <vector>

namespace {

constexpr unsigned kRegisters = 20, kStepEvery = 20;
constexpr double kLow_w = 1000, kHigh_w = 100000;

double now_s() {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Meter {
    bool steps = false, high = false;
    double next_step = 0;
};

struct Connection {
    std::size_t meter = 0;
    std::size_t size = 0;
    std::array<std::uint8_t, 64> bytes{};
};

class Plant {
public:
    Plant(std::uint16_t port, std::size_t meters, bool steps)
        : epoll_(epoll_create1(0)), start_(now_s()), meters_(meters) {
        watch(0, 0);
        for (std::size_t i = 0; i < meters; ++i) {
            meters_[i] = {steps && i > 0 && i % kStepEvery == 0, false, start_ + 10 + pause_(random_)};
            listen_at(i, port);
        }
        connections_.resize(4 * meters + 64);
        std::printf("ready\n");
        std::fflush(stdout);
    }

    // Until stdin ends.
    void run() {
        std::array<epoll_event, 512> events{};
        for (;;) {
            const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
            for (int i = 0; i < count; ++i) {
                const auto what = events[static_cast<std::size_t>(i)].data.u64;
                const int fd = static_cast<int>(what & 0xFFFFFFFF);
                if (fd == 0) {
                    if (!tell()) return;
                } else if (what >> 32 != 0) {
                    accept_at(fd, (what >> 32) - 1);
                } else {
                    serve(fd);
                }
            }
        }
    }

private:
    // `meter`: of a listening socket, counted from 1; 0: a connection, or stdin.
    void watch(int fd, std::size_t meter) const {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = (static_cast<std::uint64_t>(meter) << 32) | static_cast<std::uint32_t>(fd);
        epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
    }

    void listen_at(std::size_t meter, std::uint16_t port) const {
        const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_port = htons(port);
        at.sin_addr.s_addr =
            htonl(static_cast<std::uint32_t>(0x7F000000U | ((meter / 250 + 1) << 8) | (meter % 250 + 1)));
        if (bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 || listen(fd, 16) != 0) {
            std::perror("bench_scale_plant: listen");
            std::exit(1);
        }
        watch(fd, meter + 1);
    }

    void accept_at(int listener, std::size_t meter) {
        const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
        if (fd < 0) return;
        const int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (connections_.size() <= static_cast<std::size_t>(fd)) connections_.resize(static_cast<std::size_t>(fd) + 64);
        connections_[static_cast<std::size_t>(fd)] = {meter, 0, {}};
        watch(fd, 0);
    }

    void serve(int fd) {
        auto& its = connections_[static_cast<std::size_t>(fd)];
        const auto size = recv(fd, its.bytes.data() + its.size, its.bytes.size() - its.size, 0);
        if (size <= 0) {
            close(fd);
            return;
        }
        its.size += static_cast<std::size_t>(size);
        while (its.size >= 12) {
            answer(fd, its);
            its.size -= 12;
            std::memmove(its.bytes.data(), its.bytes.data() + 12, its.size);
        }
    }

    // Function 3 or 4 within the twenty registers; anything else is an "illegal data address".
    void answer(int fd, const Connection& its) {
        const auto& in = its.bytes;
        const unsigned address = in[8] * 256U + in[9], count = in[10] * 256U + in[11];
        std::array<std::uint8_t, 9 + 2 * kRegisters> out{in[0], in[1], 0, 0, 0, 3, in[6], in[7], 2};
        std::size_t length = 9;
        if ((in[7] == 3 || in[7] == 4) && count > 0 && address + count <= kRegisters) {
            const auto image = registers(its.meter);
            out[8] = static_cast<std::uint8_t>(2 * count);
            std::memcpy(out.data() + 9, image.data() + std::size_t{2} * address, std::size_t{2} * count);
            length += std::size_t{2} * count;
            out[5] = static_cast<std::uint8_t>(length - 6);
            ++requests_;
            points_ += count / 2;
        } else {
            out[7] |= 0x80;
        }
        if (send(fd, out.data(), length, MSG_NOSIGNAL) < 0) std::perror("bench_scale_plant: send");
    }

    std::array<std::uint8_t, 2 * kRegisters> registers(std::size_t index) {
        const double now = now_s(), at = now - start_;
        const double wave = std::sin(at * 0.1 + static_cast<double>(index));
        const double base = 1000 + static_cast<double>(index % 100) * 10,
                     power = power_of(index, base + 50 * wave, now);
        std::array<std::uint8_t, 2 * kRegisters> image{};
        std::size_t to = 0;
        const auto put = [&](std::uint32_t word) {
            for (int shift = 24; shift >= 0; shift -= 8) image[to++] = static_cast<std::uint8_t>(word >> shift);
        };
        for (const double value : {power, 230 + wave, 231 - wave, 229 + wave / 2, power / 690, power / 691, power / 689,
                                   0.95 + wave / 50, 50 + wave / 100}) {
            put(std::bit_cast<std::uint32_t>(static_cast<float>(value)));
        }
        put(static_cast<std::uint32_t>(1000000 + base * at / 3600));
        return image;
    }

    double power_of(std::size_t index, double steady, double now) {
        auto& meter = meters_[index];
        if (!meter.steps) return steady;
        for (; meter.next_step <= now; meter.next_step += pause_(random_)) {
            meter.high = !meter.high;
            std::printf("step %zu %.6f %d\n", index, meter.next_step, meter.high ? 1 : 0);
            std::fflush(stdout);
        }
        return meter.high ? kHigh_w : kLow_w;
    }

    bool tell() const {
        char line[64];
        if (read(0, line, sizeof line) <= 0) return false;
        std::printf("answered %llu %llu\n", static_cast<unsigned long long>(requests_),
                    static_cast<unsigned long long>(points_));
        std::fflush(stdout);
        return true;
    }

    int epoll_;
    double start_;
    std::vector<Meter> meters_;
    std::vector<Connection> connections_;  // by descriptor
    std::uint64_t requests_ = 0, points_ = 0;
    std::mt19937 random_{42};
    std::uniform_real_distribution<double> pause_{3.0, 5.0};
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: bench_scale_plant PORT METERS [--step]\n");
        return 2;
    }
    Plant plant{static_cast<std::uint16_t>(std::atoi(argv[1])), static_cast<std::size_t>(std::atoi(argv[2])),
                argc > 3 && std::strcmp(argv[3], "--step") == 0};
    plant.run();
}
