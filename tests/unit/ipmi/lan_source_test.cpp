// The poll of one BMC over a scripted link: one report a poll, backing off, and values that are values.
#include <string>
#include <vector>

#include "drivers/ipmi/completion.hpp"
#include "drivers/ipmi/lan_source.hpp"
#include "tests/unit/ipmi/scripted_bmc.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::ipmi;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_GROUP(LanSource) {
    fake::FakeClock clock;
    fake::FakeReportSink sink;
    fake::ScriptedBmc* bmc = nullptr;  // owned by the source
    std::unique_ptr<Source> source;
    IpmiPoll poll;

    void setup() override {
        poll.device = 7;
        poll.config.host = "10.0.0.5";
        poll.config.power = IpmiSensor{.dcmi = true, .name = {}, .number = {}};
        poll.power = 70;
        poll.period = seconds{10};
    }

    void teardown() override { source.reset(); }

    void power_from(const std::string& name) {
        poll.config.power = IpmiSensor{.dcmi = false, .name = name, .number = {}};
    }

    void activity_from(const std::string& name) {
        poll.config.activity = IpmiSensor{.dcmi = false, .name = name, .number = {}};
        poll.activity = 71;
    }

    void start() {
        auto link = std::make_unique<fake::ScriptedBmc>(clock);
        bmc = link.get();
        bmc->sensors = {{{0, 1}, {58, 0xC0, 0xC0}}, {{0, 2}, {100, 0xC0, 0xC0}}, {{0, 4}, {15, 0xC0, 0xC0}},
                        {{0, 5}, {77, 0xC0, 0xC0}}, {{1, 1}, {50, 0xC0, 0xC0}},  {{0, 3}, {0xF6, 0xC0, 0xC0}},
                        {{0, 9}, {85, 0xC0, 0xC0}}};
        source = make_source(
            poll, clock, std::move(link), [this](Duration wait) { return clock.advance(wait), true; }, 42);
    }

    void play(Duration duration) {
        const BootTime until = clock.now().boot + duration;
        while (clock.now().boot < until) source->step(std::min(until, clock.now().boot + seconds{1}), sink);
    }

    const Report& last() { return sink.reports.back(); }

    void good(double value, std::size_t sample = 0) {
        CHECK_TRUE(DeviceState::good == last().state);
        CHECK_TRUE(Quality::good == last().samples.at(sample).quality);
        DOUBLES_EQUAL(value, last().samples.at(sample).value, 1e-9);
    }

    void invalid(const char* why, std::size_t sample = 0) {
        CHECK_TRUE(DeviceState::good == last().state);
        CHECK_TRUE(Quality::invalid == last().samples.at(sample).quality);
        STRCMP_CONTAINS(why, last().error.c_str());
    }

    void failed(const char* why) {
        CHECK_TRUE(DeviceState::failed == last().state);
        LONGS_EQUAL(0, last().samples.size());
        STRCMP_CONTAINS(why, last().error.c_str());
    }
};

TEST(LanSource, the_first_poll_is_due_at_once_and_dcmi_gives_watts) {
    start();
    play(milliseconds{100});
    LONGS_EQUAL(1, sink.reports.size());
    good(231);
    LONGS_EQUAL(7, last().device);
    LONGS_EQUAL(70, last().samples[0].point);
    STRCMP_EQUAL("", last().error.c_str());
    LONGS_EQUAL(0, bmc->counts[Command::get_sdr]);  // DCMI needs no sensor list
}

TEST(LanSource, the_report_stands_at_the_middle_of_request_and_reply) {
    start();
    bmc->latency = milliseconds{600};
    const auto begin = clock.now().boot;
    play(seconds{1});
    CHECK_TRUE(last().round_trip == milliseconds{600});
    CHECK_TRUE(last().at == begin + milliseconds{300});
}

TEST(LanSource, one_report_a_period_and_the_deadlines_advance) {
    start();
    const auto begin = clock.now().boot;
    play(seconds{100});
    LONGS_EQUAL(10, sink.reports.size());
    CHECK_TRUE(last().at - begin < seconds{90} + milliseconds{10});
    CHECK_TRUE(last().at - begin >= seconds{90});
}

TEST(LanSource, polls_missed_while_the_thread_stood_still_are_not_made_up_for) {
    start();
    play(seconds{5});
    clock.advance(seconds{95});
    play(seconds{15});
    LONGS_EQUAL(3, sink.reports.size());  // at 0, 100, 110
}

TEST(LanSource, a_sensor_by_name_is_found_once_and_read_often) {
    power_from("PS1 Input Power");
    start();
    play(seconds{60});
    LONGS_EQUAL(6, sink.reports.size());
    good(232);
    LONGS_EQUAL(2, bmc->counts[Command::get_sdr]);
    LONGS_EQUAL(6, bmc->counts[Command::get_sensor_reading]);
}

TEST(LanSource, a_sensor_on_lun_1_is_asked_on_lun_1) {
    power_from("LUN1 Power");
    start();
    play(milliseconds{500});
    good(100);  // 2 * 50; number 1 on LUN 0 would say 232
}

TEST(LanSource, squares_and_factors_of_the_moment_are_applied) {
    power_from("GPU1 Power");
    start();
    play(milliseconds{500});
    good(225);
    power_from("GPU2 Power");
    start();
    play(milliseconds{500});
    good(231);  // 77 * 3
    LONGS_EQUAL(1, bmc->counts[Command::get_sensor_reading_factors]);
}

TEST(LanSource, factors_are_asked_of_the_sensors_own_lun) {
    power_from("GPU2 Power");
    start();
    bmc->repository[5][6] = 2;
    bmc->sensors[{2, 5}] = {10, 0xC0, 0xC0};
    play(milliseconds{500});
    good(30);
    LONGS_EQUAL(2, bmc->factors_lun);
}

TEST(LanSource, a_sensor_that_the_bmc_denies_is_found_again_where_it_went) {
    power_from("PS1 Input Power");
    start();
    play(seconds{5});
    bmc->sensors.erase({0, 1});
    bmc->sensors[{0, 0x21}] = {25, 0xC0, 0xC0};
    bmc->repository[1][7] = 0x21;
    play(seconds{10});
    invalid("no such sensor");
    play(seconds{90});
    good(100);
}

TEST(LanSource, a_new_session_asks_whether_the_sensor_list_changed) {
    power_from("PS1 Input Power");
    start();
    play(seconds{5});
    bmc->repository[1][7] = 2;  // 2 answers too: without a look at the list the value would be another sensor's
    bmc->changed_at = 2;
    bmc->forgotten = true;
    play(seconds{10});
    good(400);
}

TEST(LanSource, a_port_that_is_not_ipmis_own_stands_beside_the_host) {
    power_from("Batt Current");
    poll.config.port = 6230;
    start();
    play(seconds{10});
    invalid("10.0.0.5:6230: power: sensor \"Batt Current\" measures A, not W");
}

TEST(LanSource, a_silent_bmc_is_named_with_its_port_and_a_v6_address_in_brackets) {
    poll.config.host = "fd00::5";
    poll.config.port = 6230;
    start();
    bmc->silent = true;
    play(seconds{20});
    failed("[fd00::5]:6230: no answer (next try in ");
}

TEST(LanSource, a_negative_power_is_not_a_power) {
    power_from("PS1 Input Power");
    start();
    bmc->repository[1][20] = 0x80;  // two's complement
    bmc->sensors[{0, 1}] = {0xFF, 0xC0, 0xC0};
    play(milliseconds{500});
    invalid("power: -4.000000 is out of range");
}

TEST(LanSource, amperes_are_not_a_power) {
    power_from("Batt Current");
    start();
    play(milliseconds{500});
    invalid("10.0.0.5: power: sensor \"Batt Current\" measures A, not W");
    LONGS_EQUAL(0, bmc->counts[Command::get_sensor_reading]);
}

TEST(LanSource, a_session_with_nothing_to_ask_is_kept_awake_all_the_same) {
    power_from("no such sensor");
    start();
    play(minutes{5});
    LONGS_EQUAL(1, bmc->opens);
    CHECK_TRUE(bmc->counts[Command::get_device_id] >= 10);
}

TEST(LanSource, activity_is_scaled_to_a_share_and_refused_beyond_one) {
    activity_from("GPU Utilisation");
    start();
    play(milliseconds{500});
    good(231, 0);
    good(0.85, 1);
    LONGS_EQUAL(71, last().samples[1].point);
    bmc->sensors[{0, 9}] = {101, 0xC0, 0xC0};
    play(seconds{10});
    good(231, 0);
    invalid("activity: 1.01", 1);
}

TEST(LanSource, unavailable_is_invalid_and_never_zero) {
    power_from("PS1 Input Power");
    start();
    bmc->sensors[{0, 1}] = {0, 0x60, 0xC0};
    play(milliseconds{500});
    invalid("10.0.0.5: power: reading unavailable");
    bmc->sensors[{0, 1}] = {58, 0xC0, 0xC0};
    play(seconds{10});
    good(232);
}

TEST(LanSource, dcmi_that_is_off_says_so) {
    start();
    bmc->next_codes[Command::get_power_reading] = {completion::invalid_command};
    play(milliseconds{500});
    invalid("name a sensor instead");
    bmc->dcmi[17] = 0;
    play(seconds{10});
    invalid("deactivated");
}

TEST(LanSource, a_busy_moment_costs_one_sample_and_not_the_sensor) {
    power_from("PS1 Input Power");
    start();
    play(seconds{1});
    bmc->next_codes[Command::get_sensor_reading] = {completion::node_busy};
    play(seconds{10});
    invalid("busy");
    play(seconds{10});
    good(232);
    LONGS_EQUAL(2, bmc->counts[Command::get_sdr]);
    LONGS_EQUAL(1, bmc->opens);
}

TEST(LanSource, a_missing_sensor_lists_what_there_is) {
    power_from("Total Power");
    start();
    play(seconds{1});
    invalid("in watts it has: \"PS1 Input Power\"");
}

TEST(LanSource, a_forgotten_session_is_renewed_within_the_same_poll) {
    start();
    play(seconds{5});
    bmc->forgotten = true;
    play(seconds{10});
    LONGS_EQUAL(2, sink.reports.size());
    good(231);
    LONGS_EQUAL(2, bmc->opens);
}

TEST(LanSource, a_silent_bmc_gives_one_failed_report_a_poll_and_is_left_alone_longer_and_longer) {
    start();
    bmc->silent = true;
    play(minutes{10});
    LONGS_EQUAL(60, sink.reports.size());
    failed("10.0.0.5: no answer (next try in ");
    CHECK_TRUE(bmc->opens <= 16);  // pauses of 1, 2, 4, … 60 s, at due polls
    CHECK_TRUE(bmc->opens >= 9);
    bmc->silent = false;
    play(seconds{90});
    good(231);
}

TEST(LanSource, a_bmc_that_falls_silent_between_polls_fails_the_next_one_once) {
    start();
    play(seconds{5});
    bmc->silent = true;
    play(seconds{10});
    LONGS_EQUAL(2, sink.reports.size());
    failed("no answer");
}

TEST(LanSource, a_wrong_password_is_tried_again_after_a_minute_then_two) {
    start();
    bmc->refuse = LinkFailure{Trouble::credentials, "wrong user or password"};
    play(seconds{59});
    LONGS_EQUAL(6, sink.reports.size());
    failed("10.0.0.5: wrong user or password (next try in ");
    LONGS_EQUAL(1, bmc->opens);
    play(minutes{59});
    CHECK_TRUE(bmc->opens <= 6);  // at about 0, 1, 3, 7, 15, 31 minutes
    CHECK_TRUE(bmc->opens >= 5);
    bmc->refuse.reset();
    play(minutes{90});
    good(231);
}

TEST(LanSource, a_good_answer_makes_the_next_trouble_a_first_one) {
    start();
    bmc->silent = true;
    play(minutes{5});
    bmc->silent = false;
    play(minutes{3});
    good(231);
    bmc->silent = true;
    play(seconds{20});
    bmc->silent = false;
    play(seconds{10});
    good(231);  // the pause is back at a second
}

TEST(LanSource, a_bmc_without_a_free_session_is_left_alone_for_ten_seconds) {
    start();
    bmc->refuse = LinkFailure{Trouble::busy, "the BMC has no free session"};
    play(seconds{9});
    failed("no free session (next try in 1");
    LONGS_EQUAL(1, bmc->opens);
    play(minutes{1});
    CHECK_TRUE(bmc->opens <= 4);
}

TEST(LanSource, a_bmc_that_gives_sessions_and_never_answers_is_not_asked_for_one_after_the_other) {
    start();
    bmc->deaf = true;
    play(minutes{10});
    LONGS_EQUAL(60, sink.reports.size());
    failed("10.0.0.5: the BMC stopped answering (next try in ");
    CHECK_TRUE(bmc->opens <= 16);
}

TEST(LanSource, long_periods_are_bridged_by_a_sign_of_life) {
    poll.period = minutes{5};
    start();
    play(minutes{5} - seconds{1});
    LONGS_EQUAL(1, sink.reports.size());
    LONGS_EQUAL(1, bmc->opens);
    LONGS_EQUAL(19, bmc->counts[Command::get_device_id]);
}

TEST(LanSource, short_periods_need_none) {
    start();
    play(minutes{5});
    LONGS_EQUAL(0, bmc->counts[Command::get_device_id]);
}

TEST(LanSource, a_poll_waits_for_the_sensor_list_but_not_longer_than_its_period) {
    power_from("LUN1 Power");
    activity_from("PS1 Input Power");
    poll.config.activity_scale = 0.001;
    poll.period = seconds{1};
    start();
    bmc->latency = milliseconds{300};  // 8 commands: 2.4 s, and two more for the values
    play(milliseconds{1900});
    invalid("still being read");
    play(seconds{4});
    good(100, 0);
    good(0.232, 1);
    for (std::size_t i = 1; i < sink.reports.size(); ++i) CHECK_TRUE(sink.reports[i].at > sink.reports[i - 1].at);
}

TEST(LanSource, no_step_takes_longer_than_one_exchange_beyond_its_end) {
    power_from("GPU Utilisation");
    start();
    bmc->latency = milliseconds{300};
    while (sink.reports.empty()) {
        const auto until = clock.now().boot + milliseconds{100};
        source->step(until, sink);
        CHECK_TRUE(clock.now().boot <= until + milliseconds{300});
    }
    good(85);
}

TEST(LanSource, closing_gives_the_session_back) {
    start();
    play(seconds{1});
    source->close();
    LONGS_EQUAL(1, bmc->closes);
    CHECK_FALSE(bmc->is_open());
}
