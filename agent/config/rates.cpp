// Keys of rates against names of fields.
#include "agent/config/rates.hpp"

#include <algorithm>

#include "agent/model/quantity.hpp"

namespace pued {
namespace {

// How much of the field's name the key states; 0: it speaks of another.
unsigned match(std::string_view key, std::string_view field) {
    const auto wanted = parse_quantity(key), own = parse_quantity(field);
    if (!wanted || !own || wanted->quantity != own->quantity) return 0;
    const bool element = !wanted->element.empty(), phase = !wanted->phase.empty();
    if (element && (wanted->element != own->element || wanted->index != own->index)) return 0;
    if (phase && wanted->phase != own->phase) return 0;
    return 1U + (phase ? 1U : 0U) + (element ? 2U : 0U);
}

}  // namespace

bool rate_covers(std::string_view key, std::string_view field) { return match(key, field) > 0; }

Milliseconds rate_of(const std::map<std::string, Milliseconds>& rates, std::string_view field) {
    unsigned best = 0;
    Milliseconds out{0};
    for (const auto& [key, period] : rates) {
        const unsigned said = match(key, field);
        if (said > best) out = period;
        best = std::max(best, said);
    }
    return out;
}

}  // namespace pued
