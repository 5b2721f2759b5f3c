// Merging of fields into spans.
#include "drivers/modbus/span_planner.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

namespace pued {
namespace {

constexpr unsigned protocol_max_words = 125;
constexpr unsigned address_space = 0x10000;

unsigned end_of(const Wanted& wanted) { return static_cast<unsigned>(wanted.address) + wanted.words; }

auto place_of(const Wanted& wanted) { return std::tuple{wanted.function, wanted.address, wanted.words}; }

// Registers [first, end) widened to what the device accepts.
struct Extent {
    unsigned first = 0, end = 0;
    [[nodiscard]] unsigned words() const { return end - first; }
};

Extent aligned(Extent extent, const SpanRules& rules) {
    if (rules.exact || rules.align <= 1) return extent;
    extent.first -= extent.first % rules.align;
    extent.end += (rules.align - extent.end % rules.align) % rules.align;
    extent.end = std::min(extent.end, address_space);
    return extent;
}

bool may_join(const Wanted& first, unsigned end, const Wanted& next, const SpanRules& rules, const Cuts& cuts) {
    if (rules.exact) return place_of(first) == place_of(next);
    if (next.function != first.function) return false;
    if (next.address > end && next.address - end > rules.max_gap) return false;
    // Any cut in (first, next] separates the two.
    const auto cut = cuts.upper_bound({first.function, first.address});
    return cut == cuts.end() || *cut > std::pair{next.function, next.address};
}

// The cheapest way to read the first i fields: its cost, and where its last span begins.
struct Step {
    double cost = std::numeric_limits<double>::infinity();
    std::size_t from = 0;
};

std::vector<Step> cheapest_steps(const std::vector<Wanted>& sorted, const SpanRules& rules, LineCost cost,
                                 const Cuts& cuts) {
    const unsigned limit = std::clamp(rules.max_words, 1U, protocol_max_words);
    std::vector<Step> best(sorted.size() + 1);
    best[0].cost = 0;
    for (std::size_t from = 0; from < sorted.size(); ++from) {
        Extent extent{sorted[from].address, end_of(sorted[from])};
        for (std::size_t to = from; to < sorted.size(); ++to) {
            if (to > from && !may_join(sorted[from], extent.end, sorted[to], rules, cuts)) break;
            extent.end = std::max(extent.end, end_of(sorted[to]));
            const unsigned words = aligned(extent, rules).words();
            if (to > from && words > limit) break;
            const double total = best[from].cost + cost.request_words + words;
            if (total < best[to + 1].cost) best[to + 1] = {total, from};
        }
    }
    return best;
}

Span span_of(std::vector<Wanted> fields, const SpanRules& rules) {
    Extent extent{fields.front().address, 0};
    for (const auto& field : fields) extent.end = std::max(extent.end, end_of(field));
    extent = aligned(extent, rules);
    Span span{.function = fields.front().function,
              .address = static_cast<std::uint16_t>(extent.first),
              .words = static_cast<std::uint16_t>(extent.words()),
              .fields = {}};
    span.fields = std::move(fields);
    return span;
}

}  // namespace

// A word costs next to nothing on Ethernet, but behind a TCP address there may be a gateway to a serial line.
LineCost tcp_cost() { return {.request_words = 32}; }

// 8 bytes of request, 5 of reply around the data, and all that time in which nothing is said.
LineCost rtu_cost(unsigned baud, unsigned bits_per_char, Duration latency, Duration silence) {
    constexpr double frame_chars = 8 + 5;
    const double word_s = 2.0 * bits_per_char / std::max(baud, 1U);
    return {.request_words = frame_chars / 2 + in_seconds(latency + silence) / word_s};
}

std::vector<Span> plan_spans(std::vector<Wanted> wanted, const SpanRules& rules, LineCost cost, const Cuts& cuts) {
    std::ranges::stable_sort(wanted, {}, place_of);
    const auto best = cheapest_steps(wanted, rules, cost, cuts);
    std::vector<Span> spans;
    for (std::size_t end = wanted.size(); end > 0; end = best[end].from) {
        const auto first = wanted.begin() + static_cast<std::ptrdiff_t>(best[end].from);
        spans.push_back(span_of({first, wanted.begin() + static_cast<std::ptrdiff_t>(end)}, rules));
    }
    std::ranges::reverse(spans);
    return spans;
}

Cuts cuts_for(const Span& refused) {
    Cuts cuts;
    const auto& fields = refused.fields;
    unsigned end = end_of(fields.front());
    for (const auto& field : fields) {
        if (field.address > end) cuts.insert({refused.function, field.address});
        end = std::max(end, end_of(field));
    }
    if (!cuts.empty() || fields.front().address == fields.back().address) return cuts;
    // The field in the middle, or the next one that starts later than the first.
    const auto middle = fields.begin() + static_cast<std::ptrdiff_t>(fields.size() / 2);
    const auto later = std::find_if(fields.begin() + 1, fields.end(), [&](const Wanted& field) {
        return field.address >= std::max<unsigned>(middle->address, fields.front().address + 1U);
    });
    cuts.insert({refused.function, later->address});
    return cuts;
}

double cost_of(const std::vector<Span>& spans, LineCost cost) {
    double total = 0;
    for (const auto& span : spans) total += cost.request_words + span.words;
    return total;
}

}  // namespace pued
