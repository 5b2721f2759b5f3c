// The D-Bus source against a sensor service by another implementation of D-Bus, on a dbus-daemon of the test's own:
// values, units, changes in between, services that go, come back or hang, and strangers' signals.
#include <signal.h>

#include <algorithm>
#include <string>

#include "drivers/dbus/dbus_source.hpp"
#include "firmware/clock.hpp"
#include "tests/fakes/fakes.hpp"
#include "tests/integration/openbmc.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::testing;
using namespace std::chrono_literals;

namespace {

const std::string power = "/xyz/openbmc_project/sensors/power/total_power";
const std::string energy = "/xyz/openbmc_project/sensors/energy/GPU_Energy_0";
const std::string percent = "/xyz/openbmc_project/sensors/utilization/gpu_tensor";

std::string sensors(const std::string& watts, const std::string& more = "") {
    return "{\"" + power + "\": {\"value\": " + watts + R"(, "unit": "Watts", "available": true, "functional": true})" +
           more + '}';
}

DbusPoint point(PointIndex index, const std::string& quantity, const std::string& path, double scale = 1) {
    return {{quantity, path, scale}, index};
}

struct Machine {
    Machine(const std::string& plant, std::vector<DbusPoint> points, Duration period = 200ms) : bmc(plant) {
        source = make_dbus_source({3, std::move(points), period, 150ms}, clock);
    }
    ~Machine() { source->close(); }

    template <class Condition>
    Report wait_for(Condition fits) {
        out.reports.clear();
        const BootTime end = clock.now().boot + 8s;
        while (clock.now().boot < end) {
            source->step(clock.now().boot + 20ms, out);
            const auto found = std::find_if(out.reports.begin(), out.reports.end(), fits);
            if (found != out.reports.end()) return *found;
        }
        FAIL_TEST(
            ("no such report; last: " + (out.reports.empty() ? "none" : out.reports.back().error) + "\n" + bmc.log())
                .c_str());
        return {};
    }
    Report wait_for_value(double value) {
        return wait_for([&](const Report& report) {
            return !report.samples.empty() && report.samples[0].quality == Quality::good &&
                   std::abs(report.samples[0].value - value) < 1e-9;
        });
    }
    Report wait_for_error(const std::string& text) {
        return wait_for([&](const Report& report) { return report.error.find(text) != std::string::npos; });
    }

    OpenBmc bmc;
    SystemClock clock;
    fake::FakeReportSink out;
    std::unique_ptr<Source> source;
};

}  // namespace

TEST_GROUP(Dbus){};

TEST(Dbus, power_energy_and_a_share_come_with_their_units) {
    Machine machine{sensors("350.5", ", \"" + energy + R"(": {"value": 7200.0018, "unit": "Joules"}, ")" + percent +
                                         R"(": {"value": 62.5, "unit": "Percent"})"),
                    {point(0, "power_w", power), point(1, "energy_wh", energy), point(2, "activity", percent)}};
    const Report report = machine.wait_for_value(350.5);
    CHECK(report.state == DeviceState::good);
    STRCMP_EQUAL("", report.error.c_str());
    CHECK_EQUAL(3U, report.device);
    CHECK_EQUAL(3U, report.samples.size());
    CHECK_EQUAL(2'000'000U, report.samples[1].count->counts);  // 7 200 002 mJ, floored
    CHECK_EQUAL(1, report.samples[1].count->q_uwh);
    DOUBLES_EQUAL(0.625, report.samples[2].value, 1e-12);
}

TEST(Dbus, a_change_is_taken_before_the_next_poll) {
    Machine machine{sensors("350"), {point(0, "power_w", power)}, 5s};
    machine.wait_for_value(350);
    const BootTime polled = machine.clock.now().boot;
    machine.bmc.set(sensors("700"));
    machine.wait_for_value(700);
    CHECK(machine.clock.now().boot - polled < 3s);
}

TEST(Dbus, what_is_no_reading_is_invalid_with_the_reason) {
    Machine machine{sensors("NaN"), {point(0, "power_w", power)}};
    const Report report = machine.wait_for_error("total_power has no reading now");
    CHECK(report.state == DeviceState::good);
    CHECK(report.samples[0].quality == Quality::invalid);
    machine.bmc.set("{\"" + power + R"(": {"value": 1, "unit": "Watts", "available": false, "functional": true}})");
    machine.wait_for_error("total_power is not available");
    machine.bmc.set("{\"" + power + R"(": {"value": 2, "unit": "Watts", "available": true, "functional": false}})");
    machine.wait_for_error("total_power is not functional");
    machine.bmc.set("{\"" + power + R"(": {"value": 3, "unit": "Joules", "available": true, "functional": true}})");
    machine.wait_for_error("total_power measures Joules (expected Watts)");
    machine.bmc.set(sensors("4"));
    machine.wait_for_value(4);
}

TEST(Dbus, a_service_that_goes_is_missed_and_found_again) {
    Machine machine{sensors("350"), {point(0, "power_w", power)}};
    machine.wait_for_value(350);
    machine.bmc.kill_sensors();
    const Report gone = machine.wait_for_error("xyz.openbmc_project.FakeSensors");
    CHECK(gone.state == DeviceState::failed);
    CHECK(gone.samples.empty());
    machine.bmc.set(sensors("360"));
    machine.bmc.start_sensors();
    STRCMP_EQUAL("", machine.wait_for_value(360).error.c_str());
}

TEST(Dbus, a_service_that_hangs_is_no_steady_load) {
    Machine machine{sensors("350"), {point(0, "power_w", power)}};
    machine.wait_for_value(350);
    machine.bmc.signal_sensors(SIGSTOP);
    const Report hung = machine.wait_for_error("xyz.openbmc_project.FakeSensors: no answer");
    CHECK(hung.state == DeviceState::failed);
    machine.bmc.signal_sensors(SIGCONT);
    machine.bmc.set(sensors("355"));
    machine.wait_for_value(355);
}

TEST(Dbus, a_mapper_that_hangs_costs_one_timeout_whatever_the_number_of_sensors) {
    std::vector<DbusPoint> many;
    for (int i = 0; i < 40; ++i) many.push_back(point(0, "power_w", power + '_' + std::to_string(i)));
    many.push_back(point(0, "power_w", power));
    Machine machine{sensors("350"), many};
    machine.bmc.signal_mapper(SIGSTOP);
    const Report hung = machine.wait_for_error("ObjectMapper: no answer");
    CHECK(hung.state == DeviceState::failed);
    CHECK(hung.round_trip < 40 * 150ms / 4);
    machine.bmc.signal_mapper(SIGCONT);
    machine.wait_for_error("path or object not found: " + power + "_39");
}

TEST(Dbus, a_path_that_nobody_has_is_named) {
    Machine machine{sensors("350"), {point(0, "power_w", power), point(1, "power_w", power + "_2")}};
    const Report report = machine.wait_for_error("path or object not found: " + power + "_2");
    CHECK(report.state == DeviceState::good);
    CHECK(report.samples[0].quality == Quality::good);
    CHECK(report.samples[1].quality == Quality::invalid);
}

TEST(Dbus, two_supplies_are_one_power) {
    Machine machine{sensors("350", ", \"" + power + R"(_2": {"value": 250, "unit": "Watts"})"),
                    {point(0, "power_w", power), point(0, "power_w", power + "_2")}};
    CHECK_EQUAL(1U, machine.wait_for_value(600).samples.size());
}

TEST(Dbus, a_bus_that_restarts_is_joined_again) {
    Machine machine{sensors("350"), {point(0, "power_w", power)}};
    machine.wait_for_value(350);
    machine.bmc.stop_bus();
    CHECK(machine.wait_for_error("D-Bus").state == DeviceState::failed);
    machine.bmc.start_bus();
    STRCMP_EQUAL("", machine.wait_for_value(350).error.c_str());
}

TEST(Dbus, signals_of_strangers_change_nothing) {
    Machine machine{sensors("350"), {point(0, "power_w", power)}, 2s};
    machine.wait_for_value(350);
    CHECK(machine.bmc.stranger_signals());
    machine.bmc.set(sensors("700"));
    machine.wait_for_value(700);
    for (const Report& report : machine.out.reports) CHECK(report.samples.at(0).value != 1);
    CHECK(machine.bmc.stranger_signals());
    machine.out.reports.clear();
    machine.source->step(machine.clock.now().boot + 1s, machine.out);
    for (const Report& report : machine.out.reports) DOUBLES_EQUAL(700, report.samples.at(0).value, 0);
}
