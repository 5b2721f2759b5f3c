// The engine on fakes: what comes out when known powers go in.
#include "tests/unit/runtime/plant.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using pued::fake::two_meters;
using pued::fake::World;

namespace {

const char* const kAlert = "alert/site/test-limit";
const char* const kPue = "metric/site/pue-interval";

nlohmann::json latest(const World& world, const std::string& topic) {
    const auto sent = world.sent(topic);
    return sent.empty() ? nlohmann::json{} : sent.back();
}

}  // namespace

TEST_GROUP(Engine){};

TEST(Engine, an_interval_gives_the_ratio_of_its_register_differences) {
    World world{1.25};
    world.run(40, 120e3, 100e3);
    DOUBLES_EQUAL(1.2, latest(world, kPue)["value"].get<double>(), 1e-4);
    STRCMP_EQUAL("good", latest(world, kPue)["quality"].get<std::string>().c_str());
    DOUBLES_EQUAL(10.0, latest(world, kPue)["window"]["seconds"].get<double>(), 1e-9);
}

TEST(Engine, the_first_interval_is_partial_and_has_no_value) {
    World world{1.25};
    world.run(3, 120e3, 100e3);
    world.run(9, 120e3, 100e3);
    const auto first = world.sent(kPue);
    CHECK(first.empty() || first.front()["value"].is_null() || first.front()["coverage"].get<double>() == 1.0);
}

TEST(Engine, a_drift_past_the_limit_is_pending_then_firing_then_resolved) {
    World world{1.25};
    world.run(40, 120e3, 100e3);
    STRCMP_EQUAL("", world.states(kAlert).c_str());
    world.run(40, 140e3, 100e3);
    STRCMP_EQUAL("pending firing", world.states(kAlert).c_str());
    world.run(40, 120e3, 100e3);
    STRCMP_EQUAL("pending firing resolved", world.states(kAlert).c_str());
}

TEST(Engine, a_site_that_is_over_the_limit_from_the_first_sample_alerts) {
    World world{1.25};
    world.run(50, 140e3, 100e3);
    STRCMP_EQUAL("pending firing", world.states(kAlert).c_str());
}

TEST(Engine, the_alert_says_everything_that_the_interface_promises) {
    World world{1.25};
    world.run(50, 140e3, 100e3);
    const auto alert = latest(world, kAlert);
    for (const char* key :
         {"alert_id", "rule",     "scope", "standard",      "state", "verdict",   "severity", "since",
          "time",     "value",    "limit", "unit",          "u",     "p_conform", "window",   "coverage",
          "message",  "evidence", "acked", "shelved_until", "rev",   "stale"}) {
        CHECK_TEXT(alert.contains(key), key);
    }
    STRCMP_EQUAL("TEST 1", alert["standard"]["id"].get<std::string>().c_str());
    STRCMP_EQUAL("insufficient-data", alert["verdict"].get<std::string>().c_str());
    CHECK(alert["message"]["en"].get<std::string>().find("PUE 1.400 is above 1.25") == 0);
    CHECK(alert["message"]["zh"].get<std::string>().find("PUE 1.400 高于 1.25") == 0);
    LONGS_EQUAL(2, alert["rev"].get<int>());
}

TEST(Engine, silence_marks_a_firing_alert_stale_and_never_resolves_it) {
    World world{1.25};
    world.run(50, 140e3, 100e3);
    world.run(60, 120e3, 100e3, false);
    const auto alert = latest(world, kAlert);
    STRCMP_EQUAL("firing", alert["state"].get<std::string>().c_str());
    CHECK(alert["stale"].get<bool>());
    CHECK(latest(world, kPue)["value"].is_null());
}

TEST(Engine, a_restart_neither_forgets_an_alert_nor_fires_it_again) {
    World world{1.25};
    world.run(50, 140e3, 100e3);
    const auto id = latest(world, kAlert)["alert_id"];
    world.sink.messages.clear();
    world.restart();
    STRCMP_EQUAL("firing", world.states(kAlert).c_str());  // told once again, as it stood
    world.run(40, 140e3, 100e3);
    STRCMP_EQUAL("firing", world.states(kAlert).c_str());
    CHECK(latest(world, kAlert)["alert_id"] == id);
    world.run(40, 120e3, 100e3);
    STRCMP_EQUAL("firing resolved", world.states(kAlert).c_str());
}

TEST(Engine, energy_that_flowed_during_an_outage_is_counted) {
    World world{1.25};
    world.run(40, 120e3, 100e3);
    const auto before = latest(world, "metric/site/pue-day");
    world.restart();
    world.clock.advance(std::chrono::seconds{0});
    world.run(60, 120e3, 100e3, false);
    world.run(30, 120e3, 100e3);
    DOUBLES_EQUAL(1.2, latest(world, "metric/site/pue-day")["value"].get<double>(), 1e-3);
    CHECK(before["value"].is_number());
}

TEST(Engine, another_limit_after_a_reload_is_another_alert_and_rev_goes_on) {
    World world{1.25};
    world.run(50, 140e3, 100e3);
    const auto old = latest(world, kAlert);
    world.sink.messages.clear();
    world.restart_with(two_meters(1.5));
    const auto ended = latest(world, kAlert);
    STRCMP_EQUAL("resolved", ended["state"].get<std::string>().c_str());
    CHECK(ended["rev"].get<int>() > old["rev"].get<int>());
    world.run(40, 160e3, 100e3);
    const auto fresh = latest(world, kAlert);
    STRCMP_EQUAL("firing", fresh["state"].get<std::string>().c_str());
    CHECK(fresh["rev"].get<int>() > ended["rev"].get<int>());
}

TEST(Engine, energy_that_a_stopped_register_lost_is_not_taken_for_measured) {
    World world{1.25};
    world.run(40, 120e3, 100e3);
    world.stop_register(0, 25);
    world.run(65, 120e3, 100e3);
    for (const auto& figure : world.sent(kPue)) {
        if (figure["value"].is_number()) DOUBLES_EQUAL(1.2, figure["value"].get<double>(), 1e-3);
    }
    DOUBLES_EQUAL(1.2, latest(world, kPue)["value"].get<double>(), 1e-3);
}

TEST(Engine, an_alert_that_ended_is_told_again_after_a_restart) {
    World world{1.25};
    world.run(50, 140e3, 100e3);
    world.run(40, 120e3, 100e3);
    const auto ended = latest(world, kAlert);
    world.sink.messages.clear();  // the broker was away and heard nothing of it
    world.restart();
    CHECK(latest(world, kAlert) == ended);
}

TEST(Engine, what_an_alert_says_when_its_limit_is_gone_invents_nothing) {
    World world{1.25};
    world.run(50, 140e3, 100e3);
    world.restart_with(two_meters(1.5));
    const auto ended = latest(world, kAlert);
    DOUBLES_EQUAL(1.25, ended["limit"].get<double>(), 1e-12);
    STRCMP_EQUAL("pue-interval", ended["metric"].get<std::string>().c_str());
    STRCMP_EQUAL("TEST 1", ended["standard"]["id"].get<std::string>().c_str());
    CHECK(ended["message"]["en"].get<std::string>().find("Closed: the limit 1.25") == 0);
}

TEST(Engine, a_clock_that_wakes_in_1970_ends_no_alert) {
    World world{1.25};
    world.run(50, 140e3, 100e3);
    const auto before = world.clock.now().utc;
    world.clock.step_utc(-before.time_since_epoch());
    world.clock.set_quality(ClockQuality::unsynced);
    world.sink.messages.clear();
    world.restart();
    world.run(5, 140e3, 100e3);
    STRCMP_EQUAL("firing", world.states(kAlert).c_str());
    world.clock.step_utc(before.time_since_epoch());
    world.clock.set_quality(ClockQuality::synced);
    world.run(40, 140e3, 100e3);
    for (const auto& alert : world.sent(kAlert)) {  // stale for a while, but never over
        STRCMP_EQUAL("firing", alert["state"].get<std::string>().c_str());
        CHECK(alert["alert_id"] == world.sent(kAlert).front()["alert_id"]);
    }
    CHECK_FALSE(latest(world, kAlert)["stale"].get<bool>());
}

TEST(Engine, a_rule_begins_on_its_day_without_a_restart) {
    auto installation = two_meters(1.25);
    installation.rules[0].scope.valid_from = std::chrono::year{2026} / 1 / 2;  // the world begins on 1 January
    World world{std::move(installation)};
    world.run(50, 140e3, 100e3);
    STRCMP_EQUAL("", world.states(kAlert).c_str());
    world.clock.advance(std::chrono::hours{24});
    world.run(160, 140e3, 100e3);  // a day's intervals close first, 96 a tick; none of them is measured
    STRCMP_EQUAL("pending firing", world.states(kAlert).c_str());
}

TEST(Engine, every_change_of_an_alert_is_on_record) {
    World world{1.25};
    world.run(50, 140e3, 100e3);
    const auto before = world.records(RecordType::alert).size();
    world.run(30, 140e3, 100e3, false);  // only "stale" changes
    CHECK(world.records(RecordType::alert).size() > before);
}

TEST(Engine, what_the_broker_keeps_of_a_device_that_is_gone_is_taken_away) {
    auto with_rack = two_meters(1.25);
    with_rack.points.devices[1].rack = "r7";
    World world{std::move(with_rack)};
    world.run(20, 120e3, 100e3);
    CHECK_FALSE(world.sent("metric/rack-r7/it-power").empty());
    world.sink.messages.clear();
    world.restart_with(two_meters(1.25));
    bool taken = false;
    for (const auto& message : world.sink.messages) {
        taken = taken || (message.topic == "pued/v1/s1/a1/metric/rack-r7/it-power" && message.payload.empty() &&
                          message.retained);
        CHECK_FALSE(message.topic == "pued/v1/s1/a1/metric/site/pue" && message.payload.empty());
    }
    CHECK(taken);
}

TEST(Engine, an_hour_that_still_runs_steps_no_alert) {
    auto installation = two_meters(1.25);
    installation.config.rules.window = "hour";
    installation.config.rules.for_count = 1;
    World world{std::move(installation)};
    world.run(3590, 140e3, 100e3);
    STRCMP_EQUAL("", world.states(kAlert).c_str());
    world.run(30, 140e3, 100e3);
    STRCMP_EQUAL("firing", world.states(kAlert).c_str());
}

TEST(Engine, a_register_that_jumps_at_every_poll_is_an_alert_that_ends_with_the_jumps) {
    fake::World world{1.25};
    world.run(60, 1500e3, 1000e3);
    world.leap_register(1, 1e9);
    world.run(3700, 1500e3, 1000e3);
    const std::string topic = "alert/pdu/integrity-silent";
    STRCMP_EQUAL("firing", world.states(topic).c_str());
    STRCMP_CONTAINS("pdu answers, but has told no energy that can be counted",
                    world.sent(topic).back()["message"]["en"].get<std::string>().c_str());
    world.restart();
    world.run(60, 1500e3, 1000e3);
    world.leap_register(1, 0);
    world.run(60, 1500e3, 1000e3);
    STRCMP_EQUAL("resolved", world.sent(topic).back()["state"].get<std::string>().c_str());
    for (const auto& payload : world.sent(topic)) CHECK(payload["state"] != "pending");
    CHECK(world.verify().findings.empty());
}

TEST(Engine, a_silent_source_shows_in_the_status) {
    World world{1.25};
    world.run(5, 120e3, 100e3);
    LONGS_EQUAL(2, latest(world, "status")["sources"]["good"].get<int>());
    world.run(10, 120e3, 100e3, false);
    LONGS_EQUAL(1, latest(world, "status")["sources"]["stale"].get<int>());
}

TEST(Engine, a_report_of_a_device_that_does_not_exist_is_ignored) {
    World world{1.25};
    Report foreign;
    foreign.device = 99;
    world.engine().accept(foreign, world.clock.now());
    world.run(20, 120e3, 100e3);
    CHECK(latest(world, kPue)["value"].is_number());
}

TEST(Engine, each_poll_is_told_where_readings_are_wanted) {
    auto site = two_meters(1.25);
    site.config.mqtt.readings = true;
    World world{std::move(site)};
    world.run(2, 120e3, 100e3);
    Report bad;
    bad.device = 0;
    bad.at = world.clock.now().boot;
    bad.error = "10.0.0.5:502 unit 1: \"quoted\"";
    bad.samples.push_back({0, Quality::stale, 1, {}});
    bad.samples.push_back({1, Quality::good, 0.1, {}});
    world.engine().accept(bad, world.clock.now());
    world.engine().tick(world.clock.now(), {});
    const auto told = world.sent("reading/feed");
    UNSIGNED_LONGS_EQUAL(3, told.size());
    DOUBLES_EQUAL(120e3, told[1]["values"]["power_w"].get<double>(), 0);
    CHECK(told[1]["values"]["power_w"].is_number_float());
    CHECK(told[1]["bad"].empty() && !told[1].contains("error"));
    DOUBLES_EQUAL(0.1, told[2]["values"]["power_w"].get<double>(), 0);
    STRCMP_EQUAL("stale", told[2]["bad"]["energy_wh"].get<std::string>().c_str());
    STRCMP_EQUAL(bad.error.c_str(), told[2]["error"].get<std::string>().c_str());
}

TEST(Engine, a_power_over_its_limit_does_not_wait_for_the_rest_of_the_round_and_counts_once_in_it) {
    auto installation = two_meters(1.25);
    for (const unsigned times : {1U, 2U}) {
        AlertConfig alert;
        alert.id = "it-high-" + std::to_string(times);
        alert.metric = "it-power";
        alert.above = 150e3;
        alert.for_count = alert.clear_count = times;
        installation.config.alerts.push_back(alert);
    }
    World world{std::move(installation)};
    world.run(20, 120e3, 100e3);
    world.run(1, 120e3, 160e3, false);  // the feed has not been heard in this round
    STRCMP_EQUAL("firing", world.states("alert/site/it-high-1").c_str());
    STRCMP_EQUAL("pending", world.states("alert/site/it-high-2").c_str());
    world.run(1, 120e3, 160e3);
    STRCMP_EQUAL("pending", world.states("alert/site/it-high-2").c_str());
    world.run(1, 120e3, 160e3);
    STRCMP_EQUAL("pending firing", world.states("alert/site/it-high-2").c_str());
}
