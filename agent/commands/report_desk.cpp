// One thread for one report.
#include "agent/commands/report_desk.hpp"

#include <chrono>
#include <utility>

#include "agent/runtime/json.hpp"

namespace pued {
namespace {

std::string refusal(const std::string& why) { return to_text({{"ok", false}, {"error", why}}); }

std::string answer_of(const std::string& config_file, const std::string& payload) {
    const auto in = nlohmann::json::parse(payload, nullptr, false);
    if (!in.is_object() || !in.value("period", nlohmann::json("")).is_string())
        return refusal("expected {\"period\": \"2026\" | \"2026-07\" | \"2026-07-14\"}");
    ReportOptions options;
    options.period = in.value("period", "");
    options.format = "json";
    Problems problems;
    const auto installation = load_installation(config_file, problems);
    if (!installation || !problems.none()) return refusal("the configuration cannot be read: see pued check");
    const auto report = make_report(*installation, options);
    return report ? *report : refusal(report.error());
}

}  // namespace

bool ReportDesk::take(const std::string& config_file, Command command) {
    if (answer_.valid()) return false;
    command_ = std::move(command);
    answer_ = std::async(std::launch::async, answer_of, config_file, command_.payload);
    return true;
}

std::optional<std::pair<Command, std::string>> ReportDesk::ready() {
    if (!answer_.valid() || answer_.wait_for(std::chrono::seconds{0}) != std::future_status::ready) return std::nullopt;
    return std::pair{std::move(command_), answer_.get()};
}

}  // namespace pued
