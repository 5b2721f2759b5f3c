// Reports that people ask for over MQTT: made beside the daemon, on a thread of their own, because a year takes seconds
// on a small board; one at a time. Owned and called by the main thread.
#pragma once

#include <future>
#include <optional>
#include <string>

#include "agent/commands/commands.hpp"
#include "agent/config/installation.hpp"
#include "agent/model/result.hpp"
#include "drivers/mqtt/command_inbox.hpp"

namespace pued {

// As `pued report` makes it; the error names place, cause and way out.
Result<std::string> make_report(const Installation& installation, const ReportOptions& options);

class ReportDesk {
public:
    // {"period":"2026-07"}; false while another is being made.
    bool take(const std::string& config_file, Command command);
    // The one that is ready, with what to answer.
    std::optional<std::pair<Command, std::string>> ready();

private:
    Command command_;
    std::future<std::string> answer_;
};

}  // namespace pued
