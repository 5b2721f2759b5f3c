// Compute per watt: vectors G01 to G12, and the ledger that applies them.
#include <algorithm>
#include <vector>

#include "agent/metrics/compute.hpp"
#include "tests/unit/metering/plant.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::test;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

const std::vector<AcceleratorFacts> one_h100{{1, 989.4, 700, 1.83e9}};
const std::vector<AcceleratorFacts> eight_h100{{8, 989.4, 700, 1.83e9}};

}  // namespace

TEST_GROUP(Compute){};

TEST(Compute, G01_rated_is_peak_per_rated_power) {
    DOUBLES_EQUAL(1.4134285714285715, *rated_tflop_per_joule(one_h100), 1e-15);
    DOUBLES_EQUAL(1.4134285714285715, *rated_tflop_per_joule(eight_h100), 1e-15);
}

TEST(Compute, G02_delivered_is_activity_times_peak_per_power) {
    const double tflops = delivered_tflops(one_h100, 0.42, std::nullopt);
    DOUBLES_EQUAL(0.679, *tflop_per_joule(tflops * 3600, 612), 1e-12);
}

TEST(Compute, G03_a_server_for_an_hour) {
    const double work = delivered_tflops(eight_h100, 0.42, std::nullopt) * 3600;
    DOUBLES_EQUAL(11967782.4, work, 1e-6);
    DOUBLES_EQUAL(0.4208081012658228, *tflop_per_joule(work, 7900), 1e-15);
    DOUBLES_EQUAL(0.33134496162663213, *tflop_per_joule(work, 7900 * 1.27), 1e-15);
}

TEST(Compute, G04_specpower_is_a_ratio_of_sums) {
    const std::vector<ScoreLevel> levels{{1000, 300}, {900, 268}, {800, 238}, {700, 210}, {600, 184}, {500, 160},
                                         {400, 138},  {300, 118}, {200, 100}, {100, 84},  {0, 62}};
    DOUBLES_EQUAL(2.953813104189044, ratio_of_sums(levels), 1e-15);
}

TEST(Compute, G05_iteesv_is_no_mean_of_ratios) {
    const std::vector<ScoreLevel> servers{{2.1e6, 640}, {1.4e6, 520}, {0.9e6, 410}};
    DOUBLES_EQUAL(2802.547770700637, ratio_of_sums(servers), 1e-10);
}

TEST(Compute, G06_itue_and_tue) {
    DOUBLES_EQUAL(1.1723329425556859, itue(1000, 85, 62), 1e-15);
    DOUBLES_EQUAL(1.488862837045721, itue(1000, 85, 62) * 1.27, 1e-14);
}

TEST(Compute, G07_tokens_per_joule) {
    DOUBLES_EQUAL(1.4521800281293953, *tflop_per_joule(41.3e6, 7900), 1e-14);
    DOUBLES_EQUAL(0.6886198547215496, 1 / *tflop_per_joule(41.3e6, 7900), 1e-14);
    DOUBLES_EQUAL(1.1434488410467678, *tflop_per_joule(41.3e6, 7900 * 1.27), 1e-14);
}

TEST(Compute, G08_ce_of_a_site) {  // 1 EFLOPS, 3.2 MW, in GFLOPS per W
    const std::vector<AcceleratorFacts> site{{1, 1e6, 3.2e6, std::nullopt}};
    DOUBLES_EQUAL(312.5, *rated_tflop_per_joule(site) * 1000, 1e-12);
    DOUBLES_EQUAL(246.06299212598427, *rated_tflop_per_joule(site) * 1000 / 1.27, 1e-12);
}

TEST(Compute, G09_uncertainties_of_factors_add_in_quadrature) {
    // Activity 5 % at k = 1; energy of a 5 % class as a rectangle.
    const std::vector<double> parts{0.05, 0.05 / 1.7320508075688772};
    DOUBLES_EQUAL(0.05773502691896258, relative_u(parts), 1e-15);
}

TEST(Compute, G11_a_chain_shows_each_link) {
    const std::vector<AcceleratorFacts> eight{{8, 989.4, 700, 1.83e9}};
    const double utilisation = 0.42 * 1590 / 1830;
    const Chain chain = chain_of(eight, utilisation, 1, 8 * 612, 7900, 8600, 1.27);
    DOUBLES_EQUAL(1.413429, chain.rated, 5e-7);
    DOUBLES_EQUAL(0.364918, chain.utilisation, 5e-7);
    DOUBLES_EQUAL(1.143791, chain.power_draw, 5e-7);
    DOUBLES_EQUAL(0.619747, chain.server_share, 5e-7);
    DOUBLES_EQUAL(0.918605, chain.it_share, 5e-7);
    DOUBLES_EQUAL(0.787402, chain.facility, 5e-7);
    DOUBLES_EQUAL(0.26445698710078314, chain.product(), 1e-15);
    const double work = delivered_tflops(eight, 0.42, 1.59e9) * 3600;
    DOUBLES_EQUAL(0.2644569871007832, *tflop_per_joule(work, 8600 * 1.27), 1e-15);
}

TEST(Compute, G12_activity_is_a_share_of_cycles) {
    DOUBLES_EQUAL(361.0499016393442, delivered_tflops(one_h100, 0.42, 1.59e9), 1e-12);
    DOUBLES_EQUAL(989.42976, 132 * 4096 * 1.83e9 / 1e12, 1e-9);
}

TEST(Compute, what_is_unknown_is_not_zero) {
    const std::vector<AcceleratorFacts> mixed{{8, 989.4, 700, {}}, {2, 300, 0, {}}};
    CHECK_FALSE(rated_tflop_per_joule(mixed).has_value());
    const std::vector<AcceleratorFacts> no_peak{{8, 0, 700, {}}};
    CHECK_FALSE(rated_tflop_per_joule(no_peak).has_value());
    CHECK_FALSE(rated_tflop_per_joule({}).has_value());
    CHECK_FALSE(tflop_per_joule(5, 0).has_value());
}

TEST_GROUP(Work){};

TEST(Work, is_integrated_by_trapezoid_and_cut_at_boundaries) {
    WorkLine line{seconds{60}};
    line.add(BootTime{seconds{0}}, 0, 0);
    line.add(BootTime{seconds{60}}, 0.6, 600);
    const Work all = line.between(BootTime{}, BootTime{seconds{60}});
    DOUBLES_EQUAL(18000, all.tflop, 1e-9);
    DOUBLES_EQUAL(18, all.active_s, 1e-12);
    const Work half = line.between(BootTime{seconds{30}}, BootTime{seconds{90}});
    DOUBLES_EQUAL((300 + 600) / 2.0 * 30, half.tflop, 1e-9);
    CHECK_TRUE(half.covered == Duration{seconds{30}});
}

TEST(Work, is_not_integrated_over_gaps_nor_backwards) {
    WorkLine line{seconds{60}};
    line.add(BootTime{seconds{0}}, 1, 100);
    line.add(BootTime{seconds{0}}, 1, 900);
    line.add(BootTime{seconds{61}}, 1, 100);
    line.add(BootTime{seconds{62}}, 1, 100);
    const Work work = line.between(BootTime{}, BootTime{seconds{100}});
    DOUBLES_EQUAL(100, work.tflop, 1e-12);
    CHECK_TRUE(work.covered == Duration{seconds{1}});
}

TEST(Work, what_is_saved_is_little_and_sums_up_to_the_same) {
    const Now now{BootTime{seconds{1000}}, year_2026 + seconds{1000}, ClockQuality::synced};
    WorkLine line{seconds{3}};
    for (int s = 0; s <= 1000; ++s) {
        if (s < 300 || s > 400) line.add(BootTime{seconds{s}}, (s % 5) * 0.2, (s % 7) * 100.0);
    }
    const auto saved = line.save(now, seconds{900});
    CHECK_EQUAL(WorkLine::saved_points, saved.size());
    WorkLine copy{seconds{3}};
    copy.restore(saved, now);
    for (const auto& [from, to] : {std::pair{0, 900}, {900, 1000}, {0, 1000}}) {
        const Work a = line.between(BootTime{seconds{from}}, BootTime{seconds{to}});
        const Work b = copy.between(BootTime{seconds{from}}, BootTime{seconds{to}});
        DOUBLES_EQUAL(a.tflop, b.tflop, 1e-6);
        DOUBLES_EQUAL(a.active_s, b.active_s, 1e-9);
        CHECK_TRUE(a.covered == b.covered);
    }
    CHECK_TRUE(copy.between(BootTime{}, BootTime{seconds{900}}).covered == Duration{seconds{900 - 102}});
}

TEST(Work, a_clock_set_back_meanwhile_leaves_no_samples_in_the_future) {
    WorkLine line{seconds{60}};
    for (int s = 0; s <= 120; s += 30) line.add(BootTime{seconds{s}}, 1, 100);
    const Now now{BootTime{seconds{120}}, year_2026, ClockQuality::synced};
    WorkLine copy{seconds{60}};
    copy.restore(line.save(now, seconds{900}), {BootTime{seconds{120}}, year_2026 - seconds{60}, ClockQuality::synced});
    copy.add(BootTime{seconds{130}}, 1, 100);
    // Samples of 0 to 60 s lie 60 s later now, at 60 to 120 s; those after are gone, and the new one follows on.
    CHECK_TRUE(copy.between(BootTime{}, BootTime{seconds{200}}).covered == Duration{seconds{70}});
}

TEST_GROUP(ComputeLedger) {
    Plant plant;
    TwoClocks clocks;
    DeviceIndex feed = 0;
    DeviceIndex one = 0;
    DeviceIndex two = 0;

    void setup() override {
        feed = plant.add("feed", Role::feed, true);
        one = server("s1");
        two = server("s2");
    }
    DeviceIndex server(const char* id) {
        const DeviceIndex index = plant.add(id, Role::server, false, 0, "r1");
        Device& device = plant.table.devices[index];
        device.activity = plant.add_point(device, index, Quantity::activity, "activity");
        device.clock = plant.add_point(device, index, Quantity::clock, "clock_hz");
        return index;
    }
    ComputeLedger ledger() {
        return ComputeLedger{
            plant.table, {{one, eight_h100, "fp16"}, {two, eight_h100, "fp16"}}, {}, Zone{minutes{480}}};
    }
    Report sample(DeviceIndex device, int at_s, double activity, double clock_hz = 1.59e9) {
        Report report = report_of(device, BootTime{seconds{at_s}});
        report.samples.push_back({*plant.table.devices[device].activity, Quality::good, activity, {}});
        report.samples.push_back({*plant.table.devices[device].clock, Quality::good, clock_hz, {}});
        return report;
    }
    void play(ComputeLedger & ledger, DeviceIndex device, int from_s, int to_s, double activity) {
        for (int s = from_s; s <= to_s; s += 60) ledger.accept(sample(device, s, activity));
    }
    static IntervalEnergy energy_of(DeviceIndex device, std::int64_t mwh) {
        return {device, Energy{mwh}, Energy{mwh}, flag::measured, 1, false};
    }
    // The n-th quarter hour: s1 draws 2 kWh, s2 1 kWh, the site 4 kWh.
    ClosedInterval quarter(int n) {
        return {year_2026 + seconds{900} * n,
                seconds{900},
                {energy_of(feed, 4'000'000), energy_of(one, 2'000'000), energy_of(two, 1'000'000)},
                false,
                {}};
    }
    std::vector<Metric> add(ComputeLedger & ledger, const ClosedInterval& interval) {
        return ledger.add(interval, ledger.sums_of(interval, clocks.at(interval.end() - year_2026)));
    }
    Metric get(const std::vector<Metric>& metrics, const std::string& name, const std::string& scope) {
        for (const Metric& metric : metrics) {
            if (metric.name == name && metric.scope == scope) return metric;
        }
        FAIL((scope + " " + name).c_str());
        return {};
    }
};

TEST(ComputeLedger, work_per_energy_at_every_boundary) {
    ComputeLedger compute = ledger();
    play(compute, one, 0, 900, 0.42);
    play(compute, two, 0, 900, 0.21);
    const auto metrics = add(compute, quarter(0));
    const double work_one = 8 * 361.0499016393442 * 900;
    const Metric server_one = get(metrics, "compute-per-watt-delivered", "s1");
    DOUBLES_EQUAL(work_one / (2000.0 * 3600), *server_one.value, 1e-12);
    STRCMP_EQUAL("good", server_one.quality.c_str());
    STRCMP_EQUAL("srv", std::get<std::string>(server_one.extra.at("boundary")).c_str());
    STRCMP_EQUAL("fp16", std::get<std::string>(server_one.extra.at("precision")).c_str());
    DOUBLES_EQUAL(0.42, std::get<double>(server_one.extra.at("activity")), 1e-12);
    const Metric rack = get(metrics, "compute-per-watt-delivered", "rack-r1");
    DOUBLES_EQUAL(1.5 * work_one / (3000.0 * 3600), *rack.value, 1e-12);  // sums, no mean of ratios
    const Metric site = get(metrics, "compute-per-watt-delivered", "site");
    DOUBLES_EQUAL(1.5 * work_one / (3000.0 * 3600), *site.value, 1e-12);
    STRCMP_EQUAL("srv", std::get<std::string>(site.extra.at("boundary")).c_str());
    const Metric it = get(metrics, "compute-per-watt-delivered-it", "site");
    DOUBLES_EQUAL(1.5 * work_one / (3000.0 * 3600), *it.value, 1e-12);
    STRCMP_EQUAL("it", std::get<std::string>(it.extra.at("boundary")).c_str());
    const Metric facility = get(metrics, "compute-per-watt-delivered-facility", "site");
    DOUBLES_EQUAL(1.5 * work_one / (4000.0 * 3600), *facility.value, 1e-12);
    STRCMP_EQUAL("dc", std::get<std::string>(facility.extra.at("boundary")).c_str());
    DOUBLES_EQUAL(*site.value / (4.0 / 3), *facility.value, 1e-12);  // eta_dc = eta_it / PUE
}

TEST(ComputeLedger, servers_that_draw_a_part_of_the_it_energy_say_nothing_of_the_whole) {
    ComputeLedger compute{plant.table, {{one, eight_h100, "fp16"}}, {}, Zone{minutes{480}}};
    play(compute, one, 0, 900, 0.42);  // s1 draws two thirds of the IT energy
    const auto metrics = add(compute, quarter(0));
    CHECK_TRUE(get(metrics, "compute-per-watt-delivered", "site").value.has_value());
    CHECK_FALSE(get(metrics, "compute-per-watt-delivered-it", "site").value.has_value());
    CHECK_FALSE(get(metrics, "compute-per-watt-delivered-facility", "site").value.has_value());
}

TEST(ComputeLedger, a_clock_from_another_message_counts_while_it_is_recent) {
    ComputeLedger compute = ledger();
    const auto clock_only = [&](int at_s) {
        Report report = sample(one, at_s, 0);
        report.samples.erase(report.samples.begin());
        return report;
    };
    const auto activity_only = [&](int at_s) {
        Report report = sample(one, at_s, 0.42);
        report.samples.pop_back();
        return report;
    };
    for (int s = 0; s <= 900; s += 60) {
        compute.accept(clock_only(s));
        compute.accept(activity_only(s));
    }
    const auto metrics = add(compute, quarter(0));
    DOUBLES_EQUAL(8 * 361.0499016393442 * 900 / (2000.0 * 3600),
                  *get(metrics, "compute-per-watt-delivered", "s1").value, 1e-12);
}

TEST(ComputeLedger, five_percent_of_missing_activity_is_unknown) {
    ComputeLedger compute = ledger();
    play(compute, one, 0, 840, 0.5);  // 60 of 900 s are missing
    play(compute, two, 0, 900, 0.5);
    const auto metrics = add(compute, quarter(0));
    const Metric server_one = get(metrics, "compute-per-watt-delivered", "s1");
    CHECK_FALSE(server_one.value.has_value());
    STRCMP_EQUAL("unknown", server_one.quality.c_str());
    CHECK_TRUE(get(metrics, "compute-per-watt-delivered", "s2").value.has_value());
    CHECK_FALSE(get(metrics, "compute-per-watt-delivered", "rack-r1").value.has_value());
    CHECK_FALSE(get(metrics, "compute-per-watt-delivered", "site").value.has_value());
}

TEST(ComputeLedger, a_missing_energy_is_unknown_too) {
    ComputeLedger compute = ledger();
    play(compute, one, 0, 900, 0.5);
    play(compute, two, 0, 900, 0.5);
    ClosedInterval interval = quarter(0);
    interval.by_device[1].energy.reset();
    const auto metrics = add(compute, interval);
    CHECK_FALSE(get(metrics, "compute-per-watt-delivered", "s1").value.has_value());
    CHECK_FALSE(get(metrics, "compute-per-watt-delivered", "site").value.has_value());
}

TEST(ComputeLedger, idle_intervals_are_in_overall_only) {
    ComputeLedger compute = ledger();
    play(compute, one, 0, 900, 0.5);
    play(compute, two, 0, 900, 0.5);
    add(compute, quarter(0));
    play(compute, one, 960, 1800, 0.001);  // the step from 0.5 lies in the first minute of this interval
    play(compute, two, 960, 1800, 0.001);
    add(compute, quarter(1));
    play(compute, one, 1860, 2700, 0.001);
    play(compute, two, 1860, 2700, 0.001);
    const auto metrics = add(compute, quarter(2));
    const Metric now = get(metrics, "compute-per-watt-delivered", "s1");
    CHECK_FALSE(now.value.has_value());
    STRCMP_EQUAL("idle: activity below 1 %", std::get<std::string>(now.extra.at("reason")).c_str());
    CHECK_TRUE(get(metrics, "compute-per-watt-overall", "s1").value.has_value());
    const Metric delivered = get(metrics, "compute-per-watt-delivered-hour", "s1");
    const Metric overall = get(metrics, "compute-per-watt-overall-hour", "s1");
    DOUBLES_EQUAL(4000, std::get<double>(delivered.extra.at("energy_wh")), 1e-9);
    DOUBLES_EQUAL(6000, std::get<double>(overall.extra.at("energy_wh")), 1e-9);
    STRCMP_EQUAL("partial", delivered.quality.c_str());
}

TEST(ComputeLedger, samples_without_their_clock_or_out_of_range_do_not_count) {
    ComputeLedger compute = ledger();
    for (int s = 0; s <= 900; s += 60) {
        Report half = sample(one, s, 0.5);
        half.samples.pop_back();
        compute.accept(half);
        compute.accept(sample(two, s, 1.5));
    }
    const auto metrics = add(compute, quarter(0));
    CHECK_FALSE(get(metrics, "compute-per-watt-overall", "s1").value.has_value());
    CHECK_FALSE(get(metrics, "compute-per-watt-overall", "s2").value.has_value());
}

TEST(ComputeLedger, rated_figures_stand_for_servers_racks_and_the_site) {
    const ComputeLedger compute = ledger();
    const auto metrics = compute.rated(clocks.at(seconds{0}));
    CHECK_EQUAL(4U, metrics.size());
    for (const char* scope : {"s1", "s2", "rack-r1", "site"}) {
        DOUBLES_EQUAL(1.4134285714285715, *get(metrics, "compute-per-watt-rated", scope).value, 1e-15);
    }
    DOUBLES_EQUAL(16 * 989.4, std::get<double>(get(metrics, "compute-per-watt-rated", "site").extra.at("peak_tflops")),
                  1e-9);
}

TEST(ComputeLedger, its_state_survives_a_round_trip) {
    ComputeLedger compute = ledger();
    play(compute, one, 0, 900, 0.5);
    play(compute, two, 0, 900, 0.5);
    add(compute, quarter(0));
    ComputeLedger copy = ledger();
    const auto now = clocks.at(seconds{1800});
    copy.restore(compute.save(now), now);
    CHECK_TRUE(copy.save(now) == compute.save(now));
    play(copy, one, 960, 1800, 0.25);
    play(copy, two, 960, 1800, 0.25);
    const auto metrics = add(copy, quarter(1));
    // 0.5 for 900 s, down to 0.25 within the next 60 s, 0.25 for 840 s
    const double work = 8 * 989.4 * 1590 / 1830 * (450 + 22.5 + 210);
    DOUBLES_EQUAL(work / (4000.0 * 3600), *get(metrics, "compute-per-watt-delivered-hour", "s1").value, 1e-12);
}

TEST(ComputeLedger, a_restart_in_an_open_interval_loses_no_work) {
    ComputeLedger compute = ledger();
    play(compute, one, 0, 900, 0.5);
    play(compute, two, 0, 900, 0.5);
    add(compute, quarter(0));
    play(compute, one, 960, 1500, 0.25);
    play(compute, two, 960, 1500, 0.25);
    const ComputeState state = compute.save(clocks.at(seconds{1530}));
    ComputeLedger copy = ledger();
    clocks.utc += seconds{1000};  // boot time begins anew: 1530 s of before are 530 s now
    copy.restore(state, clocks.at(seconds{530}));
    CHECK_TRUE(copy.save(clocks.at(seconds{530})) == state);
    play(copy, one, 560, 800, 0.25);
    play(copy, two, 560, 800, 0.25);
    const auto metrics = copy.add(quarter(1), copy.sums_of(quarter(1), clocks.at(seconds{800})));
    // The first minute falls from 0.5 to 0.25.
    const double work = 8 * 989.4 * 1590 / 1830 * (0.25 * 900 + 0.125 * 60);
    const Metric metric = get(metrics, "compute-per-watt-delivered", "s1");
    DOUBLES_EQUAL(work / (2000.0 * 3600), *metric.value, 1e-12);
    DOUBLES_EQUAL(1, get(metrics, "compute-per-watt-delivered-hour", "s1").coverage, 0);
}

TEST(ComputeLedger, a_clock_that_was_ahead_is_forgotten) {
    ComputeLedger compute = ledger();
    play(compute, one, 0, 900, 0.5);
    ClosedInterval ahead = quarter(0);
    ahead.start += hours{24 * 20};  // in the same month
    clocks.utc += hours{24 * 20};
    compute.add(ahead, compute.sums_of(ahead, clocks.at(seconds{900})));
    clocks.utc -= hours{24 * 20};
    play(compute, one, 960, 1800, 0.5);
    const auto metrics = add(compute, quarter(1));
    for (const char* name : {"compute-per-watt-delivered-hour", "compute-per-watt-delivered-month"}) {
        const Metric metric = get(metrics, name, "s1");
        CHECK_TRUE(metric.start == year_2026 + seconds{900});
        CHECK_TRUE(metric.end == year_2026 + seconds{1800});
    }
}

TEST(ComputeLedger, a_site_without_accelerators_says_nothing) {
    ComputeLedger compute{plant.table, {}, {}, Zone{minutes{480}}};
    CHECK_EQUAL(0U, add(compute, quarter(0)).size());
    CHECK_EQUAL(0U, compute.rated(clocks.at(seconds{0})).size());
}
