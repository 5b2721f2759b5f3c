// The life of one alert, one step for each evaluation (metering.md 4.6). Pure: no clock, file or thread; the state is
// plain data, and a state saved, restored and advanced is the same as one that never left memory: a restart neither
// re-fires nor forgets. Counts are evaluations; times are UTC labels (boot time would not survive a restart).
//
//   INACTIVE --over--> PENDING --over, for_count--> FIRING --clear, clear_count--> RESOLVED --> INACTIVE
//
// "Unknown" never resolves an alert: a firing one is marked stale and stays.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/model/time.hpp"
#include "agent/rules/damping.hpp"
#include "agent/rules/rule.hpp"

namespace pued {

// One evaluation: over the limit (T), between clear level and limit (H), at or inside the clear level (F), no value
// (U).
enum class Condition : std::uint8_t { over, between, clear, unknown };

// A value exactly at the limit conforms; one exactly at the clear level is clear.
Condition classify(std::optional<double> value, double limit, double clear_level, Direction direction);

enum class AlertPhase : std::uint8_t { inactive, pending, firing, resolved };

struct AlertSettings {
    unsigned for_count = 3;    // evaluations over the limit before it fires; 0 counts as 1
    unsigned clear_count = 3;  // clear evaluations in a row before it resolves; 0 counts as 1
    unsigned stale_max = 12;   // unknown evaluations in a row that a pending alert outlives
    std::chrono::hours reopen{24};
    DampingSettings damping{};
};

// Somebody knows: escalation stops, nothing else.
struct Acknowledgement {
    std::string by{};
    std::optional<UtcTime> until{};  // absent: until it resolves
};

// Somebody wants no notifications for a while; the state goes on.
struct Shelf {
    std::string by{};
    UtcTime until{};
    std::string reason{};
};

struct AlertState {
    std::string dedup{};  // dedup_key(); set once by whoever creates the state
    AlertPhase phase = AlertPhase::inactive;
    unsigned over_count = 0;     // n: while pending
    unsigned clear_count = 0;    // c: while firing, in a row
    unsigned unknown_count = 0;  // in a row
    bool stale = false;          // firing, and the last evaluation was unknown
    UtcTime since{};             // of the phase
    UtcTime onset{};             // first evaluation over the limit
    std::string alert_id{};      // dedup and onset; empty before the first, and again when forgotten
    unsigned reopen_count = 0;
    std::optional<UtcTime> ended{};  // resolved, or withdrawn while pending
    bool fired = false;              // this alert_id has been firing
    std::uint64_t rev = 0;           // grows with every change worth publishing, over all alert_ids
    std::optional<Acknowledgement> acked{};
    std::optional<Shelf> shelved{};
    Damping damping{};
};

struct AlertStep {
    AlertState state;
    AlertPhase from = AlertPhase::inactive;
    bool publish = false;     // the public state changed; rev has grown
    bool notify = false;      // people should hear of it: fired or resolved, neither shelved nor damped
    bool retract = false;     // 24 h after its end: take the retained message away
    std::string_view reason;  // "no-data" when a pending alert was given up on unknowns; else empty
};

AlertStep advance(AlertState state, Condition condition, const Now& now, const AlertSettings& settings);

// "pending", "firing", "resolved"; an inactive one has resolved.
std::string_view public_state(const AlertState& state);

std::string_view to_string(AlertPhase phase);

}  // namespace pued
