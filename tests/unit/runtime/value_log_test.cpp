// What the log says of a source some of whose values are missing: once for each loss, and no more than once an hour.
#include <cstdio>
#include <string>

#include "agent/runtime/value_log.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

TEST_GROUP(ValueLog) {
    std::FILE* file = std::tmpfile();
    Log log{file};
    ValueLog values{1};
    Device device;

    void setup() override { device.id = "pdu-1"; }
    void teardown() override { std::fclose(file); }

    // A report of which so many of three values are missing.
    void report(int second, std::size_t missing, bool logged = false) {
        Report out;
        out.at = BootTime{std::chrono::seconds{second}};
        out.state = DeviceState::good;
        for (std::size_t i = 0; i < 3; ++i) {
            out.samples.push_back({static_cast<PointIndex>(i), i < missing ? Quality::invalid : Quality::good, 0, {}});
        }
        if (missing > 0) out.error = "no valid value";
        values.tell(out, device, logged, log);
    }
    std::string written() {
        std::string out(10000, '\0');
        std::rewind(file);
        out.resize(std::fread(out.data(), 1, out.size(), file));
        return out;
    }
};

TEST(ValueLog, a_value_that_goes_missing_is_told_once_however_long_it_stays_away) {
    report(0, 0);
    for (int i = 1; i < 10'000; ++i) report(i, 1);
    STRCMP_EQUAL("level=warning event=values source=pdu-1 missing=1 times=1 error=\"no valid value\"\n",
                 written().c_str());
}

TEST(ValueLog, one_that_comes_and_goes_is_told_once_an_hour_with_how_often_it_was) {
    for (int i = 0; i <= 3600; ++i) report(i, i % 2 == 0 ? 1 : 0);
    STRCMP_EQUAL(
        "level=warning event=values source=pdu-1 missing=1 times=1 error=\"no valid value\"\n"
        "level=warning event=values source=pdu-1 missing=1 times=1800 error=\"no valid value\"\n",
        written().c_str());
}

TEST(ValueLog, more_that_go_missing_later_are_told) {
    report(0, 1);
    report(3600, 2);
    report(7200, 1);
    STRCMP_EQUAL(
        "level=warning event=values source=pdu-1 missing=1 times=1 error=\"no valid value\"\n"
        "level=warning event=values source=pdu-1 missing=2 times=1 error=\"no valid value\"\n",
        written().c_str());
}

TEST(ValueLog, more_that_go_missing_within_the_hour_are_told_after_it) {
    report(0, 1);
    for (int i = 600; i < 7200; i += 10) report(i, 2);
    STRCMP_EQUAL(
        "level=warning event=values source=pdu-1 missing=1 times=1 error=\"no valid value\"\n"
        "level=warning event=values source=pdu-1 missing=2 times=1 error=\"no valid value\"\n",
        written().c_str());
}

TEST(ValueLog, what_was_written_with_the_sources_return_is_not_written_twice) {
    report(0, 1, true);
    report(1, 1);
    STRCMP_EQUAL("", written().c_str());
    report(2, 2);  // more is news
    STRCMP_CONTAINS("missing=2 times=1", written().c_str());
}
