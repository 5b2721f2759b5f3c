// What people do to an alert: acknowledge it (escalation stops) or shelve it (notifications stop). Neither touches its
// state. Pure; each function returns the new state, with a new rev to publish.
#pragma once

#include <chrono>

#include "agent/model/result.hpp"
#include "agent/rules/alert_machine.hpp"

namespace pued {

inline constexpr std::chrono::hours longest_shelf{7 * 24};

// Only a pending or firing alert can be acknowledged.
Result<AlertState> acknowledge(AlertState state, Acknowledgement acknowledgement, const Now& now);

// At most seven days, and with a reason.
Result<AlertState> shelve(AlertState state, Shelf shelf, const Now& now);

AlertState unshelve(AlertState state);

// Whether an unanswered firing alert may be passed on to the next person.
bool escalates(const AlertState& state, const Now& now);

}  // namespace pued
