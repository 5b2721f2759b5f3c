// What clocks do (metering.md 1.7): steps of an hour, a boot in 1970, boots without a date in between, leap seconds,
// summer time (C03, C05), readings out of order. Energy moves between intervals at most; none is lost or made.
#include "agent/metering/calendar.hpp"
#include "tests/unit/metering/plant.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::test;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

BootTime at(std::int64_t s) { return BootTime{seconds{s}}; }
constexpr int hour_s = 3600;

}  // namespace

TEST_GROUP(Clock) {
    Plant plant;
    TwoClocks clocks;
    TwoClocks unset{UtcTime{seconds{20}}, ClockQuality::unsynced};
    DeviceIndex feed = 0;
    DeviceIndex server = 0;
    std::vector<ClosedInterval> closed;

    void setup() override {
        feed = plant.add("feed", Role::feed, true, 100e3);
        server = plant.add("server", Role::server, false, 10e3);
    }
    // 36 kW at the feed (10 Wh a second) and 3.6 kW at the server, every `step_s` over [from_s, to_s] of boot time, on
    // a register that stood at `wh` at boot time zero.
    void play(Ledger & ledger, const TwoClocks& two, int from_s, int to_s, int step_s = 20,
              std::int64_t wh = 1'000'000) {
        for (int s = from_s; s <= to_s; s += step_s) {
            ledger.accept(register_report(plant, feed, at(s), static_cast<std::uint64_t>(wh + 10 * s)));
            ledger.accept(power_report(plant, server, at(s), 3600));
            for (auto& interval : ledger.close(two.at(seconds{s}))) closed.push_back(std::move(interval));
        }
    }
    Energy sum(DeviceIndex device) const {
        Energy total;
        for (const ClosedInterval& interval : closed) {
            total += interval.by_device.at(device).at_least;
            if (interval.amends) total += -interval.before.at(device).at_least;
        }
        return total;
    }
    void every_start_once() const {
        for (std::size_t i = 1; i < closed.size(); ++i)
            CHECK_TRUE(closed[i].amends || closed[i - 1].start < closed[i].start);
    }
};

TEST(Clock, set_forward_by_an_hour_loses_no_energy) {
    Ledger ledger{plant.table, {}};
    play(ledger, clocks, 0, 4000);
    clocks.utc += hours{1};
    play(ledger, clocks, 4020, 9000);  // 9000 s are 12600 s of the day, the end of a quarter hour
    every_start_once();
    CHECK_EQUAL(90'000'000, sum(feed).mwh);
    CHECK_EQUAL(9'000'000, sum(server).mwh);
    const ClosedInterval& last = closed.back();
    CHECK_TRUE(last.end() == year_2026 + seconds{12'600});
    CHECK_TRUE(last.by_device.at(feed).measured());
    CHECK_EQUAL(9'000'000, last.by_device.at(feed).energy->mwh);
}

TEST(Clock, set_back_by_an_hour_loses_no_energy_and_marks_the_interval_that_is_longer_than_its_label) {
    Ledger ledger{plant.table, {}};
    play(ledger, clocks, 0, 8100);
    CHECK_EQUAL(9U, closed.size());
    clocks.utc -= hours{1};
    play(ledger, clocks, 8120, 8100 + hour_s + 900);
    every_start_once();
    CHECK_EQUAL(10U, closed.size());
    const IntervalEnergy& longer = closed.back().by_device.at(feed);
    CHECK_EQUAL(45'000'000, longer.at_least.mwh);  // an hour and a quarter
    CHECK_TRUE(has(longer.flags, flag::time_uncertain));
    CHECK_EQUAL((8100 + hour_s + 900) * 10'000, sum(feed).mwh);
    CHECK_EQUAL((8100 + hour_s + 900) * 1'000, sum(server).mwh);
    play(ledger, clocks, 8120 + hour_s + 900, 8100 + hour_s + 1800);
    CHECK_FALSE(has(closed.back().by_device.at(feed).flags, flag::time_uncertain));
}

TEST(Clock, six_hours_in_1970_are_closed_and_dated_when_the_time_comes_in) {
    Ledger ledger{plant.table, {}};
    play(ledger, unset, 0, 6 * hour_s, 10);
    CHECK_EQUAL(0U, closed.size());
    play(ledger, clocks, 6 * hour_s + 10, 6 * hour_s + 900, 10);
    every_start_once();
    CHECK_EQUAL(25U, closed.size());
    CHECK_TRUE(closed[0].start == year_2026);
    CHECK_EQUAL((6 * hour_s + 900) * 10'000, sum(feed).mwh);
    CHECK_EQUAL((6 * hour_s + 900) * 1'000, sum(server).mwh);
    for (const ClosedInterval& interval : closed) {
        for (const IntervalEnergy& energy : interval.by_device) {
            CHECK_TRUE(energy.measured());
            CHECK_FALSE(has(energy.flags, flag::time_uncertain));
        }
        DOUBLES_EQUAL(9'000'000, static_cast<double>(interval.by_device.at(feed).energy->mwh), 1);
        DOUBLES_EQUAL(900'000, static_cast<double>(interval.by_device.at(server).energy->mwh), 1);
    }
}

TEST(Clock, a_week_in_1970_keeps_a_reading_near_every_end) {
    Ledger ledger{plant.table, {}};
    const int week = 7 * 24 * hour_s;
    for (int s = 0; s <= week; s += 10) {  // a load that doubles each noon
        const int day_s = s % (24 * hour_s);
        ledger.accept(power_report(plant, server, at(s), day_s < 12 * hour_s ? 3600 : 7200));
        CHECK_EQUAL(0U, ledger.close(unset.at(seconds{s})).size());
    }
    const Polyline& line = ledger.account(server)->line();
    for (std::size_t i = 1; i < line.points().size(); ++i) {
        CHECK_TRUE(line.points()[i].at - line.points()[i - 1].at <= minutes{15});
    }
    while (true) {
        auto some = ledger.close(clocks.at(seconds{week + 300}));
        if (some.empty()) break;
        for (auto& interval : some) closed.push_back(std::move(interval));
    }
    CHECK_EQUAL(7U * 96, closed.size());
    CHECK_EQUAL(7 * 12 * (3600 + 7200), (sum(server).mwh + 500) / 1000);
    for (const ClosedInterval& interval : closed) {
        const auto day_s = (interval.start - year_2026) / seconds{1} % (24 * hour_s);
        const bool change = day_s % (12 * hour_s) < 900 || day_s % (12 * hour_s) >= 12 * hour_s - 900;
        const double expected = day_s < 12 * hour_s ? 900'000 : 1'800'000;
        if (!change) DOUBLES_EQUAL(expected, static_cast<double>(interval.by_device.at(server).at_least.mwh), 10);
    }
}

TEST(Clock, a_boot_without_a_date_between_two_with_one_loses_nothing) {
    Ledger first{plant.table, {}};
    play(first, clocks, 0, 1000);
    const LedgerState dated = first.save(clocks.at(seconds{1000}));
    // The board restarts at 1060 s of the first boot, runs for two hours in 1970, and restarts again.
    Ledger second{plant.table, {}};
    second.restore(dated, unset.at(seconds{5}));
    play(second, unset, 20, 2 * hour_s, 20, 1'010'600);
    const LedgerState undated = second.save(unset.at(seconds{2 * hour_s}));
    Ledger third{plant.table, {}};
    const int begin_s = 1060 + 2 * hour_s + 40;
    clocks.utc += seconds{begin_s};
    third.restore(undated, clocks.at(seconds{5}));
    play(third, clocks, 20, 2000, 20, 1'000'000 + begin_s * 10);
    every_start_once();
    const int end_s = (begin_s + 2000) / 900 * 900;
    CHECK_TRUE(closed.back().end() == year_2026 + seconds{end_s});
    CHECK_EQUAL(end_s * 10'000, sum(feed).mwh);
    int doubtful = 0;
    for (const ClosedInterval& interval : closed) {
        const IntervalEnergy& energy = interval.by_device.at(feed);
        if (has(energy.flags, flag::time_uncertain)) ++doubtful;
        DOUBLES_EQUAL(9'000'000, static_cast<double>(energy.at_least.mwh), 700'000);  // placed within a minute or so
    }
    CHECK_TRUE(doubtful >= 8);
    // The server ran for all but the restarts.
    CHECK_TRUE(sum(server).mwh > (end_s - 145) * 1000);
    CHECK_TRUE(sum(server).mwh <= end_s * 1000);
}

TEST(Clock, boots_that_never_had_a_date_lose_nothing_either) {
    Ledger first{plant.table, {}};
    play(first, unset, 0, 3000);
    Ledger second{plant.table, {}};
    second.restore(first.save(unset.at(seconds{3000})), unset.at(seconds{2}));
    play(second, unset, 20, 3000, 20, 1'030'000);
    Ledger third{plant.table, {}};
    third.restore(second.save(unset.at(seconds{3000})), clocks.at(seconds{2}));
    play(third, clocks, 20, 1800, 20, 1'060'000);
    every_start_once();
    CHECK_EQUAL(78'000'000, sum(feed).mwh);  // from the very first reading to the end
    CHECK_TRUE(closed.back().by_device.at(feed).measured());
    CHECK_FALSE(has(closed.back().by_device.at(feed).flags, flag::time_uncertain));
}

TEST(Clock, C05_an_inserted_leap_second_lies_in_its_interval) {
    Ledger ledger{plant.table, {}};
    play(ledger, clocks, 0, 440, 1);
    clocks.utc -= seconds{1};
    play(ledger, clocks, 441, 1801, 1);
    CHECK_EQUAL(2U, closed.size());
    CHECK_EQUAL(9'010'000, closed[0].by_device.at(feed).energy->mwh);  // 901 s
    CHECK_EQUAL(901'000, closed[0].by_device.at(server).energy->mwh);
    CHECK_EQUAL(9'000'000, closed[1].by_device.at(feed).energy->mwh);
    CHECK_FALSE(has(closed[0].by_device.at(feed).flags, flag::time_uncertain));
}

TEST(Clock, C03_summer_time_changes_windows_and_no_interval) {
    const UtcTime change{seconds{1774746000}};  // 2026-03-29T01:00:00Z
    const Zone berlin{minutes{60}, {{change, minutes{120}}, {UtcTime{seconds{1792890000}}, minutes{60}}}};
    const Span day = berlin.window(Window::day, change);
    clocks.utc = day.start;
    Ledger ledger{plant.table, {}};
    play(ledger, clocks, 0, 24 * hour_s, 60);
    std::int64_t inside = 0;
    for (const ClosedInterval& interval : closed) {
        CHECK_EQUAL(9'000'000, interval.by_device.at(feed).energy->mwh);
        if (day.contains(interval.start)) ++inside;
    }
    CHECK_EQUAL(92, inside);
}

TEST(Clock, readings_out_of_order_are_dropped_and_told) {
    Ledger ledger{plant.table, {}};
    play(ledger, clocks, 0, 400);
    ledger.accept(register_report(plant, feed, at(390), 1'003'000));
    ledger.accept(power_report(plant, server, at(390), 9000));
    play(ledger, clocks, 420, 1800);
    CHECK_EQUAL(1U, ledger.account(feed)->late());
    for (const DeviceIndex device : {feed, server}) {
        CHECK_TRUE(has(closed[0].by_device.at(device).flags, flag::late));
        CHECK_FALSE(has(closed[1].by_device.at(device).flags, flag::late));
        CHECK_TRUE(closed[0].by_device.at(device).measured());
    }
    CHECK_EQUAL(9'000'000, closed[0].by_device.at(feed).energy->mwh);
    CHECK_EQUAL(900'000, closed[0].by_device.at(server).energy->mwh);
}

TEST(Clock, two_different_powers_of_one_instant_both_go) {
    Ledger ledger{plant.table, {}};
    play(ledger, clocks, 0, 400);
    ledger.accept(power_report(plant, server, at(400), 9000));
    play(ledger, clocks, 420, 900);
    CHECK_EQUAL(900'000, closed[0].by_device.at(server).energy->mwh);
    CHECK_TRUE(has(closed[0].by_device.at(server).flags, flag::late));
}

TEST(Clock, what_flows_without_a_date_can_be_told_by_boot_time_and_changes_nothing) {
    Ledger ledger{plant.table, {}};
    play(ledger, unset, 10, 2000, 20);
    const LedgerState before = ledger.save(unset.at(seconds{2000}));
    const auto first = ledger.undated(at(0), at(900));
    const auto second = ledger.undated(at(900), at(1800));
    const auto third = ledger.undated(at(1800), at(2700));
    CHECK_TRUE(ledger.save(unset.at(seconds{2000})) == before);
    CHECK_FALSE(first.at(feed).measured());
    CHECK_TRUE(has(first.at(feed).flags, flag::partial));
    CHECK_EQUAL(8'900'000, first.at(feed).at_least.mwh);
    CHECK_TRUE(second.at(feed).measured());
    CHECK_EQUAL(9'000'000, second.at(feed).energy->mwh);
    CHECK_EQUAL(900'000, second.at(server).energy->mwh);
    CHECK_EQUAL(*first.at(feed).reg_end, *second.at(feed).reg_start);
    CHECK_EQUAL(1'017'900U, *second.at(feed).reg_end);
    CHECK_TRUE(has(second.at(feed).flags, flag::time_uncertain));
    CHECK_TRUE(has(third.at(feed).flags, flag::missing));
    CHECK_TRUE(has(ledger.undated(at(9000), at(9900)).at(feed).flags, flag::missing));
}
