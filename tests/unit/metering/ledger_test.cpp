// Intervals: boundaries on the wall clock, grace, amendments, outages, a clock that steps (C04), restart.
#include "tests/unit/metering/plant.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::test;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

BootTime at(std::int64_t s) { return BootTime{seconds{s}}; }

const IntervalEnergy& of(const ClosedInterval& interval, DeviceIndex device) { return interval.by_device.at(device); }

Energy sum(const std::vector<ClosedInterval>& intervals, DeviceIndex device) {
    Energy total;
    for (const ClosedInterval& interval : intervals) total += of(interval, device).at_least;
    return total;
}

}  // namespace

TEST_GROUP(Ledger) {
    Plant plant;
    TwoClocks clocks;
    DeviceIndex feed = 0;
    DeviceIndex server = 0;

    void setup() override {
        feed = plant.add("feed", Role::feed, true, 100e3);
        server = plant.add("server", Role::server, false, 10e3);
    }
    // 60 kW at the feed (1 kWh a minute), 6 kW at the server, a poll a minute over [from, to] s of boot time.
    void play(Ledger & ledger, int from_s, int to_s, std::vector<ClosedInterval>& closed, bool with_feed = true) {
        for (int s = from_s; s <= to_s; s += 60) {
            const auto wh = static_cast<std::uint64_t>(1'000'000 + s * 1000 / 60);
            if (with_feed) ledger.accept(register_report(plant, feed, at(s), wh));
            ledger.accept(power_report(plant, server, at(s), 6000));
            for (auto& interval : ledger.close(clocks.at(seconds{s}))) closed.push_back(std::move(interval));
        }
    }
};

TEST(Ledger, closes_an_interval_when_every_meter_has_passed_its_end) {
    Ledger ledger{plant.table, {}};
    std::vector<ClosedInterval> closed;
    play(ledger, 0, 840, closed);
    CHECK_EQUAL(0U, closed.size());
    play(ledger, 900, 900, closed);
    CHECK_EQUAL(1U, closed.size());
    CHECK_TRUE(closed[0].start == year_2026);
    CHECK_EQUAL(900, closed[0].length.count());
    CHECK_EQUAL(15'000'000, of(closed[0], feed).energy->mwh);
    CHECK_EQUAL(1'500'000, of(closed[0], server).energy->mwh);
    CHECK_TRUE(of(closed[0], feed).from_register);
    CHECK_FALSE(of(closed[0], server).from_register);
    DOUBLES_EQUAL(1, of(closed[0], feed).coverage, 1e-12);
    CHECK_EQUAL(0, closed[0].start.time_since_epoch().count() % 900'000);
}

TEST(Ledger, the_first_interval_is_partial_and_not_measured) {
    Ledger ledger{plant.table, {}};
    std::vector<ClosedInterval> closed;
    play(ledger, 300, 1800, closed);
    CHECK_EQUAL(2U, closed.size());
    CHECK_FALSE(of(closed[0], feed).energy.has_value());
    CHECK_TRUE(has(of(closed[0], feed).flags, flag::partial));
    CHECK_EQUAL(10'000'000, of(closed[0], feed).at_least.mwh);
    DOUBLES_EQUAL(2.0 / 3, of(closed[0], feed).coverage, 1e-12);
    CHECK_EQUAL(15'000'000, of(closed[1], feed).energy->mwh);
}

TEST(Ledger, waits_for_a_late_meter_only_as_long_as_grace) {
    Ledger ledger{plant.table, {}};
    std::vector<ClosedInterval> closed;
    play(ledger, 0, 840, closed);
    play(ledger, 900, 1020, closed, false);
    CHECK_EQUAL(0U, closed.size());
    play(ledger, 1080, 1080, closed, false);
    CHECK_EQUAL(1U, closed.size());
    CHECK_TRUE(of(closed[0], feed).flags == flag::missing);
    CHECK_FALSE(of(closed[0], feed).energy.has_value());
    CHECK_EQUAL(1'500'000, of(closed[0], server).energy->mwh);
}

TEST(Ledger, amends_what_a_silent_register_tells_later) {
    Ledger ledger{plant.table, {}};
    std::vector<ClosedInterval> closed;
    play(ledger, 0, 600, closed);
    play(ledger, 660, 3000, closed, false);
    CHECK_EQUAL(3U, closed.size());  // closed by grace, without the feed
    closed.clear();
    play(ledger, 3060, 3060, closed);
    CHECK_EQUAL(3U, closed.size());
    for (const ClosedInterval& interval : closed) {
        CHECK_TRUE(interval.amends);
        CHECK_EQUAL(15'000'000, of(interval, feed).energy->mwh);
        CHECK_TRUE(has(of(interval, feed).flags, flag::allocated));
        CHECK_TRUE(of(interval, feed).measured());
        CHECK_TRUE(has(interval.before.at(feed).flags, flag::missing));
        CHECK_TRUE(interval.before.at(server) == of(interval, server));
    }
    closed.clear();
    play(ledger, 3120, 3600, closed);
    CHECK_EQUAL(1U, closed.size());
    CHECK_FALSE(closed[0].amends);
    CHECK_EQUAL(15'000'000, of(closed[0], feed).energy->mwh);
}

TEST(Ledger, a_gap_of_samples_is_not_measured) {
    Ledger ledger{plant.table, {}};
    std::vector<ClosedInterval> closed;
    play(ledger, 0, 300, closed);
    play(ledger, 600, 1800, closed);
    CHECK_EQUAL(2U, closed.size());
    CHECK_FALSE(of(closed[0], server).energy.has_value());
    CHECK_TRUE(has(of(closed[0], server).flags, flag::gap));
    DOUBLES_EQUAL(2.0 / 3, of(closed[0], server).coverage, 1e-12);
    CHECK_EQUAL(1'000'000, of(closed[0], server).at_least.mwh);
    CHECK_EQUAL(15'000'000, of(closed[0], feed).energy->mwh);  // the register has seen it all
    CHECK_EQUAL(1'500'000, of(closed[1], server).energy->mwh);
}

TEST(Ledger, C04_a_clock_step_moves_energy_between_neighbours_and_loses_none) {
    const auto energies = [&](std::chrono::milliseconds step) {
        Plant one;
        const DeviceIndex meter = one.add("a1", Role::feed, true, 1e6);
        Ledger ledger{one.table, {.interval = seconds{300}}};
        TwoClocks two{UtcTime{seconds{100000}} + hours{24 * 365 * 60}};  // a multiple of 300 s later, to be plausible
        std::vector<ClosedInterval> closed;
        const auto poll = [&](int s, std::uint64_t kwh) {
            ledger.accept(register_report(one, meter, at(s), kwh * 1000));
            for (auto& interval : ledger.close(two.at(seconds{s}))) closed.push_back(std::move(interval));
        };
        poll(800, 450);  // exactly the beginning of an interval
        poll(1000, 500);
        poll(1060, 510);
        two.utc += step;
        poll(1120, 520);
        poll(1180, 530);
        for (int s = 1240; s <= 1480; s += 60) poll(s, 530);
        CHECK_EQUAL(2U, closed.size());
        return std::pair{of(closed[0], meter).at_least.mwh, sum(closed, meter).mwh};
    };
    const auto [steady, steady_sum] = energies(seconds{0});
    const auto [stepped, stepped_sum] = energies(seconds{5});
    CHECK_EQUAL(66'666'666, steady);   // E(boundary) = 516.666… from 450
    CHECK_EQUAL(65'833'333, stepped);  // 515.8333…
    CHECK_EQUAL(80'000'000, steady_sum);
    CHECK_EQUAL(80'000'000, stepped_sum);
}

TEST(Ledger, C05_a_leap_second_is_in_its_interval) {
    Ledger ledger{plant.table, {}};
    std::vector<ClosedInterval> closed;
    for (int s = 0; s <= 1860; s += 1) {
        if (s == 450) clocks.utc -= seconds{1};  // POSIX repeats a second
        ledger.accept(power_report(plant, server, at(s), 1.8e6));
        for (auto& interval : ledger.close(clocks.at(seconds{s}))) closed.push_back(std::move(interval));
    }
    CHECK_EQUAL(1U, closed.size());
    DOUBLES_EQUAL(450.5, watt_hours(*of(closed[0], server).energy) / 1000, 1e-5);
}

TEST(Ledger, an_outage_of_the_agent_is_allocated_and_still_measured) {
    Ledger ledger{plant.table, {}};
    std::vector<ClosedInterval> closed;
    play(ledger, 0, 600, closed);
    const LedgerState state = ledger.save(clocks.at(seconds{600}));

    Ledger restarted{plant.table, {}};
    clocks.utc += hours{2};  // boot time begins anew: utc stands at its zero
    clocks.utc += seconds{600};
    restarted.restore(state, clocks.at(seconds{5}));
    CHECK_EQUAL(0U, restarted.close(clocks.at(seconds{6})).size());  // grace begins with the agent
    restarted.accept(register_report(plant, feed, at(60), 1'000'000 + 10'000 + 121'000));
    restarted.accept(power_report(plant, server, at(60), 6000));
    closed = restarted.close(clocks.at(seconds{60}));
    CHECK_EQUAL(8U, closed.size());  // 10 min + 121 min = 131 min: eight whole quarter hours
    CHECK_EQUAL(15'000'000 * 8, sum(closed, feed).mwh);
    for (const ClosedInterval& interval : closed) {
        CHECK_TRUE(of(interval, feed).measured());
        CHECK_TRUE(has(of(interval, feed).flags, flag::allocated));
        CHECK_FALSE(of(interval, server).measured());  // samples know nothing of the outage
    }
}

TEST(Ledger, closes_a_long_backlog_in_portions) {
    Ledger ledger{plant.table, {.closes_at_once = 10}};
    std::vector<ClosedInterval> closed;
    play(ledger, 0, 60, closed);
    const int later = 900 * 24;
    ledger.accept(register_report(plant, feed, at(later), 1'001'000));
    ledger.accept(power_report(plant, server, at(later), 6000));
    const Now now = clocks.at(seconds{later});
    CHECK_EQUAL(10U, ledger.close(now).size());
    CHECK_EQUAL(10U, ledger.close(now).size());
    CHECK_EQUAL(4U, ledger.close(now).size());
    CHECK_EQUAL(0U, ledger.close(now).size());
}

TEST(Ledger, holds_its_labels_while_the_clock_is_evidently_wrong) {
    Ledger ledger{plant.table, {}};
    TwoClocks wrong{UtcTime{}, ClockQuality::unsynced};
    for (int s = 0; s <= 1800; s += 60) {
        ledger.accept(register_report(plant, feed, at(s), 5000 + static_cast<std::uint64_t>(s)));
        CHECK_EQUAL(0U, ledger.close(wrong.at(seconds{s})).size());
    }
    std::vector<ClosedInterval> closed = ledger.close(clocks.at(seconds{2000}));
    CHECK_EQUAL(2U, closed.size());  // dated now, by grace: the server said nothing
    CHECK_TRUE(closed[0].start == year_2026);
    CHECK_EQUAL(900'000, of(closed[0], feed).energy->mwh);
    CHECK_TRUE(*ledger.open_start() == year_2026 + seconds{1800});
}

TEST(Ledger, an_unsynchronised_but_plausible_clock_marks_its_intervals) {
    Ledger ledger{plant.table, {}};
    clocks.quality = ClockQuality::unsynced;
    std::vector<ClosedInterval> closed;
    play(ledger, 0, 900, closed);
    CHECK_EQUAL(1U, closed.size());
    CHECK_TRUE(has(of(closed[0], feed).flags, flag::time_uncertain));
    CHECK_TRUE(of(closed[0], feed).measured());
}

TEST(Ledger, a_leap_of_years_makes_no_empty_intervals) {
    Ledger ledger{plant.table, {}};
    std::vector<ClosedInterval> closed;
    play(ledger, 0, 600, closed);
    clocks.utc += hours{24 * 400};
    play(ledger, 660, 1800, closed);
    CHECK_TRUE(closed.size() <= 2);
    CHECK_EQUAL(30'000'000, sum(closed, feed).mwh);  // all of 1800 s
    CHECK_FALSE(of(closed[0], feed).measured());
}

TEST(Ledger, a_clock_that_was_years_ahead_starts_its_intervals_again) {
    Ledger ledger{plant.table, {}};
    std::vector<ClosedInterval> closed;
    clocks.utc += hours{24 * 400};
    play(ledger, 0, 600, closed);
    clocks.utc = year_2026;
    play(ledger, 660, 1800, closed);
    CHECK_EQUAL(2U, closed.size());
    CHECK_TRUE(closed[0].start == year_2026);
    CHECK_FALSE(of(closed[0], feed).measured());
    CHECK_EQUAL(30'000'000, sum(closed, feed).mwh);
    CHECK_TRUE(of(closed[1], feed).measured());
}

TEST(Ledger, ignores_bad_samples_failed_polls_and_strangers) {
    Ledger ledger{plant.table, {}};
    Report bad = register_report(plant, feed, at(0), 100);
    bad.samples[0].quality = Quality::stale;
    ledger.accept(bad);
    Report failed = register_report(plant, feed, at(10), 100);
    failed.state = DeviceState::failed;
    ledger.accept(failed);
    Report stranger = power_report(plant, server, at(0), 5);
    stranger.device = 77;
    ledger.accept(stranger);
    Report negative = number_report(plant, feed, at(20), -5);
    ledger.accept(negative);
    CHECK_TRUE(ledger.account(feed)->line().empty());
    CHECK_TRUE(ledger.account(server)->line().empty());
    CHECK_TRUE(ledger.account(77) == nullptr);
}

TEST(Ledger, tells_of_steps_that_are_no_advance) {
    Ledger ledger{plant.table, {}};
    ledger.accept(register_report(plant, feed, at(0), 5'000'000));
    ledger.accept(register_report(plant, feed, at(60), 12));
    const auto events = ledger.take_events();
    CHECK_EQUAL(1U, events.size());
    CHECK_TRUE(events[0].kind == StepKind::reset && events[0].device == feed && events[0].reading.counts == 12);
    CHECK_EQUAL(0U, ledger.take_events().size());
}

TEST(Ledger, a_reset_spoils_its_interval_only) {
    Ledger ledger{plant.table, {}};
    std::vector<ClosedInterval> closed;
    play(ledger, 0, 600, closed);
    for (int s = 660; s <= 2700; s += 60) {
        ledger.accept(register_report(plant, feed, at(s), static_cast<std::uint64_t>((s - 640) * 1000 / 60)));
        ledger.accept(power_report(plant, server, at(s), 6000));
        for (auto& interval : ledger.close(clocks.at(seconds{s}))) closed.push_back(std::move(interval));
    }
    CHECK_EQUAL(3U, closed.size());
    CHECK_FALSE(of(closed[0], feed).measured());
    CHECK_TRUE(has(of(closed[0], feed).flags, flag::reset));
    CHECK_TRUE(of(closed[1], feed).measured());
    CHECK_TRUE(of(closed[2], feed).measured());
}

TEST(Ledger, recorded_readings_without_counts_are_registers_too) {
    Ledger ledger{plant.table, {}};
    std::vector<ClosedInterval> closed;
    for (int s = 0; s <= 900; s += 60) {
        ledger.accept(number_report(plant, feed, at(s), 1000.5 + s * 10.25));
        ledger.accept(power_report(plant, server, at(s), 6000));
        for (auto& interval : ledger.close(clocks.at(seconds{s}))) closed.push_back(std::move(interval));
    }
    CHECK_EQUAL(1U, closed.size());
    CHECK_EQUAL(9'225'000, of(closed[0], feed).energy->mwh);
}

TEST(Ledger, its_state_follows_devices_by_id) {
    Ledger ledger{plant.table, {}};
    std::vector<ClosedInterval> closed;
    play(ledger, 0, 600, closed);
    play(ledger, 660, 1200, closed, false);  // one interval waits for the feed
    const LedgerState state = ledger.save(clocks.at(seconds{1200}));
    CHECK_EQUAL(1U, state.waiting.size());

    Plant other;  // the same devices in another order, and one more
    other.add("new", Role::cooling, true);
    const DeviceIndex moved_server = other.add("server", Role::server, false, 10e3);
    const DeviceIndex moved_feed = other.add("feed", Role::feed, true, 100e3);
    Ledger next{other.table, {}};
    next.restore(state, clocks.at(seconds{1210}));
    next.accept(register_report(other, moved_feed, at(1260), 1'021'000));
    closed = next.close(clocks.at(seconds{1260}));
    CHECK_EQUAL(1U, closed.size());
    CHECK_TRUE(closed[0].amends);
    for (const IntervalEnergy& energy : closed[0].by_device) {
        CHECK_TRUE(energy.device == moved_feed || energy.device == moved_server);
        if (energy.device == moved_feed) CHECK_EQUAL(15'000'000, energy.energy->mwh);
        if (energy.device == moved_server) CHECK_EQUAL(1'500'000, energy.energy->mwh);
    }
}

TEST(Ledger, another_interval_length_keeps_the_accounts) {
    Ledger ledger{plant.table, {}};
    std::vector<ClosedInterval> closed;
    play(ledger, 0, 600, closed);
    const LedgerState state = ledger.save(clocks.at(seconds{600}));
    Ledger next{plant.table, {.interval = seconds{300}}};
    next.restore(state, clocks.at(seconds{610}));
    closed.clear();
    play(next, 660, 900, closed);
    CHECK_EQUAL(1U, closed.size());
    CHECK_EQUAL(5'000'000, of(closed[0], feed).energy->mwh);
}

TEST(Ledger, a_boundary_that_steps_behind_the_last_one_takes_nothing_back) {
    Ledger ledger{plant.table, {}};
    std::vector<ClosedInterval> closed;
    play(ledger, -20, 940, closed);
    CHECK_EQUAL(2U, closed.size());  // settled at 900, between the polls of 880 and 940
    clocks.utc += seconds{915};      // now the next boundary lies at 885
    play(ledger, 1000, 2860, closed);
    CHECK_EQUAL(5U, closed.size());
    CHECK_EQUAL(0, of(closed[2], feed).at_least.mwh);
    // From the reading at -20 s (999'667 Wh) to 2685 s, between 1'044'666 and 1'045'666 Wh.
    CHECK_EQUAL(45'082'333, sum(closed, feed).mwh);
}

TEST(Ledger, what_is_read_each_second_is_not_all_kept_and_gives_the_same_intervals) {
    plant.table.devices[feed].period = plant.table.devices[server].period = seconds{1};
    Ledger ledger{plant.table, {}};
    std::vector<ClosedInterval> closed;
    std::size_t most = 0;
    for (int s = 0; s <= 2750; ++s) {
        // Between readings the boundary at 900 s is interpolated, so its neighbours must be those that were read.
        const Duration read = seconds{s} + std::chrono::milliseconds{250};
        const auto wh = static_cast<std::uint64_t>(1'000'000 + s * s / 400);
        ledger.accept(register_report(plant, feed, BootTime{read}, wh));
        ledger.accept(power_report(plant, server, BootTime{read}, 6000 + s % 7));
        for (auto& interval : ledger.close(clocks.at(read))) closed.push_back(std::move(interval));
        most = std::max(most, ledger.account(feed)->line().points().size());
    }
    CHECK_EQUAL(3U, closed.size());
    const auto mwh = [](int s) { return 1'000LL * (s * s / 400); };
    const auto at_end = [&](int s) { return mwh(s - 1) + (mwh(s) - mwh(s - 1)) * 3 / 4; };
    CHECK_EQUAL(at_end(1800) - at_end(900), of(closed[1], feed).energy->mwh);
    CHECK_EQUAL(at_end(2700) - at_end(1800), of(closed[2], feed).energy->mwh);
    DOUBLES_EQUAL(1, of(closed[2], server).coverage, 1e-12);
    CHECK_TRUE(most < 300);
}
