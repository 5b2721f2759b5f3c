// Field by field through nlohmann-json's macros; exceptions stop here.
#include "agent/runtime/snapshot.hpp"

#include "agent/runtime/alert_json.hpp"
#include "agent/runtime/deflate.hpp"
#include "agent/runtime/record_parts.hpp"
#include "agent/runtime/state_json.hpp"

namespace pued {

// NOLINTBEGIN: what the macros expand to is not ours
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Energy, mwh)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Count, counts, q_uwh, modulus, ulp_wh)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Announced, at, old_final, new_first)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Estimate, energy, method)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LabelledPoint, at, energy, flags, reg, dated)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(StillRegister, energy_wh, polls)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(AccountState, points, has_register, last, counts, offset, epoch, has_power, power_w,
                                   residue_mwh, pending, still, serial, slack, rate_w)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(IntervalEnergy, device, energy, at_least, flags, coverage, from_register, reg_start,
                                   reg_end, estimate)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ClosedInterval, start, length, by_device, amends, before)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LedgerState::Entry, device, frontier, opening, opening_exact, account, opening_reg,
                                   announced, exchanged)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LedgerState, interval, open, devices, waiting, entries)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Span, start, end)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RatioSum, numerator, denominator, estimated, all_numerator, all_denominator, joint_s,
                                   numerator_s, denominator_s, impossible, doubted_s)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(GapSum, facility, it, facility_by, it_by, facility_s, it_s, facility_upper,
                                   facility_upper_s, it_lower)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(WindowSums, ratios, gaps, meters)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(WindowCell, span, end, sums)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(WindowsState, series, members, since, begun, hours, days, months)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ComputeSum, tflop, energy, active_tflop, active_energy, active_s, joint_s, wanted_s)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ComputeCell, span, end, sums)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Work, tflop, active_s, covered)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LabelledWork, at, activity, rate_tflops, since)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ComputeState, since, cells, interval, lines)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DriftFeedState, hour, facility_kwh, it_kwh, cooling_kwh, losses_kwh, measured_s,
                                   cooling_s, losses_s, weather_sum, weather_n, guarded, meter_event, climate)
// NOLINTEND

namespace {

using nlohmann::json;

constexpr int kVersion = 3;
constexpr std::size_t kMost = std::size_t{64} << 20;

json binary(const std::string& bytes) { return json::binary({bytes.begin(), bytes.end()}); }

std::string bytes_of(const json& in) {
    const auto& binary = in.get_binary();
    return {binary.begin(), binary.end()};
}

}  // namespace

namespace {

json books_json(const Books& books) {
    const auto& from = books.accounting;
    return {{"version", kVersion},           {"points", from.points},         {"ledger", from.ledger},
            {"windows", from.windows},       {"compute", from.compute},       {"feed", from.feed},
            {"filler", binary(from.filler)}, {"checks", binary(from.checks)}, {"drift", binary(from.drift)},
            {"alerts", books.alerts},        {"topics", books.topics},        {"reported", books.reported},
            {"exchanges", books.exchanges},  {"config", books.config}};
}

}  // namespace

std::string write_books(const Books& books) { return deflated(to_bytes(books_json(books))); }

Result<Books> read_books(std::string_view bytes) {
    const auto plain = inflated(bytes, kMost);
    if (!plain) return Error{"the saved books cannot be read: they are damaged or too large"};
    const auto document = from_bytes(*plain);
    if (!document) return Error{"the saved books cannot be read: " + document.error()};
    const auto& in = *document;
    try {
        if (in.at("version") != kVersion) return Error{"the saved books are of another version"};
        Books out;
        auto& to = out.accounting;
        in.at("points").get_to(to.points);
        in.at("ledger").get_to(to.ledger);
        in.at("windows").get_to(to.windows);
        in.at("compute").get_to(to.compute);
        in.at("feed").get_to(to.feed);
        to.filler = bytes_of(in.at("filler"));
        to.checks = bytes_of(in.at("checks"));
        to.drift = bytes_of(in.at("drift"));
        in.at("alerts").get_to(out.alerts);
        in.at("topics").get_to(out.topics);
        in.at("reported").get_to(out.reported);
        in.at("exchanges").get_to(out.exchanges);
        in.at("config").get_to(out.config);
        return out;
    } catch (const json::exception& error) {
        return Error{std::string{"the saved books cannot be read: "} + error.what()};
    }
}

}  // namespace pued
