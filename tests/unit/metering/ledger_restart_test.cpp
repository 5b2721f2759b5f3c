// A restart or a reload in the middle of an open interval: what closes afterwards is what would have closed without it.
#include <functional>

#include "tests/unit/metering/plant.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::test;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

BootTime at(std::int64_t s) { return BootTime{seconds{s}}; }

}  // namespace

TEST_GROUP(LedgerRestart) {
    using Poll = std::function<void(Ledger&, int)>;
    Plant plant;
    TwoClocks clocks;
    DeviceIndex feed = 0;
    DeviceIndex server = 0;

    void setup() override {
        feed = plant.add("feed", Role::feed, true, 100e3);
        server = plant.add("server", Role::server, false, 10e3);
    }
    // Polls each second of [0, to_s]; between `restart_s` and the next second the ledger is saved and restored.
    std::vector<ClosedInterval> play(const Poll& poll, int to_s, int restart_s) {
        std::vector<ClosedInterval> closed;
        Ledger ledger{plant.table, {}};
        for (int s = 0; s <= to_s; ++s) {
            poll(ledger, s);
            for (auto& interval : ledger.close(clocks.at(seconds{s}))) closed.push_back(std::move(interval));
            if (s == restart_s) return finish(ledger.save(clocks.at(seconds{s})), poll, s, to_s, std::move(closed));
        }
        return closed;
    }
    std::vector<ClosedInterval> finish(const LedgerState& state, const Poll& poll, int from_s, int to_s,
                                       std::vector<ClosedInterval> closed) {
        Ledger ledger{plant.table, {}};
        ledger.restore(state, clocks.at(seconds{from_s}));
        for (int s = from_s + 1; s <= to_s; ++s) {
            poll(ledger, s);
            for (auto& interval : ledger.close(clocks.at(seconds{s}))) closed.push_back(std::move(interval));
        }
        return closed;
    }
    // The same with and without the restart.
    std::vector<ClosedInterval> both(const Poll& poll, int to_s, int restart_s) {
        const auto steady = play(poll, to_s, to_s + 1);
        const auto restarted = play(poll, to_s, restart_s);
        CHECK_EQUAL(steady.size(), restarted.size());
        CHECK_TRUE(steady == restarted);
        return restarted;
    }
    void accept_feed(Ledger & ledger, int s) {
        ledger.accept(register_report(plant, feed, at(s), 5'000'000 + static_cast<std::uint64_t>(s) * 10));
    }
    void accept_server(Ledger & ledger, int s) { ledger.accept(power_report(plant, server, at(s), 6000 + s)); }
};

TEST(LedgerRestart, does_not_forgive_a_gap_of_samples) {
    const auto closed = both(
        [&](Ledger& ledger, int s) {
            accept_feed(ledger, s);
            if (s < 100 || s > 400) accept_server(ledger, s);
        },
        900, 800);
    CHECK_EQUAL(1U, closed.size());
    const IntervalEnergy& energy = closed[0].by_device.at(server);
    CHECK_FALSE(energy.measured());
    CHECK_TRUE(has(energy.flags, flag::gap));
    DOUBLES_EQUAL(598.0 / 900, energy.coverage, 1e-12);
}

TEST(LedgerRestart, does_not_forgive_a_register_that_began_anew) {
    const auto closed = both(
        [&](Ledger& ledger, int s) {
            const auto wh = static_cast<std::uint64_t>(s < 100 ? 5'000'000 + s * 10 : s * 10 - 999);
            ledger.accept(register_report(plant, feed, at(s), wh));
            accept_server(ledger, s);
        },
        900, 800);
    CHECK_EQUAL(1U, closed.size());
    CHECK_FALSE(closed[0].by_device.at(feed).measured());
    CHECK_TRUE(has(closed[0].by_device.at(feed).flags, flag::reset));
}

TEST(LedgerRestart, while_one_meter_is_silent_leaves_the_others_their_ends) {
    const auto poll = [&](Ledger& ledger, int s) {
        if (s < 850) accept_feed(ledger, s);
        accept_server(ledger, s);
    };
    const auto steady = play(poll, 1900, 1901);
    const auto restarted = play(poll, 1900, 900 + 120);
    CHECK_EQUAL(1U, steady.size());
    CHECK_EQUAL(1U, restarted.size());  // by grace, which begins anew
    CHECK_TRUE(steady[0] == restarted[0]);
    CHECK_TRUE(restarted[0].by_device.at(server).measured());
    // 6000 W rising by 1 W a second: 6450 W on average over a quarter hour.
    DOUBLES_EQUAL(6450.0 / 4, watt_hours(*restarted[0].by_device.at(server).energy), 2e-3);  // whole mWh
}
