// The real clock against the system's own, and the kernel's opinion as a quality.
#include "firmware/clock.hpp"

#include <ctime>

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace std::chrono_literals;

namespace {

const UtcTime year_2026{1767225600s};
const UtcTime year_1970{100s};

KernelClockState kernel(bool unsynchronised, std::int64_t max_error_us) {
    return {.known = true, .unsynchronised = unsynchronised, .max_error_us = max_error_us};
}

}  // namespace

TEST_GROUP(ClockQuality){};

TEST(ClockQuality, synced_means_an_error_of_at_most_a_second) {
    CHECK(quality_of(is_synced(kernel(false, 1'000'000)), year_2026, false) == ClockQuality::synced);
    CHECK(quality_of(is_synced(kernel(false, 1'000'001)), year_2026, false) == ClockQuality::unsynced);
}

TEST(ClockQuality, what_was_synced_in_this_boot_is_held_over) {
    CHECK(quality_of(is_synced(kernel(true, 16'000'000)), year_2026, true) == ClockQuality::holdover);
    CHECK(quality_of(is_synced(kernel(true, 16'000'000)), year_2026, false) == ClockQuality::unsynced);
}

TEST(ClockQuality, a_date_before_2020_is_never_right) {
    CHECK(quality_of(is_synced(kernel(false, 10)), year_1970, true) == ClockQuality::unsynced);
    CHECK(quality_of(is_synced(kernel(false, 10)), UtcTime{1577836799s}, true) == ClockQuality::unsynced);
    CHECK(quality_of(is_synced(kernel(false, 10)), UtcTime{1577836800s}, true) == ClockQuality::synced);
}

TEST(ClockQuality, a_kernel_that_will_not_say_is_not_believed) {
    CHECK(quality_of(is_synced({}), year_2026, false) == ClockQuality::unsynced);
    CHECK(quality_of(is_synced({}), year_2026, true) == ClockQuality::holdover);
}

TEST_GROUP(SystemClock){};

TEST(SystemClock, boot_time_goes_on_and_stands_between_two_looks_of_our_own) {
    const SystemClock clock;
    const auto boottime = [] {
        timespec t{};
        ::clock_gettime(CLOCK_BOOTTIME, &t);
        return BootTime{std::chrono::seconds{t.tv_sec} + std::chrono::nanoseconds{t.tv_nsec}};
    };
    for (int i = 0; i < 100; ++i) {
        const BootTime before = boottime();
        const Now now = clock.now();
        CHECK(now.boot >= before);
        CHECK(now.boot <= boottime());
    }
}

TEST(SystemClock, the_label_is_utc) {
    const std::time_t before = std::time(nullptr);
    const Now now = SystemClock{}.now();
    const std::time_t after = std::time(nullptr);
    // time() may be read from a coarser clock, a tick behind.
    CHECK(now.utc >= UtcTime{std::chrono::seconds{before}});
    CHECK(now.utc < UtcTime{std::chrono::seconds{after}} + 1100ms);
}
