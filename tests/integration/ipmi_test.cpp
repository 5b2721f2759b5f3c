// IPMI over LAN for real: libfreeipmi against a test BMC (suites 3 and 17) and against OpenIPMI's ipmi_sim (suite 3),
// on loopback, with the faults that BMCs and networks have. About half a minute; every child ends with its test.
#include <string>

#include "tests/integration/ipmi_bmc.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::testing;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

bool is_good(const Report& report) {
    return report.state == DeviceState::good && !report.samples.empty() && report.samples[0].quality == Quality::good;
}

bool is_failed(const Report& report) { return report.state == DeviceState::failed; }

IpmiPoll poll_of(std::uint16_t port, const std::string& power = "dcmi") {
    IpmiPoll out;
    out.config.host = "127.0.0.1";
    out.config.port = port;
    out.config.user = "ipmiusr";
    out.config.power = IpmiSensor{.dcmi = power == "dcmi", .name = power == "dcmi" ? "" : power, .number = {}};
    out.password = "test";
    out.power = 1;
    out.period = milliseconds{100};
    out.config.timeout = milliseconds{900};
    return out;
}

IpmiPoll numbered(std::uint16_t port, unsigned number) {
    IpmiPoll out = poll_of(port);
    out.config.power = IpmiSensor{.dcmi = false, .name = {}, .number = number};
    return out;
}

bool has_ipv6() {
    const int fd = ::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in6 any{};
    any.sin6_family = AF_INET6;
    any.sin6_addr = IN6ADDR_LOOPBACK_INIT;
    const bool out = fd >= 0 && ::bind(fd, reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0;
    if (fd >= 0) ::close(fd);
    return out;
}

// The first value that a new source gets; 0 when none came in five seconds.
double first_value(IpmiPoll poll) {
    Poller poller{std::move(poll)};
    return poller.run_until(is_good, seconds{5}) ? poller.sink.reports.back().samples[0].value : 0;
}

// Fails the test when the BMC did not start.
void ready(const FakeBmc& bmc) { CHECK_TEXT(bmc.port != 0, "fakebmc.py did not start (python3-cryptography?)"); }

void good_soon(Poller& poller, Duration limit = seconds{5}) {
    const bool good = poller.run_until(is_good, limit);
    const std::string said = poller.sink.reports.empty() ? "no report" : poller.sink.reports.back().error;
    CHECK_TEXT(good, said.c_str());
}

unsigned count(const nlohmann::json& stats, const char* what) { return stats.value(what, 0U); }

}  // namespace

TEST_GROUP(Ipmi){};

TEST(Ipmi, cipher_suite_17_and_dcmi_watts) {
    FakeBmc bmc;
    ready(bmc);
    Poller poller{poll_of(bmc.port)};
    good_soon(poller);
    DOUBLES_EQUAL(231, poller.sink.reports[0].samples[0].value, 0);
    bmc.tell("watts 612");
    poller.run(milliseconds{600});
    DOUBLES_EQUAL(612, poller.sink.reports.back().samples[0].value, 0);
    const auto stats = bmc.stats();
    LONGS_EQUAL(1, count(stats, "suite-17"));
    LONGS_EQUAL(1, count(stats, "open"));
    LONGS_EQUAL(1, count(stats, "sessions"));
}

TEST(Ipmi, a_bmc_without_suite_17_is_read_with_suite_3_and_remembered) {
    FakeBmc bmc{{"--suites", "3"}};
    ready(bmc);
    Poller poller{poll_of(bmc.port)};
    good_soon(poller);
    const auto stats = bmc.stats();
    LONGS_EQUAL(1, count(stats, "open-refused-04"));
    LONGS_EQUAL(1, count(stats, "suite-3"));
    bmc.tell("forget");
    poller.sink.reports.clear();
    good_soon(poller);
    LONGS_EQUAL(0, count(bmc.stats(), "open-refused-04"));
}

TEST(Ipmi, a_bmc_that_refuses_every_suite_is_told_apart) {
    FakeBmc bmc{{"--suites", "3"}};
    ready(bmc);
    auto poll = poll_of(bmc.port);
    poll.config.cipher_suites = {17};
    Poller poller{poll};
    CHECK_TRUE(poller.run_until(is_failed, seconds{5}));
    STRCMP_CONTAINS("refuses the cipher suites 17 (next try in ", poller.sink.reports.back().error.c_str());
}

TEST(Ipmi, sensors_by_name_and_by_number_on_both_luns) {
    FakeBmc bmc;
    ready(bmc);
    DOUBLES_EQUAL(232, first_value(poll_of(bmc.port, "PS1 Input Power")), 1e-9);
    DOUBLES_EQUAL(153.8, first_value(poll_of(bmc.port, "PS2 Input Power")), 1e-9);
    DOUBLES_EQUAL(225, first_value(poll_of(bmc.port, "GPU1 Power")), 1e-9);
    DOUBLES_EQUAL(231, first_value(poll_of(bmc.port, "GPU2 Power")), 1e-9);  // factors of the moment: 3 * 77
    DOUBLES_EQUAL(100, first_value(poll_of(bmc.port, "LUN1 Power")), 1e-9);
    DOUBLES_EQUAL(232, first_value(numbered(bmc.port, 1)), 1e-9);
    DOUBLES_EQUAL(120, first_value(numbered(bmc.port, 33)), 1e-9);     // on LUN 1 only
    DOUBLES_EQUAL(100, first_value(numbered(bmc.port, 0x101)), 1e-9);  // number 1, LUN 1
    LONGS_EQUAL(0, count(bmc.stats(), "sessions"));
}

TEST(Ipmi, power_and_activity_in_one_report) {
    FakeBmc bmc;
    ready(bmc);
    auto poll = poll_of(bmc.port);
    poll.config.activity = IpmiSensor{.dcmi = false, .name = "GPU Utilisation", .number = {}};
    poll.activity = 2;
    Poller poller{poll};
    CHECK_TRUE(poller.run_until([](const Report& r) { return is_good(r) && r.error.empty(); }, seconds{5}));
    const auto& samples = poller.sink.reports.back().samples;
    LONGS_EQUAL(2, samples.size());
    DOUBLES_EQUAL(231, samples[0].value, 0);
    DOUBLES_EQUAL(0.85, samples[1].value, 1e-9);
    bmc.tell("unavail 1");
    poller.run(milliseconds{500});
    const auto& last = poller.sink.reports.back();
    CHECK_TRUE(last.samples[0].quality == Quality::good && last.samples[1].quality == Quality::invalid);
    STRCMP_CONTAINS("127.0.0.1:", last.error.c_str());  // and the port, where it is not 623
    STRCMP_CONTAINS(": activity: reading unavailable", last.error.c_str());
}

TEST(Ipmi, lies_of_dcmi_are_no_numbers) {
    FakeBmc bmc;
    ready(bmc);
    Poller poller{poll_of(bmc.port)};
    good_soon(poller);
    for (const auto& [fault, cure, why] :
         {std::tuple{"active 0", "active 1", "deactivated"}, std::tuple{"watts 0", "watts 231", "0 W"},
          std::tuple{"stamp 0", "stamp 1", "1970"}}) {
        bmc.tell(fault);
        poller.run(milliseconds{300});
        const auto& last = poller.sink.reports.back();
        CHECK_TRUE(last.state == DeviceState::good && last.samples.at(0).quality == Quality::invalid);
        STRCMP_CONTAINS(why, last.error.c_str());
        bmc.tell(cure);
    }
    poller.run(milliseconds{500});
    CHECK_TRUE(is_good(poller.sink.reports.back()));
}

TEST(Ipmi, a_wrong_password_is_tried_once_and_with_one_suite) {
    FakeBmc bmc;
    ready(bmc);
    auto poll = poll_of(bmc.port);
    poll.password = "wrong";
    Poller poller{poll};
    poller.run(seconds{1});
    CHECK_TRUE(poller.sink.reports.size() >= 6);  // one a poll all the same
    for (const auto& report : poller.sink.reports) {
        CHECK_TRUE(is_failed(report));
        STRCMP_CONTAINS(": wrong user or password (next try in ", report.error.c_str());
    }
    const auto stats = bmc.stats();
    LONGS_EQUAL(1, count(stats, "open"));
    LONGS_EQUAL(1, count(stats, "rakp1"));
}

TEST(Ipmi, an_unknown_user_is_tried_once_and_a_password_too_long_never) {
    FakeBmc bmc;
    ready(bmc);
    auto poll = poll_of(bmc.port);
    poll.config.user = "nobody";
    Poller unknown{poll};
    unknown.run(milliseconds{600});
    STRCMP_CONTAINS("wrong user or password", unknown.sink.reports.back().error.c_str());
    LONGS_EQUAL(1, count(bmc.stats(), "open"));
    poll.password = "123456789012345678901";
    Poller impossible{poll};
    impossible.run(milliseconds{200});
    STRCMP_CONTAINS("longer than the 20 bytes", impossible.sink.reports.back().error.c_str());
    LONGS_EQUAL(0, count(bmc.stats(), "open"));
}

TEST(Ipmi, no_free_session_is_told_and_left_alone) {
    FakeBmc bmc;
    ready(bmc);
    bmc.tell("maxsess 0");
    Poller poller{poll_of(bmc.port)};
    poller.run(milliseconds{600});
    STRCMP_CONTAINS("no free session", poller.sink.reports.back().error.c_str());
    LONGS_EQUAL(1, count(bmc.stats(), "open"));
}

TEST(Ipmi, with_a_fifth_of_all_packets_lost_each_way_polls_and_new_sessions_succeed) {
    FakeBmc bmc;
    ready(bmc);
    bmc.tell("drop 0.2");
    bmc.tell("maxsess 30");  // a lost answer to a request for a session leaves one half open in the BMC
    auto poll = poll_of(bmc.port);
    poll.config.timeout = milliseconds{0};  // the default
    Poller poller{poll};
    for (int polls = 0; polls < 8; ++polls) good_soon(poller, seconds{10});
    bmc.tell("forget");
    for (int polls = 0; polls < 4; ++polls) good_soon(poller, seconds{10});
    bmc.tell("drop 0");
    good_soon(poller, seconds{10});
    CHECK_TRUE(count(bmc.stats(), "sessions") <= 1);
}

TEST(Ipmi, a_restarted_bmc_is_back_within_one_poll) {
    FakeBmc bmc;
    ready(bmc);
    Poller poller{poll_of(bmc.port)};
    good_soon(poller);
    bmc.tell("forget");
    bmc.stats();
    const auto before = poller.now();
    poller.sink.reports.clear();
    good_soon(poller);
    CHECK_TRUE(is_good(poller.sink.reports.front()));  // the poll that met the loss was the one that recovered
    CHECK_TRUE(poller.now() - before < seconds{4});
    LONGS_EQUAL(1, count(bmc.stats(), "open"));
}

TEST(Ipmi, a_mute_bmc_fails_holds_nobody_up_and_comes_back) {
    FakeBmc bmc;
    ready(bmc);
    auto poll = poll_of(bmc.port);
    poll.config.timeout = milliseconds{0};  // the default
    Poller poller{poll};
    good_soon(poller);
    bmc.tell("mute 1");
    const auto late = poller.run(seconds{3});
    CHECK_TRUE(is_failed(poller.sink.reports.back()));
    STRCMP_CONTAINS(": no answer (next try in ", poller.sink.reports.back().error.c_str());
    CHECK_TEXT(late < milliseconds{2500}, "a step held the thread for too long");
    bmc.tell("mute 0");
    good_soon(poller, seconds{10});
}

TEST(Ipmi, a_pause_longer_than_the_command_limit_keeps_the_session) {
    FakeBmc bmc;
    ready(bmc);
    auto poll = poll_of(bmc.port);
    poll.config.timeout = milliseconds{300};
    poll.period = milliseconds{1200};
    Poller poller{poll};
    poller.run(milliseconds{2600});
    LONGS_EQUAL(3, poller.sink.reports.size());
    for (const auto& report : poller.sink.reports) CHECK_TRUE(is_good(report));
    LONGS_EQUAL(1, count(bmc.stats(), "open"));
}

TEST(Ipmi, the_session_is_given_back_at_the_end) {
    FakeBmc bmc;
    ready(bmc);
    Poller poller{poll_of(bmc.port)};
    good_soon(poller);
    LONGS_EQUAL(1, count(bmc.stats(), "sessions"));
    poller.close();
    const auto stats = bmc.stats();
    LONGS_EQUAL(1, count(stats, "06/3c"));
    LONGS_EQUAL(0, count(stats, "sessions"));
}

TEST(Ipmi, another_reader_of_the_sensor_list_and_small_answers_only_delay) {
    FakeBmc bmc;
    ready(bmc);
    bmc.tell("maxread 22");
    bmc.tell("resv 8");
    DOUBLES_EQUAL(153.8, first_value(poll_of(bmc.port, "PS2 Input Power")), 1e-9);
}

TEST(Ipmi, mangled_answers_do_no_harm) {
    FakeBmc bmc;
    ready(bmc);
    bmc.tell("fuzz 0.3");
    auto poll = poll_of(bmc.port, "PS2 Input Power");
    poll.period = milliseconds{50};
    Poller poller{poll};
    poller.run(seconds{2});
    for (const auto& report : poller.sink.reports) {
        if (is_good(report)) DOUBLES_EQUAL(153.8, report.samples[0].value, 1e-9);
    }
    bmc.tell("fuzz 0");
    // A mangled RAKP 2 looks like a wrong password, after which a source waits for a minute: ask with a new one.
    DOUBLES_EQUAL(153.8, first_value(poll_of(bmc.port, "PS2 Input Power")), 1e-9);
}

TEST(Ipmi, an_impostor_and_an_unsigned_answer_are_not_believed) {
    FakeBmc bmc;
    ready(bmc);
    Poller poller{poll_of(bmc.port)};
    good_soon(poller);
    bmc.tell("watts 9999");
    bmc.tell("plain 1");
    poller.sink.reports.clear();
    CHECK_TRUE(poller.run_until(is_failed, seconds{6}));
    for (const auto& report : poller.sink.reports) CHECK_FALSE(is_good(report));
    bmc.tell("plain 0");
    bmc.tell("down 1");
    Poller second{poll_of(bmc.port)};
    CHECK_TRUE(second.run_until(is_failed, seconds{5}));
    for (const auto& report : second.sink.reports) CHECK_FALSE(is_good(report));
}

TEST(Ipmi, ipv6) {
    if (!has_ipv6()) return;
    FakeBmc bmc{{"--host", "::1"}};
    ready(bmc);
    auto poll = poll_of(bmc.port);
    poll.config.host = "::1";
    DOUBLES_EQUAL(231, first_value(poll), 0);
}

TEST(Ipmi, names_are_resolved_and_those_that_cannot_be_are_told) {
    FakeBmc bmc;
    ready(bmc);
    auto poll = poll_of(bmc.port);
    poll.config.host = "127.1";  // not numeric to inet_pton(): takes the way of every name, without a name server
    DOUBLES_EQUAL(231, first_value(poll), 0);
    poll.config.host = "no-such-host.invalid";
    Poller lost{poll};
    CHECK_TRUE(lost.run_until(is_failed, seconds{5}));
    STRCMP_CONTAINS(": the name cannot be resolved", lost.sink.reports.back().error.c_str());
}

TEST(Ipmi, openipmis_simulator_with_suite_3_dcmi_and_sensors) {
    IpmiSim sim{"347 100 400 225 1"};
    auto poll = poll_of(sim.port);
    poll.config.privilege = "admin";
    {
        Poller poller{poll};
        good_soon(poller, seconds{10});
        DOUBLES_EQUAL(347, poller.sink.reports.back().samples[0].value, 0);
        sim.set_watts("347 100 400 225 0");
        poller.run(milliseconds{500});
        STRCMP_CONTAINS("deactivated", poller.sink.reports.back().error.c_str());
    }
    for (const auto& [name, watts] :
         {std::pair{"PS1 Input Power", 232.0}, {"PS2 Input Power", 153.8}, {"LUN1 Power", 100.0}}) {
        auto sensor = poll_of(sim.port, name);
        sensor.config.privilege = "admin";
        DOUBLES_EQUAL(watts, first_value(sensor), 1e-9);
    }
    auto wrong = poll;
    wrong.password = "wrong";
    Poller refused{wrong};
    refused.run(seconds{1});
    STRCMP_CONTAINS("wrong user or password", refused.sink.reports.back().error.c_str());
}
