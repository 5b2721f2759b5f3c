// The NVML source against a stand-in for NVIDIA's library (nvml/shim.c) that does as a file says: values, a reload, a
// lost GPU, partitions, an old driver, calls that hang.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>

#include "agent/metering/account.hpp"
#include "drivers/nvml/nvml_source.hpp"
#include "firmware/clock.hpp"
#include "tests/fakes/fakes.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace std::chrono_literals;

namespace {

const std::string shims = PUED_NVML_SHIMS;

const std::string two_gpus = R"(count 2
gpu 0 uuid GPU-a
gpu 0 energy 3600000
gpu 0 power 290000
gpu 0 average 300000
gpu 0 clock 1830
gpu 0 tensor 50
gpu 1 uuid GPU-b
gpu 1 energy 7200000
gpu 1 power 250000
gpu 1 clock 1430
gpu 1 tensor 25
)";

enum : PointIndex { all_activity, all_clock, first_energy, first_power, first_activity, second_power };

NvmlPoll poll_of(unsigned gpus, const std::string& library) {
    NvmlPoll poll;
    poll.device = 3;
    poll.gpus = gpus;
    poll.activity = all_activity;
    poll.clock = all_clock;
    poll.each = {{first_energy, first_power, first_activity, {}}, {{}, second_power, {}, {}}};
    poll.period = 100ms;
    poll.hangs_after = 2s;
    poll.file = shims + '/' + library;
    return poll;
}

struct Machine {
    explicit Machine(const std::string& text, unsigned gpus = 2, const std::string& library = "libnvidia-ml.so.1") {
        setenv("NVML_SHIM", file.c_str(), 1);
        write(text);
        source = make_nvml_source(poll_of(gpus, library), clock);
    }
    ~Machine() {
        write("");
        source->close();
        unlink(file.c_str());
    }

    // At once, so that no call sees half of it.
    void write(const std::string& text) const {
        std::ofstream{file + ".new"} << text;
        std::rename((file + ".new").c_str(), file.c_str());
    }

    // The report of the next poll but one: the one under way may have seen what was written before.
    Report next() {
        out.reports.clear();
        const BootTime end = clock.now().boot + 10s;
        while (out.reports.size() < 2 && clock.now().boot < end) source->step(clock.now().boot + 10ms, out);
        CHECK(out.reports.size() >= 2);
        return out.reports.back();
    }

    template <class Condition>
    void next_that(Condition fits) {
        const BootTime end = clock.now().boot + 10s;
        do {
            out.reports.clear();
            source->step(clock.now().boot + 10ms, out);
        } while (std::none_of(out.reports.begin(), out.reports.end(), fits) && clock.now().boot < end);
        CHECK(!out.reports.empty());
    }

    std::string file = "/tmp/pued-nvml-" + std::to_string(getpid());
    SystemClock clock;
    fake::FakeReportSink out;
    std::unique_ptr<Source> source;
};

const Sample& sample(const Report& report, PointIndex point) {
    const auto found = std::find_if(report.samples.begin(), report.samples.end(),
                                    [&](const Sample& one) { return one.point == point; });
    CHECK(found != report.samples.end());
    return *found;
}

void check_value(const Report& report, PointIndex point, double value) {
    CHECK_TEXT(sample(report, point).quality == Quality::good, report.error.c_str());
    DOUBLES_EQUAL(value, sample(report, point).value, 1e-9);
}

bool invalid(const Report& report, PointIndex point) { return sample(report, point).quality == Quality::invalid; }

std::string with(std::string text, const std::string& line) { return text + line + '\n'; }

}  // namespace

TEST_GROUP(Nvml){};

TEST(Nvml, energy_and_power_of_each_gpu_and_tensor_activity_and_clock_of_all) {
    Machine machine{two_gpus};
    const Report report = machine.next();
    CHECK(report.state == DeviceState::good);
    STRCMP_EQUAL("", report.error.c_str());
    CHECK_EQUAL(1'000'000U, sample(report, first_energy).count->counts);
    check_value(report, first_power, 300);  // its average over a second
    check_value(report, second_power, 250);
    check_value(report, all_activity, 0.375);
    check_value(report, all_clock, 1.63e9);
}

TEST(Nvml, the_first_poll_knows_no_activity_yet) {
    Machine machine{two_gpus};
    while (machine.out.reports.empty()) machine.source->step(machine.clock.now().boot + 5ms, machine.out);
    const Report& first = machine.out.reports.front();
    STRCMP_EQUAL("", first.error.c_str());
    CHECK(invalid(first, all_activity));
    check_value(first, all_clock, 1.63e9);
}

TEST(Nvml, a_lost_gpu_takes_only_itself_and_the_means_and_comes_back) {
    Machine machine{two_gpus};
    machine.next();
    machine.write(with(two_gpus, "gpu 0 code 15"));
    const Report lost = machine.next();
    STRCMP_EQUAL("gpu-1: energy: GPU is lost", lost.error.c_str());
    CHECK(invalid(lost, first_energy));
    CHECK(invalid(lost, first_power));
    CHECK(invalid(lost, all_activity));
    CHECK(invalid(lost, first_activity));
    check_value(lost, second_power, 250);
    machine.write(two_gpus);
    machine.next();
    check_value(machine.next(), all_activity, 0.375);
}

TEST(Nvml, to_the_ledger_a_reload_of_the_driver_is_a_reset_and_nothing_is_invented) {
    Machine machine{two_gpus};
    EnergyAccount account{{.rated_w = 1500}};
    const auto read = [&] {
        const Report report = machine.next();
        return account.accept_register(report.at, *sample(report, first_energy).count).kind;
    };
    CHECK(read() == StepKind::advance);
    machine.write(with(two_gpus, "gpu 0 energy 3603600"));
    CHECK(read() == StepKind::advance);
    machine.write(with(two_gpus, "gpu 0 energy 7200"));
    CHECK(read() == StepKind::reset);
    DOUBLES_EQUAL(0.001 + 0.002, watt_hours(account.line().back().energy), 1e-9);
    CHECK_EQUAL(1U, account.epoch());
    machine.write(with(two_gpus, "gpu 0 energy 10800"));
    CHECK(read() == StepKind::advance);
    DOUBLES_EQUAL(0.004, watt_hours(account.line().back().energy), 1e-9);
}

TEST(Nvml, a_session_that_the_driver_forgot_is_opened_anew) {
    for (const char* code : {"1", "9", "18"}) {
        Machine machine{two_gpus};
        machine.next();
        machine.write(with(with(two_gpus, std::string{"init "} + code), std::string{"gpu 1 code "} + code));
        const Report broken = machine.next();
        CHECK(broken.state == DeviceState::failed);
        STRCMP_CONTAINS("libnvidia-ml.so.1: ", broken.error.c_str());
        machine.write(two_gpus);
        machine.next();
        check_value(machine.next(), all_activity, 0.375);
    }
}

// An H100: a slice of 1g has 16 multiprocessors of 132, a 3g 60, and a 1g with more memory 26.
TEST(Nvml, activity_of_a_partitioned_gpu_is_that_of_its_share_of_the_multiprocessors) {
    const std::string h100 = two_gpus +
                             "gpu 0 profile 1 16\ngpu 0 profile 2 32\ngpu 0 profile 3 60\ngpu 0 profile 7 132\n"
                             "gpu 0 profile 1 26\n";
    // Both compute instances of the second take 32 of its 60.
    Machine machine{h100 + "gpu 0 mig 1 1 70 26\ngpu 0 mig 2 3 35 16\ngpu 0 mig 2 3 35 16\n"};
    machine.next();
    const Report report = machine.next();
    STRCMP_EQUAL("", report.error.c_str());
    check_value(report, first_activity, (26 * 0.7 + 60 * 0.35) / 132);
    // Partitions that change cost the poll that cannot tell.
    machine.write(with(h100, "gpu 0 mig 5 7 100 132"));
    machine.next();
    check_value(machine.next(), first_activity, 1);
}

TEST(Nvml, a_gpu_of_four_slices_is_whole_with_four) {
    const std::string four = two_gpus + "gpu 0 profile 1 46\ngpu 0 profile 2 94\ngpu 0 profile 4 188\n";
    Machine machine{with(four, "gpu 0 mig 1 4 50 188")};
    machine.next();
    check_value(machine.next(), first_activity, 0.5);
    machine.write(four + "gpu 0 mig 3 1 100 46\ngpu 0 mig 4 2 20 94\n");
    machine.next();
    check_value(machine.next(), first_activity, (46 + 94 * 0.2) / 188);
}

TEST(Nvml, a_partitioned_gpu_whose_size_nobody_tells_has_no_activity) {
    Machine machine{with(two_gpus, "gpu 0 mig 1 3 70 60")};
    const Report silent = machine.next();
    STRCMP_CONTAINS("MIG: profiles of this GPU:", silent.error.c_str());
    CHECK(invalid(silent, first_activity) && invalid(silent, all_activity));
    machine.write(two_gpus + "gpu 0 profile 1 16\ngpu 0 mig 1 3 70 60\n");
    machine.next();
    const Report absurd = machine.next();
    STRCMP_CONTAINS("more multiprocessors than the whole GPU", absurd.error.c_str());
    CHECK(invalid(absurd, first_activity));
}

TEST(Nvml, utilisation_is_no_activity_where_there_is_no_gpm) {
    Machine machine{"count 1\ngpu 0 uuid GPU-a\ngpu 0 energy 36000\ngpu 0 power 100000\ngpu 0 clock 1410\n", 1};
    const Report report = machine.next();
    CHECK(report.state == DeviceState::good);
    STRCMP_CONTAINS("expected a GPU of the Hopper generation or newer", report.error.c_str());
    CHECK(invalid(report, all_activity));
    check_value(report, first_power, 100);
    CHECK_EQUAL(10'000U, sample(report, first_energy).count->counts);
}

TEST(Nvml, an_old_driver_tells_what_it_knows) {
    Machine machine{two_gpus, 2, "libnvidia-ml-old.so.1"};
    const Report report = machine.next();
    STRCMP_CONTAINS("energy: this driver does not count it", report.error.c_str());
    STRCMP_CONTAINS("this driver has no GPM", report.error.c_str());
    CHECK(invalid(report, first_energy));
    check_value(report, first_power, 290);
    check_value(report, all_clock, 1.63e9);
}

TEST(Nvml, another_number_of_gpus_than_configured_is_said) {
    Machine machine{two_gpus, 8};
    const Report report = machine.next();
    STRCMP_CONTAINS("2 GPUs found, 8 configured (check the server's accelerators)", report.error.c_str());
    CHECK(invalid(report, all_clock));
}

// The second GPU would pass for the first.
TEST(Nvml, while_a_gpu_is_missing_from_the_beginning_none_has_values) {
    Machine machine{"count 1\ngpu 0 uuid GPU-b\ngpu 0 energy 7200000\ngpu 0 power 250000\n"};
    const Report report = machine.next();
    CHECK(report.state == DeviceState::good);
    STRCMP_EQUAL(
        "1 GPUs found, 2 configured (check the server's accelerators); which is which is known when all are there",
        report.error.c_str());
    for (const PointIndex point : {first_energy, first_power, first_activity, second_power})
        CHECK(invalid(report, point));
}

TEST(Nvml, a_gpu_that_goes_missing_later_moves_no_other) {
    Machine machine{two_gpus};
    machine.next();
    machine.write(with(two_gpus, "gpu 1 code 1"));  // the session ends
    machine.next();
    machine.write("count 1\ngpu 0 uuid GPU-b\ngpu 0 energy 7200000\ngpu 0 power 250000\ngpu 0 clock 1430\n");
    machine.next();
    const Report report = machine.next();
    STRCMP_CONTAINS("1 GPUs found, 2 configured (check the server's accelerators); gpu-1: not there",
                    report.error.c_str());
    CHECK(invalid(report, first_power));
    check_value(report, second_power, 250);
}

TEST(Nvml, without_the_library_the_report_says_what_is_missing) {
    Machine machine{two_gpus, 2, "none.so"};
    const Report report = machine.next();
    CHECK(report.state == DeviceState::failed);
    STRCMP_CONTAINS("none.so: cannot open shared object file", report.error.c_str());
    STRCMP_CONTAINS("expected NVIDIA's driver on this machine", report.error.c_str());
}

TEST(Nvml, a_poll_that_is_slower_than_its_period_is_told_and_costs_those_that_it_holds_up) {
    Machine machine{with(two_gpus, "slow 150")};
    machine.next();
    const Report report = machine.next();
    STRCMP_EQUAL("", report.error.c_str());
    check_value(report, first_power, 300);
    CHECK(report.skipped >= 2);
    CHECK(report.round_trip >= 300ms);
}

TEST(Nvml, a_call_that_hangs_holds_nobody_up) {
    Machine machine{two_gpus};
    machine.next();
    machine.write(with(two_gpus, "hang 1"));
    machine.next_that([](const Report& report) { return report.state == DeviceState::failed; });
    const BootTime before = machine.clock.now().boot;
    machine.source->step(before + 20ms, machine.out);
    CHECK(machine.clock.now().boot - before < 2s);
    const Report hung = machine.next();  // one each period, from now on
    CHECK(hung.state == DeviceState::failed);
    STRCMP_CONTAINS("no answer for", hung.error.c_str());
    machine.write(two_gpus);
    machine.next_that([](const Report& report) { return report.state == DeviceState::good; });
    check_value(machine.next(), all_activity, 0.375);
    machine.write(with(two_gpus, "hang 1"));  // also at the end
    machine.next();
}
