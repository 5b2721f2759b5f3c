// The subscriber against a real mosquitto: mosquitto_pub publishes, step() is called as the runtime does.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "drivers/mqtt/subscriber.hpp"
#include "firmware/clock.hpp"
#include "tests/fakes/fakes.hpp"
#include "tests/integration/mqtt_agent.hpp"
#include "tests/integration/mqtt_broker.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::testing;
using namespace std::chrono_literals;

namespace {

MqttPoint point(DeviceIndex device, const std::string& topic, const std::string& pointer, Milliseconds stale_after) {
    MqttPoint point;
    point.config.quantity = "activity";
    point.config.topic = topic;
    point.config.pointer = pointer;
    point.config.scale = 0.01;
    point.config.stale_after = stale_after;
    point.device = device;
    point.point = device * 10;
    return point;
}

void publish(const Broker& broker, const std::string& topic, const std::string& payload, bool retain = false) {
    std::vector<std::string> command{
        "mosquitto_pub", "-h", "127.0.0.1", "-p", std::to_string(broker.port()), "-q", "1", "-t", topic, "-m", payload};
    if (retain) command.push_back("-r");
    CHECK_EQUAL(0, (ChildProcess{command, "/dev/null"}.wait()));
}

struct Rack {
    Rack(const MqttConfig& config, std::vector<MqttPoint> points, Credentials credentials = {})
        : source(make_mqtt_source(config, std::move(credentials), "in-" + std::to_string(config.port),
                                  std::move(points), clock)) {}
    ~Rack() { source->close(); }

    // Steps until there is a report that fits, for at most `limit`; that report, or an empty one.
    template <class Condition>
    Report wait_for(Condition fits, Duration limit = 15s) {
        const BootTime end = clock.now().boot + limit;
        while (clock.now().boot < end) {
            source->step(clock.now().boot + 20ms, out);
            const auto found = std::find_if(out.reports.begin(), out.reports.end(), fits);
            if (found != out.reports.end()) return *found;
        }
        return {};
    }
    void step_for(Duration time) {
        wait_for([](const Report&) { return false; }, time);
    }

    SystemClock clock;
    fake::FakeReportSink out;
    std::unique_ptr<Source> source;
};

bool is_failed(const Report& report) { return report.state == DeviceState::failed; }
bool is_good(const Report& report) { return report.state == DeviceState::good; }
bool subscribed(const Broker& broker, std::size_t topics) {
    const auto lines = file_lines(broker.log());
    return static_cast<std::size_t>(std::count_if(lines.begin(), lines.end(), [](const auto& line) {
               return line.find("Sending SUBACK") != std::string::npos;
           })) >= topics;
}

// Steps until the broker has seen the subscriptions.
void await_subscription(Rack& rack, const Broker& broker, std::size_t topics) {
    for (int i = 0; i < 500 && !subscribed(broker, topics); ++i) rack.step_for(20ms);
    CHECK(subscribed(broker, topics));
}

}  // namespace

TEST_GROUP(Subscriber){};

TEST(Subscriber, each_message_is_a_report_for_each_of_its_points) {
    for (const int version : {5, 3}) {
        Broker broker;
        CHECK(broker.start());
        MqttConfig config = config_for(broker.port());
        config.version = version;
        Rack rack{config,
                  {point(1, "rack/a", "/gpu/0", 60s), point(2, "rack/a", "/gpu/1", 60s), point(3, "rack/b", "", 60s)}};
        await_subscription(rack, broker, 2);
        const BootTime before = rack.clock.now().boot;
        publish(broker, "rack/a", R"({"gpu": [25, "50"]})");
        const Report second = rack.wait_for([](const Report& r) { return r.device == 2; });
        CHECK_EQUAL(2U, rack.out.reports.size());
        DOUBLES_EQUAL(0.25, rack.out.reports.at(0).samples.at(0).value, 1e-15);
        CHECK_EQUAL(20U, second.samples.at(0).point);
        DOUBLES_EQUAL(0.5, second.samples.at(0).value, 1e-15);
        CHECK(second.samples.at(0).quality == Quality::good);
        CHECK(second.at >= before);
        publish(broker, "rack/b", "on fire");
        const Report bad = rack.wait_for([](const Report& r) { return r.device == 3; });
        CHECK(bad.samples.at(0).quality == Quality::invalid);
        STRCMP_EQUAL("topic rack/b: message is not JSON", bad.error.c_str());
    }
}

TEST(Subscriber, a_retained_message_is_stale_and_the_next_one_is_good) {
    Broker broker;
    CHECK(broker.start());
    publish(broker, "rack/a", "40", true);
    Rack rack{config_for(broker.port()), {point(1, "rack/a", "", 60s)}};
    const Report kept = rack.wait_for(is_good);
    CHECK(kept.samples.at(0).quality == Quality::stale);
    DOUBLES_EQUAL(0.4, kept.samples.at(0).value, 1e-15);
    rack.out.reports.clear();
    publish(broker, "rack/a", "41", true);
    const Report fresh = rack.wait_for(is_good);
    CHECK(fresh.samples.at(0).quality == Quality::good);
}

TEST(Subscriber, silence_is_reported_again_and_again_until_a_message_comes) {
    Broker broker;
    CHECK(broker.start());
    Rack rack{config_for(broker.port()), {point(1, "rack/a", "", 500ms)}};
    const BootTime start = rack.clock.now().boot;
    rack.step_for(1700ms);
    CHECK_EQUAL(3U, rack.out.reports.size());
    for (const auto& report : rack.out.reports) STRCMP_EQUAL("no message on rack/a for 0.5 s", report.error.c_str());
    CHECK(rack.out.reports.at(0).at - start >= 500ms);
    rack.out.reports.clear();
    publish(broker, "rack/a", "40");
    rack.step_for(300ms);
    CHECK_EQUAL(1U, rack.out.reports.size());
    CHECK(is_good(rack.out.reports.at(0)));
}

TEST(Subscriber, without_a_broker_the_report_says_why_and_a_late_broker_is_found) {
    Broker broker;
    Rack rack{config_for(broker.port()), {point(1, "rack/a", "", 1s)}};
    const Report failed = rack.wait_for(is_failed);
    STRCMP_CONTAINS("no message on rack/a for 1 s (mqtt broker 127.0.0.1:", failed.error.c_str());
    STRCMP_CONTAINS("Connection refused", failed.error.c_str());
    CHECK(broker.start());
    await_subscription(rack, broker, 1);
    publish(broker, "rack/a", "40");
    CHECK(is_good(rack.wait_for(is_good)));
    broker.kill();
    rack.out.reports.clear();
    STRCMP_CONTAINS("Connection refused", rack.wait_for([](const Report& r) {
                                                  return r.error.find("Connection refused") != std::string::npos;
                                              })
                                              .error.c_str());
    CHECK(broker.start());
    for (int i = 0; i < 100; ++i) {
        publish(broker, "rack/a", "41");
        rack.out.reports.clear();
        rack.step_for(100ms);
        if (std::any_of(rack.out.reports.begin(), rack.out.reports.end(), is_good)) return;
    }
    FAIL("no value after the broker's restart");
}

// mosquitto's access rules grant every subscription and keep the messages back; its plugin says no, as other brokers
// do.
std::string withholding_plugin() {
    for (const auto& folder : std::filesystem::directory_iterator{"/usr/lib"})
        if (const auto file = folder.path() / "mosquitto_dynamic_security.so"; std::filesystem::exists(file))
            return file;
    return {};
}

TEST(Subscriber, a_topic_that_the_broker_withholds_is_named) {
    const std::string plugin = withholding_plugin();
    CHECK_TEXT(!plugin.empty(), "mosquitto_dynamic_security.so of the package mosquitto is missing");
    TemporaryDirectory rules;
    std::ofstream{rules / "rules.json"} << R"({"defaultACLAccess": {"publishClientSend": true, "publishClientReceive":
        true, "subscribe": false, "unsubscribe": true}})";
    for (const int version : {5, 3}) {
        Broker broker{"allow_anonymous true\nplugin " + plugin + "\nplugin_opt_config_file " + (rules / "rules.json") +
                      '\n'};
        CHECK(broker.start());
        MqttConfig config = config_for(broker.port());
        config.version = version;
        Rack rack{config, {point(1, "rack/a", "", 500ms)}};
        const Report failed =
            rack.wait_for([](const Report& r) { return r.error.find("refused") != std::string::npos; });
        STRCMP_CONTAINS("no message on rack/a for 0.5 s (mqtt broker 127.0.0.1:", failed.error.c_str());
        STRCMP_CONTAINS(": subscription to rack/a was refused: ", failed.error.c_str());
    }
}

TEST(Subscriber, a_message_too_large_is_an_invalid_sample) {
    Broker broker;
    CHECK(broker.start());
    Rack rack{config_for(broker.port()), {point(1, "rack/a", "", 60s)}};
    await_subscription(rack, broker, 1);
    publish(broker, "rack/a", std::string(70000, '1'));
    const Report report = rack.wait_for(is_good);
    STRCMP_EQUAL("topic rack/a: message of 70000 bytes is too large (at most 65536)", report.error.c_str());
}
