// The plant as its clients meet it: libmodbus over loopback TCP and pseudo-terminals, and pued-sim as a process whose
// BMCs end with it. The site runs on a thread of its own; clients on the test's.
#include <arpa/inet.h>
#include <modbus/modbus.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>
#include <regex>
#include <sstream>
#include <thread>

#include "drivers/sim/control.hpp"
#include "drivers/sim/site.hpp"
#include "tests/integration/child_process.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::sim;

namespace {

std::string fresh_directory() {
    char name[] = "/tmp/pued-sim-XXXXXX";
    return mkdtemp(name);
}

struct FreeModbus {
    void operator()(modbus_t* context) const {
        modbus_close(context);
        modbus_free(context);
    }
};
using Client = std::unique_ptr<modbus_t, FreeModbus>;

Client connected(modbus_t* context, unsigned unit, unsigned patience_ms = 1000) {
    modbus_set_slave(context, static_cast<int>(unit));
    modbus_set_response_timeout(context, patience_ms / 1000, patience_ms % 1000 * 1000);
    CHECK_EQUAL(0, modbus_connect(context));
    return Client(context);
}

// Of a holding or input float, high word first.
double read_float(const Client& client, int address, bool input) {
    std::uint16_t words[2] = {};
    const int got = input ? modbus_read_input_registers(client.get(), address, 2, words)
                          : modbus_read_registers(client.get(), address, 2, words);
    return got == 2 ? static_cast<double>(modbus_get_float_abcd(words)) : -1;
}

bool udp_port_is_free(int port) {
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    const bool is_free = bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    close(fd);
    return is_free;
}

std::string text_of(const std::string& file) {
    std::ifstream in(file);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

template <class Condition>
bool soon(Condition condition) {
    for (int i = 0; i < 1000; ++i) {
        if (condition()) return true;
        usleep(10'000);
    }
    return false;
}

}  // namespace

TEST_GROUP(RunningSite) {
    std::string directory = fresh_directory();
    std::unique_ptr<Site> site;
    std::thread thread;
    std::atomic<bool> stop{false};

    void start(unsigned meters, const std::vector<std::string>& commands = {}) {
        SiteOptions options;
        options.plant.racks = 5;
        options.bmcs = 0;
        options.meters = meters;
        options.run_directory = directory;
        site = std::make_unique<Site>(options);
        CHECK(static_cast<bool>(site->open()));
        for (const std::string& command : commands) CHECK(static_cast<bool>(site->apply(*parse_command(command))));
        thread = std::thread([this] {
            timespec begin{}, now{};
            clock_gettime(CLOCK_BOOTTIME, &begin);
            while (!stop) {
                site->server().wait(10);
                clock_gettime(CLOCK_BOOTTIME, &now);
                const double now_s = static_cast<double>(now.tv_sec - begin.tv_sec) +
                                     static_cast<double>(now.tv_nsec - begin.tv_nsec) * 1e-9;
                site->advance_to(now_s);
                site->server().serve(now_s);
            }
        });
    }

    void teardown() override {
        stop = true;
        if (thread.joinable()) thread.join();
        site.reset();
        std::filesystem::remove_all(directory);
    }

    const Place& place(const std::string& id) const {
        for (const Place& p : site->places())
            if (p.device->id() == id) return p;
        FAIL("no such device");
        return site->places().front();
    }
    Client tcp(const std::string& id, unsigned patience_ms = 1000) const {
        return connected(modbus_new_tcp("127.0.0.1", place(id).port), place(id).unit_id, patience_ms);
    }
};

TEST(RunningSite, two_hundred_meters_answer_on_ports_of_their_own) {
    start(200);
    std::vector<Client> clients;
    for (int i = 1; i <= 200; ++i) clients.push_back(tcp("tap-" + std::to_string(i)));
    for (int round = 0; round < 3; ++round)
        for (const Client& client : clients) CHECK(read_float(client, 52, true) > 5000);
}

TEST(RunningSite, units_behind_a_gateway_are_different_devices_and_a_missing_one_is_named) {
    start(0);
    CHECK(place("chiller-1").port == place("pumps").port);
    CHECK(read_float(tcp("pumps"), 52, true) > 1000);
    const Client nobody = connected(modbus_new_tcp("127.0.0.1", place("pumps").port), 99);
    std::uint16_t words[2];
    CHECK_EQUAL(-1, modbus_read_registers(nobody.get(), 0, 2, words));
    CHECK_EQUAL(EMBXGTAR, errno);
}

TEST(RunningSite, a_serial_line_carries_several_pdus_and_silence_for_others) {
    start(0);
    LONGS_EQUAL(2, site->lines().size());  // five racks, four to a line
    const Place& pdu = place("pdu-3");
    double power_w[2] = {};
    for (const unsigned unit : {pdu.unit_id, pdu.unit_id + 1}) {
        const Client client = connected(modbus_new_rtu(site->lines()[0].path.c_str(), 9600, 'N', 8, 1), unit);
        power_w[unit - pdu.unit_id] = read_float(client, 0x3012, false);
        CHECK(power_w[unit - pdu.unit_id] > 5000);
    }
    CHECK(power_w[0] != power_w[1]);
    const Client nobody = connected(modbus_new_rtu(site->lines()[0].path.c_str(), 9600, 'N', 8, 1), 77, 200);
    DOUBLES_EQUAL(-1, read_float(nobody, 0x3012, false), 0);
    CHECK_EQUAL(ETIMEDOUT, errno);
}

TEST(RunningSite, a_late_device_holds_up_nobody_and_a_silent_one_says_nothing) {
    start(0, {"feed-a late 600ms", "ups-out silent", "pumps exception 6"});
    const Client late = tcp("feed-a", 2000), hasty = tcp("feed-a", 200), silent = tcp("ups-out", 300);
    std::thread waiting([&] { CHECK(read_float(late, 3059, false) > 10); });
    CHECK(read_float(tcp("lighting", 400), 0x2012, false) > 100);
    waiting.join();
    DOUBLES_EQUAL(-1, read_float(hasty, 3059, false), 0);
    DOUBLES_EQUAL(-1, read_float(silent, 65, false), 0);
    DOUBLES_EQUAL(-1, read_float(tcp("pumps"), 52, true), 0);
    CHECK_EQUAL(EMBXSBUSY, errno);
}

TEST(RunningSite, whoever_tries_to_write_is_refused_and_counted) {
    start(0);
    const Client client = tcp("feed-a");
    CHECK_EQUAL(-1, modbus_write_register(client.get(), 3059, 1));
    CHECK_EQUAL(EMBXILFUN, errno);
    CHECK(read_float(client, 3059, false) > 10);
    stop = true;
    thread.join();
    LONGS_EQUAL(1, site->server().counts().refused_functions);
}

TEST_GROUP(Process) {
    std::string directory = fresh_directory();
    testing::ChildProcess child;

    std::vector<int> start() {
        child = testing::ChildProcess({PUED_SIM, "--run-dir", directory, "--racks", "1", "--servers", "2"},
                                      directory + "/log");
        CHECK(soon([&] { return text_of(directory + "/log").find(" ready ") != std::string::npos; }));
        const std::string config = text_of(directory + "/pued.toml");
        const std::regex bmc("bmc = \"127\\.0\\.0\\.1:([0-9]+)\"");
        std::vector<int> ports;
        for (std::sregex_iterator i(config.begin(), config.end(), bmc), end; i != end; ++i)
            ports.push_back(std::stoi((*i)[1]));
        LONGS_EQUAL(2, ports.size());
        for (const int port : ports) CHECK_FALSE(udp_port_is_free(port));
        return ports;
    }
    void teardown() override {
        child.end(SIGKILL);
        std::filesystem::remove_all(directory);
    }
};

TEST(Process, its_bmcs_end_with_it_even_when_it_is_killed) {
    const auto ports = start();
    child.end(SIGKILL);
    CHECK(soon([&] { return udp_port_is_free(ports[0]) && udp_port_is_free(ports[1]); }));
}

TEST(Process, it_leaves_politely_and_takes_terminals_and_socket_along) {
    const auto ports = start();
    CHECK(std::filesystem::exists(directory + "/control"));
    kill(child.pid(), SIGTERM);
    CHECK_EQUAL(0, child.wait());
    CHECK(udp_port_is_free(ports[0]) && udp_port_is_free(ports[1]));
    CHECK_FALSE(std::filesystem::exists(directory + "/control"));
    CHECK_FALSE(std::filesystem::is_symlink(directory + "/tty-line-1"));
}

TEST(Process, it_obeys_commands_and_says_what_is_wrong_with_others) {
    start();
    CHECK(static_cast<bool>(send_command(directory, "chiller-1 stuck")));
    CHECK(soon([&] { return text_of(directory + "/plant.json").find("\"chiller-1 stuck\"") != std::string::npos; }));
    STRCMP_CONTAINS("there is no \"chiller-9\"", send_command(directory, "chiller-9 stuck").error().c_str());
    STRCMP_CONTAINS("its counter never wraps", send_command(directory, "feed-a rolls-over").error().c_str());
    child.end(SIGTERM);
    STRCMP_CONTAINS("no plant answers", send_command(directory, "chiller-1 ok").error().c_str());
}
