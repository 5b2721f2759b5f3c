// One metering point: boundaries (A09, A10, A11, A16), epochs, stuck registers, sampled power, restart.
#include <vector>

#include "agent/metering/account.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr std::uint64_t two32 = 1ULL << 32;

BootTime at(std::int64_t s) { return BootTime{seconds{s}}; }
Count wh(std::uint64_t counts) { return {counts, 1'000'000, two32, 0}; }
Count tenth_kwh(std::uint64_t counts) { return {counts, 100'000'000, two32, 0}; }
Count mwh(std::uint64_t counts) { return {counts, 1000, 0, 0}; }
EnergyAccount account_of(double rated_w) { return EnergyAccount{{.rated_w = rated_w}}; }
void check_step(StepKind expected, Step got) { CHECK_TRUE(expected == got.kind); }

// Energy of [0, 900) s in kWh from (s, kWh) polls.
double interval_kwh(std::initializer_list<std::pair<int, double>> polls) {
    EnergyAccount account = account_of(1.5e6);
    const double first = polls.begin()->second;  // E counts from the first reading
    for (const auto& [s, kwh] : polls) {
        account.accept_register(at(s), mwh(static_cast<std::uint64_t>(kwh * 1e6 + 0.5)));
        CHECK_TRUE(kwh >= first);
    }
    return watt_hours(*account.boundary(at(900)) - *account.boundary(at(0))) / 1000;
}

}  // namespace

TEST_GROUP(Account){};

TEST(Account, A09_a_boundary_lies_between_two_polls) {
    const EnergyPoint before{at(-7), {1'000'000'000}, 0};
    const EnergyPoint after{at(53), {1'018'000'000}, 0};
    CHECK_EQUAL(1'002'100'000, interpolate(before, after, at(0)).mwh);
    const Bounds bounds = boundary_bounds(before, after, at(0), 1.5e6);
    DOUBLES_EQUAL(1'000'000, bounds.lo_wh, 1e-6);
    DOUBLES_EQUAL(1'002'916.6666666666, bounds.hi_wh, 1e-6);
    DOUBLES_EQUAL(2916.6666666666 / 3.4641016151377544, bounds.u_wh(), 1e-6);
}

TEST(Account, A10_two_meters_meet_at_the_boundaries) {
    const double dc = interval_kwh({{-20, 5000.0}, {40, 5019.0}, {880, 5285.0}, {940, 5310.0}});
    const double it = interval_kwh({{-45, 80000.0}, {15, 80013.2}, {855, 80226.5}, {915, 80244.4}});
    DOUBLES_EQUAL(287.0, dc, 2e-6);  // floored mWh
    DOUBLES_EQUAL(230.025, it, 2e-6);
    DOUBLES_EQUAL(1.2476904684273449, dc / it, 1e-8);
    // A11: the raw reads inside the interval would have said something else.
    DOUBLES_EQUAL(-0.0006206137625534802, (5285.0 - 5019.0) / (80226.5 - 80013.2) - 1.2476904684273449, 1e-9);
}

// A counter of a server that falls from 50 kWh to 30: within ten seconds no server takes 30 kWh.
TEST(Account, a_register_that_falls_back_credits_no_more_than_its_kind_can_take) {
    EnergyAccount server{{.assumed_w = 60e3}}, unknown{AccountSettings{}};
    for (EnergyAccount* account : {&server, &unknown}) {
        account->accept_register(at(-10), mwh(49'999'000));
        account->accept_register(at(0), mwh(50'000'000));
    }
    check_step(StepKind::backward, server.accept_register(at(10), mwh(30'000'000)));
    check_step(StepKind::reset, unknown.accept_register(at(10), mwh(27'000'000)));
    CHECK_EQUAL(1000, server.line().back().energy.mwh);
    CHECK_EQUAL(27'001'000, unknown.line().back().energy.mwh);
}

TEST(Account, what_its_kind_can_take_grows_with_the_silence) {
    EnergyAccount server{{.assumed_w = 60e3}};
    server.accept_register(at(-10), mwh(49'999'000));
    server.accept_register(at(0), mwh(50'000'000));
    check_step(StepKind::jump, server.accept_register(at(60), mwh(55'000'000)));         // 300 kW
    check_step(StepKind::advance, server.accept_register(at(3600), mwh(60'000'000)));    // 10 kW
    check_step(StepKind::advance, server.accept_register(at(90000), mwh(300'000'000)));  // 10 kW for a day
    CHECK_EQUAL(250'001'000, server.line().back().energy.mwh);
}

// Renewed each `every`, first a minute after the first reading: what is credited in four steps of `step`, in Wh.
static std::uint64_t renewed_each(AccountSettings settings, seconds every, std::uint64_t step) {
    EnergyAccount account{settings};
    std::uint64_t credited = 0;
    for (std::int64_t s = 0; s <= 60 + 3 * every.count(); s += 10) {
        const auto steps = static_cast<std::uint64_t>(s < 60 ? 0 : 1 + (s - 60) / every.count());
        credited += account.accept_register(at(s), wh(1'000'000 + steps * step)).credit;
    }
    CHECK_EQUAL(1U, account.take_epochs().size());
    return credited;
}

TEST(Account, a_register_that_is_renewed_seldom_is_credited_from_its_first_step_on) {
    CHECK_EQUAL(36'000U, renewed_each({.assumed_w = 60e3}, hours{1}, 9000));
    CHECK_EQUAL(864'000U, renewed_each({.assumed_w = 60e3}, hours{24}, 216'000));
    CHECK_EQUAL(36'000U, renewed_each({.rated_w = 20e3}, hours{1}, 9000));
}

TEST(Account, once_a_register_has_moved_or_is_not_ready_a_step_is_no_older_than_its_readings) {
    EnergyAccount ticked{{.assumed_w = 60e3}}, fell = ticked, zero = ticked;
    ticked.accept_register(at(0), wh(500'000));
    check_step(StepKind::advance, ticked.accept_register(at(10), wh(509'000)));
    check_step(StepKind::jump, ticked.accept_register(at(20), wh(518'000)));
    fell.accept_register(at(0), wh(500'000));
    fell.accept_register(at(10), wh(500'010));
    check_step(StepKind::reset, fell.accept_register(at(20), wh(0)));
    check_step(StepKind::jump, fell.accept_register(at(30), wh(500'020)));
    zero.accept_register(at(0), wh(0));
    check_step(StepKind::jump, zero.accept_register(at(10), wh(500'000)));
}

TEST(Account, a_register_that_another_one_followed_may_be_old_as_well) {
    EnergyAccount account{{.assumed_w = 60e3}};
    for (const int s : {0, 10}) account.accept_register(at(s), wh(5'000'000 + static_cast<unsigned>(s)));
    for (const int s : {20, 30, 40}) account.accept_register(at(s), mwh(3'000'000'000));
    CHECK_EQUAL(1U, account.epoch());
    check_step(StepKind::advance, account.accept_register(at(50), mwh(3'009'000'000)));
    check_step(StepKind::jump, account.accept_register(at(60), mwh(3'018'000'000)));
}

TEST(Account, A16_intervals_telescope_to_the_last_milliwatt_hour) {
    EnergyAccount account = account_of(1.5e6);
    for (const auto& [s, counts] : {std::pair{0, 0}, {37, 11000003}, {95, 29999998}, {130, 41000001}}) {
        account.accept_register(at(s), mwh(static_cast<std::uint64_t>(counts)));
    }
    const std::vector<std::int64_t> expected{4459460, 4459461, 4701770, 4913792, 4913792,
                                             4913792, 4780789, 4714287, 3142858};
    const std::vector<int> boundaries{0, 15, 30, 45, 60, 75, 90, 105, 120, 130};
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const Energy part = *account.boundary(at(boundaries[i + 1])) - *account.boundary(at(boundaries[i]));
        CHECK_EQUAL(expected[i], part.mwh);
    }
}

TEST(Account, says_nothing_outside_its_readings) {
    EnergyAccount account = account_of(0);
    CHECK_FALSE(account.boundary(at(0)).has_value());
    account.accept_register(at(10), wh(5));
    account.accept_register(at(20), wh(6));
    CHECK_FALSE(account.boundary(at(9)).has_value());
    CHECK_FALSE(account.boundary(at(21)).has_value());
    CHECK_EQUAL(500, account.boundary(at(15))->mwh);
}

TEST(Account, a_rollover_goes_on_counting) {
    EnergyAccount account = account_of(1.5e6);
    account.accept_register(at(0), tenth_kwh(4294967290));
    check_step(StepKind::rollover, account.accept_register(at(60), tenth_kwh(15)));
    CHECK_EQUAL(2'100'000, account.boundary(at(60))->mwh);
    CHECK_TRUE(has(account.line().flags_between(at(0), at(60)), flag::rollover));
}

TEST(Account, jitter_never_takes_energy_back) {
    EnergyAccount account = account_of(1.5e6);
    account.accept_register(at(0), tenth_kwh(50000));
    account.accept_register(at(60), tenth_kwh(49999));
    CHECK_EQUAL(0, account.boundary(at(60))->mwh);
    account.accept_register(at(120), tenth_kwh(50004));
    CHECK_EQUAL(400'000, account.boundary(at(120))->mwh);
}

TEST(Account, a_reset_credits_the_lower_bound_in_a_new_epoch) {
    EnergyAccount account = account_of(1.5e6);
    account.accept_register(at(0), tenth_kwh(12345678));
    check_step(StepKind::reset, account.accept_register(at(900), tenth_kwh(32)));
    CHECK_EQUAL(1U, account.epoch());
    CHECK_EQUAL(3'200'000, account.boundary(at(900))->mwh);
    account.accept_register(at(960), tenth_kwh(42));
    CHECK_EQUAL(4'200'000, account.boundary(at(960))->mwh);
}

TEST(Account, a_torn_read_leaves_no_trace) {
    EnergyAccount account = account_of(1.5e6);
    account.accept_register(at(0), tenth_kwh(0x1FFFE));
    check_step(StepKind::backward, account.accept_register(at(60), tenth_kwh(0x10003)));
    check_step(StepKind::advance, account.accept_register(at(61), tenth_kwh(0x20003)));
    CHECK_EQUAL(500'000, account.boundary(at(61))->mwh);
    CHECK_EQUAL(0U, account.epoch());
}

TEST(Account, a_jump_counts_from_its_first_read_once_three_agree) {
    EnergyAccount account = account_of(1.5e6);
    account.accept_register(at(0), tenth_kwh(100000));
    check_step(StepKind::jump, account.accept_register(at(60), tenth_kwh(265536)));
    account.accept_register(at(120), tenth_kwh(265636));
    CHECK_EQUAL(0, account.line().back().energy.mwh);
    account.accept_register(at(180), tenth_kwh(265736));
    CHECK_EQUAL(1U, account.epoch());
    CHECK_EQUAL(0, account.boundary(at(60))->mwh);  // the jump itself is no energy
    CHECK_EQUAL(20'000'000, account.boundary(at(180))->mwh);
    CHECK_TRUE(has(account.line().flags_between(at(0), at(60)), flag::replaced));
    CHECK_FALSE(has(account.line().flags_between(at(60), at(180)), flag::replaced));
}

TEST(Account, scattered_nonsense_is_never_adopted) {
    EnergyAccount account = account_of(1.5e6);
    account.accept_register(at(0), tenth_kwh(100000));
    for (int i = 1; i <= 30; ++i) {
        account.accept_register(at(i), tenth_kwh(i % 2 == 0 ? 900'000'000U : 500'000'000U));
    }
    account.accept_register(at(60), tenth_kwh(100200));
    CHECK_EQUAL(20'000'000, account.boundary(at(60))->mwh);
    CHECK_EQUAL(0U, account.epoch());
}

TEST(Account, a_changed_scale_is_a_new_epoch_after_three_reads) {
    EnergyAccount account = account_of(1.5e6);
    account.accept_register(at(0), tenth_kwh(1000));
    for (int i = 1; i <= 3; ++i) account.accept_register(at(60 * i), wh(100'000 + 1000U * static_cast<unsigned>(i)));
    CHECK_EQUAL(1U, account.epoch());
    CHECK_EQUAL(2'000'000, account.line().back().energy.mwh);  // from the first of the three on
}

TEST(Account, without_a_rated_power_a_fall_is_no_rollover) {
    EnergyAccount account = account_of(0);
    const auto small = [](std::uint64_t counts) { return Count{counts, 1'000'000, 65536, 0}; };  // 1 Wh, 16 bits
    account.accept_register(at(0), small(60'000));
    // 10 MW in a minute is more than the whole register; half the modulus is believed.
    check_step(StepKind::backward, account.accept_register(at(60), small(40'000)));
    EnergyAccount other = account_of(0);
    other.accept_register(at(0), small(60'000));
    check_step(StepKind::rollover, other.accept_register(at(60), small(10)));
}

TEST(Account, an_old_reading_is_dropped_and_counted) {
    EnergyAccount account = account_of(0);
    account.accept_register(at(60), wh(100));
    account.accept_register(at(60), wh(500));
    account.accept_register(at(30), wh(90));
    CHECK_EQUAL(2U, account.late());
    CHECK_EQUAL(0, account.boundary(at(60))->mwh);
}

TEST(Account, a_stuck_register_holds_the_line_until_it_moves) {
    EnergyAccount account{{.rated_w = 1.5e6, .max_gap = seconds{30}}};
    for (int i = 0; i <= 6; ++i) {  // 400 kW against a register of 1 kWh that stands still
        account.watch_power(at(10 * i), 400e3);
        account.accept_register(at(10 * i), Count{7000, 1'000'000'000, two32, 0});
    }
    CHECK_TRUE(account.stuck());
    CHECK_TRUE(account.line().back().at == at(20));  // 27 s: the reading at 30 s no longer counts
    account.accept_register(at(600), Count{7066, 1'000'000'000, two32, 0});
    CHECK_FALSE(account.stuck());
    CHECK_EQUAL(66'000'000, account.boundary(at(600))->mwh);
    CHECK_FALSE(has(account.line().flags_between(at(20), at(600)), flag::stuck));  // it made good: 66 kWh in all
    CHECK_TRUE(has(account.line().boundary_flags(at(300), seconds{30}), flag::allocated));
}

TEST(Account, a_stuck_register_that_never_makes_good_spoils_the_time_it_stood_still) {
    EnergyAccount account{{.rated_w = 1.5e6, .max_gap = seconds{30}}};
    for (int i = 0; i <= 60; ++i) {  // 66 kWh flow, the register stands still and then goes on by one
        account.watch_power(at(10 * i), 400e3);
        account.accept_register(at(10 * i), Count{i < 60 ? 7000U : 7001U, 1'000'000'000, two32, 0});
    }
    CHECK_FALSE(account.stuck());
    CHECK_TRUE(has(account.line().flags_between(at(20), at(600)), flag::stuck));
}

TEST(Account, power_is_integrated_by_trapezoid_and_gaps_are_not) {
    EnergyAccount account{{.max_gap = seconds{180}}};
    for (const auto& [s, kw] : {std::pair{0, 100}, {60, 100}, {360, 130}, {420, 130}}) {
        account.accept_power(at(s), kw * 1000.0);
    }
    CHECK_EQUAL(3'833'333, account.line().back().energy.mwh);  // B02
    CHECK_TRUE(account.line().gap_between(at(0), at(420)) == Duration{seconds{300}});
    CHECK_FALSE(account.from_register());
}

TEST(Account, fractions_of_a_milliwatt_hour_are_not_lost) {
    EnergyAccount account{{.max_gap = seconds{30}}};
    for (int i = 0; i <= 3600; ++i) account.accept_power(at(i), 1.0);  // 0.2777 mWh each second
    CHECK_TRUE(account.line().back().energy.mwh >= 999 && account.line().back().energy.mwh <= 1000);
}

TEST(Account, C05_a_leap_second_is_a_second_like_any_other) {
    EnergyAccount account{{.max_gap = seconds{30}}};
    for (int i = 0; i <= 901; ++i) account.accept_power(at(i), 1.8e6);
    DOUBLES_EQUAL(450.5, watt_hours(account.line().back().energy) / 1000, 1e-5);
}

TEST(Account, keeps_few_points_and_all_energy) {
    EnergyAccount account{{.rated_w = 1e6, .max_points = 64}};
    for (std::uint64_t i = 0; i <= 10'000; ++i) account.accept_register(at(static_cast<int>(i)), wh(i));
    CHECK_TRUE(account.line().points().size() <= 64);
    CHECK_EQUAL(0, account.line().front().energy.mwh);
    CHECK_EQUAL(10'000'000, account.line().back().energy.mwh);
}

TEST(Account, a_restart_counts_what_flowed_meanwhile) {
    const UtcTime utc{seconds{1767196800}};
    EnergyAccount before = account_of(100e3);
    before.accept_register(at(5000), wh(1000));
    before.accept_register(at(5060), wh(2000));
    const AccountState state = before.save({at(5060), utc, ClockQuality::synced});

    EnergyAccount after = account_of(100e3);  // two hours later, boot time began anew
    after.restore(state, {at(100), utc + hours{2}, ClockQuality::synced});
    check_step(StepKind::advance, after.accept_register(at(110), wh(202'000)));
    CHECK_EQUAL(201'000'000, after.line().back().energy.mwh);
    CHECK_EQUAL(1'000'000, after.boundary(at(100 - 7200))->mwh);
}

TEST(Account, a_board_that_wakes_in_1970_still_counts_the_outage) {
    const UtcTime utc{seconds{1767196800}};
    EnergyAccount before = account_of(100e3);
    before.accept_register(at(5060), wh(2000));
    const AccountState state = before.save({at(5060), utc, ClockQuality::synced});

    EnergyAccount after = account_of(100e3);
    after.restore(state, {at(100), UtcTime{}, ClockQuality::unsynced});
    check_step(StepKind::advance, after.accept_register(at(110), wh(202'000)));
    CHECK_EQUAL(200'000'000, after.line().back().energy.mwh);
    // Then the time comes in: the restored reading moves to two hours before.
    after.remap({at(120), utc + hours{2} + seconds{20}, ClockQuality::synced});
    CHECK_TRUE(after.line().front().at == at(100 - 7200));
    CHECK_EQUAL(200'000'000, after.line().back().energy.mwh);
}

TEST(Account, its_state_survives_a_round_trip) {
    const Now now{at(5060), UtcTime{seconds{1767196800}}, ClockQuality::synced};
    EnergyAccount account = account_of(1.5e6);
    for (std::uint64_t i = 0; i < 50; ++i) account.accept_register(at(static_cast<int>(i) * 60), tenth_kwh(i * 7));
    account.accept_register(at(3060), tenth_kwh(3));  // a reset
    const AccountState state = account.save(now);
    EnergyAccount copy = account_of(1.5e6);
    copy.restore(state, now);
    CHECK_TRUE(copy.save(now) == state);
    CHECK_TRUE(copy.line().back() == account.line().back());
}

TEST(Account, what_it_saves_keeps_the_ends_of_intervals_and_all_flags) {
    const Now now{at(2000), UtcTime{seconds{1767196800}} + seconds{2000}, ClockQuality::synced};
    EnergyAccount account = account_of(1e6);
    for (int s = 0; s <= 2000; ++s) {
        if (s > 300 && s < 400) continue;  // a gap
        account.accept_power(at(s), 3600 + (s % 7) * 100);
    }
    account.forget_before(at(899));
    const AccountState state = account.save(now, seconds{900});
    CHECK_EQUAL(EnergyAccount::saved_points, state.points.size());
    EnergyAccount copy = account_of(1e6);
    copy.restore(state, now);
    for (const int end : {900, 1800}) CHECK_TRUE(copy.boundary(at(end)) == account.boundary(at(end)));
    CHECK_TRUE(copy.line().front() == account.line().front());
    CHECK_TRUE(copy.line().back() == account.line().back());
}

TEST(Account, what_it_saves_keeps_the_flags_of_points_that_go) {
    const Now now{at(12000), UtcTime{seconds{1767196800}} + seconds{12000}, ClockQuality::synced};
    EnergyAccount account = account_of(1e6);
    for (int s = 0; s <= 600; ++s) {
        if (s % 40 != 20) account.accept_power(at(s * 20), 3600);  // every 40th step is a gap: 40 s
    }
    const AccountState state = account.save(now);
    EnergyAccount copy = account_of(1e6);
    copy.restore(state, now);
    CHECK_TRUE(copy.line().points().size() <= EnergyAccount::saved_points);
    for (int s = 0; s < 12000; s += 800) CHECK_TRUE(has(copy.line().flags_between(at(s), at(s + 800)), flag::gap));
    CHECK_TRUE(copy.line().gap_between(at(0), at(12000)) == account.line().gap_between(at(0), at(12000)));
}

TEST(Account, a_restart_does_not_forgive_a_register_that_stood_still) {
    const Now now{at(600), UtcTime{seconds{1767196800}}, ClockQuality::synced};
    EnergyAccount account = account_of(100e3);
    for (int s = 0; s <= 600; s += 10) {
        account.watch_power(at(s), 36e3);
        account.accept_register(at(s), wh(1000));
    }
    CHECK_TRUE(account.stuck());
    EnergyAccount copy = account_of(100e3);
    copy.restore(account.save(now), now);
    copy.accept_register(at(610), wh(1100));  // 6 kWh have flowed: it did not make good
    CHECK_TRUE(has(copy.line().flags_between(at(0), at(610)), flag::stuck));
    EnergyAccount other = account_of(100e3);
    other.restore(account.save(now), now);
    other.accept_register(at(610), wh(7100));  // it did
    CHECK_FALSE(has(other.line().flags_between(at(0), at(610)), flag::stuck));
}
