#include "agent/runtime/health.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using std::chrono::seconds;

namespace {

BootTime at(int s) { return BootTime{seconds{s}}; }

Report report(DeviceIndex device, int s, DeviceState state, std::string error = {}) {
    Report out;
    out.device = device;
    out.at = at(s);
    out.state = state;
    out.error = std::move(error);
    return out;
}

PointTable two_devices() {
    PointTable table;
    table.devices.resize(2);
    for (auto& device : table.devices) {
        device.period = seconds{10};
        device.points = {0};
    }
    return table;
}

}  // namespace

TEST_GROUP(Health){};

TEST(Health, a_source_is_nothing_until_it_speaks) {
    Health health{two_devices(), at(0)};
    UNSIGNED_LONGS_EQUAL(2, health.counts().stale);
    UNSIGNED_LONGS_EQUAL(0, health.counts().good);
}

TEST(Health, only_a_change_is_told) {
    Health health{two_devices(), at(0)};
    CHECK(health.accept(report(0, 1, DeviceState::good)).has_value());
    CHECK_FALSE(health.accept(report(0, 11, DeviceState::good)).has_value());
    const auto change = health.accept(report(0, 21, DeviceState::failed, "no reply"));
    CHECK(change && change->from == SourceHealth::good && change->to == SourceHealth::failed);
    DOUBLES_EQUAL(20.0, change->lasted_s, 1e-9);
    CHECK_FALSE(health.accept(report(0, 31, DeviceState::failed, "no reply")).has_value());
    UNSIGNED_LONGS_EQUAL(2, health.of(0).failures);
}

TEST(Health, silence_of_more_than_three_polls_is_stale) {
    Health health{two_devices(), at(0)};
    health.accept(report(0, 0, DeviceState::good));
    CHECK(health.tick(at(30)).empty());
    const auto changes = health.tick(at(31));
    UNSIGNED_LONGS_EQUAL(1, changes.size());
    CHECK(changes[0].to == SourceHealth::stale);
    CHECK(health.tick(at(60)).empty());
}

TEST(Health, a_report_of_an_unknown_device_is_ignored) {
    Health health{two_devices(), at(0)};
    CHECK_FALSE(health.accept(report(7, 1, DeviceState::good)).has_value());
}
