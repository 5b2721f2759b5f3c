// What wall clocks do to the books: steps, years that never were, leap seconds (metering.md 1.7, vectors C05, C07 to
// C10). After each: the intervals tile or a record says why not, energies telescope to the registers in whole mWh,
// the journal is sound to verify and to the audit, and an alert that stood is neither lost nor told twice. Summer time
// cannot be configured, as China has none; the calendar knows it: C03 in unit/metering/calendar_test.cpp and
// unit/metering/clock_test.cpp.
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "tests/scenarios/station.hpp"

#include "CppUTest/TestHarness.h"

using namespace pued;
using namespace std::chrono_literals;
using fake::Books;
using fake::Station;

TEST_GROUP(ClockScenario){
    // Readings stand on every boundary here, so that nothing is interpolated at the ends: to the mWh.
    static void check_books(const Station& station, std::int64_t surplus_feed = 0,
                            std::int64_t surplus_pdu = 0){const Books books{station};
CHECK(books.intervals().size() > 4);
STRCMP_EQUAL("", books.tiling().c_str());
for (DeviceIndex device = 0; device < 2; ++device) STRCMP_EQUAL("", books.chain(device).c_str());
LONGLONGS_EQUAL(surplus_feed, books.surplus(0));
LONGLONGS_EQUAL(surplus_pdu, books.surplus(1));
STRCMP_EQUAL("", books.evidence().c_str());
}
static void check_one_alert(const Station& station) {
    const Books books{station};
    STRCMP_EQUAL("pending firing resolved", books.told().c_str());
    LONGS_EQUAL(1, books.alert_ids());
}
}
;

TEST(ClockScenario, without_a_disturbance_all_intervals_tile) {
    Station station;
    station.run(3h, true);
    station.run(3h);
    const Books books{station};
    LONGS_EQUAL(24, books.intervals().size());
    check_books(station);
    check_one_alert(station);
}

TEST(ClockScenario, a_wall_clock_that_leaps_an_hour_forward_loses_nothing) {
    Station station;
    station.run(3h, true);
    station.clock.step_utc(1h);
    station.run(1h, true);
    station.run(2h);
    check_books(station);
    check_one_alert(station);
    LONGS_EQUAL(1, station.records(RecordType::time_step).size());
}

TEST(ClockScenario, a_wall_clock_that_falls_back_an_hour_doubles_nothing) {
    Station station;
    station.run(3h, true);
    station.clock.step_utc(-1h);
    station.run(3h, true);
    station.run(3h);
    check_books(station);
    check_one_alert(station);
    LONGS_EQUAL(1, station.records(RecordType::time_step).size());
}

TEST(ClockScenario, a_board_that_wakes_in_1970_dates_its_six_hours_when_the_clock_is_set) {
    Station station{UtcTime{}, ClockQuality::unsynced};
    station.run(6h, true);
    CHECK(station.records(RecordType::interval).empty());
    LONGS_EQUAL(24, station.records(RecordType::undated).size());
    station.set_clock(fake::new_year);
    station.run(1h, true);
    station.run(2h);
    // Six hours are more readings than an account keeps: of those thinned out one stood on the first boundary, where
    // the register is therefore that of the reading before.
    check_books(station, -fake::poll_s * fake::feed_rate_bad, -fake::poll_s * fake::pdu_rate);
    check_one_alert(station);
    LONGS_EQUAL(1, station.records(RecordType::dating).size());
    const Books books{station};
    LONGS_EQUAL(36, books.intervals().size());
    LONGLONGS_EQUAL(1767196800 - 6 * 3600, books.intervals().begin()->first);
}

TEST(ClockScenario, a_kill_in_undated_time_and_a_boot_that_never_gets_a_date_lose_no_energy) {
    Station station;
    station.run(2h, true);
    station.reboot(600s, UtcTime{}, ClockQuality::unsynced, true);
    station.run(1h, true);
    station.kill();
    station.run(1h, true);
    station.reboot(600s, UtcTime{}, ClockQuality::unsynced, true);  // never dated
    station.run(1h, true);
    station.reboot(600s, UtcTime{}, ClockQuality::unsynced, true);
    station.run(1h, true);
    station.set_clock(fake::new_year + 6h + 30min);
    station.run(1h, true);
    station.run(2h);
    check_books(station);
    check_one_alert(station);
    CHECK(station.records(RecordType::undated).size() >= 8);
    std::set<std::string> boots;
    for (const auto& record : station.records(RecordType::undated))
        boots.insert(nlohmann::json::from_cbor(record.aux)["boot_id"].get<std::string>());
    LONGS_EQUAL(3, boots.size());
}

TEST(ClockScenario, a_leap_second_lies_in_its_interval) {
    Station station;
    station.run(2h, true);
    station.clock.step_utc(-1s);  // 23:59:59 comes twice: 901 s of boot time in this quarter hour
    station.run(1h, true);
    station.run(2h);
    // Readings stand a second before each boundary now: the last interval ends a tenth of the way from one to the next,
    // and that is all that is interpolated.
    check_books(station, fake::feed_rate_good, fake::pdu_rate);
    check_one_alert(station);
    const Books books{station};
    int longer = 0;
    for (const auto& [start, record] : books.intervals())
        longer += record.points[1].energy_mwh == 901 * fake::pdu_rate ? 1 : 0;
    LONGS_EQUAL(1, longer);
}

TEST(ClockScenario, a_clock_that_steps_while_the_daemon_is_dead_loses_nothing) {
    for (const auto step : {3600, -3600}) {
        Station station;
        station.run(3h, true);
        station.clock.step_utc(std::chrono::seconds{step});
        station.kill();
        station.run(3h, true);
        station.run(3h);
        check_books(station);
        check_one_alert(station);
    }
}

TEST(ClockScenario, a_clock_a_day_wrong_that_is_put_right_leaves_no_hole_unexplained) {
    for (const auto step : {30, -30}) {
        Station station;
        station.run(3h, true);
        station.clock.step_utc(std::chrono::hours{step});
        station.run(3h, true);
        station.clock.step_utc(-std::chrono::hours{step});
        station.run(3h, true);
        station.run(3h);
        check_books(station);
        check_one_alert(station);
    }
}
