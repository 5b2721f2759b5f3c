// Which messages are commands; see the header.
#include "drivers/mqtt/command_inbox.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace pued {
namespace {

constexpr std::array<std::string_view, 5> command_names{"ack", "shelve", "report", "rebirth", "cosign"};
constexpr std::size_t longest_topic = 1000;
constexpr std::size_t longest_correlation = 1024;

}  // namespace

std::vector<std::string> CommandInbox::topics() const {
    std::vector<std::string> out{root_ + "checkpoint"};
    if (!authenticated_) return out;
    for (const auto name : command_names) out.push_back(root_ + "command/" + std::string{name});
    return out;
}

bool CommandInbox::may_answer(const std::string& topic) const {
    const auto bad = [](char c) { return c == '+' || c == '#' || static_cast<unsigned char>(c) < 0x20; };
    const bool sound = !topic.empty() && topic.size() <= longest_topic && topic.front() != '$';
    return sound && !topic.starts_with(root_) && std::none_of(topic.begin(), topic.end(), bad);
}

Result<void> CommandInbox::take(const MqttEvent& message) {
    const bool own = message.topic == root_ + "checkpoint";
    if (own && !message.retained) return {};  // what we have just published ourselves
    const auto known = topics();
    if (std::find(known.begin(), known.end(), message.topic) == known.end()) {
        return Error{"a message that nobody subscribed to"};
    }
    const auto name = own ? "checkpoint-seen" : message.topic.substr(message.topic.rfind('/') + 1);
    if (!own && message.retained) return Error{name + ": a retained command is not obeyed (publish it without retain)"};
    if (message.text.size() > most_bytes || message.correlation.size() > longest_correlation) {
        return Error{name + ": " + std::to_string(message.text.size()) + " bytes are too many (at most " +
                     std::to_string(most_bytes) + ')'};
    }
    if (waiting_.size() >= most_waiting) return Error{name + ": too many commands at once (try again later)"};
    const auto answer_to = may_answer(message.response_topic) ? message.response_topic : std::string{};
    waiting_.push_back({name, message.text, answer_to, message.correlation});
    return {};
}

}  // namespace pued
