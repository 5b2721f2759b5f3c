// What the GPUs said, as a report: exact energies, sums and means only of all, a GPU that is lost, another number of
// them.
#include "drivers/nvml/gpu_report.hpp"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::nvml;

namespace {

const BootTime at{std::chrono::hours{5}};

// All of two GPUs: points 0..3; of each: 10..13 and 20..23.
NvmlPoll two_gpus() {
    NvmlPoll poll;
    poll.device = 7;
    poll.gpus = 2;
    poll.all = {0, 1, 2, 3};
    poll.each = {{10, 11, 12, 13}, {20, 21, 22, 23}};
    return poll;
}

GpuReading gpu(std::uint64_t energy_mj, double power_w, double activity, double clock_hz) {
    return {energy_mj, power_w, activity, clock_hz, {}};
}

GpuReading lost() { return {{}, {}, {}, {}, "energy: GPU is lost"}; }

Outcome outcome(std::vector<GpuReading> gpus) {
    const auto found = gpus.size();
    return {at, {}, {}, std::move(gpus), found};
}

const Sample& sample(const Report& report, PointIndex point) {
    for (const auto& one : report.samples) {
        if (one.point == point) return one;
    }
    FAIL("no such sample");
    return report.samples.front();
}

void check_value(const Report& report, PointIndex point, double value) {
    CHECK(sample(report, point).quality == Quality::good);
    DOUBLES_EQUAL(value, sample(report, point).value, 1e-9);
}

}  // namespace

TEST_GROUP(GpuReport){};

TEST(GpuReport, energies_and_powers_add_up_and_shares_are_averaged) {
    RegisterSum energy;
    const Report report =
        report_of(two_gpus(), outcome({gpu(3'600'000, 350, 0.5, 1.8e9), gpu(7'200'000, 250, 0.7, 1.4e9)}), energy);
    CHECK(report.state == DeviceState::good);
    STRCMP_EQUAL("", report.error.c_str());
    CHECK_EQUAL(7U, report.device);
    CHECK(report.at == at);
    CHECK_EQUAL(3'000'000U, sample(report, 0).count->counts);
    check_value(report, 0, 3);
    check_value(report, 1, 600);
    check_value(report, 2, 0.6);
    check_value(report, 3, 1.6e9);
    check_value(report, 10, 1);
    check_value(report, 21, 250);
    CHECK_EQUAL(2'000'000U, sample(report, 20).count->counts);
}

TEST(GpuReport, a_lost_gpu_is_invalid_with_all_sums_and_the_other_goes_on) {
    RegisterSum energy;
    const Report report = report_of(two_gpus(), outcome({lost(), gpu(7'200'000, 250, 0.7, 1.4e9)}), energy);
    CHECK(report.state == DeviceState::good);
    STRCMP_EQUAL("gpu-1: energy: GPU is lost", report.error.c_str());
    for (const PointIndex point : {0U, 1U, 2U, 3U, 10U, 11U, 12U, 13U})
        CHECK(sample(report, point).quality == Quality::invalid);
    check_value(report, 21, 250);
    check_value(report, 22, 0.7);
}

TEST(GpuReport, another_number_of_gpus_than_configured_has_no_sums_and_is_named) {
    RegisterSum energy;
    Outcome more = outcome({gpu(1, 350, 0.5, 1.8e9), gpu(2, 250, 0.7, 1.4e9)});
    more.found = 3;
    const Report report = report_of(two_gpus(), more, energy);
    STRCMP_EQUAL("3 GPUs found, 2 configured (check the server's accelerators)", report.error.c_str());
    CHECK(sample(report, 1).quality == Quality::invalid);
    check_value(report, 11, 350);
}

TEST(GpuReport, one_gpu_that_was_reset_restarts_the_sum_with_what_has_flowed) {
    RegisterSum energy;
    report_of(two_gpus(), outcome({gpu(3'600'000, 0, 0, 0), gpu(7'200'000, 0, 0, 0)}), energy);
    const Report report = report_of(two_gpus(), outcome({gpu(7200, 0, 0, 0), gpu(7'203'600, 0, 0, 0)}), energy);
    CHECK_EQUAL(3000U, sample(report, 0).count->counts);
    CHECK_EQUAL(2000U, sample(report, 10).count->counts);
}

TEST(GpuReport, a_session_that_failed_is_a_failed_report) {
    RegisterSum energy;
    Outcome none;
    none.at = at;
    none.error = "libnvidia-ml.so.1: Driver Not Loaded";
    const Report report = report_of(two_gpus(), none, energy);
    CHECK(report.state == DeviceState::failed);
    STRCMP_EQUAL("libnvidia-ml.so.1: Driver Not Loaded", report.error.c_str());
    CHECK(report.samples.empty());
}
