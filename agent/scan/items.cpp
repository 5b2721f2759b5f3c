// Weighing maps against items. See items.hpp.
#include "agent/scan/items.hpp"

#include <algorithm>

namespace pued::scan {
namespace {

constexpr double kThere = 1, kRefused = -1, kNoNumber = -1.5;

bool speaks_it(const RegisterMap& map) { return map.protocol == MapProtocol::dlt645; }

void add(Candidate& candidate, Finding finding) {
    candidate.score += finding.weight;
    candidate.plausibility += finding.weight;
    if (!finding.text.empty()) candidate.findings.push_back(std::move(finding));
}

// Counts a value as there or not.
void take(const Field& field, const ItemBook& book, const DecodeItem& decode, Candidate& candidate) {
    const auto known = book.find(field.item);
    if (known == book.end()) return;
    ++candidate.asked;
    if (known->second.reply != Reply::words) {
        candidate.score += kRefused;
        return;
    }
    ++candidate.answered;
    const auto value = decode(field, known->second.bytes);
    candidate.score += value ? kThere : kNoNumber;
    if (value) candidate.values[field.name] = *value;
}

Candidate weighed(const RegisterMap& map, const ItemBook& book, const DecodeItem& decode) {
    Candidate out;
    out.map = &map;
    for (const auto& field : map.fields) take(field, book, decode, out);
    for (auto* judge : {judge_values, judge_relations}) {
        for (auto& finding : judge(out.values)) add(out, std::move(finding));
    }
    return out;
}

}  // namespace

std::vector<std::uint32_t> items_of(const std::map<std::string, RegisterMap>& maps) {
    std::vector<std::uint32_t> out;
    for (const auto& [id, map] : maps) {
        if (!speaks_it(map)) continue;
        for (const auto& field : map.fields) {
            if (std::ranges::find(out, field.item) == out.end()) out.push_back(field.item);
        }
    }
    return out;
}

Examination examine_items(const std::map<std::string, RegisterMap>& maps, const ItemBook& book,
                          const DecodeItem& decode) {
    Examination out;
    out.requests = book.size();
    out.any_words = std::ranges::any_of(book, [](const auto& entry) { return entry.second.reply == Reply::words; });
    for (const auto& [id, map] : maps) {
        if (speaks_it(map)) out.ranking.push_back(weighed(map, book, decode));
    }
    std::erase_if(out.ranking, [](const Candidate& candidate) { return candidate.answered == 0; });
    out.ranking = ranked(std::move(out.ranking));
    return out;
}

}  // namespace pued::scan
