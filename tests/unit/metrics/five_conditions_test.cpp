// The five-condition method as a metric (D05), and what is no such test.
#include <string>
#include <vector>

#include "agent/metrics/five_conditions.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

std::vector<TemperaturePoint> d05() {
    return {{0.1, 2150, 1800}, {0.22, 2200, 1800}, {0.3, 2290, 1800}, {0.28, 2420, 1800}, {0.1, 2560, 1800}};
}

const UtcTime start{std::chrono::seconds{1767196800}}, end{std::chrono::seconds{1798732800}};

void fault(const char* expected, const std::vector<TemperaturePoint>& conditions) {
    STRCMP_EQUAL(expected, five_condition_fault(conditions).c_str());
    CHECK_FALSE(five_condition_metric(conditions, "", start, end).has_value());
}

}  // namespace

TEST_GROUP(FiveConditions){};

TEST(FiveConditions, D05_is_a_named_figure_of_the_year) {
    const auto metric = five_condition_metric(d05(), "table of the city", start, end);
    CHECK_TRUE(metric.has_value());
    STRCMP_EQUAL("pue-five-condition", metric->name.c_str());
    STRCMP_EQUAL("site", metric->scope.c_str());
    STRCMP_EQUAL("GB 40879-2021 five-condition method", metric->method.c_str());
    DOUBLES_EQUAL(1.2886666666666666, *metric->value, 1e-12);
    DOUBLES_EQUAL(20319696e3, std::get<double>(metric->extra.at("facility_wh")), 1e-3);
    DOUBLES_EQUAL(15768000e3, std::get<double>(metric->extra.at("it_wh")), 1e-3);
    STRCMP_EQUAL("table of the city", std::get<std::string>(metric->extra.at("source")).c_str());
    CHECK_TRUE(std::get<std::string>(metric->extra.at("clause_zh")).find("GB 40879-2021") == 0);
    STRCMP_EQUAL("indicative", metric->quality.c_str());
    CHECK_TRUE(metric->start == start && metric->end == end && !metric->u);
}

TEST(FiveConditions, anything_else_is_no_such_test) {
    auto conditions = d05();
    conditions.pop_back();
    fault("there are 4 conditions (expected 5)", conditions);
    conditions = d05();
    conditions[0].share = 0.12;
    fault("the shares do not add up to 1", conditions);
    conditions[0].share = 0.1005;  // the table's rounding
    STRCMP_EQUAL("", five_condition_fault(conditions).c_str());
    conditions[1].share = -0.1;
    fault("a share is below 0", conditions);
    conditions = d05();
    conditions[4].it_kw = 0;
    fault("a condition has no IT power", conditions);
    conditions[4].it_kw = 2561;
    fault("a condition has less facility than IT power", conditions);
}
