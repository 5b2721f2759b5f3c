// Energy registers that a device tears: what is read again, what is believed, what is said. The device is played word
// by word; a poll every ten seconds, each request takes 20 ms.
#include <bit>
#include <deque>
#include <string>
#include <vector>

#include "drivers/modbus/device_poll.hpp"
#include "tests/fakes/modbus_map.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using std::chrono::milliseconds;

namespace {

using Words = std::vector<std::uint16_t>;
constexpr std::uint16_t energy_address = 100, power_address = 500;

Words high_first(std::uint64_t bits, unsigned words) {
    Words out;
    for (unsigned i = words; i-- > 0;) out.push_back(static_cast<std::uint16_t>(bits >> (16 * i)));
    return out;
}
Words u32(std::uint32_t counts) { return high_first(counts, 2); }
Words u64(std::uint64_t counts) { return high_first(counts, 4); }
Words f32(double wh) { return high_first(std::bit_cast<std::uint32_t>(static_cast<float>(wh)), 2); }
Words f64(double wh) { return high_first(std::bit_cast<std::uint64_t>(wh), 4); }

Field energy(RegisterType type = RegisterType::u32) {
    Field field;
    field.name = "energy_wh";
    field.address = energy_address;
    field.type = type;
    field.q_uwh = 1'000'000;
    return field;
}

// An energy register and, in a span of its own behind it, a power.
ModbusPoll meter(Field register_of_energy = energy()) {
    ModbusPoll poll;
    poll.config.unit_id = 3;
    Field power;
    power.name = "power_w";
    power.address = power_address;
    fake::own_map(poll).fields = {std::move(register_of_energy), power};
    return poll;
}

}  // namespace

TEST_GROUP(TornReads) {
    static constexpr std::uint8_t busy = 6;
    BootTime now{std::chrono::hours{1}};
    unsigned energy_requests = 0, power_requests = 0;

    static DevicePoll make(const ModbusPoll& device) {
        FieldLists lists;
        return {device, tcp_cost(), "10.0.0.5:502", lists};
    }

    // Answers with `replies` in their order; an empty one is "device busy".
    void serve(DevicePoll & poll, std::deque<Words> & replies) {
        const auto sent = now;
        now += milliseconds{20};
        if (poll.request()->address == power_address) {
            ++power_requests;
            return poll.answer(Words{5}, sent, now);
        }
        ++energy_requests;
        CHECK_FALSE(replies.empty());
        const Words reply = replies.front();
        replies.pop_front();
        if (reply.empty()) return poll.refuse(busy, sent, now);
        poll.answer(reply, sent, now);
    }
    Report play(DevicePoll & poll, std::deque<Words> replies) {
        energy_requests = power_requests = 0;
        now += milliseconds{10'000};
        poll.start({});
        while (poll.request()) serve(poll, replies);
        CHECK_TRUE(replies.empty());
        LONGS_EQUAL(1, power_requests);  // the other span is as it always was
        Report report = poll.finish();
        CHECK_TRUE(report.state == DeviceState::good);
        DOUBLES_EQUAL(5, report.samples[1].value, 0);
        return report;
    }
    static void check_counts(const Report& report, std::uint64_t counts) {
        CHECK_TRUE(report.samples[0].quality == Quality::good);
        UNSIGNED_LONGLONGS_EQUAL(counts, report.samples[0].count->counts);
        STRCMP_EQUAL("", report.error.c_str());
    }
    static void check_invalid(const Report& report, const char* why) {
        CHECK_TRUE(report.samples[0].quality == Quality::invalid);
        CHECK_FALSE(report.samples[0].count.has_value());
        STRCMP_EQUAL(why, report.error.c_str());
    }
};

TEST(TornReads, a_first_poll_has_nothing_to_compare_with) {
    auto poll = make(meter());
    check_counts(play(poll, {u32(0x10003)}), 0x10003);
}

TEST(TornReads, a_count_that_runs_on_or_jitters_is_read_once) {
    auto poll = make(meter());
    check_counts(play(poll, {u32(100'000)}), 100'000);
    check_counts(play(poll, {u32(165'535)}), 165'535);
    check_counts(play(poll, {u32(165'533)}), 165'533);
}

TEST(TornReads, torn_once_then_right) {  // A06
    auto poll = make(meter());
    play(poll, {u32(0x1FFFE)});
    const Report report = play(poll, {u32(0x10003), u32(0x20003), u32(0x20003)});
    check_counts(report, 0x20003);
    DOUBLES_EQUAL(0x20003, report.samples[0].value, 0);
    check_counts(play(poll, {u32(0x20008)}), 0x20008);
}

TEST(TornReads, torn_the_other_way_round_it_leaps_forward) {
    auto poll = make(meter());
    play(poll, {u32(0x1FFFE)});
    check_counts(play(poll, {u32(0x2FFFE), u32(0x20003), u32(0x20004)}), 0x20004);
}

TEST(TornReads, torn_twice_the_second_and_third_of_the_re_reads_agree) {
    auto poll = make(meter());
    play(poll, {u32(0x1FFFE)});
    check_counts(play(poll, {u32(0x10003), u32(0x2FFFF), u32(0x20003), u32(0x20005)}), 0x20005);
}

TEST(TornReads, the_first_and_third_of_the_re_reads_may_agree) {
    auto poll = make(meter());
    play(poll, {u32(0x1FFFE)});
    check_counts(play(poll, {u32(0x10003), u32(0x20003), u32(0x10004), u32(0x20005)}), 0x20005);
}

TEST(TornReads, a_reset_that_the_re_reads_confirm_is_delivered) {
    auto poll = make(meter());
    play(poll, {u32(5'000'000)});
    check_counts(play(poll, {u32(12), u32(12), u32(13)}), 13);
    check_counts(play(poll, {u32(20)}), 20);
}

TEST(TornReads, a_meter_exchanged_for_one_that_reads_higher_is_delivered_and_is_no_pace) {
    auto poll = make(meter());
    play(poll, {u32(5'000'000)});
    check_counts(play(poll, {u32(7'123'456), u32(7'123'456), u32(7'123'456)}), 7'123'456);
    check_counts(play(poll, {u32(7'323'456), u32(7'123'460), u32(7'123'460)}), 7'123'460);
}

TEST(TornReads, re_reads_that_disagree_make_the_point_invalid_and_the_error_says_what_was_seen) {
    auto poll = make(meter());
    play(poll, {u32(0x1FFFE)});
    check_invalid(play(poll, {u32(0x10003), u32(0x30003), u32(0x20003), u32(0x10004)}),
                  "10.0.0.5:502 unit 3: energy_wh went from 131070 to 65539 counts, and read again at once it gave "
                  "196611, 131075, 65540, no two in agreement");
    check_counts(play(poll, {u32(0x20008)}), 0x20008);  // compared with the last good one
}

TEST(TornReads, re_reads_that_run_backward_do_not_agree) {
    auto poll = make(meter());
    play(poll, {u32(1000)});
    check_invalid(play(poll, {u32(90), u32(80), u32(70), u32(60)}),
                  "10.0.0.5:502 unit 3: energy_wh went from 1000 to 90 counts, and read again at once it gave "
                  "80, 70, 60, no two in agreement");
}

TEST(TornReads, a_refused_re_read_counts_as_one_that_gave_nothing) {
    auto poll = make(meter());
    play(poll, {u32(0x1FFFE)});
    check_counts(play(poll, {u32(0x10003), u32(0x20003), {}, u32(0x20003)}), 0x20003);
    check_invalid(play(poll, {u32(0x10003), {}, {}, {}}),
                  "10.0.0.5:502 unit 3: energy_wh went from 131075 to 65539 counts, and read again at once it gave "
                  "nothing");
}

TEST(TornReads, a_re_read_that_times_out_fails_the_poll_and_nothing_torn_is_kept) {
    auto poll = make(meter());
    play(poll, {u32(0x1FFFE)});
    now += milliseconds{10'000};
    poll.start({});
    std::deque<Words> torn{u32(0x10003)};
    serve(poll, torn);
    UNSIGNED_LONGS_EQUAL(energy_address, poll.request()->address);
    poll.forget();
    const Report report = poll.fail("no reply within 1000 ms", now);
    CHECK_TRUE(report.state == DeviceState::failed && report.samples.empty());
    CHECK_FALSE(poll.request().has_value());
    check_counts(play(poll, {u32(0x10004), u32(0x20004), u32(0x20004)}), 0x20004);
}

TEST(TornReads, nothing_is_read_again_that_would_hold_up_the_next_poll) {
    auto device = meter();
    device.period = milliseconds{100};  // room for two re-reads with their pauses, not for three
    fake::own_map(device).pause_ms = 30;
    auto poll = make(device);
    play(poll, {u32(0x1FFFE)});
    check_invalid(play(poll, {u32(0x10003), u32(0x30003), u32(0x20003)}),
                  "10.0.0.5:502 unit 3: energy_wh went from 131070 to 65539 counts, and read again at once it gave "
                  "196611, 131075, no two in agreement");
}

TEST(TornReads, a_register_that_wraps_is_read_once) {
    auto poll = make(meter());
    play(poll, {u32(0xFFFFFFF0)});
    check_counts(play(poll, {u32(5)}), 5);
    auto decimal = energy();
    decimal.modulus = 10'000'000;
    auto other = make(meter(decimal));
    play(other, {u32(9'999'990)});
    check_counts(play(other, {u32(5)}), 5);
}

TEST(TornReads, a_register_torn_while_it_wraps_is_read_again) {
    auto poll = make(meter());
    play(poll, {u32(0xFFFFFFF0)});
    check_counts(play(poll, {u32(0xFFFF0003), u32(3), u32(3)}), 3);
}

TEST(TornReads, of_64_bits_each_word_may_be_torn) {
    auto poll = make(meter(energy(RegisterType::u64)));
    play(poll, {u64(0x0000'0001'FFFF'FFFE)});
    check_counts(play(poll, {u64(0x0000'0001'0000'0003), u64(0x0000'0002'0000'0003), u64(0x0000'0002'0000'0003)}),
                 0x0000'0002'0000'0003);
    check_counts(play(poll, {u64(0x0001'0002'0000'0004), u64(0x0000'0002'0000'0004), u64(0x0000'0002'0000'0005)}),
                 0x0000'0002'0000'0005);
}

TEST(TornReads, a_great_tear_does_not_make_room_for_smaller_ones_to_agree) {
    auto poll = make(meter(energy(RegisterType::u64)));
    play(poll, {u64(0x0000'0001'0001'FFFE)});
    check_counts(play(poll, {u64(0x0000'0002'0002'0003), u64(0x0000'0001'0001'0003), u64(0x0000'0001'0002'0003),
                             u64(0x0000'0001'0002'0004)}),
                 0x0000'0001'0002'0004);
}

TEST(TornReads, words_of_four_decimal_digits_are_torn_by_ten_thousand) {
    auto poll = make(meter(energy(RegisterType::mod10_4)));
    play(poll, {{0, 0, 12, 9998}});
    check_counts(play(poll, {{0, 0, 13, 9998}, {0, 0, 13, 3}, {0, 0, 13, 3}}), 130'003);
    check_counts(play(poll, {{0, 0, 14, 2}}), 140'002);
}

TEST(TornReads, a_float_is_torn_by_steps_of_its_own_size) {
    auto poll = make(meter(energy(RegisterType::f32)));
    const double before = 16'777'216 + 2.0 * 0xFFFE;  // a step is 2 Wh, the low word all but full
    const double after = before + 2.0 * 5;
    play(poll, {f32(before)});
    const Report back = play(poll, {{f32(before)[0], f32(after)[1]}, f32(after), f32(after)});
    DOUBLES_EQUAL(after, back.samples[0].value, 0);
    const Report leap = play(poll, {f32(after + 131'072), f32(after + 2), f32(after + 2)});
    DOUBLES_EQUAL(after + 2, leap.samples[0].value, 0);
    const Report plain = play(poll, {f32(after + 2000)});
    DOUBLES_EQUAL(after + 2000, plain.samples[0].value, 0);
}

TEST(TornReads, a_double_of_a_big_load_is_read_again_until_its_pace_is_known) {
    auto poll = make(meter(energy(RegisterType::f64)));
    const auto at = [this] { return in_seconds(now.time_since_epoch()) * 1'000'000 / 3600; };  // Wh of 1 MW
    const auto read = [&](std::size_t requests) {
        energy_requests = 0;
        now += milliseconds{10'000};
        poll.start({});
        double last = 0;
        while (poll.request()) {
            std::deque<Words> reply{f64(last = energy_requests < requests ? at() : last)};
            serve(poll, reply);
        }
        LONGS_EQUAL(requests, energy_requests);
        DOUBLES_EQUAL(last, poll.finish().samples[0].value, 0);
    };
    read(1);
    read(3);
    read(3);
    for (int i = 0; i < 10; ++i) read(1);
}

TEST(TornReads, a_torn_double_is_read_again) {
    auto poll = make(meter(energy(RegisterType::f64)));
    const auto bits = std::bit_cast<std::uint64_t>(8e6);
    const auto half = std::bit_cast<double>(bits | 0xFFFF'FFFF'0000U);
    play(poll, {f64(half)});
    const double true_wh = half + 1;
    const Words wrong{f64(half)[0], static_cast<std::uint16_t>(f64(half)[1] - 1), f64(true_wh)[2], f64(true_wh)[3]};
    const Report back = play(poll, {wrong, f64(true_wh), f64(true_wh)});
    DOUBLES_EQUAL(true_wh, back.samples[0].value, 0);
    auto leap = f64(true_wh + 1);
    ++leap[1];  // 4 Wh
    const Report forward = play(poll, {leap, f64(true_wh + 1), f64(true_wh + 1)});
    DOUBLES_EQUAL(true_wh + 1, forward.samples[0].value, 0);
}

TEST(TornReads, a_register_that_always_runs_by_more_than_a_word_is_read_once) {
    auto poll = make(meter());
    play(poll, {u32(0)});
    check_counts(play(poll, {u32(100'000), u32(100'100), u32(100'100)}), 100'100);
    check_counts(play(poll, {u32(200'000), u32(200'100), u32(200'100)}), 200'100);
    check_counts(play(poll, {u32(300'000)}), 300'000);
    check_counts(play(poll, {u32(410'000)}), 410'000);
}

TEST(TornReads, a_reading_is_let_through_after_three_polls_without_agreement) {
    auto poll = make(meter());
    play(poll, {u32(0x1FFFE)});
    for (int i = 0; i < 3; ++i) {
        CHECK_TRUE(play(poll, {u32(10), u32(40'000), u32(30'000), u32(20'000)}).samples[0].quality == Quality::invalid);
    }
    check_counts(play(poll, {u32(10)}), 10);  // the account's part: it judges by the meter's rating
}

TEST(TornReads, other_values_of_the_span_are_those_of_its_first_reading) {
    auto device = meter();
    fake::own_map(device).fields[1].address = energy_address + 2;
    auto poll = make(device);
    const auto read = [&](std::vector<Words> replies) {
        poll.start({});
        for (const auto& reply : replies) poll.answer(reply, now, now + milliseconds{20});
        CHECK_FALSE(poll.request().has_value());
        return poll.finish();
    };
    read({{1, 0xFFFE, 70}});
    now += milliseconds{10'000};
    const Report report = read({{1, 3, 71}, {2, 3, 72}, {2, 3, 73}});
    check_counts(report, 0x20003);
    DOUBLES_EQUAL(71, report.samples[1].value, 0);
}

TEST(TornReads, a_ratio_that_the_device_tells_does_not_hide_a_tear) {
    auto device = meter();
    fake::own_map(device).fields[0].factors = {"ct"};
    Field ct;
    ct.name = "ct";
    ct.address = power_address;  // served as 5
    fake::own_map(device).fields.pop_back();
    fake::own_map(device).helpers = {ct};
    auto poll = make(device);
    const auto read = [&](std::deque<Words> replies) {
        now += milliseconds{10'000};
        poll.start({});
        while (poll.request()) serve(poll, replies);
        return poll.finish();
    };
    read({u32(0x1FFFE)});
    const Report report = read({u32(0x10003), u32(0x20003), u32(0x20003)});
    DOUBLES_EQUAL(5.0 * 0x20003, report.samples[0].value, 0);
}
