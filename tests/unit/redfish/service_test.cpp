// One service through its life: login, looking through, reading what changed, and everything that goes wrong.
#include <string>

#include "tests/unit/redfish/services.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::redfish;
using namespace pued::testing;

namespace {

const std::string kEnv = "/redfish/v1/Chassis/1/Env";

}  // namespace

TEST_GROUP(RedfishService) {
    FakeService peer;
    ServiceSettings settings = server_settings();
    std::unique_ptr<Service> service;
    BootTime now{std::chrono::seconds{100}};

    void setup() override { peer.pages = server_pages(); }
    Report poll() {
        if (!service) service = std::make_unique<Service>(settings);
        auto report = peer.poll(*service, now);
        CHECK(report.has_value());
        now += std::chrono::seconds{10};
        return *report;
    }
    void use_account() {
        settings.user = "monitor";
        settings.password = "secret";
        peer.wants_login = true;
    }
};

TEST(RedfishService, the_first_poll_looks_through_and_reads) {
    const auto report = poll();
    CHECK(report.state == DeviceState::good);
    STRCMP_EQUAL("", report.error.c_str());
    LONGS_EQUAL(3, report.device);
    LONGS_EQUAL(2, report.samples.size());
    LONGS_EQUAL(7, report.samples[0].point);
    DOUBLES_EQUAL(412.5, report.samples[0].value, 0);
    DOUBLES_EQUAL(1234500, report.samples[1].value, 1e-6);
    LONGLONGS_EQUAL(1234500000000, report.samples[1].count->counts);
    LONGS_EQUAL(1, report.samples[1].count->q_uwh);
    DOUBLES_EQUAL(100, report.samples[1].count->ulp_wh, 1e-9);  // it has shown tenths of a kWh
    CHECK(report.at == BootTime{std::chrono::seconds{100}} + std::chrono::milliseconds{5});
    peer.asked.clear();
    poll();
    STRCMP_EQUAL(("GET " + kEnv + '\n').c_str(), peer.asked_since().c_str());
}

TEST(RedfishService, polls_come_by_the_period_and_are_not_made_up_for) {
    poll();
    CHECK(service->due() == now);
    CHECK_FALSE(service->next(now - std::chrono::milliseconds{1}).has_value());
    now += std::chrono::seconds{25};
    poll();
    CHECK(service->due() == BootTime{std::chrono::seconds{140}});
}

TEST(RedfishService, an_account_gets_a_session_and_leaves_it) {
    use_account();
    CHECK(poll().state == DeviceState::good);
    STRCMP_CONTAINS("POST /redfish/v1/SessionService/Sessions\nGET /redfish/v1/Chassis\n", peer.asked_since().c_str());
    poll();
    STRCMP_EQUAL(("GET " + kEnv + '\n').c_str(), peer.asked_since().c_str());
    const auto farewell = service->farewell();
    CHECK(farewell->method == Method::close_session);
    STRCMP_EQUAL("/redfish/v1/SessionService/Sessions/9", farewell->path.c_str());
    STRCMP_EQUAL("t1", farewell->token.c_str());
    CHECK_FALSE(service->farewell().has_value());
}

TEST(RedfishService, a_session_that_ended_is_opened_again_within_the_poll) {
    use_account();
    poll();
    peer.token = "t2";
    peer.asked.clear();
    CHECK(poll().state == DeviceState::good);
    STRCMP_EQUAL(("GET " + kEnv + "\nPOST /redfish/v1/SessionService/Sessions\nGET " + kEnv + '\n').c_str(),
                 peer.asked_since().c_str());
}

TEST(RedfishService, without_sessions_each_request_shows_the_account) {
    use_account();
    peer.sessions = false;
    CHECK(poll().state == DeviceState::good);
    peer.asked.clear();
    CHECK(poll().state == DeviceState::good);
    STRCMP_EQUAL(("GET " + kEnv + '\n').c_str(), peer.asked_since().c_str());
    CHECK_FALSE(service->farewell().has_value());
}

TEST(RedfishService, a_refused_account_is_left_alone_lest_it_be_locked) {
    use_account();
    settings.password = "wrong";
    STRCMP_EQUAL("h: the account is refused (HTTP 401)", poll().error.c_str());
    peer.asked.clear();
    for (int i = 0; i < 5; ++i) STRCMP_EQUAL("h: the account is refused (HTTP 401)", poll().error.c_str());
    STRCMP_EQUAL("", peer.asked_since().c_str());
    poll();  // a minute later
    STRCMP_EQUAL("POST /redfish/v1/SessionService/Sessions\nGET /redfish/v1/Chassis\n", peer.asked_since().c_str());
    for (int i = 0; i < 11; ++i) poll();  // now two minutes
    STRCMP_EQUAL("", peer.asked_since().c_str());
}

TEST(RedfishService, what_has_not_changed_is_current) {
    peer.etags[kEnv] = "\"0\"";
    poll();
    peer.etags[kEnv] = "\"1\"";
    peer.pages[kEnv] = R"({"PowerWatts": {"Reading": 413}, "EnergykWh": {"Reading": 1234.6}})";
    const auto first = poll();
    peer.pages[kEnv] = "not even JSON";  // nobody reads it
    const auto second = poll();
    DOUBLES_EQUAL(413, second.samples[0].value, 0);
    CHECK(second.samples[0].quality == Quality::good && second.samples[1].count == first.samples[1].count);
    CHECK(second.at > first.at);
    peer.etags[kEnv] = "\"2\"";
    peer.pages[kEnv] = R"({"PowerWatts": {"Reading": 500}, "EnergykWh": {"Reading": 1234.6}})";
    DOUBLES_EQUAL(500, poll().samples[0].value, 0);
}

TEST(RedfishService, an_etag_is_not_believed_before_it_has_changed_together_with_a_value) {
    peer.etags[kEnv] = "\"always\"";
    poll();
    for (int power = 500; power < 505; ++power) {
        peer.pages[kEnv] =
            R"({"PowerWatts": {"Reading": )" + std::to_string(power) + R"(}, "EnergykWh": {"Reading": 1}})";
        DOUBLES_EQUAL(power, poll().samples[0].value, 0);
    }
}

TEST(RedfishService, an_etag_that_stays_while_values_change_is_no_longer_believed) {
    peer.etags[kEnv] = "\"1\"";
    poll();
    peer.etags[kEnv] = "\"always\"";
    peer.pages[kEnv] = R"({"PowerWatts": {"Reading": 412}, "EnergykWh": {"Reading": 1234.5}})";
    poll();
    peer.pages[kEnv] = R"({"PowerWatts": {"Reading": 500}, "EnergykWh": {"Reading": 1234.6}})";
    for (int i = 0; i < 30; ++i) DOUBLES_EQUAL(412, poll().samples[0].value, 0);
    DOUBLES_EQUAL(500, poll().samples[0].value, 0);  // read whole, to be sure
    peer.pages[kEnv] = R"({"PowerWatts": {"Reading": 600}, "EnergykWh": {"Reading": 1234.7}})";
    DOUBLES_EQUAL(600, poll().samples[0].value, 0);
}

TEST(RedfishService, a_busy_service_says_so_and_is_given_its_time) {
    poll();
    peer.status[kEnv] = 503;
    peer.retry_after = std::chrono::seconds{60};
    const auto report = poll();
    CHECK(report.state == DeviceState::failed);
    STRCMP_EQUAL(("h: " + kEnv + ": HTTP 503, the service is busy").c_str(), report.error.c_str());
    CHECK(service->due() == now + std::chrono::seconds{50});
}

TEST(RedfishService, what_is_gone_says_so_and_the_others_go_on) {
    settings.wanted.profile.values.push_back(value("temperature_c", "Chassis/*/Thermal", "/Reading"));
    settings.wanted.names.emplace_back("temperature_c");
    peer.pages["/redfish/v1/Chassis/1/Thermal"] = R"({"Reading": 21})";
    LONGS_EQUAL(3, poll().samples.size());
    peer.pages.erase("/redfish/v1/Chassis/1/Thermal");
    auto report = poll();
    CHECK(report.state == DeviceState::good && report.samples[0].quality == Quality::good);
    CHECK(report.samples[2].quality == Quality::invalid);
    STRCMP_EQUAL("h: temperature_c: HTTP 404, it is gone", report.error.c_str());
    for (int i = 0; i < 6; ++i) report = poll();  // looked through again
    STRCMP_EQUAL("h: temperature_c: the service does not give it", report.error.c_str());
    peer.pages["/redfish/v1/Chassis/1/Thermal"] = R"({"Reading": 22})";
    for (int i = 0; i < 31; ++i) report = poll();
    STRCMP_EQUAL("", report.error.c_str());
    DOUBLES_EQUAL(22, report.samples[2].value, 0);
}

TEST(RedfishService, a_service_that_does_not_answer_fails_whole) {
    poll();
    peer.silent = true;
    const auto report = poll();
    CHECK(report.state == DeviceState::failed && report.samples.empty());
    STRCMP_EQUAL(("h: " + kEnv + ": no answer").c_str(), report.error.c_str());
    STRCMP_EQUAL("h: no answer", poll().error.c_str());
    peer.silent = false;
    CHECK(poll().state == DeviceState::good);
}

TEST(RedfishService, one_silence_costs_its_page_and_two_in_a_row_the_device) {
    for (const char* letter : {"B", "C"}) {
        const std::string name = letter[0] == 'B' ? "current_a" : "temperature_c";
        peer.pages[std::string{"/redfish/v1/Chassis/1/"} + letter] = R"({"R": 1})";
        settings.wanted.profile.values.push_back(value(name, std::string{"Chassis/*/"} + letter, "/R"));
        settings.wanted.names.push_back(name);
    }
    poll();
    peer.status["/redfish/v1/Chassis/1/B"] = 0;
    for (int i = 0; i < 3; ++i) {
        const auto report = poll();
        CHECK(report.state == DeviceState::good && report.samples[3].quality == Quality::good);
        STRCMP_EQUAL("h: current_a: timed out", report.error.c_str());
    }
    peer.status["/redfish/v1/Chassis/1/C"] = 0;
    const auto report = poll();
    CHECK(report.state == DeviceState::failed);
    STRCMP_EQUAL("h: timed out", report.error.c_str());
}

TEST(RedfishService, a_page_that_fails_while_it_is_looked_through_is_not_taken_for_missing) {
    peer.status[kEnv] = 500;
    for (int i = 0; i < 2; ++i) STRCMP_EQUAL(("h: " + kEnv + ": HTTP 500").c_str(), poll().error.c_str());
    peer.status.clear();
    STRCMP_EQUAL("", poll().error.c_str());
}

TEST(RedfishService, a_page_that_always_fails_does_not_hold_up_the_others) {
    settings.wanted.profile.values.push_back(value("temperature_c", "Chassis/*/Thermal", "/Reading"));
    settings.wanted.names.emplace_back("temperature_c");
    for (const long status : {500L, 0L}) {
        service.reset();
        peer.status["/redfish/v1/Chassis/1/Thermal"] = status;
        for (int i = 0; i < 2; ++i) CHECK(poll().state == DeviceState::failed);
        STRCMP_EQUAL("h: temperature_c: the service does not give it", poll().error.c_str());
    }
}

TEST(RedfishService, it_is_looked_through_again_each_hour_and_read_on_while_that_fails) {
    poll();
    now += std::chrono::minutes{60};
    peer.asked.clear();
    peer.status["/redfish/v1/Chassis"] = 500;
    CHECK(poll().state == DeviceState::good);
    STRCMP_EQUAL(("GET /redfish/v1/Chassis\nGET " + kEnv + '\n').c_str(), peer.asked_since().c_str());
    poll();
    STRCMP_EQUAL(("GET " + kEnv + '\n').c_str(), peer.asked_since().c_str());
}

TEST(RedfishService, a_way_that_gives_its_values_is_not_left_for_another) {
    settings.wanted.profile.values.push_back(value("power_w", "Chassis/*/Other", "/Power"));
    peer.pages["/redfish/v1/Chassis/1/Other"] = R"({"Power": 1})";
    poll();
    now += std::chrono::minutes{60};
    peer.pages[kEnv] = R"({"PowerWatts": {"Reading": null}, "EnergykWh": {"Reading": 1234.5}})";  // just now
    auto report = poll();
    CHECK(report.samples[0].quality == Quality::invalid);
    peer.pages = server_pages();
    DOUBLES_EQUAL(412.5, poll().samples[0].value, 0);
}

TEST(RedfishService, a_metric_whose_timestamp_stands_still_is_stale) {
    auto metric = value("power_w", "TelemetryService/MetricReports/M", "");
    metric.metric = "P";
    settings.wanted.profile.values = {metric};
    settings.wanted.names = {"power_w"};
    const auto at = [this](const std::string& stamp) {
        peer.pages["/redfish/v1/TelemetryService/MetricReports/M"] =
            R"({"MetricValues": [{"MetricProperty": "P", "MetricValue": "5", "Timestamp": ")" + stamp + "\"}]}";
    };
    for (const char* stamp : {"T1", "T2"}) {
        at(stamp);
        for (int i = 0; i < 13; ++i) CHECK(poll().samples[0].quality == Quality::good);
    }
    const auto old = poll();
    CHECK(old.samples[0].quality == Quality::stale);
    STRCMP_EQUAL("h: power_w: has not been renewed by the service since T2", old.error.c_str());
    at("");  // a service that tells none
    for (int i = 0; i < 15; ++i) CHECK(poll().samples[0].quality == Quality::good);
}

TEST(RedfishService, a_report_is_of_the_time_when_power_and_energy_were_read) {
    settings.wanted.profile.values.push_back(value("temperature_c", "Chassis/*/Slow", "/Reading"));
    settings.wanted.names.emplace_back("temperature_c");
    peer.pages["/redfish/v1/Chassis/1/Slow"] = R"({"Reading": 21})";
    service = std::make_unique<Service>(settings);
    std::map<std::string, BootTime> sent;  // last
    while (auto request = service->next(now)) {
        auto answer = peer.reply(*request);
        answer.sent = sent[request->path] = now;
        answer.got = now += std::chrono::milliseconds{request->path == kEnv ? 10 : 3000};
        service->answer(answer, now);
    }
    const auto report = *service->take_report();
    CHECK(report.at == sent[kEnv] + std::chrono::milliseconds{5});
    CHECK(report.round_trip == std::chrono::milliseconds{10});
}

TEST(RedfishService, what_is_no_json_costs_its_page_only) {
    peer.pages["/redfish/v1/Chassis/1/B"] = R"({"R": 1})";
    settings.wanted.profile.values.push_back(value("current_a", "Chassis/*/B", "/R"));
    settings.wanted.names.emplace_back("current_a");
    poll();
    peer.pages["/redfish/v1/Chassis/1/B"] = "<html>";
    const auto report = poll();
    CHECK(report.state == DeviceState::good);
    STRCMP_EQUAL("h: current_a: the reply is no JSON object", report.error.c_str());
}

TEST(RedfishService, a_service_of_another_kind_says_what_it_lacks) {
    peer.pages = {{"/redfish/v1/Chassis", members({})}};
    STRCMP_EQUAL("h: power_w: the service does not give it", poll().error.c_str());
}
