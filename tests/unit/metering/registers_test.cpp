// What an interval says of its register, and the epochs that are handed to the journal: serial numbers, announced
// exchanges, silences after which nobody can tell (A14, A15).
#include <algorithm>
#include <cstdlib>

#include "tests/unit/metering/plant.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::test;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

struct OneFeedTest : public Utest, public OneFeed {};
Energy kwh(double value) { return {std::llround(value * 1e6)}; }

}  // namespace

TEST_GROUP_BASE(Registers, OneFeedTest){};

TEST(Registers, of_an_interval_are_those_of_the_last_readings_before_its_ends) {
    Ledger ledger{plant.table, {}};
    for (int s = -30; s <= 1860; s += 60) poll(ledger, s, 5000 + static_cast<std::uint64_t>(s + 30));
    CHECK_EQUAL(3U, closed.size());
    CHECK_FALSE(of(0).reg_start.has_value());  // before the first reading
    CHECK_EQUAL(5000U, *of(0).reg_end);        // read at -30 s
    CHECK_EQUAL(5000U, *of(1).reg_start);
    CHECK_EQUAL(5900U, *of(1).reg_end);  // at 870 s
    CHECK_EQUAL(5900U, *of(2).reg_start);
    CHECK_EQUAL(6800U, *of(2).reg_end);
}

TEST(Registers, are_high_water_marks) {
    Ledger ledger{plant.table, {}};
    poll(ledger, 0, 5000);
    poll(ledger, 880, 5010);
    poll(ledger, 895, 5009);
    poll(ledger, 910, 5020);
    CHECK_EQUAL(5000U, *of(0).reg_start);
    CHECK_EQUAL(5010U, *of(0).reg_end);
}

TEST(Registers, survive_a_restart_at_both_ends) {
    Ledger ledger{plant.table, {}};
    for (int s = 0; s <= 1200; s += 60) poll(ledger, s, static_cast<std::uint64_t>(5000 + s));
    const Now now = clocks.at(seconds{1200});
    Ledger next{plant.table, {}};
    next.restore(ledger.save(now), now);
    for (int s = 1260; s <= 1800; s += 60) poll(next, s, static_cast<std::uint64_t>(5000 + s));
    CHECK_EQUAL(2U, closed.size());
    CHECK_EQUAL(5900U, *of(1).reg_start);
    CHECK_EQUAL(6800U, *of(1).reg_end);
}

TEST(Registers, a_point_of_sampled_power_has_none) {
    const DeviceIndex server = plant.add("server", Role::server, false);
    Ledger ledger{plant.table, {}};
    for (int s = 0; s <= 900; s += 60) {
        ledger.accept(power_report(plant, server, at_second(s), 100));
        poll(ledger, s, 5000);
    }
    CHECK_FALSE(closed.at(0).by_device.at(server).reg_start || closed.at(0).by_device.at(server).reg_end);
}

TEST(Registers, epochs_are_told_with_both_readings) {
    Ledger ledger{plant.table, {}};
    poll(ledger, 0, 5000);
    poll(ledger, 60, 5500);
    poll(ledger, 120, 32);
    const auto epochs = ledger.take_epochs();
    CHECK_EQUAL(2U, epochs.size());
    CHECK_TRUE(epochs[0].reason == EpochReason::first && epochs[0].epoch == 0 && !epochs[0].last);
    CHECK_EQUAL(5000U, epochs[0].first.counts);
    CHECK_TRUE(epochs[1].reason == EpochReason::reset && epochs[1].epoch == 1);
    CHECK_EQUAL(5500U, epochs[1].last->counts);
    CHECK_EQUAL(32U, epochs[1].first.counts);
    CHECK_EQUAL(532'000, epochs[1].offset.mwh);  // 500 Wh, and at least 32 more
    CHECK_TRUE(epochs[1].at == at_second(120));
    CHECK_EQUAL(0U, ledger.take_epochs().size());
}

TEST(Registers, A14_a_confirmed_jump_is_an_epoch_and_so_is_a_step_back_or_another_scale) {
    Ledger ledger{plant.table, {}};
    poll(ledger, 0, 5'000'000);
    for (int s = 60; s <= 180; s += 60) poll(ledger, s, 7'000'000 + static_cast<std::uint64_t>(s));
    for (int s = 240; s <= 360; s += 60) poll(ledger, s, 6'000'000 + static_cast<std::uint64_t>(s));
    for (int s = 420; s <= 540; s += 60) {
        Report report = register_report(plant, feed, at_second(s), 0);
        report.samples[0].count = Count{600, 100'000'000, 10'000'000, 0};
        ledger.accept(report);
    }
    const auto epochs = ledger.take_epochs();
    CHECK_EQUAL(4U, epochs.size());
    CHECK_TRUE(epochs[1].reason == EpochReason::jump);
    CHECK_TRUE(epochs[2].reason == EpochReason::backward);
    CHECK_TRUE(epochs[3].reason == EpochReason::scale);
    STRCMP_EQUAL("scale", std::string{to_string(epochs[3].reason)}.c_str());
}

TEST(Registers, A15_another_serial_number_begins_an_epoch_although_the_counts_advance) {
    Ledger ledger{plant.table, {}};
    poll(ledger, 0, 5000, "A-1");
    poll(ledger, 60, 5500);
    poll(ledger, 120, 6000, "B-2");
    poll(ledger, 180, 6400);
    poll(ledger, 900, 7000);
    const auto epochs = ledger.take_epochs();
    CHECK_EQUAL(2U, epochs.size());
    CHECK_TRUE(epochs[1].reason == EpochReason::serial);
    CHECK_EQUAL(1'500'000, of(0).at_least.mwh);  // nothing for the step between two meters
    CHECK_FALSE(of(0).measured());
    CHECK_TRUE(has(of(0).flags, flag::replaced));
}

TEST(Registers, the_same_serial_number_after_a_restart_is_no_exchange) {
    Ledger ledger{plant.table, {}};
    poll(ledger, 0, 5000, "A-1");
    const Now now = clocks.at(seconds{30});
    Ledger same{plant.table, {}};
    same.restore(ledger.save(now), now);
    poll(same, 60, 5500, "A-1");
    CHECK_EQUAL(0U, same.take_epochs().size());
    Ledger other{plant.table, {}};
    other.restore(ledger.save(now), now);
    poll(other, 60, 5500, "B-2");
    CHECK_EQUAL(1U, other.take_epochs().size());
}

TEST(Registers, A15_after_a_long_silence_an_advance_without_a_serial_number_is_marked) {
    for (const bool identified : {false, true}) {
        Ledger ledger{plant.table, {}};
        closed.clear();
        poll(ledger, 0, 5000, identified ? "A-1" : "");
        poll(ledger, 7200, 65'000, identified ? "A-1" : "");
        CHECK_EQUAL(8U, closed.size());
        CHECK_EQUAL(identified, of(3).measured());  // else in quarantine: credited, never measured
        CHECK_EQUAL(7'500'000, of(3).at_least.mwh);
        CHECK_EQUAL(!identified, has(of(3).flags, flag::crosscheck));
    }
}

TEST(Registers, a_serial_number_told_after_the_first_reading_is_an_epoch_record_too) {
    Ledger ledger{plant.table, {}};
    poll(ledger, 0, 5000);
    poll(ledger, 60, 5500, "A-1");
    const auto epochs = ledger.take_epochs();
    CHECK_EQUAL(2U, epochs.size());
    CHECK_TRUE(epochs[1].reason == EpochReason::first);
    CHECK_EQUAL(epochs[0].epoch, epochs[1].epoch);
    CHECK_EQUAL(epochs[0].first.counts, epochs[1].first.counts);
    STRCMP_EQUAL("A-1", epochs[1].serial.c_str());
}

TEST(Registers, a_meter_swapped_during_a_power_cut_is_found_by_what_the_journal_knows) {
    Ledger before{plant.table, {}};
    const Now now = clocks.at(seconds{30});
    const auto snapshot = before.save(now);
    poll(before, 0, 5000, "A-1");
    poll(before, 60, 5500);
    Ledger after{plant.table, {}};
    after.restore(snapshot, now);
    for (const auto& epoch : before.take_epochs()) after.fold(epoch);
    poll(after, 120, 6000, "B-2");
    const auto epochs = after.take_epochs();
    CHECK_EQUAL(1U, epochs.size());
    CHECK_TRUE(epochs[0].reason == EpochReason::serial);
}

TEST(Registers, a_register_that_renews_slower_than_it_is_polled_does_not_jump) {
    Ledger ledger{plant.table, {}};  // 100 kW at most
    for (int s = 0; s <= 180; s += 1)
        poll(ledger, s, 5000 + static_cast<std::uint64_t>(s / 60 * 1500));  // 90 kW, each minute
    for (const auto& event : ledger.take_events()) CHECK_TRUE(event.kind == StepKind::advance);
    CHECK_EQUAL(4'500'000, ledger.account(feed)->line().back().energy.mwh);
}

TEST(Registers, an_announced_exchange_is_joined_exactly_and_stays_measured) {
    for (const bool before : {true, false}) {  // announced before or after it is seen
        Ledger ledger{plant.table, {}};
        closed.clear();
        poll(ledger, 0, 5'000'000);
        poll(ledger, 60, 5'000'500);
        const auto announce = [&] { ledger.announce(feed, year_2026 + seconds{90}, kwh(5000.7), kwh(0.012)); };
        if (before) announce();
        poll(ledger, 120, 32);
        if (!before) announce();
        poll(ledger, 900, 1000);
        CHECK_EQUAL(1U, closed.size());
        // 500 + (700 - 500) + (32 - 12) + 968 Wh
        CHECK_TRUE(of(0).measured());
        CHECK_EQUAL(1'688'000, of(0).energy->mwh);
        CHECK_TRUE(has(of(0).flags, flag::manual));
        CHECK_TRUE(has(of(0).flags, flag::replaced));
        CHECK_FALSE(has(of(0).flags, flag::reset));
        const auto epochs = ledger.take_epochs();
        CHECK_TRUE(epochs.back().reason == EpochReason::exchange);
        CHECK_EQUAL(720'000, epochs.back().offset.mwh);
        for (const StepEvent& event : ledger.take_events()) CHECK_FALSE(event.kind == StepKind::refused);
    }
}

TEST(Registers, an_announced_exchange_for_a_meter_that_starts_higher_is_joined_at_once) {
    for (const bool silent : {false, true}) {  // an advance to the eye, or a jump
        for (const bool before : {true, false}) {
            if (!silent && !before) continue;
            Ledger ledger{plant.table, {}};
            closed.clear();
            const std::uint64_t start = silent ? 5'002'000 : 7'000'000;
            poll(ledger, 0, 5'000'000);
            const auto announce = [&] {
                ledger.announce(feed, year_2026 + seconds{70}, kwh(5000.2), kwh(static_cast<double>(start) / 1000));
            };
            if (before) announce();
            poll(ledger, 60, 5'000'100);
            poll(ledger, 120, start + 30);
            if (!before) announce();
            poll(ledger, 180, start + 80);
            poll(ledger, 900, start + 500);
            CHECK_TRUE(of(0).measured());
            CHECK_EQUAL(100'000 + 100'000 + 30'000 + 470'000, of(0).energy->mwh);
            CHECK_TRUE(has(of(0).flags, flag::manual));
        }
    }
}

TEST(Registers, an_exchange_that_contradicts_the_readings_is_refused_with_an_event) {
    Ledger ledger{plant.table, {}};
    poll(ledger, 0, 5'000'000);
    ledger.announce(feed, year_2026 + seconds{90}, kwh(4000), kwh(0));  // the old one had counted further already
    poll(ledger, 120, 32);
    poll(ledger, 900, 1000);
    CHECK_FALSE(of(0).measured());
    CHECK_TRUE(has(of(0).flags, flag::reset));
    const auto events = ledger.take_events();
    CHECK_EQUAL(2U, events.size());
    CHECK_TRUE(events[1].kind == StepKind::refused);
}

TEST(Registers, an_exchange_announced_after_its_interval_is_refused_and_old_news_are_passed_over) {
    Ledger ledger{plant.table, {}};
    poll(ledger, 0, 5'000'000);
    for (int s = 60; s <= 10'800; s += 60) poll(ledger, s, static_cast<std::uint64_t>(s));
    ledger.take_events();
    ledger.announce(feed, year_2026 + seconds{30}, kwh(5000), kwh(0));
    CHECK_EQUAL(1U, ledger.take_events().size());
    ledger.announce(feed, year_2026 + seconds{30}, kwh(5000), kwh(0));  // as a restart does
    ledger.announce(feed, year_2026 - hours{24 * 30}, kwh(5000), kwh(0));
    CHECK_EQUAL(0U, ledger.take_events().size());
}

TEST(Registers, an_announcement_survives_a_restart) {
    Ledger ledger{plant.table, {}};
    poll(ledger, 0, 5'000'000);
    ledger.announce(feed, year_2026 + seconds{90}, kwh(5000.7), kwh(0.012));
    const Now now = clocks.at(seconds{30});
    Ledger next{plant.table, {}};
    next.restore(ledger.save(now), now);
    poll(next, 120, 32);
    poll(next, 900, 1000);
    CHECK_TRUE(of(0).measured());
    CHECK_EQUAL(700'000 + 20'000 + 968'000, of(0).energy->mwh);
}

TEST(Registers, two_different_readings_of_one_instant_both_go) {
    Ledger ledger{plant.table, {}};
    poll(ledger, 0, 5000);
    poll(ledger, 60, 5100);
    poll(ledger, 60, 5900);
    CHECK_EQUAL(0, ledger.account(feed)->line().back().energy.mwh);
    poll(ledger, 120, 5200);
    poll(ledger, 900, 6000);
    CHECK_EQUAL(1'000'000, of(0).energy->mwh);
    CHECK_TRUE(has(of(0).flags, flag::late));
    CHECK_EQUAL(1U, ledger.account(feed)->late());
}

TEST_GROUP(Siblings) {
    Plant plant;
    DeviceIndex a = 0, b = 0;
    std::vector<ClosedInterval> closed;

    // Two racks of 6 kWh an hour; rack A stands still over (still_from, still_to) and then shows all, or goes on.
    void play(Ledger & ledger, int to_s, int still_from, int still_to, bool shows_all) {
        for (int s = 0; s <= to_s; s += 60) {
            const bool still = s > still_from && s < still_to;
            const int shown = still ? still_from : s;
            const int rested = !shows_all && s >= still_to ? still_to - still_from : 0;
            const int wh = 5000 + (shown - rested) / 6;
            ledger.accept(register_report(plant, a, at_second(s), static_cast<std::uint64_t>(wh * 10)));
            const int other = 9000 + s / 6;
            ledger.accept(register_report(plant, b, at_second(s), static_cast<std::uint64_t>(other * 10)));
            for (auto& one : ledger.close(TwoClocks{}.at(seconds{s}))) closed.push_back(std::move(one));
        }
    }
    void set_up(Role role) {
        a = plant.add("rack-a", role, true, 50e3);
        b = plant.add("rack-b", role, true, 50e3);
    }
    // The last word on the interval that begins here.
    const IntervalEnergy& last(int start_s) const {
        const auto found = std::find_if(closed.rbegin(), closed.rend(), [&](const ClosedInterval& one) {
            return one.start == year_2026 + seconds{start_s};
        });
        return found->by_device.at(a);
    }
};

TEST(Siblings, a_register_that_stands_still_while_others_move_is_stuck_until_it_tells_the_truth) {
    set_up(Role::pdu);
    Ledger ledger{plant.table, {}};
    play(ledger, 5 * 3600, 3600, 4 * 3600, true);
    bool was_stuck = false;
    for (const ClosedInterval& one : closed) {
        const IntervalEnergy& energy = one.by_device.at(a);
        was_stuck = was_stuck || (!one.amends && has(energy.flags, flag::stuck) && !energy.measured());
    }
    CHECK_TRUE(was_stuck);
    const IntervalEnergy& amended = last(3 * 3600);
    CHECK_TRUE(amended.measured());
    CHECK_TRUE(has(amended.flags, flag::allocated));
    CHECK_FALSE(has(amended.flags, flag::stuck));
    CHECK_EQUAL(0, std::abs(amended.energy->mwh - 2'250'000) / 100'000);  // 2 h without a word hold 3 h of energy
}

TEST(Siblings, what_a_stuck_register_never_tells_is_not_measured) {
    set_up(Role::pdu);
    Ledger ledger{plant.table, {}};
    play(ledger, 5 * 3600, 3600, 4 * 3600, false);
    CHECK_FALSE(last(3 * 3600).measured());
    CHECK_TRUE(has(last(3 * 3600).flags, flag::stuck));
    CHECK_TRUE(last(4 * 3600 + 900).measured());
}

TEST(Siblings, a_feed_may_rest_while_the_other_carries_the_load) {
    set_up(Role::feed);
    Ledger ledger{plant.table, {}};
    play(ledger, 5 * 3600, 3600, 4 * 3600, false);
    for (const ClosedInterval& one : closed) CHECK_TRUE(one.by_device.at(a).measured());
}
