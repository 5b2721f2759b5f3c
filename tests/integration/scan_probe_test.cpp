// The link that `pued scan` asks over, against a unit whose replies come late: on a serial line and with RTU frames in
// a TCP stream, which carry no transaction id. No late reply may pass for that to the next request. Loopback and ptys
// only, about six seconds.
#include <map>

#include "drivers/modbus/probe_link.hpp"
#include "tests/integration/modbus_serial_peers.hpp"
#include "tests/integration/modbus_tcp_peers.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::peers;

namespace {

constexpr unsigned kAddresses = 8, kTries = 2;
constexpr milliseconds kTimeout{250};
constexpr int kLateMs = 330;
const RealClock real_clock;

// Register a holds a. Of four replies two running are late.
struct LateUnit {
    std::atomic<unsigned> number{0};

    Answer answer(const Bytes& request) {
        const bool late = ++number % 4 < 2;
        return {.pieces = {{late ? kLateMs : 0, honest_rtu(request, word_at(request, 2))}}};
    }
};

// As a scan asks: every address twice where the first is in vain. What was answered, by address.
std::map<unsigned, unsigned> asked_through(ProbeLink& link) {
    std::map<unsigned, unsigned> out;
    for (unsigned address = 0; address < kAddresses; ++address) {
        for (unsigned i = 0; i < kTries && !out.contains(address); ++i) {
            const auto reply = link.ask({1, 3, static_cast<std::uint16_t>(address), 1}, kTimeout);
            if (reply.outcome == ProbeOutcome::reply) out[address] = reply.words.at(0);
        }
    }
    return out;
}

void check_answers(const std::map<unsigned, unsigned>& answers) {
    for (const auto& [address, word] : answers) UNSIGNED_LONGS_EQUAL(address, word);
    CHECK(answers.size() >= kAddresses / 2);
}

Bytes rtu(const Bytes& request) { return {request.begin(), request.begin() + 8}; }

}  // namespace

TEST_GROUP(ScanProbe) { LateUnit unit; };

TEST(ScanProbe, takes_no_late_reply_on_a_serial_line_for_the_next_one) {
    SerialPeer peer{{}, [&](const Bytes& request) { return std::optional{unit.answer(request)}; }};
    auto link = open_rtu_probe({"rs485", peer.path, 115200, 'N', 1}, real_clock);
    CHECK(static_cast<bool>(link));
    check_answers(asked_through(**link));
}

TEST(ScanProbe, takes_no_late_reply_through_a_serial_server_for_the_next_one) {
    TcpPeer peer{[&](const Bytes& request) { return unit.answer(rtu(request)); }};
    auto link = open_tcp_probe("127.0.0.1", peer.port, Framing::rtu, kTimeout, real_clock);
    CHECK(static_cast<bool>(link));
    check_answers(asked_through(**link));
    UNSIGNED_LONGS_EQUAL(1, peer.connections);
}

TEST(ScanProbe, passes_over_what_another_unit_behind_a_serial_server_says_late) {
    TcpPeer peer{[&](const Bytes& request) -> Answer {
        Bytes bytes = rtu(request);
        bytes[0] = 9;
        bytes = honest_rtu(bytes, 7777);
        const Bytes own = honest_rtu(rtu(request), word_at(request, 2));
        bytes.insert(bytes.end(), own.begin(), own.end());
        return {.pieces = {{0, bytes}}};
    }};
    auto link = open_tcp_probe("127.0.0.1", peer.port, Framing::rtu, kTimeout, real_clock);
    CHECK(static_cast<bool>(link));
    const auto answers = asked_through(**link);
    UNSIGNED_LONGS_EQUAL(kAddresses, answers.size());
    check_answers(answers);
}

TEST(ScanProbe, says_who_answers_where_nobody_speaks_modbus) {
    TcpPeer peer{[](const Bytes&) -> Answer {
        const std::string banner = "SSH-2.0-OpenSSH_9.2p1\r\n";
        return {.pieces = {{0, Bytes{banner.begin(), banner.end()}}}};
    }};
    auto link = open_tcp_probe("127.0.0.1", peer.port, Framing::tcp, kTimeout, real_clock);
    CHECK(static_cast<bool>(link));
    const auto reply = (*link)->ask({.unit = 1, .function = 3, .address = 0, .words = 1}, kTimeout);
    CHECK(reply.outcome == ProbeOutcome::lost);
    STRCMP_CONTAINS(": not Modbus: an SSH server answers", reply.error.c_str());
}
