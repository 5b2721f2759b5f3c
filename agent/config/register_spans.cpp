// Claims are sorted by place in the register space; each is held against the one that reaches furthest before it.
#include "agent/config/register_spans.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace pued {
namespace {

std::string label(const SpanClaim& claim) {
    return claim.element == 0 ? claim.where : claim.where + " of element " + std::to_string(claim.element);
}

std::string range(const SpanClaim& claim) {
    const auto first = std::to_string(claim.first);
    return claim.first == claim.last ? first : first + ".." + std::to_string(claim.last);
}

std::string overlap(const SpanClaim& claim, const SpanClaim& other) {
    const std::string element = claim.element == 0 ? "" : " of element " + std::to_string(claim.element);
    return "address " + range(claim) + element + " overlaps " + label(other) + " at " + range(other) + ", function " +
           std::to_string(claim.function) + " (expected every register in one field only)";
}

}  // namespace

std::vector<SpanClaim> claims_of(Table& table, const Field& field, unsigned count, unsigned stride) {
    std::vector<SpanClaim> out;
    for (unsigned i = 0; i < std::max(count, 1U); ++i) {
        const unsigned first = field.address + i * stride;
        const unsigned last = first + words_of(field.type) - 1;
        const unsigned element = count == 0 ? 0 : i + 1;
        if (last > 65535) {
            const std::string whose = element == 0 ? "" : " of element " + std::to_string(element);
            table.problem("address",
                          "address " + std::to_string(last) + whose + " is out of range (expected at most 65535)");
            return {};
        }
        out.push_back({field.function, first, last, table.where(), element, table.place_of("address")});
    }
    return out;
}

void report_overlaps(std::vector<SpanClaim> claims, Problems& problems) {
    std::sort(claims.begin(), claims.end(), [](const SpanClaim& a, const SpanClaim& b) {
        return std::tie(a.function, a.first, a.place.line) < std::tie(b.function, b.first, b.place.line);
    });
    std::set<std::pair<std::string, std::string>> reported;
    const SpanClaim* furthest = nullptr;
    for (const auto& claim : claims) {
        const bool same_space = furthest != nullptr && furthest->function == claim.function;
        if (same_space && claim.first <= furthest->last &&
            reported.insert(std::minmax(furthest->where, claim.where)).second) {
            problems.add(claim.place, claim.where, overlap(claim, *furthest));
        }
        if (!same_space || claim.last > furthest->last) furthest = &claim;
    }
}

}  // namespace pued
