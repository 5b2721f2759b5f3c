// Acknowledge, shelve, unshelve.
#include "agent/rules/alert_overlay.hpp"

#include <utility>

namespace pued {

Result<AlertState> acknowledge(AlertState state, Acknowledgement acknowledgement, const Now& now) {
    if (state.phase != AlertPhase::pending && state.phase != AlertPhase::firing) {
        return Error{"the alert is " + std::string{public_state(state)} + " (expected a pending or firing one)"};
    }
    if (acknowledgement.by.empty()) return Error{"by is missing (expected who acknowledges)"};
    if (acknowledgement.until && *acknowledgement.until <= now.utc) {
        return Error{"until is in the past (expected a later time than " + rfc3339(now.utc) + ")"};
    }
    state.acked = std::move(acknowledgement);
    ++state.rev;
    return state;
}

Result<AlertState> shelve(AlertState state, Shelf shelf, const Now& now) {
    if (shelf.by.empty()) return Error{"by is missing (expected who shelves)"};
    if (shelf.reason.empty()) return Error{"reason is missing (expected why the alert is shelved)"};
    if (shelf.until <= now.utc || shelf.until - now.utc > longest_shelf) {
        return Error{"until is out of range (expected a time up to 7 days after " + rfc3339(now.utc) + ")"};
    }
    state.shelved = std::move(shelf);
    ++state.rev;
    return state;
}

AlertState unshelve(AlertState state) {
    if (!state.shelved) return state;
    state.shelved.reset();
    ++state.rev;
    return state;
}

bool escalates(const AlertState& state, const Now& now) {
    const bool acked = state.acked && (!state.acked->until || now.utc < *state.acked->until);
    const bool shelved = state.shelved && now.utc < state.shelved->until;
    return state.phase == AlertPhase::firing && !acked && !shelved;
}

}  // namespace pued
