// Commands through a real mosquitto: who may give them, how they are answered, and the checkpoint that the broker kept.
// mosquitto_pub and mosquitto_rr are the operators. Everything on loopback, free ports, own processes.
#include <string>
#include <vector>

#include "tests/integration/mqtt_agent.hpp"
#include "tests/integration/mqtt_broker.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::testing;

namespace {

// A broker that knows the user "pued", and lets strangers in as well. `more`: lines of its configuration.
class KnowingBroker {
public:
    explicit KnowingBroker(const std::string& more = {})
        : broker{"allow_anonymous true\npassword_file " + passwords() + "\n" + more} {
        ChildProcess{{"mosquitto_passwd", "-b", "-c", passwords(), "pued", "secret"}, folder_ / "passwd.log"}.wait();
        started = broker.start();
    }
    void publish(std::vector<std::string> arguments, const std::string& topic, const std::string& payload) const {
        std::vector<std::string> command{
            "mosquitto_pub", "-h", "127.0.0.1", "-p", std::to_string(broker.port()), "-V", "5", "-q", "1", "-t",
            topic,           "-m", payload};
        command.insert(command.end(), arguments.begin(), arguments.end());
        CHECK_EQUAL(0, (ChildProcess{command, folder_ / "pub.log"}.wait()));
    }
    // What mosquitto_rr prints: the answer to the command.
    ChildProcess ask(const std::string& name, const std::string& payload, const std::string& output) const {
        return ChildProcess{{"mosquitto_rr", "-h", "127.0.0.1", "-p", std::to_string(broker.port()), "-V", "5", "-q",
                             "1", "-t", root + "command/" + name, "-e", "ops/answers", "-m", payload, "-W", "15"},
                            output};
    }
    [[nodiscard]] std::string file(const std::string& name) const { return folder_ / name; }

private:
    [[nodiscard]] std::string passwords() const { return folder_ / "passwords"; }
    TemporaryDirectory folder_;

public:
    Broker broker;
    bool started = false;
};

const Credentials known{"pued", "secret"};

// The subscriptions are answered in order: after the last one's answer all are there.
bool subscribed(const KnowingBroker& broker, const std::string& last) {
    return eventually([&] { return file_text(broker.broker.log()).find(last) != std::string::npos; });
}

std::vector<Command> commands_of(Agent& agent, std::size_t wanted) {
    std::vector<Command> all;
    eventually([&] {
        for (auto& command : agent.publisher.take_commands()) all.push_back(std::move(command));
        return all.size() >= wanted;
    });
    return all;
}

}  // namespace

TEST_GROUP(MqttCommands){};

TEST(MqttCommands, a_command_is_taken_and_answered_with_its_correlation) {
    KnowingBroker broker;
    CHECK(broker.started);
    Agent agent{config_for(broker.broker.port()), known};
    CHECK(subscribed(broker, root + "command/cosign"));
    Witness witness{broker.broker, "%r %q %t %D %p"};
    auto asking = broker.ask("ack", R"({"alert_id":"x"})", broker.file("answer"));
    const auto commands = commands_of(agent, 1);
    UNSIGNED_LONGS_EQUAL(1, commands.size());
    STRCMP_EQUAL("ack", commands[0].name.c_str());
    STRCMP_EQUAL(R"({"alert_id":"x"})", commands[0].payload.c_str());
    STRCMP_EQUAL("ops/answers", commands[0].response_topic.c_str());
    agent.publisher.answer(commands[0], R"({"acked":true})");
    CHECK_EQUAL(0, asking.wait());
    STRCMP_EQUAL("{\"acked\":true}\n", file_text(broker.file("answer")).c_str());
    CHECK(witness.sees("0 1 ops/answers " + commands[0].correlation + R"( {"acked":true})"));
}

TEST(MqttCommands, all_five_are_taken_and_nothing_else) {
    KnowingBroker broker;
    CHECK(broker.started);
    Agent agent{config_for(broker.broker.port()), known};
    CHECK(subscribed(broker, root + "command/cosign"));
    for (const char* name : {"reboot", "ack", "shelve", "report", "rebirth", "cosign"}) {
        broker.publish({}, root + "command/" + name, name);
    }
    std::string names;
    for (const auto& command : commands_of(agent, 5)) names += command.name + '=' + command.payload + ' ';
    STRCMP_EQUAL("ack=ack shelve=shelve report=report rebirth=rebirth cosign=cosign ", names.c_str());
    agent.publisher.answer({"ack", "", "", ""}, "{}");  // nobody waits: nothing is sent
    CHECK_EQUAL(0U, agent.publisher.stats().outbox);
}

TEST(MqttCommands, without_a_user_or_certificate_no_command_is_taken_and_the_log_says_so_once) {
    KnowingBroker broker;
    CHECK(broker.started);
    Agent agent{config_for(broker.broker.port())};
    CHECK(subscribed(broker, root + "checkpoint"));
    broker.publish({}, root + "command/ack", "{}");
    agent.publisher.publish(status("online"));
    CHECK(agent.delivers_all());
    CHECK(agent.publisher.take_commands().empty());
    CHECK(file_text(broker.broker.log()).find(root + "command/ack (QoS") == std::string::npos);
    const std::string said = "mqtt broker 127.0.0.1:" + std::to_string(broker.broker.port()) +
                             ": no commands are taken, because the broker does not know who we are (set mqtt.user and "
                             "mqtt.password_file, or mqtt.cert_file and mqtt.key_file)";
    CHECK_EQUAL(1U, agent.logged(said));
    broker.broker.kill();
    CHECK(broker.broker.start());
    CHECK(eventually([&] { return agent.publisher.stats().connected; }));
    CHECK_EQUAL(1U, agent.logged(said));
}

TEST(MqttCommands, what_is_too_large_or_retained_is_refused_in_words) {
    KnowingBroker broker;
    CHECK(broker.started);
    broker.publish({"-r"}, root + "command/rebirth", "{}");
    Agent agent{config_for(broker.broker.port()), known};
    CHECK(agent.fails_with("rebirth: a retained command is not obeyed"));
    auto asking = broker.ask("cosign", std::string(16385, 'x'), broker.file("answer"));
    CHECK_EQUAL(0, asking.wait());
    STRCMP_EQUAL("{\"error\":\"cosign: 16385 bytes are too many (at most 16384)\"}\n",
                 file_text(broker.file("answer")).c_str());
    CHECK(agent.publisher.take_commands().empty());
}

TEST(MqttCommands, our_last_checkpoint_comes_back_from_the_broker_at_each_connection) {
    KnowingBroker broker;
    CHECK(broker.started);
    const std::string note = "pued/site/agent/epoch-1\n7\nroot\n\n— signature\n";
    {
        Agent agent{config_for(broker.broker.port())};
        agent.publisher.publish({root + "checkpoint", note});
        CHECK(agent.delivers_all());
        CHECK(agent.publisher.take_commands().empty());  // its own word, just published, is no memory
    }
    for (const int version : {5, 3}) {
        auto config = config_for(broker.broker.port());
        config.version = version;
        Agent later{config};
        const auto commands = commands_of(later, 1);
        STRCMP_EQUAL("checkpoint-seen", commands.at(0).name.c_str());
        STRCMP_EQUAL(note.c_str(), commands.at(0).payload.c_str());
    }
}

TEST(MqttCommands, commands_on_mqtt_3_come_without_a_way_back) {
    KnowingBroker broker;
    CHECK(broker.started);
    auto config = config_for(broker.broker.port());
    config.version = 3;
    Agent agent{config, known};
    CHECK(subscribed(broker, root + "command/cosign"));
    broker.publish({"-D", "publish", "response-topic", "ops/answers"}, root + "command/ack", "{}");
    const auto commands = commands_of(agent, 1);
    STRCMP_EQUAL("ack", commands.at(0).name.c_str());
    STRCMP_EQUAL("", commands.at(0).response_topic.c_str());
}

TEST(MqttCommands, a_broker_that_lets_us_read_nothing_gets_its_metrics_all_the_same) {
    KnowingBroker broker;
    CHECK(broker.started);
    std::ofstream{broker.file("acl")} << "user pued\ntopic write pued/#\n";
    Broker strict{"allow_anonymous false\npassword_file " + broker.file("passwords") + "\nacl_file " +
                  broker.file("acl") + "\n"};
    CHECK(strict.start());
    Agent agent{config_for(strict.port()), known};
    agent.publisher.publish(status("online"));
    CHECK(agent.delivers_all());
    CHECK(agent.publisher.stats().connected);
    CHECK(agent.publisher.take_commands().empty());
}
