// After a silence: whether a register advanced at the pace of before, so that nobody need ask for its serial number.
#include <algorithm>
#include <utility>

#include "tests/unit/metering/plant.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::test;
using std::chrono::seconds;

namespace {

struct OneFeedTest : public Utest, public OneFeed {};

}  // namespace

TEST_GROUP_BASE(Pace, OneFeedTest){};

TEST(Pace, after_a_long_silence_an_advance_as_fast_as_before_needs_no_serial_number) {
    for (const auto& [wh, marked] : {std::pair{65'000ULL, false}, {25'000ULL, true}, {185'000ULL, true}}) {
        Ledger ledger{plant.table, {}};
        closed.clear();
        poll(ledger, 0, 4500);
        poll(ledger, 60, 5000);  // 30 kW
        poll(ledger, 7260, wh);  // 30, 10, 90 kW
        poll(ledger, 8100, wh + 7000);
        CHECK_EQUAL(marked, has(of(3).flags, flag::crosscheck));
    }
}

TEST(Pace, readings_a_quarter_hour_apart_tell_the_pace_before_a_silence_too) {
    struct Case {
        int hours;
        double kw;
        bool marked;
    };
    for (const Case& one : {Case{3, 30, false},
                            {3, 50, false},
                            {3, 70, true},
                            {3, 12, true},
                            {13, 70, false},
                            {13, 11, false},
                            {13, 95, true}}) {
        for (const int restored : {0, 1}) {
            Ledger ledger{plant.table, {}};
            closed.clear();
            std::uint64_t wh = 1'000'000;
            for (int s = 0; s <= 7200; s += 900, wh += 7500) poll(ledger, s, wh);  // 30 kW
            wh += static_cast<std::uint64_t>(one.kw * 1000 * one.hours - 7500);
            const Now now = clocks.at(seconds{7300});
            Ledger other{plant.table, {}};
            other.restore(ledger.save(now), now);
            Ledger& then = restored == 1 ? other : ledger;
            poll(then, 7200 + one.hours * 3600, wh);
            poll(then, 7200 + one.hours * 3600 + 900, wh + 7500);
            CHECK_EQUAL(one.marked, has(closed.back().by_device.at(0).flags | of(9).flags, flag::crosscheck));
        }
    }
}

TEST(Pace, the_pace_before_a_silence_is_also_what_the_journal_tells_of_it) {
    for (const auto& [kw, marked] : {std::pair{30, false}, {12, true}}) {
        Ledger ledger{plant.table, {}};
        closed.clear();
        std::uint64_t wh = 1'000'000;
        for (int s = 0; s <= 7200; s += 900, wh += 7500) poll(ledger, s, wh);  // 30 kW
        wh -= 7500;
        const Now now = clocks.at(seconds{7300});
        Ledger other{plant.table, {}};
        other.restore({}, now);
        for (const MeterEpoch& epoch : ledger.take_epochs()) other.fold(epoch);
        for (const ClosedInterval& interval : closed) other.fold(interval, now);
        closed.clear();
        poll(other, 7200 + 3 * 3600, wh + static_cast<std::uint64_t>(kw) * 3000);
        poll(other, 7200 + 3 * 3600 + 900, wh + static_cast<std::uint64_t>(kw) * 3000 + 7500);
        CHECK_FALSE(closed.empty());
        CHECK_EQUAL(marked, std::any_of(closed.begin(), closed.end(), [&](const ClosedInterval& interval) {
                        return has(interval.by_device.at(feed).flags, flag::crosscheck);
                    }));
    }
}

TEST(Pace, a_coarse_register_has_the_pace_of_its_moves) {
    Ledger ledger{plant.table, {}};
    const auto read = [&](int s, std::uint64_t tens_of_kwh) {
        Report report = register_report(plant, feed, at_second(s), 0);
        report.samples[0].count = Count{tens_of_kwh, 10'000'000'000, 1'000'000, 0};
        ledger.accept(report);
        for (auto& interval : ledger.close(clocks.at(seconds{s}))) closed.push_back(std::move(interval));
    };
    for (int s = 0; s <= 7200; s += 60) read(s, 100 + static_cast<std::uint64_t>(s / 1200));  // 30 kW
    read(7200 + 3 * 3600, 106 + 9);
    read(7200 + 3 * 3600 + 900, 106 + 9);
    CHECK_EQUAL(21U, closed.size());
    for (const ClosedInterval& interval : closed) {
        CHECK_FALSE(has(interval.by_device.at(feed).flags, flag::crosscheck));
    }
}
