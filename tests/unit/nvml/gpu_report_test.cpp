// What the GPUs said, as a report: exact energies, sums and means only of all, a GPU that is lost, another number of
// them.
#include "drivers/nvml/gpu_report.hpp"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::nvml;

namespace {

const BootTime at{std::chrono::hours{5}};

// Means of two GPUs: points 2 and 3; of each: 10..13 and 20..23.
NvmlPoll two_gpus() {
    NvmlPoll poll;
    poll.device = 7;
    poll.gpus = 2;
    poll.activity = 2;
    poll.clock = 3;
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

TEST(GpuReport, each_gpu_has_its_values_and_shares_are_averaged) {
    const Report report =
        report_of(two_gpus(), outcome({gpu(3'600'000, 350, 0.5, 1.8e9), gpu(7'200'000, 250, 0.7, 1.4e9)}));
    CHECK(report.state == DeviceState::good);
    STRCMP_EQUAL("", report.error.c_str());
    CHECK_EQUAL(7U, report.device);
    CHECK(report.at == at);
    check_value(report, 2, 0.6);
    check_value(report, 3, 1.6e9);
    check_value(report, 10, 1);
    check_value(report, 21, 250);
    CHECK_EQUAL(2'000'000U, sample(report, 20).count->counts);
}

TEST(GpuReport, a_lost_gpu_is_invalid_with_the_means_and_the_other_goes_on) {
    const Report report = report_of(two_gpus(), outcome({lost(), gpu(7'200'000, 250, 0.7, 1.4e9)}));
    CHECK(report.state == DeviceState::good);
    STRCMP_EQUAL("gpu-1: energy: GPU is lost", report.error.c_str());
    for (const PointIndex point : {2U, 3U, 10U, 11U, 12U, 13U})
        CHECK(sample(report, point).quality == Quality::invalid);
    check_value(report, 21, 250);
    check_value(report, 22, 0.7);
}

TEST(GpuReport, another_number_of_gpus_than_configured_has_no_means_and_is_named) {
    Outcome more = outcome({gpu(1, 350, 0.5, 1.8e9), gpu(2, 250, 0.7, 1.4e9)});
    more.found = 3;
    const Report report = report_of(two_gpus(), more);
    STRCMP_EQUAL("3 GPUs found, 2 configured (check the server's accelerators)", report.error.c_str());
    CHECK(sample(report, 2).quality == Quality::invalid);
    check_value(report, 11, 350);
}

TEST(GpuReport, a_session_that_failed_is_a_failed_report) {
    Outcome none;
    none.at = at;
    none.error = "libnvidia-ml.so.1: Driver Not Loaded";
    const Report report = report_of(two_gpus(), none);
    CHECK(report.state == DeviceState::failed);
    STRCMP_EQUAL("libnvidia-ml.so.1: Driver Not Loaded", report.error.c_str());
    CHECK(report.samples.empty());
}
