// libmodbus' own server on a pseudo terminal: a Modbus RTU device, unit 3, playing a Carlo Gavazzi EM340 (input
// registers, 32 bits, low word first). Prints the path of the line's other end; ends when standard input does.
#include <fcntl.h>
#include <modbus/modbus.h>
#include <poll.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>

namespace {

void put32(modbus_mapping_t* map, int address, std::uint32_t value) {
    map->tab_input_registers[address] = static_cast<std::uint16_t>(value & 0xFFFF);
    map->tab_input_registers[address + 1] = static_cast<std::uint16_t>(value >> 16);
}

int open_line() {
    const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || ::grantpt(master) != 0 || ::unlockpt(master) != 0) return -1;
    termios raw{};
    ::tcgetattr(master, &raw);
    ::cfmakeraw(&raw);
    ::tcsetattr(master, TCSANOW, &raw);
    return master;
}

}  // namespace

int main() {
    const int master = open_line();
    modbus_t* context = modbus_new_rtu("/dev/null", 9600, 'N', 8, 1);
    modbus_mapping_t* map = modbus_mapping_new(0, 0, 0x60, 0x60);
    if (master < 0 || context == nullptr || map == nullptr) return 1;
    put32(map, 0x00, 2301);                // 230.1 V
    put32(map, 0x28, 43217);               // 4321.7 W
    put32(map, 0x34, 9876543);             // 987654.3 kWh
    map->tab_input_registers[0x33] = 499;  // 49.9 Hz
    modbus_set_slave(context, 3);
    modbus_set_socket(context, master);
    std::printf("%s\n", ::ptsname(master));
    std::fflush(stdout);
    // Keeping the other end open here spares the server hang-ups between two clients.
    const int keep = ::open(::ptsname(master), O_RDWR | O_NOCTTY);
    std::array<pollfd, 2> ends{{{master, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}}};
    while (::poll(ends.data(), ends.size(), -1) >= 0) {
        if (ends[1].revents != 0) break;
        if ((ends[0].revents & POLLIN) == 0) continue;
        std::array<std::uint8_t, MODBUS_RTU_MAX_ADU_LENGTH> request{};
        const int length = modbus_receive(context, request.data());
        if (length > 0) modbus_reply(context, request.data(), length, map);
    }
    ::close(keep);
    modbus_mapping_free(map);
    modbus_free(context);
    ::close(master);
    return 0;
}
