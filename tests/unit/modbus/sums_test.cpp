// Quantities that a device tells in parts only: published behind everything else, and only where all parts are there.
#include <string>
#include <utility>
#include <vector>

#include "drivers/modbus/device_poll.hpp"
#include "tests/fakes/modbus_map.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using std::chrono::milliseconds;

namespace {

BootTime ms(std::int64_t value) { return BootTime{milliseconds{value}}; }

Field phase(std::string name, std::uint16_t address) {
    Field field;
    field.name = std::move(name);
    field.address = address;
    field.scale = 10;
    field.invalid = {0xFFFF};
    return field;
}

}  // namespace

TEST_GROUP(ModbusSums) {
    ModbusPoll config;
    FieldLists lists;

    void setup() override {
        config.device = 7;
        config.first_point = 100;
        auto& map = fake::own_map(config);
        map.fields = {phase("power_l1_w", 10), phase("power_l2_w", 11), phase("voltage_v", 12),
                      phase("power_l3_w", 13)};
        map.sums = {{"power_w", {"power_l1_w", "power_l2_w", "power_l3_w"}}};
    }
    // Registers from 10 on hold these; 0xFFFF is none.
    static Report run(DevicePoll & poll, const std::vector<std::uint16_t>& registers, BootTime now = {}) {
        poll.start(now);
        while (const auto request = poll.request()) {
            std::vector<std::uint16_t> words;
            for (unsigned i = 0; i < request->words; ++i) words.push_back(registers[request->address - 10U + i]);
            poll.answer(words, ms(1000), ms(1010));
        }
        return poll.finish();
    }
    DevicePoll poll() { return {config, tcp_cost(), "10.0.0.5:502", lists}; }
    static const Sample* sample_of(const Report& report, PointIndex point) {
        for (const auto& sample : report.samples) {
            if (sample.point == point) return &sample;
        }
        return nullptr;
    }
};

TEST(ModbusSums, the_sum_is_the_point_behind_the_fields) {
    auto device = poll();
    const auto report = run(device, {100, 120, 2300, 90});
    UNSIGNED_LONGS_EQUAL(5, report.samples.size());
    UNSIGNED_LONGS_EQUAL(104, report.samples.back().point);
    CHECK(report.samples.back().quality == Quality::good && !report.samples.back().count);
    DOUBLES_EQUAL(3100, report.samples.back().value, 0);
}

TEST(ModbusSums, a_phase_that_is_not_there_leaves_no_sum) {
    auto device = poll();
    const auto report = run(device, {100, 0xFFFF, 2300, 90});
    CHECK(report.samples.back().quality == Quality::invalid);
    DOUBLES_EQUAL(0, report.samples.back().value, 0);
    STRCMP_CONTAINS("10.0.0.5:502 unit 1: no valid value for power_l2_w (", report.error.c_str());
}

TEST(ModbusSums, a_phase_that_the_device_is_too_busy_for_makes_the_sum_stale) {
    fake::own_map(config).fields[3].address = 20;
    auto device = poll();
    run(device, {100, 120, 2300, 0, 0, 0, 0, 0, 0, 0, 90});
    device.start(ms(5000));
    device.answer(std::vector<std::uint16_t>(device.request()->words, 1), ms(5000), ms(5010));
    device.refuse(6, ms(5020), ms(5030));
    CHECK_FALSE(device.request());
    const auto report = device.finish();
    CHECK(sample_of(report, 104)->quality == Quality::stale);
    DOUBLES_EQUAL(10 + 10 + 900, sample_of(report, 104)->value, 0);
}

TEST(ModbusSums, a_phase_that_was_not_asked_for_makes_no_sample) {
    config.config.rates = {{"power_l3_w", milliseconds{60'000}}};
    fake::own_map(config).fields[3].address = 20;
    auto device = poll();
    std::vector<std::uint16_t> registers(11, 5);
    CHECK(sample_of(run(device, registers), 104) != nullptr);
    CHECK(sample_of(run(device, registers, ms(10'000)), 104) == nullptr);
    CHECK(sample_of(run(device, registers, ms(60'000)), 104) != nullptr);
}
