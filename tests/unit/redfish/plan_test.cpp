// Looking through services as they come: ways in their order, elements from 0 or from 1, metric reports, several
// chassis, values that were never measured. And from what is found to samples.
#include <string>

#include "tests/unit/redfish/services.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::redfish;
using namespace pued::testing;

namespace {

RedfishValue metric(std::string name, std::string report, std::string property) {
    auto out = value(std::move(name), std::move(report), "");
    out.metric = std::move(property);
    return out;
}

}  // namespace

TEST_GROUP(RedfishPlan) {
    FakeService peer;
    ServiceSettings settings;
    std::unique_ptr<Service> service;

    void setup() override {
        settings = server_settings();
        peer.pages = server_pages();
        settings.wanted.profile.values.clear();
        settings.wanted.names.clear();
    }
    void want(RedfishValue wanted) {
        auto& names = settings.wanted.names;
        if (names.empty() || names.back() != wanted.name) names.push_back(wanted.name);
        settings.wanted.profile.values.push_back(std::move(wanted));
    }
    Report poll() {
        service = std::make_unique<Service>(settings);
        return *peer.poll(*service, BootTime{std::chrono::seconds{5}});
    }
    // "412.5 good"; several on lines of their own.
    static std::string told(const Report& report) {
        std::string out;
        for (const auto& sample : report.samples) {
            const char* quality = sample.quality == Quality::good    ? " good\n"
                                  : sample.quality == Quality::stale ? " stale\n"
                                                                     : "";
            out += std::to_string(sample.point - 7) + ": " +
                   (quality[0] == '\0' ? "none\n" : std::to_string(sample.value) + quality);
        }
        return out;
    }
    void two_chassis() {
        peer.pages["/redfish/v1/Chassis"] = members({"/redfish/v1/Chassis/1", "/redfish/v1/Chassis/HGX_2"});
        peer.pages["/redfish/v1/Chassis/HGX_2/Env"] = R"({"PowerWatts": {"Reading": 100}})";
    }
};

TEST(RedfishPlan, the_first_way_that_the_service_has_counts) {
    want(value("power_w", "Chassis/*/New", "/Power"));
    want(value("power_w", "Chassis/*/Env", "/PowerWatts/Reading"));
    STRCMP_EQUAL("0: 412.500000 good\n", told(poll()).c_str());
    peer.pages["/redfish/v1/Chassis/1/New"] = R"({"Power": 400})";
    STRCMP_EQUAL("0: 400.000000 good\n", told(poll()).c_str());
    peer.pages["/redfish/v1/Chassis/1/New"] = R"({"Power": null})";
    STRCMP_EQUAL("0: 412.500000 good\n", told(poll()).c_str());
}

TEST(RedfishPlan, several_that_give_it_are_no_answer_unless_they_are_combined_or_excepted) {
    two_chassis();
    want(value("power_w", "Chassis/*/Env", "/PowerWatts/Reading"));
    STRCMP_CONTAINS("several give it, /redfish/v1/Chassis/1/Env and /redfish/v1/Chassis/HGX_2/Env",
                    poll().error.c_str());
    settings.wanted.profile.values[0].except = {"HGX_*"};
    STRCMP_EQUAL("0: 412.500000 good\n", told(poll()).c_str());
    settings.wanted.profile.values[0].except.clear();
    settings.wanted.profile.values[0].combine = RedfishCombine::sum;
    STRCMP_EQUAL("0: 512.500000 good\n", told(poll()).c_str());
    settings.wanted.profile.values[0].combine = RedfishCombine::mean;
    STRCMP_EQUAL("0: 256.250000 good\n", told(poll()).c_str());
}

TEST(RedfishPlan, a_mean_of_fewer_than_there_are_is_none) {
    two_chassis();
    auto mean = value("power_w", "Chassis/*/Env", "/PowerWatts/Reading");
    mean.combine = RedfishCombine::mean;
    mean.of = "gpu";
    want(mean);
    settings.wanted.counts["gpu"] = 3;
    STRCMP_EQUAL("h: power_w: 2 of 3 gpu give it", poll().error.c_str());
    settings.wanted.counts["gpu"] = 2;
    CHECK(poll().error.empty());
}

TEST(RedfishPlan, elements_are_counted_in_the_order_of_their_numbers_whatever_the_first_is) {
    settings.wanted.profile.arrays = {
        {"gpu", 16, {value("power_w", "Chassis/GPU_*/S", "/R"), value("activity", "Chassis/GPU_*/S", "/A")}}};
    settings.wanted.names = {"gpu-1.power_w", "gpu-1.activity", "gpu-2.power_w", "gpu-2.activity", "gpu-3.power_w"};
    peer.pages["/redfish/v1/Chassis"] =
        members({"/redfish/v1/Chassis/GPU_10", "/redfish/v1/Chassis/Fan", "/redfish/v1/Chassis/GPU_0"});
    peer.pages["/redfish/v1/Chassis/GPU_0/S"] = R"({"R": 100})";
    peer.pages["/redfish/v1/Chassis/GPU_10/S"] = R"({"R": 110, "A": 0.5})";
    LONGS_EQUAL(3, poll().samples.size());  // nobody said how many there are, so none is missed
    settings.wanted.counts["gpu"] = 3;
    const auto report = poll();
    STRCMP_EQUAL("0: 100.000000 good\n1: none\n2: 110.000000 good\n3: 0.500000 good\n4: none\n", told(report).c_str());
    LONGS_EQUAL(11, report.samples[4].point);
    STRCMP_CONTAINS("gpu-3.power_w: the service does not give it", report.error.c_str());
}

TEST(RedfishPlan, a_member_that_gives_nothing_now_keeps_its_number) {
    settings.wanted.profile.arrays = {{"gpu", 16, {value("power_w", "Chassis/GPU_*/S", "/R")}}};
    settings.wanted.names = {"gpu-1.power_w", "gpu-2.power_w"};
    settings.wanted.counts["gpu"] = 2;
    peer.pages["/redfish/v1/Chassis"] = members({"/redfish/v1/Chassis/GPU_1", "/redfish/v1/Chassis/GPU_2"});
    peer.pages["/redfish/v1/Chassis/GPU_1/S"] = R"({"R": null})";
    peer.pages["/redfish/v1/Chassis/GPU_2/S"] = R"({"R": 102})";
    STRCMP_EQUAL("0: none\n1: 102.000000 good\n", told(poll()).c_str());
    peer.pages["/redfish/v1/Chassis/GPU_1/S"] = R"({"R": 101})";
    const auto later = *peer.poll(*service, BootTime{std::chrono::minutes{6}});
    STRCMP_EQUAL("0: 101.000000 good\n1: 102.000000 good\n", told(later).c_str());
}

TEST(RedfishPlan, a_sum_of_fewer_than_there_are_is_none_until_all_give_their_part) {
    two_chassis();
    want(value("power_w", "Chassis/*/Env", "/PowerWatts/Reading"));
    settings.wanted.profile.values[0].combine = RedfishCombine::sum;
    const std::string second = "/redfish/v1/Chassis/HGX_2/Env";
    const auto sound = peer.pages[second];
    for (const char* silent : {R"({"PowerWatts": {"Reading": null}})", "{}", ""}) {
        peer.pages[second] = silent;
        if (*silent == '\0') peer.pages.erase(second);
        const auto report = poll();
        STRCMP_EQUAL(("h: power_w: " + second + " does not give its part of the sum").c_str(), report.error.c_str());
    }
    peer.pages[second] = sound;
    const auto later = *peer.poll(*service, BootTime{std::chrono::minutes{6}});
    STRCMP_EQUAL("0: 512.500000 good\n", told(later).c_str());
    peer.pages.erase(second);
    peer.pages["/redfish/v1/Chassis/HGX_2"] = R"({"Status": {"State": "Absent"}})";  // an empty bay
    STRCMP_EQUAL("0: 412.500000 good\n", told(poll()).c_str());
}

TEST(RedfishPlan, a_sum_of_registers_begins_anew_when_one_of_them_does) {
    two_chassis();
    want(value("energy_wh", "Chassis/*/Env", "/E"));
    settings.wanted.profile.values[0].combine = RedfishCombine::sum;
    const auto counts = [this](const char* a, const char* b, int minute) {
        peer.pages["/redfish/v1/Chassis/1/Env"] = std::string{"{\"E\": "} + a + '}';
        peer.pages["/redfish/v1/Chassis/HGX_2/Env"] = std::string{"{\"E\": "} + b + '}';
        const auto report = *peer.poll(*service, BootTime{std::chrono::minutes{minute}});
        return report.samples.at(0).count->counts / 1'000'000;
    };
    service = std::make_unique<Service>(settings);
    LONGLONGS_EQUAL(1000, counts("700", "300", 1));
    LONGLONGS_EQUAL(12, counts("710", "2", 2));
    LONGLONGS_EQUAL(21, counts("715", "6", 3));
    peer.pages["/redfish/v1/Chassis/3/Env"] = R"({"E": 5})";  // found by the next look: another sum
    peer.pages["/redfish/v1/Chassis"] =
        members({"/redfish/v1/Chassis/1", "/redfish/v1/Chassis/HGX_2", "/redfish/v1/Chassis/3"});
    LONGLONGS_EQUAL(0, counts("715", "6", 70));
    LONGLONGS_EQUAL(3, counts("717", "7", 71));
}

TEST(RedfishPlan, each_change_of_a_sums_parts_is_another_register) {
    two_chassis();
    want(value("energy_wh", "Chassis/*/Env", "/E"));
    settings.wanted.profile.values[0].combine = RedfishCombine::sum;
    for (const char* chassis : {"1", "HGX_2", "3"})
        peer.pages[std::string{"/redfish/v1/Chassis/"} + chassis + "/Env"] = R"({"E": 700})";
    const auto two = peer.pages["/redfish/v1/Chassis"];
    const auto three = members({"/redfish/v1/Chassis/1", "/redfish/v1/Chassis/HGX_2", "/redfish/v1/Chassis/3"});
    service = std::make_unique<Service>(settings);
    std::uint64_t before = 0;
    for (int look = 0; look < 4; ++look) {  // one an hour, and each finds other parts
        peer.pages["/redfish/v1/Chassis"] = look % 2 == 0 ? two : three;
        const auto count = *peer.poll(*service, BootTime{std::chrono::minutes{70 * look + 1}})->samples.at(0).count;
        LONGLONGS_EQUAL(look == 0 ? 1'400'000'000 : 0, count.counts);
        CHECK(look == 0 ? count.modulus == RegisterSum::least_modulus : sum_begins_anew(before, count.modulus));
        before = count.modulus;
    }
}

TEST(RedfishPlan, a_metric_report_brings_all_in_one_page) {
    const std::string property = "/redfish/v1/Chassis/GPU_*/Sensors/GPU_{1}_Power_0";
    settings.wanted.profile.arrays = {{"gpu", 16, {metric("power_w", "TelemetryService/MetricReports/M", property)}}};
    settings.wanted.names = {"gpu-1.power_w", "gpu-2.power_w", "gpu-3.power_w"};
    peer.pages["/redfish/v1/TelemetryService/MetricReports/M"] = R"({"MetricValues": [
        {"MetricProperty": "/redfish/v1/Chassis/GPU_2/Sensors/GPU_2_Power_0", "MetricValue": "nan"},
        {"MetricProperty": "/redfish/v1/Chassis/GPU_1/Sensors/GPU_1_DRAM_0_Power_0", "MetricValue": "77"},
        {"MetricProperty": "/redfish/v1/Chassis/GPU_1/Sensors/GPU_1_Power_0", "MetricValue": "412.25"},
        {"MetricProperty": "/redfish/v1/Chassis/GPU_3/Sensors/GPU_3_Power_0", "MetricValue": "80",
         "Oem": {"Nvidia": {"MetricValueStale": true}}}]})";
    const auto report = poll();
    STRCMP_EQUAL("0: 412.250000 good\n1: none\n2: 80.000000 stale\n", told(report).c_str());
    STRCMP_EQUAL("h: gpu-2.power_w: is not a number; gpu-3.power_w: is marked stale by the service",
                 report.error.c_str());
    STRCMP_EQUAL("GET /redfish/v1/TelemetryService/MetricReports/M\nGET /redfish/v1/TelemetryService/MetricReports/M\n",
                 peer.asked_since().c_str());
}

TEST(RedfishPlan, a_collection_may_come_in_parts) {
    peer.pages["/redfish/v1/Chassis"] = R"({"Members": [], "Members@odata.nextLink": "/redfish/v1/Chassis?$skip=1"})";
    peer.pages["/redfish/v1/Chassis?$skip=1"] = members({"/redfish/v1/Chassis/1"});
    want(value("power_w", "Chassis/*/Env", "/PowerWatts/Reading"));
    STRCMP_EQUAL("0: 412.500000 good\n", told(poll()).c_str());
}

TEST(RedfishPlan, a_collection_that_never_ends_is_left) {
    peer.pages["/redfish/v1/Chassis"] = R"({"Members": [], "Members@odata.nextLink": "/redfish/v1/Chassis"})";
    want(value("power_w", "Chassis/*/Env", "/PowerWatts/Reading"));
    STRCMP_EQUAL("h: power_w: the service does not give it", poll().error.c_str());
}

TEST(RedfishPlan, what_the_service_computed_itself_is_not_billed) {
    peer.pages["/redfish/v1/Chassis/1/Env"] =
        R"({"PowerWatts": {"Reading": 412.5, "DataSourceUri": "/redfish/v1/Chassis/1/Sensors/P"},
        "EnergykWh": {"Reading": 1}})";
    peer.pages["/redfish/v1/Chassis/1/Sensors/P"] = R"({"Reading": 412.5, "Implementation": "Synthesized"})";
    want(value("power_w", "Chassis/*/Env", "/PowerWatts/Reading"));
    want(value("energy_wh", "Chassis/*/Env", "/EnergykWh/Reading", 1000));
    CHECK(poll().error.empty());  // in no balance
    settings.wanted.billed = true;
    const auto report = poll();
    STRCMP_EQUAL("0: none\n1: 1000.000000 good\n", told(report).c_str());
    STRCMP_CONTAINS("h: power_w: is synthesized by the service, not measured", report.error.c_str());
    settings.wanted.profile.values[0].synthesized = true;
    CHECK(poll().error.empty());
    settings.wanted.profile.values[0].synthesized = false;
    peer.pages["/redfish/v1/Chassis/1/Sensors/P"] = R"({"Implementation": "PhysicalSensor"})";
    CHECK(poll().error.empty());
}

TEST(RedfishPlan, energies_are_whole_counts_of_a_microwatt_hour) {
    for (const auto& [text, multiply, divide, counts, step] :
         {std::tuple{"0.1", 1000.0, 1.0, 100'000'000ULL, 100.0},
          std::tuple{"123456.789", 1000.0, 1.0, 123'456'789'000'000ULL, 1.0},
          std::tuple{"3600", 1.0, 3600.0, 1'000'000ULL, 1 / 3600.0}, std::tuple{"1", 1.0, 3600.0, 278ULL, 1 / 3600.0},
          std::tuple{"\"42\"", 1000.0, 1.0, 42'000'000'000ULL, 1000.0}}) {
        settings.wanted.profile.values = {value("energy_wh", "Chassis/*/Env", "/E", multiply, divide)};
        settings.wanted.names = {"energy_wh"};
        peer.pages["/redfish/v1/Chassis/1/Env"] = std::string{"{\"E\": "} + text + "}";
        const auto report = poll();
        LONGLONGS_EQUAL(counts, report.samples.at(0).count->counts);
        DOUBLES_EQUAL(step, report.samples[0].count->ulp_wh, 1e-9);
    }
}

TEST(RedfishPlan, what_cannot_be_is_no_value) {
    for (const char* bad : {"-1", "1e300", "true", "{}", "\"\"", "\"12 W\"", "1e13"}) {
        settings.wanted.profile.values = {value("energy_wh", "Chassis/*/Env", "/E", 1000)};
        settings.wanted.names = {"energy_wh"};
        peer.pages["/redfish/v1/Chassis/1/Env"] = std::string{"{\"E\": "} + bad + "}";
        STRCMP_EQUAL_TEXT("0: none\n", told(poll()).c_str(), bad);
    }
    settings.wanted.profile.values = {value("activity", "Chassis/*/Env", "/E", 1, 100)};
    settings.wanted.names = {"activity"};
    peer.pages["/redfish/v1/Chassis/1/Env"] = R"({"E": 101})";
    STRCMP_EQUAL("0: none\n", told(poll()).c_str());
    peer.pages["/redfish/v1/Chassis/1/Env"] = R"({"E": "87.5"})";
    STRCMP_EQUAL("0: 0.875000 good\n", told(poll()).c_str());
}
