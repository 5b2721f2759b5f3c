// A ledger that is restored from an old snapshot and told the journal's later records is where the other one was: from
// then on both credit the same energy, close the same intervals once each, and name the same registers. Tried on random
// plants with fixed seeds: silences, bad reads, resets, wraps and exchanges, cut anywhere.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <utility>
#include <variant>
#include <vector>

#include "tests/unit/metering/plant.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

using Entry = std::variant<ClosedInterval, MeterEpoch>;

std::uint64_t draw(std::mt19937_64& random, std::uint64_t lo, std::uint64_t hi) {
    return std::uniform_int_distribution<std::uint64_t>{lo, hi}(random);
}

std::size_t draw_place(std::mt19937_64& random, std::size_t lo, std::size_t hi) {
    return static_cast<std::size_t>(draw(random, lo, hi));
}

// What the journal keeps of an interval.
ClosedInterval recorded(ClosedInterval interval) {
    interval.before.clear();
    for (IntervalEnergy& energy : interval.by_device) {
        energy.power_wh.reset();
        energy.power_samples = 0;
        energy.coverage = energy.power_u = energy.resolution_wh = 0;
    }
    return interval;
}

struct Site {
    Plant plant;
    DeviceIndex feed = plant.add("feed", Role::feed, true, 100e3);
    DeviceIndex ups = plant.add("ups", Role::ups_output, true, 80e3);
    DeviceIndex server = plant.add("server", Role::server, false, 20e3);
    std::vector<Report> reports;

    Site(std::uint32_t seed, int polls) {
        std::mt19937_64 random{seed};
        std::uint64_t counts[2] = {draw(random, 0, 1U << 20), (1ULL << 32) - draw(random, 1, 20'000)};
        int silent[3] = {0, 0, 0};
        Duration time{};
        for (int i = 0; i < polls; ++i) {
            const auto step = milliseconds{draw(random, 20'000, 70'000)};
            time += step;
            for (std::uint64_t& count : counts) {
                count += static_cast<std::uint64_t>(step.count()) * draw(random, 0, 20) / 1000;
                count %= 1ULL << 32;
            }
            if (draw(random, 0, 150) == 0) counts[0] = draw(random, 0, 20);  // a reset
            for (int& left : silent) left = left > 0 ? left - 1 : draw(random, 0, 120) == 0 ? 40 : 0;
            const BootTime at{time};
            if (silent[0] == 0) reports.push_back(register_report(plant, feed, at, counts[0]));
            if (silent[1] == 0) reports.push_back(register_report(plant, ups, at, counts[1]));
            if (draw(random, 0, 20) == 0 && !reports.empty()) reports.back().samples[0].quality = Quality::invalid;
            if (silent[2] == 0)
                reports.push_back(power_report(plant, server, at, static_cast<double>(draw(random, 0, 20'000))));
        }
    }
};

void run(Ledger& ledger, const std::vector<Report>& reports, std::size_t from, std::size_t to,
         std::vector<Entry>& out) {
    for (std::size_t i = from; i < to; ++i) {
        ledger.accept(reports[i]);
        auto closed = ledger.close(TwoClocks{}.at(reports[i].at.time_since_epoch()));
        for (const MeterEpoch& epoch : ledger.take_epochs()) out.emplace_back(epoch);
        for (ClosedInterval& interval : closed) out.emplace_back(std::move(interval));
    }
}

Energy credited(const std::vector<Entry>& entries, DeviceIndex device) {
    Energy total;
    for (const Entry& entry : entries) {
        const auto* interval = std::get_if<ClosedInterval>(&entry);
        if (interval == nullptr) continue;
        total += interval->by_device.at(device).at_least;
        if (interval->amends) total += -interval->before.at(device).at_least;
    }
    return total;
}

std::vector<std::pair<UtcTime, bool>> starts(const std::vector<Entry>& entries) {
    std::vector<std::pair<UtcTime, bool>> result;
    for (const Entry& entry : entries) {
        if (const auto* interval = std::get_if<ClosedInterval>(&entry))
            result.emplace_back(interval->start, interval->amends);
    }
    return result;
}

// The last word on each interval.
std::map<UtcTime, ClosedInterval> latest(const std::vector<Entry>& entries) {
    std::map<UtcTime, ClosedInterval> result;
    for (const Entry& entry : entries) {
        if (const auto* interval = std::get_if<ClosedInterval>(&entry)) result[interval->start] = recorded(*interval);
    }
    return result;
}

// Whether this meter's first reading after the cut is of another epoch than the last one before.
bool began_anew(const Site& site, DeviceIndex device, std::size_t cut_at) {
    Ledger ledger{site.plant.table, {}};
    for (std::size_t i = 0; i < site.reports.size(); ++i) {
        const Report& report = site.reports[i];
        if (report.device != device) continue;
        ledger.take_epochs();
        ledger.accept(report);
        if (i > cut_at && report.samples[0].quality == Quality::good) return !ledger.take_epochs().empty();
    }
    return false;
}

// Equal, but that sampled power carries fractions of a mWh on, which no record has.
bool alike(ClosedInterval a, const ClosedInterval& b, DeviceIndex sampled) {
    IntervalEnergy& mine = a.by_device.at(sampled);
    const IntervalEnergy& other = b.by_device.at(sampled);
    if (std::abs((mine.at_least - other.at_least).mwh) > 1) return false;
    mine.at_least = other.at_least;
    mine.energy = mine.energy && other.energy ? other.energy : mine.energy;
    return a == b;
}

struct Cut {
    std::vector<Entry> steady, folded;  // after the cut
    UtcTime at;
};

Cut cut(const Site& site, std::size_t snapshot_at, std::size_t cut_at) {
    Cut result;
    std::vector<Entry> before, journal;
    const auto& reports = site.reports;
    const Now then = TwoClocks{}.at(reports[snapshot_at].at.time_since_epoch());
    const Now now = TwoClocks{}.at(reports[cut_at].at.time_since_epoch());
    Ledger steady{site.plant.table, {}};
    run(steady, reports, 0, snapshot_at + 1, before);
    const LedgerState state = steady.save(then);
    run(steady, reports, snapshot_at + 1, cut_at + 1, journal);
    Ledger folded{site.plant.table, {.grace = seconds{180}}};
    folded.restore(state, now);
    for (const Entry& entry : journal) {
        if (const auto* epoch = std::get_if<MeterEpoch>(&entry)) folded.fold(*epoch);
        if (const auto* interval = std::get_if<ClosedInterval>(&entry)) folded.fold(recorded(*interval), now);
    }
    CHECK_TRUE(folded.open_start() == steady.open_start());
    run(steady, reports, cut_at + 1, reports.size(), result.steady);
    run(folded, reports, cut_at + 1, reports.size(), result.folded);
    result.at = now.utc;
    return result;
}

}  // namespace

TEST_GROUP(LedgerFold){};

TEST(LedgerFold, energies_go_on_exactly_where_they_were) {
    int intervals = 0, exact = 0;
    for (std::uint32_t seed = 1; seed <= 300; ++seed) {
        const Site site{seed, 600};
        std::mt19937_64 random{seed};
        const std::size_t snapshot_at = draw_place(random, 1, site.reports.size() / 2);
        const std::size_t cut_at = draw_place(random, snapshot_at, snapshot_at + 300);
        const Cut both = cut(site, snapshot_at, cut_at);
        for (const DeviceIndex device : {site.feed, site.ups}) {
            const Energy expected = credited(both.steady, device), got = credited(both.folded, device);
            if (began_anew(site, device, cut_at)) {
                CHECK_TRUE(got <= expected);  // what flowed before the lost readings' last is unknown, and flagged
            } else {
                CHECK_EQUAL(expected.mwh, got.mwh);
                ++exact;
            }
        }
        intervals += static_cast<int>(both.folded.size());
    }
    CHECK_TRUE(intervals > 300 * 10);
    CHECK_TRUE(exact > 500);
}

TEST(LedgerFold, no_interval_is_closed_twice_and_none_is_missing) {
    for (std::uint32_t seed = 301; seed <= 500; ++seed) {
        const Site site{seed, 600};
        std::mt19937_64 random{seed};
        const std::size_t snapshot_at = draw_place(random, 1, site.reports.size() / 2);
        const std::size_t cut_at = draw_place(random, snapshot_at, site.reports.size() * 2 / 3);
        const Cut both = cut(site, snapshot_at, cut_at);
        const auto a = latest(both.steady), b = latest(both.folded);
        std::vector<std::pair<UtcTime, bool>> firsts;
        for (const auto& start : starts(both.folded)) {
            if (!start.second) firsts.push_back(start);
        }
        CHECK_TRUE(std::adjacent_find(firsts.begin(), firsts.end()) == firsts.end());
        CHECK_TRUE(std::is_sorted(firsts.begin(), firsts.end()));
        for (const auto& [start, interval] : a) {
            if (start < both.at) continue;  // the interval of the cut, and what waited then, may split differently
            CHECK_TRUE(b.contains(start));
        }
        CHECK_EQUAL(a.rbegin()->first.time_since_epoch().count(), b.rbegin()->first.time_since_epoch().count());
    }
}

TEST(LedgerFold, once_every_meter_has_spoken_again_intervals_are_the_same) {
    int same = 0;
    for (std::uint32_t seed = 501; seed <= 700; ++seed) {
        const Site site{seed, 600};
        std::mt19937_64 random{seed};
        const std::size_t snapshot_at = draw_place(random, 1, site.reports.size() / 2);
        const std::size_t cut_at = draw_place(random, snapshot_at, site.reports.size() * 2 / 3);
        const Cut both = cut(site, snapshot_at, cut_at);
        const auto a = latest(both.steady), b = latest(both.folded);
        for (const auto& [start, interval] : a) {
            if (start < both.at + seconds{3 * 3600}) continue;  // longer than the longest silence
            CHECK_TRUE(alike(b.at(start), interval, site.server));
            ++same;
        }
    }
    CHECK_TRUE(same > 500);
}
