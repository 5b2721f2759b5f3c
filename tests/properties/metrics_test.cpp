// Laws of the windows, on random sites with fixed seeds: an amendment comes to the same as having known at once, a
// restart changes nothing, estimates leave no trace, and a window's value is the ratio of what its own intervals add up
// to.
#include <map>
#include <memory>
#include <random>
#include <vector>

#include "agent/metrics/filler.hpp"
#include "agent/metrics/windows.hpp"
#include "tests/unit/metering/plant.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::test;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

std::int64_t draw(std::mt19937_64& random, std::int64_t lo, std::int64_t hi) {
    return std::uniform_int_distribution<std::int64_t>{lo, hi}(random);
}

const Zone china{minutes{480}};

struct Site {
    Plant plant;
    std::vector<ClosedInterval> intervals;

    // `holes`: one interval in so many lacks a meter.
    Site(std::uint32_t seed, int count, std::int64_t holes) {
        plant.add("feed", Role::feed, true);
        plant.add("ups", Role::ups_output, true);
        plant.add("pdu", Role::pdu, true);
        std::mt19937_64 random{seed};
        for (int i = 0; i < count; ++i) {
            const std::int64_t it = draw(random, 100'000, 1'000'000);
            ClosedInterval interval{year_2026 + seconds{900} * i, seconds{900}, {}, false, {}};
            for (const std::int64_t mwh : {it * 13 / 10, it, it * 97 / 100}) {
                const auto device = static_cast<DeviceIndex>(interval.by_device.size());
                if (holes > 0 && draw(random, 1, holes) == 1) {
                    interval.by_device.push_back({device, std::nullopt, {}, flag::missing, 0, true});
                } else {
                    interval.by_device.push_back({device, Energy{mwh}, Energy{mwh}, flag::measured, 1, true});
                }
            }
            intervals.push_back(std::move(interval));
        }
    }
};

// What the metrics say, by name; the latest of each.
using Said = std::map<std::string, Metric>;
void say(Said& said, const std::vector<Metric>& metrics) {
    for (const Metric& metric : metrics) said[metric.scope + "/" + metric.name] = metric;
}

void check_same(const Said& a, const Said& b) {
    CHECK_EQUAL(a.size(), b.size());
    for (const auto& [name, metric] : a) {
        const Metric& other = b.at(name);
        CHECK_TRUE_TEXT(metric.value == other.value && metric.coverage == other.coverage &&
                            metric.quality == other.quality && metric.extra == other.extra,
                        name.c_str());
    }
}

}  // namespace

TEST_GROUP(Metrics){};

TEST(Metrics, a_window_is_the_ratio_of_its_own_intervals) {
    for (std::uint32_t seed = 1; seed <= 10; ++seed) {
        const Site site{seed, 200, 40};
        Windows windows{site.plant.table, {.category = 1}, china};
        Said said;
        for (const ClosedInterval& interval : site.intervals) say(said, windows.add(interval));
        double facility = 0, it = 0;
        int joint = 0;
        int seen = 0;  // from the first joint interval on
        for (const ClosedInterval& interval : site.intervals) {
            const auto& dc_mwh = interval.by_device[0].energy;
            const auto& it_mwh = interval.by_device[1].energy;
            seen += joint > 0 || (dc_mwh && it_mwh) ? 1 : 0;
            if (!dc_mwh || !it_mwh) continue;
            facility += watt_hours(*dc_mwh);
            it += watt_hours(*it_mwh);
            ++joint;
        }
        const Metric& ytd = said.at("site/pue-ytd");
        DOUBLES_EQUAL(static_cast<double>(joint) / seen, ytd.coverage, 1e-12);
        CHECK_EQUAL(joint >= 0.9 * seen, ytd.value.has_value());
        if (ytd.value) DOUBLES_EQUAL(facility / it, *ytd.value, 1e-9);
    }
}

TEST(Metrics, an_amendment_comes_to_the_same_as_knowing_at_once) {
    for (std::uint32_t seed = 1; seed <= 10; ++seed) {
        const Site whole{seed, 96, 0};
        std::mt19937_64 random{seed};
        Windows at_once{whole.plant.table, {}, china};
        Windows amended{whole.plant.table, {}, china};
        Filler filler{whole.plant.table};
        std::vector<ClosedInterval> later;
        int estimated = 0;
        for (const ClosedInterval& interval : whole.intervals) {
            at_once.add(interval);
            ClosedInterval first = interval;
            if (draw(random, 1, 4) == 1) {
                const auto lost = static_cast<std::size_t>(draw(random, 0, 2));
                first.by_device[lost] = {static_cast<DeviceIndex>(lost), std::nullopt, {}, flag::missing, 0, true};
                later.push_back(interval);
                later.back().amends = true;
                later.back().before = first.by_device;
            }
            filler.fill(first);
            for (const auto& energy : first.by_device) estimated += energy.estimate ? 1 : 0;
            amended.add(first);
        }
        for (ClosedInterval& interval : later) {
            filler.fill(interval);
            amended.add(interval);
        }
        CHECK_TRUE(estimated > 0);
        CHECK_TRUE(at_once.save() == amended.save());
    }
}

TEST(Metrics, a_restart_between_any_two_intervals_changes_nothing) {
    for (std::uint32_t seed = 1; seed <= 10; ++seed) {
        const Site site{seed, 120, 10};
        Windows whole{site.plant.table, {}, china};
        auto parts = std::make_unique<Windows>(site.plant.table, BalanceSettings{}, china);
        Said a, b;
        std::mt19937_64 random{seed};
        for (const ClosedInterval& interval : site.intervals) {
            say(a, whole.add(interval));
            say(b, parts->add(interval));
            if (draw(random, 1, 10) > 1) continue;
            const WindowsState state = parts->save();
            parts = std::make_unique<Windows>(site.plant.table, BalanceSettings{}, china);
            parts->restore(state);
        }
        check_same(a, b);
    }
}
