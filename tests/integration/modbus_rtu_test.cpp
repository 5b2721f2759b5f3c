// Modbus RTU over a real (pseudo) terminal, with every fault that a unit or a cable can have. About twenty seconds in
// all.
#include <filesystem>

#include "drivers/modbus/serial_line.hpp"
#include "tests/integration/modbus_serial_peers.hpp"

#include "tests/integration/modbus_checks.hpp"

using namespace pued;
using namespace pued::peers;

namespace {

const RealClock real_clock;

void run_for(milliseconds time) { std::this_thread::sleep_for(time); }

// Goes ahead at once, as for a process that was not scheduled.
class JumpingClock final : public Clock {
public:
    [[nodiscard]] Now now() const override {
        Now out = real_clock.now();
        out.boot += milliseconds{ahead_ms};
        return out;
    }
    std::atomic<int> ahead_ms{0};
};

}  // namespace

TEST_GROUP(ModbusRtu) {
    Reports reports;

    std::unique_ptr<Runner> start(const std::string& path, std::vector<ModbusPoll> units) {
        const LineConfig line{.id = "line-1", .device = path, .baud = 115200, .parity = 'N', .stop_bits = 1};
        return std::make_unique<Runner>(make_rtu_source(line, std::move(units), real_clock), reports, real_clock);
    }
};

TEST(ModbusRtu, libmodbus_units_are_read) {
    SerialPeer line{{1, 2}};
    auto runner = start(line.path, {serial_unit(1, 1, 200, 500), serial_unit(2, 2, 200, 500)});
    CHECK_TRUE(eventually(milliseconds{4000}, [&] { return reports.of(1).size() >= 8 && reports.of(2).size() >= 8; }));
    runner->stop();
    for (const DeviceIndex i : {1U, 2U}) {
        check_every_slot(reports.of(i), milliseconds{200});
        check_values(reports.of(i).back(), 1010, 1011);
    }
}

TEST(ModbusRtu, a_silent_unit_costs_its_timeout_less_and_less_often_and_comes_back) {
    std::atomic<bool> dead{true};
    SerialPeer line{{1, 9}, [&](const Bytes& request) -> std::optional<Answer> {
                        if (request[0] == 9 && dead) return Answer{};
                        return {};
                    }};
    auto runner = start(line.path, {serial_unit(1, 1, 300, 500), serial_unit(9, 9, 300, 150)});
    run_for(milliseconds{5000});
    CHECK_TRUE(line.requests[9] <= 5);  // at 0, 0.3, then after 1, 2, 4 s of rest
    CHECK_EQUAL(0U, reports.good(9));
    STRCMP_CONTAINS(" unit 9: no reply within 150 ms", reports.of(9).front().error.c_str());
    dead = false;
    CHECK_TRUE(eventually(milliseconds{8500}, [&] { return reports.good(9) >= 2; }));
    runner->stop();
    for (const auto& report : reports.of(1)) {
        check_values(report, 1010, 1011);
        CHECK_EQUAL(0U, report.skipped);
    }
}

TEST(ModbusRtu, a_late_reply_is_never_taken_for_the_next) {
    std::atomic<unsigned> count{0};
    // Late by less than the timeout, by more than twice the timeout, and by a unit that shares the line.
    SerialPeer line{{2}, [&](const Bytes& request) -> std::optional<Answer> {
                        if (request[0] != 1) return {};
                        const unsigned now = ++count;
                        const int delay_ms = now % 7 == 2 ? 150 : now % 7 == 5 ? 330 : 0;
                        return Answer{.pieces = {{delay_ms, honest_rtu(request, now)}}, .close = false};
                    }};
    unsigned checked = 0, wrong = 0;
    reports.watch = [&](const Report& report) {
        if (report.state != DeviceState::good || report.device != 1) return;
        ++checked;
        if (report.samples[0].value != static_cast<double>(count.load())) ++wrong;
    };
    auto runner = start(line.path, {serial_unit(1, 1, 50, 100), serial_unit(2, 2, 150, 100)});
    run_for(milliseconds{6000});
    runner->stop();
    CHECK_TRUE(checked >= 15);
    CHECK_EQUAL(0U, wrong);
    for (const auto& report : reports.of(2)) {
        if (report.state == DeviceState::good) check_values(report, 1010, 1011);
    }
    CHECK_TRUE(reports.good(2) >= 10);
}

// A request of one register is refused so late that the refusal follows the probe. The probe's own reply is then still
// to come, and has the length of the poll's first request, which asks for the same two registers.
TEST(ModbusRtu, a_late_refusal_does_not_let_the_probes_reply_in) {
    std::atomic<unsigned> count{0};
    Bytes refusal;
    SerialPeer line{{}, [&](const Bytes& request) -> std::optional<Answer> {
                        const unsigned turn = count++ % 6;
                        if (turn == 1) {
                            refusal = with_crc({request[0], static_cast<std::uint8_t>(request[1] | 0x80U), 4});
                            return Answer{};
                        }
                        const Bytes honest = honest_rtu(request, turn == 2 ? 7777 : 42);
                        if (turn == 2) return Answer{.pieces = {{0, refusal}, {60, honest}}, .close = false};
                        return Answer{.pieces = {{0, honest}}, .close = false};
                    }};
    ModbusPoll unit = serial_unit(1, 1, 100, 100);
    fake::own_map(unit).fields[0].type = RegisterType::u32;
    fake::own_map(unit).fields[1].address = 60;  // a request of two registers, one of one, and no third length
    auto runner = start(line.path, {unit});
    CHECK_TRUE(eventually(milliseconds{9000}, [&] { return reports.good(1) >= 4; }));
    runner->stop();
    for (const auto& report : reports.of(1)) {
        if (report.state == DeviceState::good) check_values(report, (42U << 16U) + 42, 42);
    }
}

TEST(ModbusRtu, each_lie_is_noticed_and_the_next_honest_reply_is_read) {
    std::atomic<unsigned> count{0};
    SerialPeer line{
        {1}, [&](const Bytes& request) -> std::optional<Answer> {
            Bytes reply = honest_rtu(request, 7);
            switch (count++) {
                case 1:
                    reply[0] = 5;
                    reply.resize(reply.size() - 2);
                    reply = with_crc(reply);
                    break;
                case 4:
                    reply[1] = 4;
                    reply.resize(reply.size() - 2);
                    reply = with_crc(reply);
                    break;
                case 7: reply.back() ^= 1; break;
                case 10: reply.pop_back(); break;
                case 13: reply = Bytes(100, 0x55); break;
                case 16: reply = with_crc({1, 3, 6, 0, 1, 0, 2, 0, 3}); break;
                case 19: reply = with_crc({1, 0x83, 6}); break;
                case 22:
                    return Answer{.pieces = {{60, {reply[0]}}, {60, {reply[1]}}, {60, {reply[2]}}}, .close = false};
                default: return {};
            }
            return Answer{.pieces = {{0, reply}}, .close = false};
        }};
    auto runner = start(line.path, {serial_unit(1, 1, 100, 120)});
    CHECK_TRUE(eventually(milliseconds{15000}, [&] { return count >= 28; }));
    runner->stop();
    std::string failures;
    for (const auto& report : reports.of(1)) {
        if (report.state == DeviceState::good) {
            check_values(report, 1010, 1011);
        } else {
            failures += report.error.substr(report.error.find(": ") + 2) + '\n';
        }
    }
    for (const char* why :
         {"no reply within 120 ms", "reply with function 4 instead of 3", "reply with a wrong checksum",
          "bytes of data: 6 instead of 4", "exception 6 (device busy)"}) {
        STRCMP_CONTAINS(why, failures.c_str());
    }
}

TEST(ModbusRtu, a_unit_beyond_the_standard_is_read_and_noise_behind_a_reply_means_nothing) {
    SerialPeer line{{}, [](const Bytes& request) -> std::optional<Answer> {
                        Bytes reply = honest_rtu(request, request[0]);
                        if (request[0] == 255) reply.push_back(0);
                        return Answer{.pieces = {{0, reply}}, .close = false};
                    }};
    auto runner = start(line.path, {serial_unit(1, 250, 100, 200), serial_unit(2, 255, 100, 200)});
    CHECK_TRUE(eventually(milliseconds{3000}, [&] { return reports.of(1).size() >= 5 && reports.of(2).size() >= 5; }));
    runner->stop();
    for (const auto& report : reports.of(1)) check_values(report, 250, 250);
    for (const auto& report : reports.of(2)) check_values(report, 255, 255);
}

TEST(ModbusRtu, a_refused_bridge_is_avoided_in_the_same_poll) {
    SerialPeer line{{1}, [](const Bytes& request) -> std::optional<Answer> {
                        const unsigned first = word_at(request, 2);
                        if (first > 12 || 12 >= first + word_at(request, 4)) return {};
                        return Answer{.pieces = {{0, with_crc({1, 0x83, 2})}}, .close = false};
                    }};
    ModbusPoll unit = serial_unit(1, 1, 100, 500);
    fake::own_map(unit).fields[1].address = 15;
    fake::own_map(unit).spans.max_gap = 20;
    auto runner = start(line.path, {unit});
    CHECK_TRUE(eventually(milliseconds{3000}, [&] { return reports.of(1).size() >= 5; }));
    runner->stop();
    for (const auto& report : reports.of(1)) check_values(report, 1010, 1015);
    CHECK_TRUE(line.requests[1] <= 1 + 2 * reports.of(1).size() + 1);
}

TEST(ModbusRtu, an_adapter_that_is_unplugged_and_returns_is_opened_again) {
    const std::string link =
        (std::filesystem::temp_directory_path() / ("pued-modbus-" + std::to_string(::getpid()))).string();
    std::filesystem::remove(link);
    auto line = std::make_unique<SerialPeer>(std::vector<int>{1});
    std::filesystem::create_symlink(line->path, link);
    auto runner = start(link, {serial_unit(1, 1, 100, 200)});
    CHECK_TRUE(eventually(milliseconds{3000}, [&] { return reports.good(1) >= 3; }));
    std::filesystem::remove(link);
    line.reset();
    CHECK_TRUE(eventually(milliseconds{3000}, [&] {
        return reports.of(1).back().error.find("No such file or directory") != std::string::npos;
    }));
    line = std::make_unique<SerialPeer>(std::vector<int>{1});
    std::filesystem::create_symlink(line->path, link);
    const std::size_t before = reports.good(1);
    CHECK_TRUE(eventually(milliseconds{9000}, [&] { return reports.good(1) >= before + 3; }));
    runner->stop();
    std::filesystem::remove(link);
}

// The line sleeps for the half second that request and reply take at 300 baud. Meanwhile the reply comes and the clock
// passes the deadline.
TEST(ModbusRtu, a_reply_that_waits_when_only_the_process_was_late_is_read) {
    JumpingClock clock;
    SerialPeer peer{{}, [&](const Bytes& request) -> std::optional<Answer> {
                        run_for(milliseconds{200});
                        clock.ahead_ms = 5000;
                        return Answer{.pieces = {{0, honest_rtu(request, 7)}}, .close = false};
                    }};
    SerialLine line{{.id = "line-1", .device = peer.path, .baud = 300, .parity = 'N', .stop_bits = 1}, clock};
    CHECK_TRUE(static_cast<bool>(line.open()));
    const auto got = line.exchange({1, 3, 10, 2}, milliseconds{100}, {});
    STRCMP_EQUAL("", got.error.c_str());
    CHECK(got.outcome == Outcome::reply);
}
