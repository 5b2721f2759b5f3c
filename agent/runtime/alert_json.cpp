// Field by field through nlohmann-json's macros.
#include "agent/runtime/alert_json.hpp"

#include "agent/runtime/state_json.hpp"

namespace pued {

// NOLINTBEGIN: what the macros expand to is not ours
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Acknowledgement, by, until)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Shelf, by, until, reason)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Damping, penalty, at, suppressed)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(AlertState, dedup, phase, over_count, clear_count, unknown_count, stale, since,
                                   onset, alert_id, reopen_count, ended, fired, rev, acked, shelved, damping)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Bilingual, en, zh)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Evaluation, value, unit, start, end, coverage, u, text)
// NOLINTEND

void to_json(nlohmann::json& out, const AlertEntry& entry) {
    out = {{"state", entry.state},       {"latest", entry.latest},       {"metric", entry.metric},
           {"severity", entry.severity}, {"limit", entry.limit},         {"direction", entry.direction},
           {"verdict", entry.verdict},   {"p_conform", entry.p_conform}, {"payload", entry.payload}};
}

void from_json(const nlohmann::json& in, AlertEntry& entry) {
    in.at("state").get_to(entry.state);
    in.at("latest").get_to(entry.latest);
    in.at("metric").get_to(entry.metric);
    in.at("severity").get_to(entry.severity);
    in.at("limit").get_to(entry.limit);
    in.at("direction").get_to(entry.direction);
    in.at("verdict").get_to(entry.verdict);
    in.at("p_conform").get_to(entry.p_conform);
    in.at("payload").get_to(entry.payload);
}

}  // namespace pued
