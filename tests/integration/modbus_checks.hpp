// Checks of reports that the Modbus integration tests share. Include last: it brings CppUTest.
#pragma once

#include "tests/integration/modbus_harness.hpp"

#include <CppUTest/TestHarness.h>

namespace pued::peers {

inline void check_values(const Report& report, double first, double second) {
    CHECK_EQUAL(2U, report.samples.size());
    DOUBLES_EQUAL(first, report.samples[0].value, 0);
    DOUBLES_EQUAL(second, report.samples[1].value, 0);
}

// A report in every slot of the period, none missing.
inline void check_every_slot(const std::vector<Report>& reports, milliseconds period) {
    for (std::size_t i = 0; i < reports.size(); ++i) {
        CHECK_TRUE(reports[i].state == DeviceState::good);
        UNSIGNED_LONGS_EQUAL(0, reports[i].skipped);
        if (i == 0) continue;
        const double slots = in_seconds(reports[i].at - reports[0].at) / in_seconds(period);
        DOUBLES_EQUAL(static_cast<double>(i), slots, 0.5);
    }
}

}  // namespace pued::peers
