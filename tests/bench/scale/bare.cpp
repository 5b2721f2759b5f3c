// The floor for tests/bench/scale/run: libmodbus in a blocking loop over the same requests, once a second, and nothing
// behind it. One thread; ends with the process.
//
//   bench_scale_bare PORT METERS
#include <modbus.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: bench_scale_bare PORT METERS\n");
        return 2;
    }
    std::vector<modbus_t*> meters;
    for (int i = 0; i < std::atoi(argv[2]); ++i) {
        const auto host = "127.0." + std::to_string(i / 250 + 1) + '.' + std::to_string(i % 250 + 1);
        meters.push_back(modbus_new_tcp(host.c_str(), std::atoi(argv[1])));
        modbus_set_slave(meters.back(), 1);
        if (modbus_connect(meters.back()) != 0) {
            std::fprintf(stderr, "bench_scale_bare: %s: %s\n", host.c_str(), modbus_strerror(errno));
            return 1;
        }
    }
    timespec next{};
    clock_gettime(CLOCK_MONOTONIC, &next);
    for (;; ++next.tv_sec) {
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, nullptr);
        for (auto* meter : meters) {
            std::uint16_t registers[20];
            if (modbus_read_input_registers(meter, 0, 20, registers) != 20) {
                std::fprintf(stderr, "bench_scale_bare: %s\n", modbus_strerror(errno));
                return 1;
            }
        }
    }
}
