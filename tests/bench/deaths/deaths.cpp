// A thousand Modbus TCP endpoints polled once a second by the TCP source alone: its processor time for a request beside
// that of a bare blocking libmodbus loop over the same requests, and then a hundred of them dead in each of eight ways,
// one way after the other. Prints Markdown; exits 1 where something required is not kept. Times in ms unless named.
#include <modbus/modbus.h>
#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "tests/integration/sick_plant.hpp"

using namespace pued;
using namespace pued::peers;

namespace {

constexpr std::size_t endpoints = 1000, dead = 100;
constexpr auto period = std::chrono::seconds{1};
constexpr double most_late_ms = 50, most_back_s = 10, most_cost = 1.5;
const RealClock real_clock;

double cpu_us() {
    rusage used{};
    ::getrusage(RUSAGE_THREAD, &used);
    const auto us = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec);
    };
    return us(used.ru_utime) + us(used.ru_stime);
}

double resident_kib() {
    std::ifstream statm{"/proc/self/statm"};
    double all = 0, resident = 0;
    statm >> all >> resident;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1024;
}

bool any(std::size_t) { return true; }

struct Bench {
    SickPlant plant{endpoints};
    Punctuality reports{endpoints, period, real_clock};
    std::unique_ptr<Source> source;
    bool kept = true;

    void run(double seconds) {
        const auto until = real_clock.now().boot + std::chrono::milliseconds{static_cast<int>(seconds * 1000)};
        while (real_clock.now().boot < until)
            source->step(std::min(until, real_clock.now().boot + milliseconds{200}), reports);
    }
    const char* judged(bool good) {
        kept = kept && good;
        return good ? "yes" : "**no**";
    }
    void start() {
        const double before = resident_kib();
        std::vector<ModbusPoll> polls;
        const auto map = plant_device(plant, 0, 1000, 1000).map;
        for (std::size_t i = 0; i < endpoints; ++i) {
            polls.push_back(plant_device(plant, i, 1000, 1000));
            polls.back().map = map;
        }
        source = make_tcp_source(std::move(polls), real_clock);
        run(3);
        std::printf("Resident memory for %zu endpoints, connections open, with the plant's part: %.0f KiB.\n\n",
                    endpoints, resident_kib() - before);
    }
    void cost(const char* self, double seconds);
    void death(Illness illness);
};

// The floor: libmodbus, blocking, all requests of a second one after the other.
double bare_us(std::uint16_t port, unsigned rounds) {
    std::vector<modbus_t*> meters;
    for (std::size_t i = 0; i < endpoints; ++i) {
        meters.push_back(modbus_new_tcp(SickPlant::host(i).c_str(), port));
        modbus_set_slave(meters.back(), 1);
        must(modbus_connect(meters.back()) == 0 && modbus_get_socket(meters.back()) >= 0, "modbus_connect");
    }
    double used = 0;
    for (unsigned round = 0; round < rounds; ++round) {
        const double before = cpu_us();
        for (auto* meter : meters) {
            std::array<std::uint16_t, 2> words{};
            must(modbus_read_registers(meter, 10, 2, words.data()) == 2, "modbus_read_registers");
        }
        used += cpu_us() - before;
        std::this_thread::sleep_for(milliseconds{500});
    }
    for (auto* meter : meters) {
        modbus_close(meter);
        modbus_free(meter);
    }
    return used / rounds / endpoints;
}

// The same in a process of its own, with low descriptors: libmodbus aborts above 1023.
double bare_us_apart(const char* self, std::uint16_t port, unsigned rounds) {
    const std::string command = std::string{self} + " --bare " + std::to_string(port) + ' ' + std::to_string(rounds);
    std::FILE* out = ::popen(command.c_str(), "r");
    double us = 0;
    must(out != nullptr && std::fscanf(out, "%lf", &us) == 1, "the bare loop");
    ::pclose(out);
    return us;
}

void Bench::cost(const char* self, double seconds) {
    reports.begin();
    const double before = cpu_us();
    run(seconds);
    const double used = cpu_us() - before;
    const auto late = reports.lateness_ms(any);
    const double each = used / static_cast<double>(late.size());
    source->close();
    std::this_thread::sleep_for(milliseconds{200});
    const double floor = bare_us_apart(self, plant.port, static_cast<unsigned>(seconds));
    std::printf(
        "CPU µs a request: **%.1f**; a bare blocking libmodbus loop: %.1f; ratio **%.2f** (at most %.1f): %s. Lateness "
        "p99 %.1f.\n\n",
        each, floor, each / floor, most_cost, judged(each <= most_cost * floor), late[late.size() * 99 / 100]);
    run(3);  // connected again
}

void Bench::death(Illness illness) {
    const auto ill = [](std::size_t i) { return i % (endpoints / dead) == 3; };
    std::map<std::size_t, Illness> orders;
    for (std::size_t i = 0; i < endpoints; ++i) {
        if (ill(i)) orders[i] = illness;
    }
    plant.infect(orders);
    run(1);
    reports.begin();
    const double before = cpu_us();
    run(16);
    const double used = cpu_us() - before;
    const auto late = reports.lateness_ms([&](std::size_t i) { return !ill(i); });
    unsigned missing = 0, of_the_dead = 0;
    std::string error;
    for (std::size_t i = 0; i < endpoints; ++i) {
        const auto device = reports.of(i);
        if (!ill(i)) missing += device.bad + device.skipped + (device.late.size() < 15 ? 1 : 0);
        if (ill(i)) of_the_dead += static_cast<unsigned>(device.late.size());
        if (ill(i)) error = device.error;
    }
    reports.begin();
    const BootTime healed = real_clock.now().boot;
    plant.heal();
    run(most_back_s + 2);
    double slowest_s = 0;
    for (std::size_t i = 0; i < endpoints; ++i) {
        if (!ill(i)) continue;
        const auto device = reports.of(i);
        slowest_s = std::max(slowest_s, device.late.empty() ? 99 : in_seconds(device.back - healed));
    }
    const double p99 = late[late.size() * 99 / 100];
    const bool good = missing == 0 && of_the_dead == 0 && p99 < most_late_ms && slowest_s <= most_back_s;
    std::printf("| %s | %zu | %u | %.1f | %.1f | %.1f | %.1f | %s | %s |\n",
                illness_names[static_cast<std::size_t>(illness)], late.size(), missing, p99, late.back(), slowest_s,
                used / 16 / 1000, error.substr(error.find(": ") + 2).c_str(), judged(good));
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 4 && std::string{argv[1]} == "--bare") {
        std::printf("%f\n",
                    bare_us(static_cast<std::uint16_t>(std::atoi(argv[2])), static_cast<unsigned>(std::atoi(argv[3]))));
        return 0;
    }
    // Source, plant and floor before everybody else on the machine: what is measured is not its neighbours.
    const sched_param priority{.sched_priority = 1};
    const bool alone = ::sched_setscheduler(0, SCHED_RR, &priority) == 0;
    std::printf("%s real-time priority.\n\n", alone ? "With" : "Without");
    Bench bench;
    bench.start();
    bench.cost(argv[0], 15);
    std::printf(
        "| dead | readings of the 900 | missing, failed or skipped | late p99 | late most | the last is back after s | "
        "CPU ms a second | the dead say | kept |\n"
        "|---|---|---|---|---|---|---|---|---|\n");
    for (std::size_t i = 1; i < illness_names.size(); ++i) bench.death(static_cast<Illness>(i));
    return bench.kept ? 0 : 1;
}
