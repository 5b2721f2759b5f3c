// Findings as one JSON document. See scan_text.hpp.
#include "agent/commands/scan_text.hpp"
#include "agent/runtime/json.hpp"

namespace pued {
namespace {

Json candidate_json(const scan::Candidate& candidate) {
    Json reasons = Json::array();
    for (const auto& finding : candidate.findings)
        reasons.push_back({{"weight", finding.weight}, {"text", finding.text}});
    Json out{{"profile", candidate.map->id},
             {"score", candidate.score},
             {"recognised", candidate.identification.recognised == scan::Recognised::yes},
             {"identification", candidate.identification.text},
             {"registers", {{"asked", candidate.asked}, {"answered", candidate.answered}}},
             {"word_order", nullptr},
             {"address_offset", candidate.variant.offset},
             {"other_function", candidate.variant.other_function},
             {"reasons", std::move(reasons)}};
    if (candidate.variant.order) out["word_order"] = scan::order_name(*candidate.variant.order);
    return out;
}

Json unit_json(const UnitFound& found) {
    const auto& ranking = found.examination.ranking;
    Json out{
        {"unit_id", found.unit}, {"also_unit_ids", found.also}, {"sureness", scan::name_of(scan::sureness(ranking))}};
    out["serial"] = found.examination.serial.empty() ? Json(nullptr) : Json(found.examination.serial);
    out["requests"] = found.examination.requests;
    out["tied"] = Json::array();
    if (scan::sureness(ranking) == scan::Sureness::tied) {
        for (const auto* leader : scan::leaders(ranking)) out["tied"].push_back(leader->map->id);
    }
    out["counts"] = Json::object();
    for (const auto& count : found.examination.counts) {
        if (!count.open) out["counts"][count.element] = count.count;
    }
    out["candidates"] = Json::array();
    for (const auto& candidate : ranking) out["candidates"].push_back(candidate_json(candidate));
    return out;
}

}  // namespace

std::string scan_json(const ScanTarget& target, const ScanFindings& findings) {
    Json out{{"target", target.text}, {"protocol", target.rtu ? "rtu" : "tcp"}};
    if (target.rtu) {
        out["line"] = {{"baud", findings.line.baud},
                       {"parity", std::string(1, findings.line.parity)},
                       {"stop_bits", findings.line.stop_bits}};
    }
    out["units_asked"] = findings.tally.asked;
    out["only_exceptions"] = findings.tally.only_exceptions;
    out["interrupted"] = findings.interrupted;
    out["notes"] = scan_notes(target, findings);
    out["units"] = Json::array();
    for (const auto& found : findings.units) out["units"].push_back(unit_json(found));
    return to_text(out, 2) + '\n';
}

}  // namespace pued
