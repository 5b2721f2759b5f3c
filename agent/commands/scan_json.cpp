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
    Json out{{"sureness", scan::name_of(scan::sureness(ranking))}};
    if (found.unfinished && ranking.empty()) out["sureness"] = nullptr;
    if (found.address.empty()) {
        out["unit_id"] = found.unit;
        out["also_unit_ids"] = found.also;
    } else {
        out["address"] = found.address;
    }
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

Json line_json(const LineConfig& line) {
    return {{"baud", line.baud}, {"parity", std::string(1, line.parity)}, {"stop_bits", line.stop_bits}};
}

}  // namespace

std::string scan_json(const ScanTarget& target, const ScanFindings& findings) {
    Json out{{"target", target.text},
             {"medium", target.serial ? "rtu" : "tcp"},
             {"protocol", target.dlt645 ? "dlt645" : "modbus"}};
    if (!target.serial && !target.dlt645) out["framing"] = target.rtu_frames() ? "rtu" : "tcp";
    if (target.serial) {
        out["line"] = line_json(findings.line);
        out["tried"] = Json::array();
        for (const auto& line : findings.tried) out["tried"].push_back(line_json(line));
    }
    if (!target.dlt645) {
        out["units_asked"] = findings.tally.asked;
        out["only_exceptions"] = findings.tally.only_exceptions;
    }
    out["interrupted"] = findings.interrupted;
    out["notes"] = scan_notes(target, findings);
    out["units"] = Json::array();
    for (const auto& found : findings.units) out["units"].push_back(unit_json(found));
    return to_text(out, 2) + '\n';
}

}  // namespace pued
