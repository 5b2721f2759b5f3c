// What an operator's own alert says: amounts that people read, in both languages.
#include <string>

#include "agent/runtime/alert_payload.hpp"
#include "agent/runtime/json.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

TEST_GROUP(AlertMessage) {
    Watch watch;
    AlertEntry entry;

    void setup() override {
        watch.rule = "x";
        watch.scope = "site";
        watch.metric = "it-power";
        watch.limit = 20000;
        entry.state.phase = AlertPhase::firing;
    }
    void expect(double value, const std::string& unit, const std::string& en, const std::string& zh) {
        entry.latest.value = value;
        entry.latest.unit = unit;
        const auto message = Json::parse(alert_payload(watch, entry))["message"];
        STRCMP_EQUAL(en.c_str(), message["en"].get<std::string>().c_str());
        STRCMP_EQUAL(zh.c_str(), message["zh"].get<std::string>().c_str());
    }
};

TEST(AlertMessage, tells_powers_in_kilowatts) {
    expect(1234567, "W", "it-power of site is 1234.57 kW, above the threshold 20 kW",
           "站点 的 it-power 为 1234.57 kW，高于阈值 20 kW");
    expect(800, "W", "it-power of site is 800 W, within the threshold 20 kW",
           "站点 的 it-power 为 800 W，未越过阈值 20 kW");
}

TEST(AlertMessage, tells_ratios_without_a_unit) {
    watch.scope = "rack-r1", watch.metric = "ppue-hour", watch.limit = 1.2;
    expect(1.25, "", "ppue-hour of rack-r1 is 1.25, above the threshold 1.2",
           "rack-r1 的 ppue-hour 为 1.25，高于阈值 1.2");
}
