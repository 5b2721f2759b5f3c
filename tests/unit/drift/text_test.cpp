// What people read in an alarm.
#include <string>

#include "agent/drift/text.hpp"

#include "CppUTest/TestHarness.h"

using namespace pued;

TEST_GROUP(DriftText) {
    DriftSettings settings;

    static std::string text(const Metric& metric, const char* key) {
        return std::get<std::string>(metric.extra.at(key));
    }
};

TEST(DriftText, a_change_names_the_day_the_waste_and_where_to_look) {
    Metric metric;
    metric.name = "change-score";
    metric.value = 1.2;
    metric.extra = {{"onset_day", std::string{"2026-07-15"}},
                    {"direction", std::string{"worse"}},
                    {"cause", std::string{"plant"}},
                    {"component", std::string{"cooling"}},
                    {"waste_kwh", 12345.6}};
    add_text(metric, settings);
    STRCMP_EQUAL(
        "Since 2026-07-15 PUE has been above what weather and load explain, by 12346 kWh so far; look at the "
        "cooling first",
        text(metric, "text_en").c_str());
    STRCMP_EQUAL("自 2026-07-15 起，PUE 持续高于气象与负载可解释的水平，累计 12346 kWh；请先检查制冷系统",
                 text(metric, "text_zh").c_str());
}

TEST(DriftText, a_change_with_a_meter_sends_people_to_the_meters) {
    Metric metric;
    metric.name = "change-score";
    metric.value = 1.2;
    metric.extra = {{"onset_day", std::string{"2026-07-15"}},
                    {"direction", std::string{"better"}},
                    {"cause", std::string{"metering"}},
                    {"waste_kwh", -500.0}};
    add_text(metric, settings);
    STRCMP_CONTAINS("below what weather and load explain, by 500 kWh so far; a meter changed",
                    text(metric, "text_en").c_str());
}

TEST(DriftText, an_hour_within_its_limits_blames_nobody) {
    Metric metric;
    metric.name = "pue-residual-hour";
    metric.value = 0.01;
    metric.extra = {{"expected", 1.3}};
    add_text(metric, settings);
    STRCMP_EQUAL("PUE 1.310 in this hour, +0.010 against the 1.300 that weather and load explain",
                 text(metric, "text_en").c_str());
}

TEST(DriftText, what_is_unknown_says_nothing) {
    Metric metric;
    metric.name = "forecast-p";
    add_text(metric, settings);
    CHECK(metric.extra.empty());
}
