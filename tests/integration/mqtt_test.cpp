// The publisher against a real mosquitto: retained state, the will, brokers that are late, die and forget, refusals.
// mosquitto_sub is the witness. Everything on loopback, free ports, own processes.
#include <string>
#include <vector>

#include "tests/integration/mqtt_agent.hpp"
#include "tests/integration/mqtt_broker.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::testing;
using namespace std::chrono_literals;

namespace {

Message numbered(int i) {
    const std::string number = std::to_string(i);
    return state('m' + number, 'v' + number);
}

std::size_t count_of(const std::string& text, const std::string& file) {
    const auto lines = file_lines(file);
    return static_cast<std::size_t>(std::count_if(
        lines.begin(), lines.end(), [&](const std::string& line) { return line.find(text) != std::string::npos; }));
}

std::vector<std::string> of_topic(const std::vector<std::string>& lines, const std::string& topic) {
    std::vector<std::string> payloads;
    for (const auto& line : lines)
        if (line.starts_with(topic + ' ')) payloads.push_back(line.substr(topic.size() + 1));
    return payloads;
}

}  // namespace

TEST_GROUP(Publisher){};

TEST(Publisher, retained_state_waits_for_a_consumer_that_comes_later) {
    Broker broker;
    CHECK(broker.start());
    Agent agent{config_for(broker.port())};
    agent.publisher.publish(status("online"));
    agent.publisher.publish(state("pue", "1.25"));
    agent.publisher.publish(alert("pue-limit", "firing"));
    CHECK(agent.delivers_all());
    CHECK_EQUAL(3U, agent.publisher.stats().acknowledged);
    Witness witness{broker, "%r %q %t %p"};
    CHECK(witness.sees("1 1 " + root + "status online"));
    CHECK(witness.sees("1 1 " + root + "metric/site/pue 1.25"));
    CHECK(witness.sees("1 1 " + root + "alert/site/pue-limit firing"));
}

TEST(Publisher, messages_say_what_they_are_on_mqtt_5) {
    Broker broker;
    CHECK(broker.start());
    Witness witness{broker, "%C|%P|%p"};
    Agent agent{config_for(broker.port())};
    agent.publisher.publish(status("online"));
    CHECK(witness.sees("application/json|schema:pued/v1 config:0123abcd|online"));
}

TEST(Publisher, the_will_is_published_when_the_agent_vanishes) {
    Broker broker;
    CHECK(broker.start());
    Witness witness{broker, "%r %C|%P|%t %p"};
    const pid_t vanishing = ::fork();
    if (vanishing == 0) {
        Agent agent{config_for(broker.port())};
        agent.publisher.publish(status("online"));
        agent.delivers_all();
        ::kill(::getpid(), SIGKILL);
    }
    ::waitpid(vanishing, nullptr, 0);
    CHECK(witness.sees("0 application/json|schema:pued/v1 config:0123abcd|" + root + "status online"));
    CHECK(witness.sees("0 application/json|schema:pued/v1 config:0123abcd|" + root + "status offline"));
    Witness late{broker, "%r %t %p", "late"};
    CHECK(late.sees("1 " + root + "status offline"));
}

TEST(Publisher, a_polite_end_publishes_the_last_words_and_no_will) {
    Broker broker;
    CHECK(broker.start());
    Witness witness{broker};
    {
        Agent agent{config_for(broker.port())};
        agent.publisher.publish(status("online"));
        CHECK(agent.delivers_all());
        const BootTime before = agent.clock.now().boot;
        agent.publisher.close({status("offline: stopped")});
        CHECK(agent.clock.now().boot - before < 1500ms);
    }
    CHECK(witness.sees(root + "status offline: stopped"));
    CHECK(eventually([&] { return file_text(broker.log()).find("disconnected") != std::string::npos; }));
    CHECK_EQUAL(2U, of_topic(witness.lines(), root + "status").size());
}

TEST(Publisher, a_broker_that_is_late_gets_everything_when_it_comes) {
    Broker broker;
    Agent agent{config_for(broker.port())};
    agent.publisher.publish(state("pue", "1.5"));
    for (const char* step : {"pending", "firing", "resolved"}) agent.publisher.publish(alert("limit", step));
    CHECK(agent.fails_with("mqtt broker 127.0.0.1:" + std::to_string(broker.port()) + ": Connection refused"));
    CHECK_EQUAL(4U, agent.publisher.stats().outbox);
    CHECK(broker.start());
    Witness witness{broker};
    CHECK(agent.delivers_all());
    STRCMP_EQUAL("", agent.publisher.stats().last_error.c_str());
    CHECK(witness.sees(root + "metric/site/pue 1.5"));
    CHECK(witness.sees(root + "alert/site/limit resolved"));
}

TEST(Publisher, a_broker_that_died_and_forgot_learns_all_again_and_every_transition_in_order) {
    Broker broker;
    CHECK(broker.start());
    Agent agent{config_for(broker.port())};
    for (int i = 0; i < 50; ++i) agent.publisher.publish(numbered(i));
    agent.publisher.publish(status("online"));
    agent.publisher.publish(alert("a", "a-pending"));
    CHECK(agent.delivers_all());
    broker.kill();
    CHECK(eventually([&] { return !agent.publisher.stats().connected; }));
    for (const char* step : {"a-firing", "a-resolved", "a-pending-2"}) agent.publisher.publish(alert("a", step));
    for (const char* step : {"b-pending", "b-firing"}) agent.publisher.publish(alert("b", step));
    agent.publisher.publish(state("m0", "v0-new"));
    agent.publisher.publish({root + "reading/m1", "lost", false, 0});
    CHECK_EQUAL(1U, agent.publisher.stats().dropped);
    // After an attempt in vain there are two seconds at least until the next.
    CHECK(agent.fails_with("Connection refused"));
    CHECK(broker.start());
    // A witness that is there before the agent returns sees each transition, not only the last.
    Witness witness{broker};
    CHECK(agent.delivers_all());
    CHECK(witness.sees(root + "status online"));
    for (int i = 1; i < 50; ++i) CHECK(witness.sees(numbered(i).topic + ' ' + numbered(i).payload));
    CHECK(witness.sees(root + "metric/site/m0 v0-new"));
    const auto a = of_topic(witness.lines(), root + "alert/site/a");
    const auto b = of_topic(witness.lines(), root + "alert/site/b");
    CHECK((a == std::vector<std::string>{"a-firing", "a-resolved", "a-pending-2"}));
    CHECK((b == std::vector<std::string>{"b-pending", "b-firing"}));
}

TEST(Publisher, a_wrong_password_is_said_in_words_and_only_once) {
    TemporaryDirectory secrets;
    const std::string file = secrets / "passwords";
    CHECK_EQUAL(0, (ChildProcess{{"mosquitto_passwd", "-b", "-c", file, "pued", "right"}, secrets / "out"}.wait()));
    Broker broker{"allow_anonymous false\npassword_file " + file + "\n"};
    CHECK(broker.start());
    const std::string refusal = "mqtt broker 127.0.0.1:" + std::to_string(broker.port()) +
                                ": not authorised (check mqtt.user and mqtt.password_file)";
    std::size_t seen = 0;
    for (const int version : {5, 3}) {
        MqttConfig config = config_for(broker.port());
        config.version = version;
        Agent refused{config, {"pued", "wrong"}};
        CHECK(refused.fails_with(refusal));
        CHECK(eventually([&] { return count_of("disconnected, not authorised", broker.log()) >= seen + 2; }));
        seen = count_of("disconnected, not authorised", broker.log());
        CHECK_EQUAL(1U, refused.logged(refusal));
        Agent welcome{config, {"pued", "right"}};
        CHECK(welcome.connects());
    }
}

TEST(Publisher, mqtt_3_1_1_works_and_carries_no_properties) {
    Broker broker;
    CHECK(broker.start());
    Witness witness{broker, "%C|%P|%t %p"};
    MqttConfig config = config_for(broker.port());
    config.version = 3;
    Agent agent{config};
    agent.publisher.publish(status("online"));
    CHECK(agent.delivers_all());
    CHECK(witness.sees("||" + root + "status online"));
    CHECK(file_text(broker.log()).find("as agent-" + std::to_string(broker.port()) + " (p2, c1, k20)") !=
          std::string::npos);
}

TEST(Publisher, a_name_that_cannot_be_resolved_is_named) {
    MqttConfig config = config_for(1883);
    config.host = "no-such-broker.invalid";
    Agent agent{config};
    CHECK(agent.fails_with("mqtt broker no-such-broker.invalid:1883: "));
    CHECK(agent.fails_with("(check mqtt.host,"));
}

TEST(Publisher, close_does_not_wait_for_a_broker_that_says_nothing) {
    // A listener that accepts by backlog and never answers.
    const int silent = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    ::bind(silent, reinterpret_cast<sockaddr*>(&address), length);
    ::listen(silent, 1);
    ::getsockname(silent, reinterpret_cast<sockaddr*>(&address), &length);
    Agent agent{config_for(ntohs(address.sin_port))};
    ::usleep(200'000);
    const BootTime before = agent.clock.now().boot;
    agent.publisher.close({status("offline")});
    CHECK(agent.clock.now().boot - before < 2s);
    ::close(silent);
}
