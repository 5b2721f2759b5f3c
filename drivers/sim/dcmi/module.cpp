// DCMI for OpenIPMI's ipmi_sim, which has none: Get DCMI Capabilities and Get Power Reading (network function 2Ch,
// group DCh), from a file "current minimum maximum average active" in whole watts. ipmi_sim loads it by
//     loadlib "/path/pued-sim-dcmi.so" "/path/watts.txt"
// and calls it on its only thread. Reading only; every other DCMI command is refused.
extern "C" {
#include <OpenIPMI/mcserv.h>
#include <OpenIPMI/serv.h>
}

#include <cstdio>
#include <cstring>
#include <ctime>

namespace {

constexpr unsigned char group = 0xDC;
constexpr unsigned char get_capabilities = 1, get_power_reading = 2;
constexpr unsigned period_ms = 1000;

char watts_file[512];

struct Power {
    unsigned now = 0, lowest = 0, highest = 0, average = 0, active = 0;
};

bool read_power(Power& power) {
    std::FILE* file = std::fopen(watts_file, "re");
    if (file == nullptr) return false;
    const int fields =
        std::fscanf(file, "%u %u %u %u %u", &power.now, &power.lowest, &power.highest, &power.average, &power.active);
    std::fclose(file);
    return fields == 5;
}

void put(unsigned char* place, unsigned long value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) place[i] = static_cast<unsigned char>(value >> (8U * i));
}

void fail(unsigned char* reply, unsigned* size, unsigned char code) {
    reply[0] = code;
    *size = 1;
}

void answer_capabilities(unsigned char parameter, unsigned char* reply, unsigned* size) {
    constexpr unsigned char supported[] = {0, 1, 7};    // power management
    constexpr unsigned char averages[] = {2, 1, 0x41};  // over 1 s and 1 min
    if (parameter != 1 && parameter != 5) return fail(reply, size, 0xC9);
    reply[0] = 0;
    reply[1] = group;
    reply[2] = 1;
    reply[3] = 5;
    reply[4] = 2;
    std::memcpy(reply + 5, parameter == 1 ? supported : averages, 3);
    *size = 8;
}

void answer_power(unsigned char* reply, unsigned* size) {
    Power power;
    if (!read_power(power)) return fail(reply, size, 0xC0);  // node busy
    reply[0] = 0;
    reply[1] = group;
    put(reply + 2, power.now, 2);
    put(reply + 4, power.lowest, 2);
    put(reply + 6, power.highest, 2);
    put(reply + 8, power.average, 2);
    put(reply + 10, static_cast<unsigned long>(std::time(nullptr)), 4);
    put(reply + 14, period_ms, 4);
    reply[18] = power.active != 0 ? 0x40 : 0;
    *size = 19;
}

void answer_dcmi(lmc_data_t* mc, msg_t* request, unsigned char* reply, unsigned* size, void*) {
    if (request->cmd == get_capabilities && request->len >= 2)
        return answer_capabilities(request->data[1], reply, size);
    if (request->cmd == get_power_reading && request->len >= 4 && (request->data[1] == 1 || request->data[1] == 2))
        return answer_power(reply, size);
    handle_invalid_cmd(mc, reply, size);
}

}  // namespace

extern "C" {
int ipmi_sim_module_print_version(sys_data_t*, char*);
int ipmi_sim_module_init(sys_data_t*, const char*);

int ipmi_sim_module_print_version(sys_data_t*, char*) {
    std::puts("pued-sim DCMI 1");
    return 0;
}

int ipmi_sim_module_init(sys_data_t*, const char* options) {
    if (options != nullptr) std::snprintf(watts_file, sizeof watts_file, "%s", options);
    ipmi_emu_register_group_extension_handler(group, answer_dcmi, nullptr);
    return 0;
}
}
