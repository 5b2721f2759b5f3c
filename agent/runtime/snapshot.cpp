// Field by field through nlohmann-json's macros; exceptions stop here.
#include "agent/runtime/snapshot.hpp"

#include "agent/runtime/state_json.hpp"

namespace pued {

// NOLINTBEGIN: what the macros expand to is not ours
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Energy, mwh)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Count, counts, q_uwh, modulus, ulp_wh)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LabelledPoint, at, energy, flags)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(StillRegister, energy_wh, polls)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(AccountState, points, has_register, last, counts, offset, epoch, has_power, power_w,
                                   residue_mwh, pending, still)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(IntervalEnergy, device, energy, at_least, flags, coverage, from_register)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ClosedInterval, start, length, by_device, amends, before)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LedgerState::Entry, device, frontier, opening, opening_exact, account)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LedgerState, interval, open, devices, waiting, entries)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Span, start, end)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RatioSum, numerator, denominator, estimated, all_numerator, all_denominator, joint_s,
                                   numerator_s, denominator_s, impossible)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(WindowCell, span, end, sums)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(WindowsState, series, since, begun, hours, days, months)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ComputeSum, tflop, energy, active_tflop, active_energy, active_s, joint_s, wanted_s)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ComputeCell, span, end, sums)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Work, tflop, active_s, covered)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LabelledWork, at, activity, rate_tflops, since)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ComputeState, since, cells, interval, lines)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Acknowledgement, by, until)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Shelf, by, until, reason)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Damping, penalty, at, suppressed)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(AlertState, dedup, phase, over_count, clear_count, unknown_count, stale, since,
                                   onset, alert_id, reopen_count, ended, fired, rev, acked, shelved, damping)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Evaluation, value, unit, start, end, coverage)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(AlertEntry, state, latest, metric, severity, limit, direction, verdict, p_conform,
                                   payload)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Books, ledger, windows, compute, alerts, topics)
// NOLINTEND

namespace {
constexpr int kVersion = 2;
}

std::string write_books(const Books& books) {
    return nlohmann::json{{"version", kVersion}, {"books", books}}.dump(-1, ' ', false,
                                                                        nlohmann::json::error_handler_t::replace);
}

Result<Books> read_books(const std::string& text) {
    try {
        const auto document = nlohmann::json::parse(text);
        if (document.at("version") != kVersion) return Error{"the saved books are of another version"};
        return document.at("books").get<Books>();
    } catch (const nlohmann::json::exception& error) {
        return Error{std::string{"the saved books cannot be read: "} + error.what()};
    }
}

}  // namespace pued
