// What of the broker's messages is a command.
#include <string>
#include <vector>

#include "drivers/mqtt/command_inbox.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

const std::string kRoot = "pued/v1/hall-1/box-1/";

MqttEvent message(const std::string& topic, std::string text, bool retained = false) {
    return {.kind = MqttEvent::Kind::arrived,
            .text = std::move(text),
            .topic = kRoot + topic,
            .retained = retained,
            .response_topic = "ops/answers",
            .correlation = std::string{"\0\x01", 2}};
}

}  // namespace

TEST_GROUP(CommandInbox) {
    CommandInbox inbox{kRoot, true};
    std::string refused(const MqttEvent& event) {
        const auto taken = inbox.take(event);
        return taken ? "" : taken.error();
    }
};

TEST(CommandInbox, exactly_five_commands_and_the_checkpoint_are_subscribed_to) {
    const std::vector<std::string> expected{kRoot + "checkpoint",      kRoot + "command/ack",
                                            kRoot + "command/shelve",  kRoot + "command/report",
                                            kRoot + "command/rebirth", kRoot + "command/cosign"};
    CHECK(inbox.topics() == expected);
}

TEST(CommandInbox, without_authentication_there_are_no_commands) {
    CommandInbox anonymous{kRoot, false};
    CHECK(anonymous.topics() == std::vector<std::string>{kRoot + "checkpoint"});
    CHECK_FALSE(static_cast<bool>(anonymous.take(message("command/ack", "{}"))));
    CHECK(anonymous.drain().empty());
}

TEST(CommandInbox, a_command_comes_whole_and_once) {
    STRCMP_EQUAL("", refused(message("command/ack", "{\"alert_id\":\"x\"}")).c_str());
    STRCMP_EQUAL("", refused(message("command/cosign", "note")).c_str());
    const auto commands = inbox.drain();
    UNSIGNED_LONGS_EQUAL(2, commands.size());
    STRCMP_EQUAL("ack", commands[0].name.c_str());
    STRCMP_EQUAL("{\"alert_id\":\"x\"}", commands[0].payload.c_str());
    STRCMP_EQUAL("ops/answers", commands[0].response_topic.c_str());
    CHECK(commands[0].correlation == std::string("\0\x01", 2));
    STRCMP_EQUAL("cosign", commands[1].name.c_str());
    CHECK(inbox.drain().empty());
}

TEST(CommandInbox, a_retained_command_is_not_obeyed) {
    STRCMP_EQUAL("ack: a retained command is not obeyed (publish it without retain)",
                 refused(message("command/ack", "{}", true)).c_str());
    CHECK(inbox.drain().empty());
}

TEST(CommandInbox, only_the_checkpoint_that_the_broker_kept_is_its_memory) {
    STRCMP_EQUAL("", refused(message("checkpoint", "just published")).c_str());
    CHECK(inbox.drain().empty());
    STRCMP_EQUAL("", refused(message("checkpoint", "kept", true)).c_str());
    const auto commands = inbox.drain();
    STRCMP_EQUAL("checkpoint-seen", commands.at(0).name.c_str());
    STRCMP_EQUAL("kept", commands.at(0).payload.c_str());
}

TEST(CommandInbox, what_is_too_large_is_refused) {
    STRCMP_EQUAL("", refused(message("command/cosign", std::string(16384, 'x'))).c_str());
    STRCMP_EQUAL("cosign: 16385 bytes are too many (at most 16384)",
                 refused(message("command/cosign", std::string(16385, 'x'))).c_str());
}

TEST(CommandInbox, a_flood_is_refused_until_somebody_drains) {
    for (std::size_t i = 0; i < CommandInbox::most_waiting; ++i)
        STRCMP_EQUAL("", refused(message("command/ack", "{}")).c_str());
    STRCMP_EQUAL("ack: too many commands at once (try again later)", refused(message("command/ack", "{}")).c_str());
    UNSIGNED_LONGS_EQUAL(CommandInbox::most_waiting, inbox.drain().size());
    STRCMP_EQUAL("", refused(message("command/ack", "{}")).c_str());
}

TEST(CommandInbox, answers_go_to_topics_and_never_to_our_own) {
    CHECK(inbox.may_answer("ops/answers"));
    for (const std::string topic : {"", "a/+", "a/#", "$SYS/x", "a\nb", "pued/v1/hall-1/box-1/alert/site/pue"}) {
        CHECK_FALSE_TEXT(inbox.may_answer(topic), topic.c_str());
    }
    auto event = message("command/ack", "{}");
    event.response_topic = kRoot + "status";
    STRCMP_EQUAL("", refused(event).c_str());
    STRCMP_EQUAL("", inbox.drain().at(0).response_topic.c_str());
}
