// What the log says of a register that jumps at every poll: once, and then once an hour how often.
#include <cstdio>
#include <string>

#include "agent/runtime/step_log.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

TEST_GROUP(StepLog) {
    std::FILE* file = std::tmpfile();
    Log log{file};
    StepLog steps;
    Device device;

    void setup() override {
        device.id = "pdu-1";
        device.rated_w = 20e3;
    }
    void teardown() override { std::fclose(file); }

    void step(StepKind kind, int second) {
        steps.tell({0, kind, BootTime{std::chrono::seconds{second}}, Count{17, 1000, 0, 0}}, device, log);
    }
    std::string written() {
        std::string out(10000, '\0');
        std::rewind(file);
        out.resize(std::fread(out.data(), 1, out.size(), file));
        return out;
    }
};

TEST(StepLog, tells_a_step_once_and_after_an_hour_how_often_it_was) {
    for (int i = 0; i <= 3600; ++i) step(StepKind::backward, i);
    STRCMP_EQUAL(
        "level=warning event=register source=pdu-1 step=backward counts=17 times=1 why=\"\"\n"
        "level=warning event=register source=pdu-1 step=backward counts=17 times=3600 why=\"\"\n",
        written().c_str());
}

TEST(StepLog, tells_each_kind_of_step) {
    step(StepKind::backward, 0);
    step(StepKind::rollover, 1);
    STRCMP_CONTAINS("step=backward", written().c_str());
    STRCMP_CONTAINS("step=rollover", written().c_str());
}

TEST(StepLog, tells_what_a_jump_may_come_from) {
    step(StepKind::jump, 0);
    STRCMP_CONTAINS("why=\"more than 20 kW can bring between two readings, so it is not counted (unit, scale, ",
                    written().c_str());
}

TEST(StepLog, says_where_the_most_that_can_flow_was_assumed) {
    device.rated_w = 0;
    device.assumed_w = 1e6;
    step(StepKind::jump, 0);
    STRCMP_CONTAINS("more than 1000 kW, assumed for want of rated_kw, can bring", written().c_str());
}
