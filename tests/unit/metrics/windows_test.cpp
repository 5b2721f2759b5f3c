// Windows: the same intervals on both sides, coverage, partial starts, the rolling year (D01, D02, D10), amendments.
#include <algorithm>

#include "agent/metrics/windows.hpp"
#include "tests/unit/metering/plant.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::test;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

IntervalEnergy energy_of(DeviceIndex device, std::optional<std::int64_t> mwh) {
    if (!mwh) return {device, std::nullopt, {}, flag::missing, 0, true};
    return {device, Energy{*mwh}, Energy{*mwh}, flag::measured, 1, true};
}

const Metric* find(const std::vector<Metric>& metrics, const std::string& name, const std::string& scope = "site") {
    const auto found = std::find_if(metrics.begin(), metrics.end(),
                                    [&](const Metric& m) { return m.name == name && m.scope == scope; });
    return found == metrics.end() ? nullptr : &*found;
}

double number(const Metric& metric, const std::string& key) { return std::get<double>(metric.extra.at(key)); }

Zone china() { return Zone{minutes{480}}; }

}  // namespace

TEST_GROUP(Windows) {
    Plant plant;
    DeviceIndex feed = 0;
    DeviceIndex ups = 0;

    void setup() override {
        feed = plant.add("feed", Role::feed, true);
        ups = plant.add("ups", Role::ups_output, true);
    }
    ClosedInterval interval(UtcTime start, seconds length, std::optional<std::int64_t> dc_mwh,
                            std::optional<std::int64_t> it_mwh) {
        return {start, length, {energy_of(feed, dc_mwh), energy_of(ups, it_mwh)}, false, {}};
    }
    ClosedInterval quarter(int n, std::optional<std::int64_t> dc_mwh, std::optional<std::int64_t> it_mwh) {
        return interval(year_2026 + seconds{900} * n, seconds{900}, dc_mwh, it_mwh);
    }
    const Metric& get(const std::vector<Metric>& metrics, const std::string& name, const std::string& scope = "site") {
        const Metric* metric = find(metrics, name, scope);
        CHECK_TRUE_TEXT(metric != nullptr, name.c_str());
        return *metric;
    }
    // One month in intervals of a day (fewer than real ones: quicker), its MWh (10^9 mWh) spread evenly.
    std::vector<Metric> month(Windows & windows, int year, unsigned m, double dc_mwh, double it_mwh) {
        const auto local =
            UtcTime{std::chrono::sys_days{std::chrono::year{year} / std::chrono::month{m} / 1}.time_since_epoch()};
        const Span span = china().window(Window::month, local);
        const auto n = intervals_in(span, hours{24});
        const auto dc = static_cast<std::int64_t>(dc_mwh * 1e9 + 0.5);
        const auto it = static_cast<std::int64_t>(it_mwh * 1e9 + 0.5);
        std::vector<Metric> last;
        for (std::int64_t i = 0; i < n; ++i) {
            const bool end = i == n - 1;
            last = windows.add(interval(span.start + hours{24 * i}, hours{24}, end ? dc - dc / n * (n - 1) : dc / n,
                                        end ? it - it / n * (n - 1) : it / n));
        }
        return last;
    }
};

TEST(Windows, an_interval_is_a_ratio_of_its_two_sums) {
    Windows windows{plant.table, {}, china()};
    const auto metrics = windows.add(quarter(0, 1'280'000, 1'000'000));
    const Metric& pue = get(metrics, "pue-15min");
    DOUBLES_EQUAL(1.28, *pue.value, 1e-15);
    STRCMP_EQUAL("good", pue.quality.c_str());
    DOUBLES_EQUAL(1, pue.coverage, 0);
    CHECK_TRUE(pue.start == year_2026 && pue.end == year_2026 + seconds{900});
    DOUBLES_EQUAL(1280, number(pue, "facility_wh"), 1e-9);
    DOUBLES_EQUAL(1 / 1.28, number(pue, "dcie"), 1e-15);
    DOUBLES_EQUAL(1.28, *get(metrics, "pue-cat1-15min").value, 1e-15);
    CHECK_TRUE(find(metrics, "pue-cat2-15min") == nullptr);
    STRCMP_EQUAL("partial", get(metrics, "pue-hour").quality.c_str());
}

TEST(Windows, another_length_has_another_name) {
    Windows windows{plant.table, {}, china()};
    const auto metrics = windows.add(interval(year_2026, seconds{300}, 500, 400));
    CHECK_TRUE(find(metrics, "pue-interval") != nullptr);
    CHECK_TRUE(find(metrics, "pue-15min") == nullptr);
}

TEST(Windows, both_sums_run_over_the_same_intervals) {
    Windows windows{plant.table, {}, china()};
    std::vector<Metric> last;
    for (int i = 0; i < 40; ++i) {  // 10 h; one interval lacks IT, one facility
        const bool no_it = i == 7;
        const bool no_dc = i == 9;
        last = windows.add(quarter(i, no_dc ? std::nullopt : std::optional<std::int64_t>{1300 + i},
                                   no_it ? std::nullopt : std::optional<std::int64_t>{1000}));
    }
    double dc = 0;
    for (int i = 0; i < 40; ++i) dc += i == 7 || i == 9 ? 0 : 1300 + i;
    const Metric& day = get(last, "pue-day");
    DOUBLES_EQUAL(dc / 38'000, *day.value, 1e-15);
    DOUBLES_EQUAL(0.95, day.coverage, 1e-15);
    STRCMP_EQUAL("partial", day.quality.c_str());
    STRCMP_EQUAL("C", std::get<std::string>(day.extra.at("grade")).c_str());
    // Gaps at their worst: facility a fifth above, IT a fifth below their running means.
    const double all_dc = dc + 1307;
    DOUBLES_EQUAL((all_dc + 1.2 * all_dc / 39) / (39'000 + 0.8 * 1000), number(day, "pue_worst_case"), 1e-12);
}

TEST(Windows, too_many_holes_withhold_the_value) {
    Windows windows{plant.table, {}, china()};
    std::vector<Metric> last;
    for (int i = 0; i < 40; ++i) {
        last = windows.add(quarter(i, 1300, i % 8 == 4 ? std::nullopt : std::optional<std::int64_t>{1000}));
    }
    const Metric& day = get(last, "pue-day");
    CHECK_FALSE(day.value.has_value());
    STRCMP_EQUAL("insufficient", day.quality.c_str());
    DOUBLES_EQUAL(0.875, day.coverage, 1e-15);
}

TEST(Windows, an_hour_is_good_when_it_has_ended) {
    Windows windows{plant.table, {}, china()};
    std::vector<Metric> last;
    for (int i = 0; i < 4; ++i) last = windows.add(quarter(i, 1300 + i * 10, 1000));
    const Metric& hour = get(last, "pue-hour");
    STRCMP_EQUAL("good", hour.quality.c_str());
    DOUBLES_EQUAL(5260.0 / 4000, *hour.value, 1e-15);
    CHECK_TRUE(hour.start == year_2026 && hour.end == year_2026 + hours{1});
    last = windows.add(quarter(4, 1500, 1000));
    CHECK_TRUE(get(last, "pue-hour").start == year_2026 + hours{1});
    DOUBLES_EQUAL(1.5, *get(last, "pue-hour").value, 1e-15);
    DOUBLES_EQUAL(6760.0 / 5000, *get(last, "pue-day").value, 1e-15);
}

TEST(Windows, an_interval_never_closed_lowers_coverage) {
    Windows windows{plant.table, {}, china()};
    windows.add(quarter(0, 1300, 1000));
    windows.add(quarter(1, 1300, 1000));
    const auto last = windows.add(quarter(3, 1300, 1000));
    DOUBLES_EQUAL(0.75, get(last, "pue-hour").coverage, 1e-15);
}

TEST(Windows, less_facility_than_it_energy_is_impossible_and_left_out) {
    Windows windows{plant.table, {}, china()};
    const auto metrics = windows.add(quarter(0, 900, 1000));
    CHECK_FALSE(get(metrics, "pue-15min").value.has_value());
    DOUBLES_EQUAL(1, number(get(metrics, "pue-15min"), "impossible"), 0);
}

TEST(Windows, D01_a_year_to_date_is_the_ratio_of_its_sums) {
    Windows windows{plant.table, {}, china()};
    const double dc[] = {1520, 1370, 1530, 1560, 1720, 1790, 1990, 2010, 1800, 1690, 1560, 1570};
    const double it[] = {1290, 1165, 1285, 1280, 1345, 1350, 1440, 1450, 1380, 1370, 1300, 1330};
    std::vector<Metric> last;
    for (unsigned m = 0; m < 12; ++m) last = month(windows, 2026, m + 1, dc[m], it[m]);
    const Metric& ytd = get(last, "pue-ytd");
    DOUBLES_EQUAL(1.2580544260243978, *ytd.value, 1e-12);
    STRCMP_EQUAL("good", ytd.quality.c_str());
    CHECK_TRUE(ytd.start == UtcTime{seconds{1767196800}} && ytd.end == UtcTime{seconds{1798732800}});
    DOUBLES_EQUAL(1.2580544260243978, *get(last, "pue-rolling-12m").value, 1e-12);
    STRCMP_EQUAL("good", get(last, "pue-rolling-12m").quality.c_str());
    STRCMP_EQUAL("A", std::get<std::string>(ytd.extra.at("grade")).c_str());
    DOUBLES_EQUAL(31536000, number(ytd, "measured_s"), 0);
}

TEST(Windows, D10_the_rolling_year_is_rebased_each_month) {
    Windows windows{plant.table, {}, china()};
    month(windows, 2025, 10, 9000, 1000);  // leaves the window
    month(windows, 2025, 11, 1545, 1305);
    month(windows, 2025, 12, 1545, 1305);
    const double dc[] = {1520, 1370, 1530, 1560, 1720, 1790, 1990, 2010, 1800, 1690};
    const double it[] = {1290, 1165, 1285, 1280, 1345, 1350, 1440, 1450, 1380, 1370};
    std::vector<Metric> last;
    for (unsigned m = 0; m < 10; ++m) last = month(windows, 2026, m + 1, dc[m], it[m]);
    DOUBLES_EQUAL(1.2571249608518635, *get(last, "pue-rolling-12m").value, 1e-12);
    STRCMP_EQUAL("good", get(last, "pue-rolling-12m").quality.c_str());
    STRCMP_EQUAL("2025-10-31T16:00:00.000Z", rfc3339(get(last, "pue-rolling-12m").start).c_str());
    // The running month is not in it.
    last = windows.add(interval(get(last, "pue-ytd").end, hours{1}, 9'000'000'000, 1'000'000'000));
    DOUBLES_EQUAL(1.2571249608518635, *get(last, "pue-rolling-12m").value, 1e-12);
}

TEST(Windows, a_rolling_year_that_is_too_young_says_so) {
    Windows windows{plant.table, {}, china()};
    month(windows, 2026, 3, 1530, 1285);
    const auto last = month(windows, 2026, 4, 1560, 1280);
    const Metric& rolling = get(last, "pue-rolling-12m");
    STRCMP_EQUAL("partial", rolling.quality.c_str());
    DOUBLES_EQUAL((1530.0 + 1560) / (1285 + 1280), *rolling.value, 1e-12);
    STRCMP_EQUAL("2026-02-28T16:00:00.000Z", rfc3339(rolling.start).c_str());
    DOUBLES_EQUAL(1, rolling.coverage, 1e-12);
    STRCMP_EQUAL("partial", get(last, "pue-ytd").quality.c_str());
}

TEST(Windows, an_amendment_replaces_what_it_amends) {
    Windows windows{plant.table, {}, china()};
    for (int i = 0; i < 4; ++i)
        windows.add(quarter(i, 1300, i == 2 ? std::nullopt : std::optional<std::int64_t>{1000}));
    ClosedInterval amended = quarter(2, 1300, 1100);
    amended.amends = true;
    amended.before = {energy_of(feed, 1300), energy_of(ups, std::nullopt)};
    const auto metrics = windows.add(amended);
    DOUBLES_EQUAL(5200.0 / 4100, *get(metrics, "pue-hour").value, 1e-15);
    DOUBLES_EQUAL(1, get(metrics, "pue-hour").coverage, 1e-15);
    CHECK_TRUE(find(metrics, "pue-15min") == nullptr);  // not the newest interval
}

TEST(Windows, an_amendment_to_an_older_hour_does_not_replace_the_newest) {
    Windows windows{plant.table, {}, china()};
    for (int i = 0; i < 6; ++i)
        windows.add(quarter(i, 1300, i == 2 ? std::nullopt : std::optional<std::int64_t>{1000}));
    ClosedInterval amended = quarter(2, 1300, 1100);
    amended.amends = true;
    amended.before = {energy_of(feed, 1300), energy_of(ups, std::nullopt)};
    const auto metrics = windows.add(amended);
    CHECK_TRUE(find(metrics, "pue-hour") == nullptr);
    DOUBLES_EQUAL(7800.0 / 6100, *get(metrics, "pue-day").value, 1e-15);
}

TEST(Windows, D02_factors_add_up_to_the_pue) {
    Plant full;
    const DeviceIndex a = full.add("feed", Role::feed, true);
    const DeviceIndex b = full.add("in", Role::ups_input, true);
    const DeviceIndex c = full.add("out", Role::ups_output, true);
    const DeviceIndex d = full.add("chiller", Role::cooling, true);
    Windows windows{full.table, {}, china()};
    const auto metrics =
        windows.add({year_2026,
                     seconds{900},
                     {energy_of(a, 20480), energy_of(b, 16960), energy_of(c, 16000), energy_of(d, 3360)},
                     false,
                     {}});
    DOUBLES_EQUAL(0.21, *get(metrics, "clf-15min").value, 1e-15);
    DOUBLES_EQUAL(0.06, *get(metrics, "plf-15min").value, 1e-15);
    DOUBLES_EQUAL(0.01, *get(metrics, "olf-15min").value, 1e-15);
    DOUBLES_EQUAL(1.28, *get(metrics, "pue-15min").value, 1e-15);
}

TEST(Windows, partly_metered_servers_do_not_make_category_three) {
    Plant full;
    const DeviceIndex a = full.add("feed", Role::feed, true);
    const DeviceIndex b = full.add("pdu", Role::pdu, true);
    const DeviceIndex c = full.add("server", Role::server, false);
    Windows windows{full.table, {}, china()};
    const auto metrics =
        windows.add({year_2026, seconds{900}, {energy_of(a, 1300), energy_of(b, 1000), energy_of(c, 300)}, false, {}});
    DOUBLES_EQUAL(1.3, *get(metrics, "pue-15min").value, 1e-15);
    DOUBLES_EQUAL(2, number(get(metrics, "pue-15min"), "category"), 0);
    const Metric& servers = get(metrics, "pue-cat3-15min");
    CHECK_FALSE(servers.value.has_value());
    STRCMP_EQUAL("insufficient", servers.quality.c_str());
    CHECK_TRUE(std::get<std::string>(servers.extra.at("reason")).find("85 %") != std::string::npos);
    STRCMP_EQUAL("", std::get<std::string>(servers.extra.at("grade")).c_str());
    CHECK_TRUE(servers.extra.count("dcie") == 0 && servers.extra.count("pue_worst_case") == 0);
}

TEST(Windows, a_category_that_sees_nearly_all_has_a_value_and_so_has_one_that_the_operator_names) {
    Plant full;
    const DeviceIndex a = full.add("feed", Role::feed, true);
    const DeviceIndex b = full.add("pdu", Role::pdu, true);
    const DeviceIndex c = full.add("server", Role::server, false);
    const auto closed = [&](std::int64_t servers) {
        return ClosedInterval{
            year_2026, seconds{900}, {energy_of(a, 1300), energy_of(b, 1000), energy_of(c, servers)}, false, {}};
    };
    Windows windows{full.table, {}, china()};
    DOUBLES_EQUAL(1300.0 / 850, *get(windows.add(closed(850)), "pue-cat3-15min").value, 1e-15);
    Windows fixed{full.table, {.category = 3}, china()};
    const auto metrics = fixed.add(closed(300));
    DOUBLES_EQUAL(1300.0 / 300, *get(metrics, "pue-cat3-15min").value, 1e-12);
    DOUBLES_EQUAL(1300.0 / 300, *get(metrics, "pue-15min").value, 1e-12);
}

TEST(Windows, each_tells_how_long_it_is_when_it_is_whole) {
    Windows windows{plant.table, {}, china()};
    const auto metrics = windows.add(quarter(0, 1300, 1000));
    const std::pair<const char*, double> expected[] = {{"pue-15min", 900},         {"pue-hour", 3600},
                                                       {"pue-day", 86400},         {"pue-month", 31 * 86400.0},
                                                       {"pue-ytd", 365 * 86400.0}, {"pue-rolling-12m", 365 * 86400.0}};
    for (const auto& [name, nominal_s] : expected) {
        DOUBLES_EQUAL(nominal_s, number(get(metrics, name), "nominal_s"), 0);
        DOUBLES_EQUAL(900, number(get(metrics, name), "measured_s"), 0);
        DOUBLES_EQUAL(1, get(metrics, name).coverage, 0);
    }
}

TEST(Windows, a_rack_with_its_own_cooling_has_a_partial_pue) {
    const DeviceIndex pdu = plant.add("pdu", Role::pdu, true, 0, "r1");
    const DeviceIndex door = plant.add("door", Role::cooling, true, 0, "r1");
    Windows windows{plant.table, {}, china()};
    ClosedInterval closed = quarter(0, 1300, 1000);
    closed.by_device.push_back(energy_of(pdu, 600));
    closed.by_device.push_back(energy_of(door, 90));
    const auto metrics = windows.add(closed);
    DOUBLES_EQUAL(1.15, *get(metrics, "ppue-15min", "rack-r1").value, 1e-15);
}

TEST(Windows, a_declared_constant_shows_its_share) {
    Windows windows{plant.table, {.unmeasured_w = 40}, china()};  // 10 Wh a quarter hour
    const auto metrics = windows.add(quarter(0, 1'190'000, 1'000'000));
    DOUBLES_EQUAL(1.2, *get(metrics, "pue-15min").value, 1e-15);
    DOUBLES_EQUAL(10.0 / 1200, number(get(metrics, "pue-15min"), "estimated_share"), 1e-15);
}

TEST(Windows, its_state_survives_a_round_trip_and_goes_on) {
    Windows one{plant.table, {}, china()};
    for (int i = 0; i < 200; ++i) one.add(quarter(i, 1300 + i, 1000));
    Windows other{plant.table, {}, china()};
    other.restore(one.save());
    CHECK_TRUE(one.save() == other.save());
    const auto a = one.add(quarter(200, 2000, 1000));
    const auto b = other.add(quarter(200, 2000, 1000));
    CHECK_EQUAL(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        STRCMP_EQUAL(a[i].name.c_str(), b[i].name.c_str());
        CHECK_TRUE(a[i].value == b[i].value && a[i].coverage == b[i].coverage && a[i].extra == b[i].extra);
    }
}

TEST(Windows, a_new_meter_in_the_configuration_keeps_the_old_series) {
    Windows one{plant.table, {}, china()};
    for (int i = 0; i < 8; ++i) one.add(quarter(i, 1300, 1000));
    plant.add("pdu", Role::pdu, true);
    Windows other{plant.table, {.category = 1}, china()};
    other.restore(one.save());
    ClosedInterval next = quarter(8, 1300, 1000);
    next.by_device.push_back(energy_of(2, 950));
    const auto metrics = other.add(next);
    DOUBLES_EQUAL(1, get(metrics, "pue-day").coverage, 1e-15);
    DOUBLES_EQUAL(1.3, *get(metrics, "pue-day").value, 1e-15);
    STRCMP_EQUAL("insufficient", get(metrics, "pue-cat2-day").quality.c_str());
}

TEST(Windows, the_agents_partial_beginning_is_no_gap) {
    Windows windows{plant.table, {}, china()};
    auto metrics = windows.add(quarter(1, std::nullopt, std::nullopt));
    STRCMP_EQUAL("insufficient", get(metrics, "pue-hour").quality.c_str());
    metrics = windows.add(quarter(2, 1300, 1000));
    DOUBLES_EQUAL(1, get(metrics, "pue-hour").coverage, 1e-15);
    CHECK_TRUE(get(metrics, "pue-hour").start == year_2026 + seconds{1800});
    metrics = windows.add(quarter(3, 1300, 1000));
    STRCMP_EQUAL("partial", get(metrics, "pue-hour").quality.c_str());  // ended, but half of it was never seen
    metrics = windows.add(quarter(4, std::nullopt, 1000));
    DOUBLES_EQUAL(0, get(metrics, "pue-hour").coverage, 1e-15);
    DOUBLES_EQUAL(2.0 / 3, get(metrics, "pue-day").coverage, 1e-15);
}

TEST(Windows, a_clock_that_was_a_year_ahead_is_forgotten) {
    Windows windows{plant.table, {}, china()};
    windows.add(interval(year_2026 + hours{24 * 365}, seconds{900}, 9'000'000, 1'000'000));
    Windows restored{plant.table, {}, china()};
    restored.restore(windows.save());
    std::vector<Metric> last;
    for (int i = 0; i < 4; ++i) last = restored.add(quarter(i, 1300, 1000));
    for (const char* name : {"pue-15min", "pue-hour", "pue-day", "pue-month", "pue-ytd", "pue-rolling-12m"}) {
        const Metric& metric = get(last, name);
        DOUBLES_EQUAL(1.3, *metric.value, 1e-15);
        DOUBLES_EQUAL(1, metric.coverage, 1e-15);
        CHECK_TRUE(metric.end == year_2026 + hours{1});
    }
    CHECK_TRUE(get(last, "pue-hour").start == year_2026);
    CHECK_EQUAL(1U, restored.save().months.size());
}

TEST(Windows, what_was_measured_before_the_clock_ran_ahead_stays) {
    Windows windows{plant.table, {}, china()};
    for (int i = 0; i < 2; ++i) windows.add(quarter(i, 1500, 1000));
    windows.add(interval(year_2026 + hours{24 * 20}, seconds{900}, 1500, 1000));  // later in the same month
    windows.add(interval(year_2026 + hours{24 * 400}, seconds{900}, 9000, 1000));
    const auto last = windows.add(quarter(3, 1500, 1000));
    DOUBLES_EQUAL(1.5, *get(last, "pue-day").value, 1e-15);
    DOUBLES_EQUAL(0.75, get(last, "pue-day").coverage, 1e-15);
    CHECK_TRUE(get(last, "pue-day").start == year_2026);
    DOUBLES_EQUAL(1.5, *get(last, "pue-month").value, 1e-15);
    CHECK_TRUE(get(last, "pue-month").end == year_2026 + hours{1});
}
