// How near the RTU source comes to what a serial line allows. The line is a pty whose far end, a process of its own,
// lets bytes pass at the line's bit rate both ways and answers after a stated latency; the source polls without a
// break. Prints a Markdown table and exits 1 where the median cycle takes over 3 % more than its computed least:
// characters of request and reply, the device's latency, the silence before the next request. Times in ms unless named
// otherwise.
#include <poll.h>
#include <pty.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

#include "tests/integration/modbus_serial_peers.hpp"

using namespace pued;
using namespace pued::peers;

namespace {

constexpr std::size_t request_bytes = 8;
constexpr double allowed = 1.03;
constexpr double shortest_ms = 10;  // of a shorter cycle the wake-ups of the two ends alone are more; told, not judged

struct Line {
    unsigned baud;
    double latency_ms;
    unsigned pause_ms;  // that the device wants
    unsigned words;     // read in one request
};

double char_ms(unsigned baud) { return 10'000.0 / baud; }  // 8N1
double silence_ms(const Line& line) {
    const double standard = line.baud > 19200 ? 1.75 : 3.5 * char_ms(line.baud);
    return std::max<double>(standard, line.pause_ms);
}
double least_ms(const Line& line) {
    const double chars = request_bytes + 5 + 2.0 * line.words;
    return chars * char_ms(line.baud) + line.latency_ms + silence_ms(line);
}

double now_ms() { return in_seconds(RealClock{}.now().boot - BootTime{}) * 1000; }

void sleep_until(double time_ms) {
    const auto ns = static_cast<std::int64_t>(time_ms * 1e6);
    const timespec at{.tv_sec = static_cast<time_t>(ns / 1'000'000'000),
                      .tv_nsec = static_cast<long>(ns % 1'000'000'000)};
    ::clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &at, nullptr);
}

// What the device notes of each request but the first: since the end of its last reply, since the last request.
struct Heard {
    double silence_ms = 0, cycle_ms = 0;
};

// The device and its wire. Writes what it heard to `out`.
class Wire {
public:
    Wire(const Line& line, int master, int out) : line_(line), master_(master), out_(out) {}

    [[noreturn]] void run() {
        ::prctl(PR_SET_TIMERSLACK, 1);
        for (;;) {
            pollfd input{master_, POLLIN, 0};
            ::poll(&input, 1, -1);
            const double at = now_ms();
            Bytes request(request_bytes);
            if (::read(master_, request.data(), request.size()) != static_cast<ssize_t>(request_bytes)) std::_Exit(1);
            const Heard heard{.silence_ms = at - replied_ms_, .cycle_ms = at - asked_ms_};
            if (asked_ms_ > 0 && ::write(out_, &heard, sizeof heard) < 0) std::_Exit(0);
            asked_ms_ = at;
            send(honest_rtu(request, 7), at + request_bytes * char_ms(line_.baud) + line_.latency_ms);
        }
    }

private:
    // Each byte at the end of its character, those that are late together.
    void send(const Bytes& reply, double begin_ms) {
        for (std::size_t sent = 0; sent < reply.size();) {
            sleep_until(begin_ms + static_cast<double>(sent + 1) * char_ms(line_.baud));
            const double passed = (now_ms() - begin_ms) / char_ms(line_.baud);
            const auto whole =
                std::clamp<std::size_t>(static_cast<std::size_t>(std::max(passed, 0.0)), sent + 1, reply.size());
            if (::write(master_, reply.data() + sent, whole - sent) < 0) std::_Exit(1);
            sent = whole;
        }
        replied_ms_ = now_ms();
    }

    Line line_;
    int master_, out_;
    double asked_ms_ = 0, replied_ms_ = 0;
};

class Count final : public ReportSink {
public:
    void deliver(Report report) override { (report.state == DeviceState::good ? good : bad) += 1; }
    unsigned good = 0, bad = 0;
};

double cpu_ms() {
    rusage used{};
    ::getrusage(RUSAGE_THREAD, &used);
    const auto ms = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_usec) / 1e3;
    };
    return ms(used.ru_utime) + ms(used.ru_stime);
}

ModbusPoll meter(const Line& line) {
    ModbusPoll poll = serial_unit(1, 1, 10, 1000);
    auto& map = fake::own_map(poll);
    map.fields.clear();
    for (unsigned i = 0; i < line.words; ++i) {
        map.fields.push_back(register_field("voltage_v", static_cast<std::uint16_t>(i)));
    }
    map.pause_ms = line.pause_ms;
    return poll;
}

struct Result {
    double cpu_ms = 0;  // of one request
    unsigned bad = 0;
    std::vector<double> silences, cycles;  // as the device heard them, sorted
};

Result measure(const Line& line, double seconds) {
    int master = -1, slave = -1;
    std::array<char, 100> name{};
    std::array<int, 2> told{};
    must(::openpty(&master, &slave, name.data(), nullptr, nullptr) == 0 && ::pipe(told.data()) == 0, "openpty");
    const pid_t peer = ::fork();
    if (peer == 0) Wire{line, master, told[1]}.run();
    ::close(told[1]);
    const RealClock clock;
    // No unit is polled more often than each 10 ms; one is due whenever another is done.
    std::vector<ModbusPoll> units(least_ms(line) > 11 ? 1 : 4, meter(line));
    const LineConfig config{.id = "line", .device = name.data(), .baud = line.baud, .parity = 'N', .stop_bits = 1};
    const auto source = make_rtu_source(config, units, clock);
    Count warm, count;
    const auto warm_up =
        std::chrono::milliseconds{static_cast<int>(40 * static_cast<double>(units.size()) * least_ms(line))};
    source->step(clock.now().boot + warm_up, warm);
    const double used = cpu_ms();
    source->step(clock.now().boot + std::chrono::milliseconds{static_cast<int>(seconds * 1000)}, count);
    Result out{.cpu_ms = (cpu_ms() - used) / count.good, .bad = warm.bad + count.bad, .silences = {}, .cycles = {}};
    ::kill(peer, SIGKILL);
    ::waitpid(peer, nullptr, 0);
    for (Heard heard; ::read(told[0], &heard, sizeof heard) == sizeof heard;) {
        out.silences.push_back(heard.silence_ms);
        out.cycles.push_back(heard.cycle_ms);
    }
    for (const int fd : {master, slave, told[0]}) ::close(fd);
    std::ranges::sort(out.silences);
    std::ranges::sort(out.cycles);
    return out;
}

double at(const std::vector<double>& sorted, double share) {
    return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

bool tell(const Line& line, double seconds) {
    const Result result = measure(line, seconds);
    const double least = least_ms(line);
    const double sum = std::accumulate(result.cycles.begin(), result.cycles.end(), 0.0);
    const double mean = sum / static_cast<double>(result.cycles.size()), median = at(result.cycles, 0.5);
    const bool quick = median <= allowed * least || least < shortest_ms;
    const bool kept = quick && result.silences.front() >= silence_ms(line) && result.bad == 0;
    std::printf("| %u | %.0f | %u | %u | %.3f | %.3f | **%.4f** | %.4f | %.2f | %.2f / %.2f / %.2f | %.0f | %s |\n",
                line.baud, line.latency_ms, line.pause_ms, line.words, least, median, median / least, mean / least,
                silence_ms(line), result.silences.front(), at(result.silences, 0.5), at(result.silences, 0.99),
                result.cpu_ms * 1000, kept ? (least < shortest_ms ? "-" : "yes") : "**no**");
    std::fflush(stdout);
    return kept;
}

}  // namespace

int main(int argc, char** argv) {
    // Both ends before everybody else on the machine: what is measured is the source, not its neighbours.
    const sched_param priority{.sched_priority = 1};
    const bool alone = ::sched_setscheduler(0, SCHED_FIFO, &priority) == 0;
    std::printf("%s\n\n", alone ? "Both processes ran with real-time priority."
                                : "Without real-time priority: other processes delay both ends.");
    const double seconds = argc > 1 ? std::atof(argv[1]) : 10;
    std::printf(
        "| baud | latency | pause | registers | least cycle | median | ratio | ratio of the mean | silence wanted | "
        "heard: "
        "least / median / p99 | CPU µs a request | kept |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n");
    bool kept = true;
    for (const Line& line : {Line{9600, 5, 0, 20}, Line{19200, 5, 0, 20}, Line{115200, 5, 0, 20}, Line{9600, 20, 0, 2},
                             Line{19200, 20, 10, 60}, Line{115200, 2, 0, 100}, Line{115200, 1, 0, 2}}) {
        kept = tell(line, seconds) && kept;
    }
    return kept ? 0 : 1;
}
