// RTU frames in a TCP stream through the real TCP source: a serial server with honest units, one that brings late and
// foreign replies, one with noise. No late value may come through. Loopback only, free ports, about five seconds.
#include "tests/integration/modbus_serial_peers.hpp"
#include "tests/integration/modbus_tcp_peers.hpp"

#include "tests/integration/modbus_checks.hpp"

using namespace pued;
using namespace pued::peers;

namespace {

const RealClock real_clock;

Bytes rtu(const Bytes& request) { return {request.begin(), request.begin() + 8}; }

Bytes rtu_refusal(const Bytes& request, std::uint8_t code) {
    return with_crc({request[0], static_cast<std::uint8_t>(request[1] | 0x80U), code});
}

// The late reply of a unit whose registers hold 7777, if one is due, and that of one whose hold 42.
Bytes with_late(Bytes& unanswered, const Bytes& request) {
    Bytes bytes = unanswered.empty() ? Bytes{} : honest_rtu(unanswered, 7777);
    unanswered.clear();
    const Bytes own = honest_rtu(request, 42);
    bytes.insert(bytes.end(), own.begin(), own.end());
    return bytes;
}

ModbusPoll unit_behind(std::uint16_t port, DeviceIndex index, unsigned unit) {
    ModbusPoll poll = tcp_device(index, port, 100, 150);
    poll.config.framing = Framing::rtu;
    poll.config.unit_id = unit;
    return poll;
}

}  // namespace

TEST_GROUP(ModbusRtuOverTcp) {
    Reports reports;

    void check_good_values() {
        for (const auto& report : reports.of(0)) {
            if (report.state == DeviceState::good) check_values(report, 42, 42);
        }
    }
};

TEST(ModbusRtuOverTcp, units_behind_a_serial_server_share_its_connection) {
    TcpPeer server{[](const Bytes& request) -> Answer {
        return {.pieces = {{0, honest_rtu(rtu(request), 40U + request[0])}}};
    }};
    {
        Runner runner{make_tcp_source({unit_behind(server.port, 0, 3), unit_behind(server.port, 1, 4)}, real_clock),
                      reports, real_clock};
        CHECK(eventually(milliseconds{3000}, [&] { return reports.good(0) > 3 && reports.good(1) > 3; }));
    }
    check_values(reports.of(0).back(), 43, 43);
    check_values(reports.of(1).back(), 44, 44);
    UNSIGNED_LONGS_EQUAL(1, server.connections);
}

TEST(ModbusRtuOverTcp, a_reply_that_comes_late_over_the_next_connection_is_never_taken) {
    std::atomic<int> number{0};
    Bytes unanswered;
    TcpPeer server{[&](const Bytes& request) -> Answer {
        if (++number % 3 == 1) {  // silence; the line answers when the next request comes
            unanswered = rtu(request);
            return {};
        }
        return {.pieces = {{0, with_late(unanswered, rtu(request))}}};
    }};
    {
        Runner runner{make_tcp_source({unit_behind(server.port, 0, 3)}, real_clock), reports, real_clock};
        CHECK(eventually(milliseconds{6000}, [&] { return reports.good(0) > 2; }));
    }
    check_good_values();
    CHECK(server.connections > 1);  // every silence costs the connection
}

TEST(ModbusRtuOverTcp, a_reply_to_a_request_that_lost_its_connection_is_never_taken) {
    std::atomic<int> number{0};
    Bytes unanswered;
    TcpPeer server{[&](const Bytes& request) -> Answer {
        if (++number % 3 == 0) {
            unanswered = rtu(request);
            return {.pieces = {}, .close = true};
        }
        return {.pieces = {{0, with_late(unanswered, rtu(request))}}};
    }};
    {
        Runner runner{make_tcp_source({unit_behind(server.port, 0, 3)}, real_clock), reports, real_clock};
        CHECK(eventually(milliseconds{6000}, [&] { return reports.good(0) > 4; }));
    }
    check_good_values();
    CHECK(server.connections > 1);
}

TEST(ModbusRtuOverTcp, one_refusal_of_a_probe_does_not_let_a_late_reply_in) {
    std::atomic<int> number{0};
    Bytes unanswered;
    TcpPeer server{[&](const Bytes& request) -> Answer {
        const int turn = ++number % 4;
        if (turn == 1) unanswered = rtu(request);
        if (turn == 1) return {};
        if (turn == 2) return {.pieces = {{0, rtu_refusal(rtu(request), number % 8 == 2 ? 11 : 4)}}};
        return {.pieces = {{0, with_late(unanswered, rtu(request))}}};
    }};
    {
        Runner runner{make_tcp_source({unit_behind(server.port, 0, 3)}, real_clock), reports, real_clock};
        CHECK(eventually(milliseconds{15000}, [&] { return reports.good(0) > 2; }));
    }
    check_good_values();
}

TEST(ModbusRtuOverTcp, a_unit_that_refuses_every_probe_is_back_all_the_same) {
    std::atomic<int> number{0};
    std::uint8_t usual_words = 0;
    TcpPeer server{[&](const Bytes& request) -> Answer {
        if (++number == 1) usual_words = request[5];
        if (number == 1) return {};
        const bool usual = request[5] == usual_words;
        return {.pieces = {{0, usual ? honest_rtu(rtu(request), 42) : rtu_refusal(rtu(request), 2)}}};
    }};
    {
        Runner runner{make_tcp_source({unit_behind(server.port, 0, 3)}, real_clock), reports, real_clock};
        CHECK(eventually(milliseconds{8000}, [&] { return reports.good(0) > 2; }));
    }
}

TEST(ModbusRtuOverTcp, another_units_reply_is_passed_over_and_noise_is_not_believed) {
    std::atomic<int> number{0};
    TcpPeer server{[&](const Bytes& request) -> Answer {
        Bytes foreign = rtu(request);
        foreign[0] = 9;
        const int turn = ++number % 4;
        Bytes bytes = turn == 0 ? Bytes{} : honest_rtu(foreign, 7777);
        Bytes own = honest_rtu(rtu(request), 42);
        if (turn == 2) own.back() ^= 1U;
        bytes.insert(bytes.end(), own.begin(), own.end());
        return {.pieces = {{0, bytes}}};
    }};
    {
        Runner runner{make_tcp_source({unit_behind(server.port, 0, 3)}, real_clock), reports, real_clock};
        CHECK(eventually(milliseconds{6000}, [&] { return reports.good(0) > 3; }));
    }
    bool told = false;
    for (const auto& report : reports.of(0)) {
        if (report.state == DeviceState::good) check_values(report, 42, 42);
        told = told || report.error.find("wrong checksum") != std::string::npos;
    }
    CHECK(told);
}
