// JSON of the status.
#include "agent/runtime/status_payload.hpp"

#include "agent/runtime/json.hpp"

namespace pued {

Message status_message(const Topics& topics, const Config& config, const Status& status) {
    static constexpr const char* kClock[] = {"synced", "holdover", "unsynced"};
    const Json payload{
        {"state", status.online ? "online" : "offline"},
        {"since", json_time(status.since)},
        {"version", PUED_VERSION},
        {"config_sha256", config.sha256},
        {"clock", kClock[static_cast<std::size_t>(status.clock)]},
        {"sources",
         {{"good", status.sources.good}, {"stale", status.sources.stale}, {"failed", status.sources.failed}}},
        {"journal",
         {{"size", status.online ? Json(status.journal_size) : Json(nullptr)},
          {"epoch", status.online ? Json(status.journal_epoch) : Json(nullptr)},
          {"pending", status.journal_pending},
          {"error", status.journal_error.empty() ? Json(nullptr) : Json(status.journal_error)}}},
        {"outbox", status.outbox},
        {"dropped_reports", status.dropped},
    };
    return {topics.status(), to_text(payload)};
}

}  // namespace pued
