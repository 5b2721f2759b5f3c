// One function for each phase; advance() wraps them with what holds in all: expiries, staleness, publication.
#include "agent/rules/alert_machine.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace pued {
namespace {

// One evaluation under way.
struct Evaluation {
    const AlertSettings& settings;
    UtcTime now;
    AlertStep step;

    AlertState& state() { return step.state; }
    void enter(AlertPhase phase) {
        state().phase = phase;
        state().since = now;
    }
};

unsigned at_least_one(unsigned count) { return std::max(1U, count); }

// "bc7ff42603358334-20260714T061500.000Z": safe in topics.
std::string identity(const std::string& dedup, UtcTime onset) {
    auto time = rfc3339(onset);
    std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
    return dedup + '-' + time;
}

bool elapsed(const std::optional<UtcTime>& begin, UtcTime now, std::chrono::hours span) {
    return begin && now - *begin >= span;
}

void fire(Evaluation& run) {
    run.enter(AlertPhase::firing);
    auto& state = run.state();
    state.fired = true;
    state.clear_count = 0;
    state.damping = after_fire(state.damping, run.now, run.settings.damping);
    run.step.notify = true;
}

// Soon after it resolved it is the same alert again; otherwise a new one.
void open(Evaluation& run) {
    run.enter(AlertPhase::pending);
    auto& state = run.state();
    const bool again = state.fired && state.ended && !elapsed(state.ended, run.now, run.settings.reopen);
    if (again) {
        ++state.reopen_count;
    } else {
        state.onset = run.now;
        state.alert_id = identity(state.dedup, run.now);
        state.reopen_count = 0;
        state.fired = false;
    }
    state.ended.reset();
    state.over_count = 1;
    if (state.over_count >= at_least_one(run.settings.for_count)) fire(run);
}

void withdraw(Evaluation& run, std::string_view reason) {
    run.enter(AlertPhase::inactive);
    run.state().ended = run.now;
    run.state().acked.reset();
    run.step.reason = reason;
}

void from_inactive(Evaluation& run, Condition condition) {
    if (condition == Condition::over) {
        open(run);
    } else if (run.state().phase == AlertPhase::resolved) {
        run.enter(AlertPhase::inactive);
    }
}

void from_pending(Evaluation& run, Condition condition) {
    auto& state = run.state();
    if (condition == Condition::over && ++state.over_count >= at_least_one(run.settings.for_count)) fire(run);
    if (condition == Condition::clear) withdraw(run, {});
    if (condition == Condition::unknown && state.unknown_count > run.settings.stale_max) withdraw(run, "no-data");
}

void resolve(Evaluation& run) {
    run.enter(AlertPhase::resolved);
    run.state().ended = run.now;
    run.state().acked.reset();
    run.step.notify = true;
}

void from_firing(Evaluation& run, Condition condition) {
    auto& state = run.state();
    if (condition == Condition::unknown) return;
    state.clear_count = condition == Condition::clear ? state.clear_count + 1 : 0;
    if (state.clear_count >= at_least_one(run.settings.clear_count)) resolve(run);
}

// Returns whether an acknowledgement or a shelf ended by time.
bool expire_overlays(AlertState& state, UtcTime now) {
    const bool ack = state.acked && state.acked->until && now >= *state.acked->until;
    const bool shelf = state.shelved && now >= state.shelved->until;
    if (ack) state.acked.reset();
    if (shelf) state.shelved.reset();
    return ack || shelf;
}

void forget(Evaluation& run) {
    auto& state = run.state();
    const bool idle = state.phase == AlertPhase::inactive && !state.alert_id.empty();
    if (!idle || !elapsed(state.ended, run.now, run.settings.reopen)) return;
    run.step.retract = true;
    state.alert_id.clear();
    state.ended.reset();
    state.fired = false;
    state.reopen_count = 0;
}

void step_phase(Evaluation& run, Condition condition) {
    switch (run.state().phase) {
        case AlertPhase::inactive:
        case AlertPhase::resolved: return from_inactive(run, condition);
        case AlertPhase::pending: return from_pending(run, condition);
        case AlertPhase::firing: return from_firing(run, condition);
    }
}

}  // namespace

Condition classify(std::optional<double> value, double limit, double clear_level, Direction direction) {
    if (!value || !std::isfinite(*value)) return Condition::unknown;
    if (!within(*value, {limit, direction})) return Condition::over;
    return within(*value, {clear_level, direction}) ? Condition::clear : Condition::between;
}

AlertStep advance(AlertState before, Condition condition, const Now& now, const AlertSettings& settings) {
    Evaluation run{settings, now.utc, {}};
    auto& state = run.state();
    state = std::move(before);
    run.step.from = state.phase;
    const bool was_stale = state.stale;
    const auto was_public = public_state(state);
    const bool expired = expire_overlays(state, run.now);
    state.damping = decayed(state.damping, run.now, settings.damping);
    state.unknown_count = condition == Condition::unknown ? state.unknown_count + 1 : 0;
    step_phase(run, condition);
    state.stale = state.phase == AlertPhase::firing && condition == Condition::unknown;
    forget(run);
    run.step.publish = public_state(state) != was_public || state.stale != was_stale || (expired && state.fired);
    if (run.step.publish) ++state.rev;
    run.step.notify = run.step.notify && !state.shelved && !state.damping.suppressed;
    return std::move(run.step);
}

std::string_view public_state(const AlertState& state) {
    if (state.phase == AlertPhase::pending || state.phase == AlertPhase::firing) return to_string(state.phase);
    return "resolved";
}

std::string_view to_string(AlertPhase phase) {
    constexpr std::array<std::string_view, 4> names{"inactive", "pending", "firing", "resolved"};
    return names[static_cast<std::size_t>(phase)];
}

}  // namespace pued
