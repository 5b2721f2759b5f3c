// Laws of the ledger's arithmetic, tried on some thousands of random cases with fixed seeds: whatever the readings and
// wherever the cuts, no milliwatt-hour appears or vanishes.
#include <algorithm>
#include <random>
#include <vector>

#include "agent/metering/exact.hpp"
#include "tests/unit/metering/plant.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

std::uint64_t draw(std::mt19937_64& random, std::uint64_t lo, std::uint64_t hi) {
    return std::uniform_int_distribution<std::uint64_t>{lo, hi}(random);
}

std::size_t draw_place(std::mt19937_64& random, std::size_t lo, std::size_t hi) {
    return static_cast<std::size_t>(draw(random, lo, hi));
}

Energy sum(const std::vector<ClosedInterval>& intervals, std::size_t device) {
    Energy total;
    for (const ClosedInterval& interval : intervals) {
        total += interval.by_device.at(device).at_least;
        if (interval.amends) total += -interval.before.at(device).at_least;
    }
    return total;
}

// A feed of 1 Wh counts at up to 90 kW and a server of sampled power, polled with jitter.
struct Stream {
    Plant plant;
    std::vector<Report> reports;
    DeviceIndex feed = plant.add("feed", Role::feed, true, 100e3);
    DeviceIndex server = plant.add("server", Role::server, false, 20e3);

    explicit Stream(std::uint32_t seed, int polls) {
        std::mt19937_64 random{seed};
        std::uint64_t wh = draw(random, 0, 1U << 20);
        Duration time{};
        for (int i = 0; i < polls; ++i) {
            reports.push_back(register_report(plant, feed, BootTime{time}, wh));
            const auto power_w = static_cast<double>(draw(random, 0, 20'000));
            reports.push_back(
                power_report(plant, server, BootTime{time + milliseconds{draw(random, 1, 5000)}}, power_w));
            const auto step = milliseconds{draw(random, 20'000, 90'000)};
            wh += static_cast<std::uint64_t>(step.count()) * draw(random, 0, 25) / 1000;
            time += step;
        }
    }
};

std::vector<ClosedInterval> feed_all(Ledger& ledger, const std::vector<Report>& reports, const TwoClocks& clocks) {
    std::vector<ClosedInterval> all;
    for (const Report& report : reports) {
        ledger.accept(report);
        for (auto& interval : ledger.close(clocks.at(report.at.time_since_epoch()))) all.push_back(std::move(interval));
    }
    return all;
}

}  // namespace

TEST_GROUP(Metering){};

TEST(Metering, long_division_agrees_with_small_arithmetic) {
    std::mt19937_64 random{1};
    for (int i = 0; i < 20'000; ++i) {
        const std::uint64_t c = draw(random, 1, 0xFFFFFFFF);
        const std::uint64_t b = draw(random, 0, c);
        const std::uint64_t a = draw(random, 0, 0xFFFFFFFF);
        CHECK_EQUAL(a * b / c, mul_div_floor(a, b, c));
    }
}

TEST(Metering, long_division_leaves_a_rest_below_the_divisor) {
    std::mt19937_64 random{2};
    for (int i = 0; i < 20'000; ++i) {
        const std::uint64_t c = draw(random, 1, (1ULL << 63) - 1);
        const std::uint64_t b = draw(random, 0, c);
        const std::uint64_t a = draw(random, 0, UINT64_MAX);
        const std::uint64_t q = mul_div_floor(a, b, c);
        // Modulo 2^64 the rest a b - q c is exact, since the true rest is below c < 2^63.
        CHECK_TRUE(a * b - q * c < c);
        CHECK_TRUE(q <= a);
    }
}

TEST(Metering, energy_of_counts_agrees_with_small_arithmetic_and_adds_up) {
    std::mt19937_64 random{3};
    for (int i = 0; i < 20'000; ++i) {
        const std::uint64_t counts = draw(random, 0, 1'000'000'000);
        const auto q = static_cast<std::int64_t>(draw(random, 1, 1'000'000'000));
        CHECK_EQUAL(static_cast<std::int64_t>(counts * static_cast<std::uint64_t>(q) / 1000), energy_of(counts, q).mwh);
    }
}

TEST(Metering, intervals_telescope_for_any_cutting) {
    for (std::uint32_t seed = 1; seed <= 200; ++seed) {
        std::mt19937_64 random{seed};
        EnergyAccount account{{.rated_w = 1e6}};
        std::uint64_t counts = 0;
        Duration time{};
        for (int i = 0; i < 60; ++i) {
            account.accept_register(BootTime{time}, Count{counts, 1000, 0, 0});
            time += Duration{draw(random, 1, 60'000'000'000)};
            counts += draw(random, 0, 10'000'000);
        }
        const BootTime last = account.line().back().at;
        std::vector<BootTime> cuts{BootTime{}, last};
        for (int i = 0; i < 100; ++i) {
            cuts.push_back(
                BootTime{Duration{draw(random, 0, static_cast<std::uint64_t>(last.time_since_epoch().count()))}});
        }
        std::sort(cuts.begin(), cuts.end());
        Energy total;
        for (std::size_t i = 1; i < cuts.size(); ++i) {
            const Energy part = *account.boundary(cuts[i]) - *account.boundary(cuts[i - 1]);
            CHECK_TRUE(part.mwh >= 0);
            total += part;
        }
        CHECK_EQUAL(account.line().back().energy.mwh, total.mwh);
    }
}

TEST(Metering, registers_that_wrap_often_lose_nothing) {
    for (std::uint32_t seed = 1; seed <= 100; ++seed) {
        std::mt19937_64 random{seed};
        const std::uint64_t modulus = draw(random, 10'000, 100'000);
        std::uint64_t true_counts = draw(random, 0, modulus - 1);
        const std::uint64_t first = true_counts;
        EnergyAccount account{{.rated_w = 60e3}};  // 1.2 kWh a minute with margin: 1201 counts of 1 Wh
        for (int i = 0; i < 2'000; ++i) {
            account.accept_register(BootTime{seconds{60 * i}}, Count{true_counts % modulus, 1'000'000, modulus, 0});
            true_counts += draw(random, 0, 1'000);
        }
        account.accept_register(BootTime{seconds{60 * 2'000}}, Count{true_counts % modulus, 1'000'000, modulus, 0});
        CHECK_EQUAL(static_cast<std::int64_t>((true_counts - first) * 1000), account.line().back().energy.mwh);
    }
}

TEST(Metering, an_account_never_falls_and_never_invents_whatever_it_is_fed) {
    for (std::uint32_t seed = 1; seed <= 200; ++seed) {
        std::mt19937_64 random{seed};
        EnergyAccount account{{.rated_w = 60e3}};
        Energy last;
        for (int i = 0; i < 500; ++i) {
            const std::uint64_t counts = draw(random, 0, 3) == 0 ? draw(random, 0, UINT32_MAX) : draw(random, 0, 5'000);
            account.accept_register(BootTime{seconds{60 * i}}, Count{counts, 1'000'000, 1ULL << 32, 0});
            CHECK_TRUE(account.line().back().energy >= last);
            last = account.line().back().energy;
        }
        CHECK_TRUE(last.mwh <= 500LL * 1'201'000 * 2);  // at most the limit a poll, and again for each reset
    }
}

TEST(Metering, interval_energies_add_up_to_the_register) {
    for (std::uint32_t seed = 1; seed <= 50; ++seed) {
        const Stream stream{seed, 300};
        Ledger ledger{stream.plant.table, {}};
        const auto closed = feed_all(ledger, stream.reports, {});
        CHECK_TRUE(closed.size() > 10);
        const UtcTime end = closed.back().end();
        const auto at_end = ledger.account(stream.feed)->boundary(to_boot(TwoClocks{}.at(Duration{}), end));
        CHECK_EQUAL(at_end->mwh, sum(closed, stream.feed).mwh);
    }
}

TEST(Metering, the_order_in_which_devices_report_does_not_matter) {
    for (std::uint32_t seed = 1; seed <= 50; ++seed) {
        Stream stream{seed, 60};
        Ledger one{stream.plant.table, {}};
        for (const Report& report : stream.reports) one.accept(report);
        std::mt19937_64 random{seed};
        std::vector<Report> feeds, servers, mixed;
        for (const Report& report : stream.reports) (report.device == stream.feed ? feeds : servers).push_back(report);
        while (!feeds.empty() || !servers.empty()) {  // each device keeps its own order
            auto& from = servers.empty() || (!feeds.empty() && draw(random, 0, 1) == 0) ? feeds : servers;
            mixed.push_back(from.front());
            from.erase(from.begin());
        }
        Ledger other{stream.plant.table, {}};
        for (const Report& report : mixed) other.accept(report);
        const Now now = TwoClocks{}.at(stream.reports.back().at.time_since_epoch());
        CHECK_TRUE(one.close(now) == other.close(now));
        CHECK_TRUE(one.save(now) == other.save(now));
    }
}

TEST(Metering, saving_and_restoring_anywhere_changes_no_interval) {
    for (std::uint32_t seed = 1; seed <= 50; ++seed) {
        const Stream stream{seed, 120};
        Ledger whole{stream.plant.table, {}};
        const auto expected = feed_all(whole, stream.reports, {});
        std::mt19937_64 random{seed};
        const std::size_t cut = draw_place(random, 1, stream.reports.size() - 1);
        Ledger first{stream.plant.table, {}};
        auto got =
            feed_all(first, {stream.reports.begin(), stream.reports.begin() + static_cast<std::ptrdiff_t>(cut)}, {});
        const Now now = TwoClocks{}.at(stream.reports[cut - 1].at.time_since_epoch());
        const LedgerState state = first.save(now);
        Ledger second{stream.plant.table, {}};
        second.restore(state, now);
        CHECK_TRUE(second.save(now) == state);
        for (auto& interval :
             feed_all(second, {stream.reports.begin() + static_cast<std::ptrdiff_t>(cut), stream.reports.end()}, {})) {
            got.push_back(std::move(interval));
        }
        CHECK_EQUAL(sum(expected, stream.feed).mwh, sum(got, stream.feed).mwh);
        CHECK_EQUAL(expected.size(), got.size());
    }
}

TEST(Metering, lost_reports_and_clock_steps_move_energy_but_lose_none) {
    for (std::uint32_t seed = 1; seed <= 100; ++seed) {
        const Stream stream{seed, 300};
        std::mt19937_64 random{seed};
        Ledger ledger{stream.plant.table, {}};
        TwoClocks clocks;
        std::vector<ClosedInterval> closed;
        for (std::size_t i = 0; i < stream.reports.size(); ++i) {
            const Report& report = stream.reports[i];
            const bool edge = i < 2 || i + 40 > stream.reports.size();
            if (!edge && draw(random, 0, 3) == 0) continue;
            if (!edge && draw(random, 0, 20) == 0) clocks.utc += milliseconds{draw(random, 0, 60'000)} - seconds{30};
            ledger.accept(report);
            for (auto& interval : ledger.close(clocks.at(report.at.time_since_epoch())))
                closed.push_back(std::move(interval));
        }
        const auto end = to_boot(clocks.at(Duration{}), *ledger.open_start());
        CHECK_EQUAL(ledger.account(stream.feed)->boundary(end)->mwh, sum(closed, stream.feed).mwh);
    }
}
