// The queue and the pollers with real threads. Under ThreadSanitizer and AddressSanitizer, without CppUTest's leak
// detector.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "agent/runtime/pollers.hpp"
#include "agent/runtime/queue.hpp"
#include "tests/fakes/fakes.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using std::chrono::milliseconds;

namespace {

class Counting final : public Source {
public:
    Counting(DeviceIndex device, std::atomic<int>& closed) : device_(device), closed_(closed) {}
    void step(BootTime, ReportSink& out) override {
        Report report;
        report.device = device_;
        out.deliver(std::move(report));
        std::this_thread::yield();
    }
    void close() override { ++closed_; }

private:
    DeviceIndex device_;
    std::atomic<int>& closed_;
};

class Stuck final : public Source {
public:
    Stuck(std::atomic<bool>& entered, const std::atomic<bool>& free) : entered_(entered), free_(free) {}
    void step(BootTime, ReportSink&) override {
        entered_ = true;
        while (!free_) std::this_thread::sleep_for(milliseconds{1});
    }

private:
    std::atomic<bool>& entered_;
    const std::atomic<bool>& free_;
};

// Waits for as long as it may, unless it is woken.
class Sleeper final : public Source {
public:
    explicit Sleeper(std::atomic<int>& steps) : steps_(steps) {}
    void step(BootTime, ReportSink&) override {
        ++steps_;
        std::unique_lock lock{mutex_};
        woken_.wait(lock, [this] { return over_; });
    }
    [[nodiscard]] bool wakeable() const override { return true; }
    void wake() override {
        const std::lock_guard lock{mutex_};
        over_ = true;
        woken_.notify_all();
    }

private:
    std::atomic<int>& steps_;
    std::mutex mutex_;
    std::condition_variable woken_;
    bool over_ = false;
};

}  // namespace

TEST_GROUP(Runtime){};

TEST(Runtime, every_report_of_every_thread_arrives) {
    ReportQueue queue;
    constexpr int kThreads = 4, kEach = 2000;
    std::vector<std::thread> threads;
    for (DeviceIndex t = 0; t < kThreads; ++t) {
        threads.emplace_back([&queue, t] {
            for (int i = 0; i < kEach; ++i) {
                Report report;
                report.device = t;
                queue.deliver(std::move(report));
            }
        });
    }
    std::size_t got = 0;
    while (got < kThreads * kEach) {
        const auto batch = queue.take(milliseconds{1000});
        if (batch.empty()) break;
        got += batch.size();
    }
    for (auto& thread : threads) thread.join();
    UNSIGNED_LONGS_EQUAL(kThreads * kEach, got);
    UNSIGNED_LONGS_EQUAL(0, queue.dropped());
}

TEST(Runtime, a_full_queue_drops_the_oldest_and_counts) {
    ReportQueue queue{3};
    for (DeviceIndex i = 0; i < 5; ++i) {
        Report report;
        report.device = i;
        queue.deliver(std::move(report));
    }
    const auto left = queue.take(milliseconds{0});
    UNSIGNED_LONGS_EQUAL(3, left.size());
    for (std::size_t i = 0; i < left.size(); ++i) UNSIGNED_LONGS_EQUAL(i + 2, left[i].device);
    UNSIGNED_LONGS_EQUAL(2, queue.dropped());
}

TEST(Runtime, pollers_run_every_source_and_close_it_once) {
    ReportQueue queue;
    fake::FakeClock clock;
    std::atomic<int> closed{0};
    std::vector<std::unique_ptr<Source>> sources;
    for (DeviceIndex i = 0; i < 3; ++i) sources.push_back(std::make_unique<Counting>(i, closed));
    Pollers pollers{std::move(sources), queue, clock};
    std::vector<bool> seen(3, false);
    for (int i = 0; i < 1000 && !(seen[0] && seen[1] && seen[2]); ++i) {
        for (const auto& report : queue.take(milliseconds{100})) seen[report.device] = true;
    }
    CHECK(seen[0] && seen[1] && seen[2]);
    CHECK(pollers.stop(milliseconds{5000}));
    LONGS_EQUAL(3, closed.load());
}

TEST(Runtime, sources_that_wait_for_long_are_woken_for_the_stop) {
    ReportQueue queue;
    fake::FakeClock clock;
    std::atomic<int> steps{0};
    std::vector<std::unique_ptr<Source>> sources;
    for (int i = 0; i < 3; ++i) sources.push_back(std::make_unique<Sleeper>(steps));
    Pollers pollers{std::move(sources), queue, clock};
    while (steps < 3) std::this_thread::yield();
    CHECK(pollers.stop(milliseconds{5000}));
    LONGS_EQUAL(3, steps.load());
}

TEST(Runtime, a_source_that_is_stuck_does_not_hold_up_the_stop) {
    ReportQueue queue;
    fake::FakeClock clock;
    std::atomic<bool> entered{false}, free{false};
    std::vector<std::unique_ptr<Source>> sources;
    sources.push_back(std::make_unique<Stuck>(entered, free));
    Pollers pollers{std::move(sources), queue, clock};
    while (!entered) std::this_thread::yield();
    CHECK_FALSE(pollers.stop(milliseconds{20}));
    free = true;
    while (!pollers.stop(milliseconds{0})) std::this_thread::yield();  // what the thread uses must outlive it
}
