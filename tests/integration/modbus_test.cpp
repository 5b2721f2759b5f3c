// Modbus TCP over real sockets, with every fault that a device or a gateway can have. Loopback only, free ports, about
// twenty seconds in all.
#include <sys/resource.h>

#include <algorithm>

#include "tests/integration/modbus_tcp_peers.hpp"

#include "tests/integration/modbus_checks.hpp"

using namespace pued;
using namespace pued::peers;

namespace {

const RealClock real_clock;

void run_for(milliseconds time) { std::this_thread::sleep_for(time); }

// Every good report has the true values; at least one failure says `why`.
void check_fails_saying(const std::vector<Report>& reports, const char* why) {
    bool said = false;
    for (const auto& report : reports) {
        if (report.state == DeviceState::good) check_values(report, 1010, 1011);
        said = said || report.error.find(why) != std::string::npos;
    }
    if (!said) FAIL(reports.empty() ? why : (std::string{why} + " is not in: " + reports.front().error).c_str());
}

}  // namespace

TEST_GROUP(ModbusTcp) {
    Reports reports;

    std::unique_ptr<Runner> start(std::vector<ModbusPoll> devices) {
        return std::make_unique<Runner>(make_tcp_source(std::move(devices), real_clock), reports, real_clock);
    }
};

TEST(ModbusTcp, a_libmodbus_device_is_read) {
    LibmodbusFarm farm{1};
    ModbusPoll device = tcp_device(0, farm.ports[0], 100, 1000);
    fake::own_map(device).fields.push_back(register_field("current_a", 42, 4));
    const auto runner = start({device});
    CHECK_TRUE(eventually(milliseconds{3000}, [&] { return reports.good(0) >= 3; }));
    const Report report = reports.of(0).back();
    CHECK_EQUAL(3U, report.samples.size());
    DOUBLES_EQUAL(1010, report.samples[0].value, 0);
    DOUBLES_EQUAL(1011, report.samples[1].value, 0);
    DOUBLES_EQUAL(5042, report.samples[2].value, 0);
    CHECK_TRUE(report.round_trip > Duration{0} && report.round_trip < milliseconds{500});
}

TEST(ModbusTcp, of_two_hundred_devices_twenty_silent_cost_the_others_nothing) {
    LibmodbusFarm farm{180};
    std::vector<int> silent;  // they listen, the kernel accepts, nobody answers
    std::vector<ModbusPoll> devices;
    for (unsigned i = 0; i < 200; ++i) {
        std::uint16_t port = 0;
        if (i % 10 == 5) {
            silent.push_back(listen_on_loopback(port));
        } else {
            port = farm.ports[devices.size() - silent.size()];
        }
        devices.push_back(tcp_device(i, port, 1000, 900));
    }
    auto runner = start(devices);
    run_for(milliseconds{8300});
    runner->stop();
    for (unsigned i = 0; i < 200; ++i) {
        const auto all = reports.of(i);
        if (i % 10 == 5) {
            CHECK_EQUAL(0U, reports.good(i));
            CHECK_TRUE(all.size() >= 7);
            STRCMP_CONTAINS("unit 1: no reply within 900 ms", all.front().error.c_str());
        } else {
            CHECK_EQUAL(9U, all.size());
            check_every_slot(all, milliseconds{1000});
            check_values(all.back(), 1010, 1011);
        }
    }
    for (const int fd : silent) ::close(fd);
}

TEST(ModbusTcp, each_lie_is_noticed_and_disturbs_nobody_else) {
    struct Case {
        const char* why;
        Script script;
    };
    auto spoilt = [](std::size_t at, int by) {
        return [at, by](const Bytes& request) {
            Bytes reply = honest(request, fixed);
            reply[at] = static_cast<std::uint8_t>(reply[at] + by);
            return Answer{.pieces = {{0, reply}}, .close = false};
        };
    };
    const std::vector<Case> cases{
        {"reply with transaction id", spoilt(1, 1)},
        {"reply with protocol id", spoilt(2, 1)},
        {"reply with length", spoilt(5, 2)},
        {"reply with unit id 2 instead of 1", spoilt(6, 1)},
        {"reply with function 4 instead of 3", spoilt(7, 1)},
        {"bytes of data", spoilt(8, 2)},
        {"no reply within 150 ms",  // short: the end is missing
         [](const Bytes& request) {
             Bytes reply = honest(request, fixed);
             reply.pop_back();
             return Answer{.pieces = {{0, reply}}, .close = false};
         }},
        {"more bytes than one reply",
         [](const Bytes& request) {
             Bytes reply = honest(request, fixed);
             reply.push_back(0);
             return Answer{.pieces = {{0, reply}}, .close = false};
         }},
        {"reply with",  // garbage
         [](const Bytes&) {
             return Answer{.pieces = {{0, Bytes(200, 0xA5)}}, .close = false};
         }},
        {"not Modbus: a web server answers (HTTP)",
         [](const Bytes&) {
             const std::string text = "HTTP/1.1 400 Bad Request\r\n\r\n";
             return Answer{.pieces = {{0, Bytes{text.begin(), text.end()}}}, .close = true};
         }},
        {"no reply within 150 ms",  // one byte every 40 ms: never whole in time
         [](const Bytes& request) {
             Answer answer;
             for (const auto byte : honest(request, fixed)) answer.pieces.push_back({40, {byte}});
             return answer;
         }},
        {"connection closed by the device", [](const Bytes&) { return Answer{.pieces = {}, .close = true}; }},
        {"exception 4 (device failure) at holding registers 10-11",
         [](const Bytes& request) {
             return Answer{.pieces = {{0, refusal(request, 4)}}, .close = false};
         }},
        {"exception 11 (unit behind the gateway does not answer)",
         [](const Bytes& request) {
             return Answer{.pieces = {{0, refusal(request, 11)}}, .close = false};
         }},
        {"no reply within 150 ms", [](const Bytes&) { return Answer{}; }},
    };
    std::vector<std::unique_ptr<TcpPeer>> liars;
    std::vector<ModbusPoll> devices;
    for (const auto& one : cases) {
        liars.push_back(std::make_unique<TcpPeer>(one.script));
        devices.push_back(tcp_device(static_cast<DeviceIndex>(devices.size()), liars.back()->port, 200, 150));
    }
    LibmodbusFarm farm{1};
    const auto good = static_cast<DeviceIndex>(devices.size());
    devices.push_back(tcp_device(good, farm.ports[0], 200, 1000));
    auto runner = start(devices);
    run_for(milliseconds{3100});
    runner->stop();
    for (DeviceIndex i = 0; i < good; ++i) {
        check_fails_saying(reports.of(i), cases[i].why);
        CHECK_EQUAL(0U, reports.good(i));
        CHECK_TRUE(reports.of(i).size() >= 14);  // one for each slot, also while it rests
    }
    CHECK_TRUE(reports.of(good).size() >= 15);
    check_every_slot(reports.of(good), milliseconds{200});
}

TEST(ModbusTcp, a_slow_but_whole_reply_in_time_is_good) {
    TcpPeer peer{[](const Bytes& request) {
        Answer answer;
        for (const auto byte : honest(request, fixed)) answer.pieces.push_back({5, {byte}});
        return answer;
    }};
    const auto runner = start({tcp_device(0, peer.port, 200, 1500)});
    CHECK_TRUE(eventually(milliseconds{3000}, [&] { return reports.good(0) >= 3; }));
    check_values(reports.of(0).back(), 1010, 1011);
}

TEST(ModbusTcp, a_late_reply_is_never_taken_for_the_next) {
    std::atomic<unsigned> count{0};
    TcpPeer peer{[&](const Bytes& request) {
        const unsigned now = ++count;
        const Bytes reply = honest(request, [&](unsigned) { return now; });
        return Answer{.pieces = {{now % 3 == 0 ? 160 : 0, reply}}, .close = false};
    }};
    unsigned checked = 0, wrong = 0;
    reports.watch = [&](const Report& report) {
        if (report.state != DeviceState::good) return;
        ++checked;  // one request at a time: the newest the device has seen is ours
        if (report.samples[0].value != static_cast<double>(count.load())) ++wrong;
    };
    auto runner = start({tcp_device(0, peer.port, 50, 100)});
    run_for(milliseconds{3000});
    runner->stop();
    CHECK_TRUE(checked >= 10);
    CHECK_EQUAL(0U, wrong);
    check_fails_saying({reports.of(0)[2]}, "no reply within 100 ms");
}

TEST(ModbusTcp, a_device_that_hangs_up_after_every_reply_is_read_all_the_same) {
    TcpPeer peer{[](const Bytes& request) { return Answer{.pieces = {{0, honest(request, fixed)}}, .close = true}; }};
    ModbusPoll device = tcp_device(0, peer.port, 100, 1000);
    fake::own_map(device).fields[1].address = 90;  // a second request in each poll
    auto runner = start({device});
    CHECK_TRUE(eventually(milliseconds{4000}, [&] { return reports.of(0).size() >= 8; }));
    runner->stop();
    for (const auto& report : reports.of(0)) check_values(report, 1010, 1090);
}

TEST(ModbusTcp, a_refused_bridge_is_avoided_in_the_same_poll) {
    TcpPeer peer{[](const Bytes& request) {
        const unsigned first = word_at(request, 8);
        const bool touches = first <= 12 && 12 < first + word_at(request, 10);
        return Answer{.pieces = {{0, touches ? refusal(request, 2) : honest(request, fixed)}}, .close = false};
    }};
    ModbusPoll device = tcp_device(0, peer.port, 100, 1000);
    fake::own_map(device).fields[1].address = 15;
    fake::own_map(device).spans.max_gap = 20;
    auto runner = start({device});
    CHECK_TRUE(eventually(milliseconds{3000}, [&] { return reports.of(0).size() >= 5; }));
    runner->stop();
    for (const auto& report : reports.of(0)) check_values(report, 1010, 1015);
    CHECK_TRUE(peer.requests <= 1 + 2 * reports.of(0).size() + 1);
}

TEST(ModbusTcp, a_refused_connection_is_tried_again_and_comes_back) {
    std::uint16_t port = 0;
    ::close(listen_on_loopback(port));
    const auto runner = start({tcp_device(0, port, 100, 500)});
    CHECK_TRUE(eventually(milliseconds{3000}, [&] { return reports.of(0).size() >= 5; }));
    STRCMP_EQUAL(("127.0.0.1:" + std::to_string(port) + " unit 1: connection refused").c_str(),
                 reports.of(0).front().error.c_str());
    TcpPeer peer{[](const Bytes& request) {
                     return Answer{.pieces = {{0, honest(request, fixed)}}, .close = false};
                 },
                 port};
    CHECK_TRUE(eventually(milliseconds{9000}, [&] { return reports.good(0) >= 3; }));
}

TEST(ModbusTcp, a_silent_unit_behind_a_gateway_costs_the_others_its_timeout_and_comes_back) {
    std::atomic<bool> dead{true};
    TcpPeer gateway{[&](const Bytes& request) {
        if (request[6] == 2 && dead) return Answer{};
        const unsigned unit = request[6];
        return Answer{.pieces = {{2, honest(request, [&](unsigned) { return unit; })}}, .close = false};
    }};
    std::vector<ModbusPoll> devices;
    for (unsigned unit = 1; unit <= 3; ++unit) {
        devices.push_back(tcp_device(unit, gateway.port, 250, 150));
        devices.back().config.unit_id = unit;
    }
    auto runner = start(devices);
    run_for(milliseconds{3000});
    CHECK_EQUAL(0U, reports.good(2));
    dead = false;
    CHECK_TRUE(eventually(milliseconds{9000}, [&] { return reports.good(2) >= 2; }));
    runner->stop();
    for (const unsigned unit : {1U, 3U}) {
        for (const auto& report : reports.of(unit)) {
            check_values(report, unit, unit);
            CHECK_EQUAL(0U, report.skipped);
        }
    }
    CHECK_EQUAL(0U, gateway.early);  // never a second request before the first was answered
    STRCMP_CONTAINS("unit 2: no reply within 150 ms", reports.of(2).front().error.c_str());
}

TEST(ModbusTcp, a_connection_that_never_comes_up_is_given_up_in_time) {
    std::uint16_t port = 0;
    const int listener = listen_on_loopback(port);
    ::listen(listener, 0);
    std::vector<int> crowd;  // fills the queue of a listener that never accepts: further calls get no answer at all
    for (int i = 0; i < 4; ++i) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        crowd.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        ::connect(crowd.back(), reinterpret_cast<sockaddr*>(&address), sizeof address);
    }
    LibmodbusFarm farm{1};
    auto runner = start({tcp_device(0, port, 200, 150), tcp_device(1, farm.ports[0], 200, 1000)});
    run_for(milliseconds{1100});
    runner->stop();
    check_fails_saying(reports.of(0), "no connection within 150 ms");
    check_every_slot(reports.of(1), milliseconds{200});
    for (const int fd : crowd) ::close(fd);
    ::close(listener);
}

TEST(ModbusTcp, babble_between_polls_costs_a_connection_and_no_reading) {
    TcpPeer peer{[](const Bytes& request) {
        return Answer{.pieces = {{0, honest(request, fixed)}, {30, Bytes(50, 0)}}, .close = false};
    }};
    auto runner = start({tcp_device(0, peer.port, 150, 1000)});
    CHECK_TRUE(eventually(milliseconds{3000}, [&] { return reports.of(0).size() >= 6; }));
    runner->stop();
    for (const auto& report : reports.of(0)) check_values(report, 1010, 1011);
    CHECK_TRUE(peer.connections >= 5);
}

TEST(ModbusTcp, descriptors_beyond_1024_are_as_good_as_others) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max < 1400) return;
    limit.rlim_cur = std::max<rlim_t>(limit.rlim_cur, 1400);
    ::setrlimit(RLIMIT_NOFILE, &limit);
    TcpPeer peer{[](const Bytes& request) { return Answer{.pieces = {{0, honest(request, fixed)}}, .close = false}; }};
    std::vector<int> ballast;
    while (ballast.empty() || ballast.back() < 1100) ballast.push_back(::dup(STDOUT_FILENO));
    {
        const auto runner = start({tcp_device(0, peer.port, 100, 1000)});
        CHECK_TRUE(eventually(milliseconds{3000}, [&] { return reports.good(0) >= 3; }));
    }
    for (const int fd : ballast) ::close(fd);
}

TEST(ModbusTcp, host_names_are_resolved_and_unknown_ones_reported) {
    LibmodbusFarm farm{1};
    ModbusPoll named = tcp_device(0, farm.ports[0], 100, 1000);
    named.config.host = "localhost";
    ModbusPoll unknown = tcp_device(1, 502, 100, 300);
    unknown.config.host = "no-such-host.invalid";
    const auto runner = start({unknown, named});
    CHECK_TRUE(eventually(milliseconds{5000}, [&] { return reports.good(0) >= 2; }));
    CHECK_TRUE(eventually(milliseconds{5000}, [&] { return !reports.of(1).empty(); }));
    STRCMP_CONTAINS("no-such-host.invalid:502 unit 1: ", reports.of(1).front().error.c_str());
}
