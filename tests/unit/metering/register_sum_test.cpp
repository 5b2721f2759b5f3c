// A meter in parts, such as a server by its GPUs' counters: what its account makes of a sum that begins anew, and of a
// restart after that. Parts in mWh.
#include <array>

#include "agent/metering/account.hpp"
#include "agent/model/register_sum.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

constexpr std::uint64_t kwh = 1'000'000;
const UtcTime utc{seconds{1767196800}};

BootTime at(std::int64_t s) { return BootTime{seconds{s}}; }

}  // namespace

TEST_GROUP(AccountOfASum) {
    AccountSettings server{.assumed_w = 200e3};
    EnergyAccount account{server};
    RegisterSum sum;

    Step read(std::int64_t s, std::uint64_t a, std::uint64_t b) {
        const std::uint64_t counts = sum.add(std::array{a, b});
        return account.accept_register(at(s), {.counts = counts, .q_uwh = 1000, .modulus = sum.modulus()});
    }
    // `s` seconds of boot time are then so long after utc.
    void restart(std::int64_t last, std::int64_t s) {
        const AccountState state = account.save({at(last), utc + seconds{last}, ClockQuality::synced});
        account = EnergyAccount{server};
        account.restore(state, {at(s), utc + seconds{s}, ClockQuality::synced});
        sum = {};
    }
    std::int64_t so_far() { return account.line().back().energy.mwh; }
    void check(StepKind expected, Step got) { CHECK(expected == got.kind); }
};

TEST(AccountOfASum, credits_exactly_what_flowed_as_often_as_a_part_begins_anew) {
    read(0, 100 * kwh, 50 * kwh);
    check(StepKind::reset, read(10, 100 * kwh + 100, 40));
    check(StepKind::advance, read(20, 100 * kwh + 200, 80));
    check(StepKind::reset, read(30, 100 * kwh + 300, 5));
    check(StepKind::reset, read(40, 100 * kwh + 1000, 1));  // more than the register showed: begun anew all the same
    CHECK_EQUAL(100 + 40 + 100 + 40 + 100 + 5 + 700 + 1, so_far());
    CHECK_EQUAL(3U, account.epoch());
}

TEST(AccountOfASum, a_restart_after_that_counts_nothing_twice_and_is_declared) {
    read(0, 100 * kwh, 50 * kwh);
    read(10, 100 * kwh + 100, 40);
    restart(10, 3610);  // as long an outage as would let a server of 200 kW take 100 kWh
    check(StepKind::backward, read(3620, 110 * kwh, 4000));
    read(3630, 110 * kwh + 100, 4000);
    read(3640, 110 * kwh + 200, 4010);
    CHECK_EQUAL(140 + 210, so_far());
    const auto epochs = account.take_epochs();
    CHECK(!epochs.empty() && epochs.back().reason == EpochReason::scale);
    CHECK(epochs.back().last->counts == 140 && epochs.back().first.counts == 110 * kwh + 4000);
    CHECK(has(account.line().points().at(account.line().points().size() - 2).flags, flag::replaced));
    check(StepKind::advance, read(3650, 110 * kwh + 300, 4020));
}

TEST(AccountOfASum, a_part_that_began_anew_while_nobody_looked_brings_no_past_of_the_others) {
    read(0, 100 * kwh, 50 * kwh);
    restart(0, 3600);
    check(StepKind::backward, read(3610, 101 * kwh, 100));
    read(3620, 101 * kwh + 100, 100);
    read(3630, 101 * kwh + 200, 110);
    CHECK_EQUAL(210, so_far());
    CHECK(account.take_epochs().back().reason == EpochReason::backward);
}

TEST(AccountOfASum, a_restart_of_a_sum_that_never_began_anew_counts_the_outage) {
    read(0, 100 * kwh, 50 * kwh);
    restart(0, 3600);
    check(StepKind::advance, read(3610, 110 * kwh, 55 * kwh));
    CHECK_EQUAL(15 * static_cast<std::int64_t>(kwh), so_far());
}
