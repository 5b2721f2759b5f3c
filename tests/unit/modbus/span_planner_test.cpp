// The planner: worked cases, then properties over random maps from fixed seeds.
#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include "drivers/modbus/span_planner.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

Wanted at(std::uint16_t address, std::uint16_t words, std::uint32_t field = 0, std::uint8_t function = 3) {
    return {.function = function, .address = address, .words = words, .field = field};
}

SpanRules rules(unsigned max_words, unsigned max_gap, unsigned align = 1, bool exact = false) {
    return {.max_words = max_words, .max_gap = max_gap, .align = align, .exact = exact};
}

constexpr LineCost ten_words{.request_words = 10};

struct RandomCase {
    std::vector<Wanted> wanted;
    SpanRules rules;
    LineCost cost;
    Cuts cuts;
};

RandomCase random_case(unsigned seed) {
    std::mt19937 random(seed);
    auto upto = [&](unsigned most) { return static_cast<unsigned>(random() % (most + 1)); };
    RandomCase out;
    out.rules = rules(4 + upto(121), upto(60), 1 + upto(1), upto(9) == 0);
    out.cost = {.request_words = static_cast<double>(upto(60))};
    const unsigned count = 1 + upto(80);
    const unsigned reach = 20 + upto(1000);
    for (unsigned i = 0; i < count; ++i) {
        const auto function = static_cast<std::uint8_t>(3 + upto(1));
        out.wanted.push_back(
            at(static_cast<std::uint16_t>(upto(reach)), static_cast<std::uint16_t>(1 + upto(3)), i, function));
        if (upto(9) == 0) out.cuts.insert({function, static_cast<std::uint16_t>(upto(reach))});
    }
    return out;
}

void check_each_field_once(const RandomCase& random, const std::vector<Span>& spans) {
    std::map<std::uint32_t, unsigned> seen;
    for (const auto& span : spans) {
        for (const auto& field : span.fields) {
            ++seen[field.field];
            CHECK_EQUAL(span.function, field.function);
            CHECK_TRUE(field.address >= span.address);
            CHECK_TRUE(field.address + field.words <= span.address + span.words);
        }
    }
    CHECK_EQUAL(random.wanted.size(), seen.size());
    for (const auto& [field, times] : seen) UNSIGNED_LONGS_EQUAL(1, times);
}

// Registers of the span that no field of it asked for, as the longest run between fields.
unsigned longest_gap(const Span& span) {
    unsigned longest = 0;
    unsigned end = span.fields.front().address;
    for (const auto& field : span.fields) {
        if (field.address > end) longest = std::max(longest, field.address - end);
        end = std::max<unsigned>(end, field.address + field.words);
    }
    return longest;
}

void check_rules(const RandomCase& random, const Span& span) {
    const SpanRules& r = random.rules;
    const auto& first = span.fields.front();
    if (r.exact) {
        CHECK_EQUAL(first.address, span.address);
        CHECK_EQUAL(first.words, span.words);
        return;
    }
    CHECK_TRUE(span.words <= r.max_words || span.fields.size() == 1);
    CHECK_EQUAL(0U, span.address % r.align);
    CHECK_EQUAL(0U, span.words % r.align);
    CHECK_TRUE(longest_gap(span) <= r.max_gap);
    for (const auto& field : span.fields) {
        for (const auto& [function, address] : random.cuts) {
            const bool separates = function == span.function && first.address < address && address <= field.address;
            CHECK_FALSE(separates);
        }
    }
}

bool same(const std::vector<Span>& a, const std::vector<Span>& b) {
    return std::ranges::equal(a, b, [](const Span& x, const Span& y) {
        return x.function == y.function && x.address == y.address && x.words == y.words &&
               std::ranges::equal(x.fields, y.fields, {}, &Wanted::field, &Wanted::field);
    });
}

double cost_unmerged(const RandomCase& random) {
    std::vector<Span> alone;
    for (const auto& wanted : random.wanted) {
        const auto one = plan_spans({wanted}, random.rules, random.cost, {});
        alone.insert(alone.end(), one.begin(), one.end());
    }
    return cost_of(alone, random.cost);
}

// What merging only neighbours, from the left and as far as allowed, would cost: a plan a person would write.
double cost_greedy(const RandomCase& random, const std::vector<Span>& planned) {
    std::vector<Wanted> sorted;
    for (const auto& span : planned) sorted.insert(sorted.end(), span.fields.begin(), span.fields.end());
    std::vector<Span> spans;
    std::vector<Wanted> group;
    SpanRules forced = random.rules;
    for (const auto& wanted : sorted) {
        auto longer = group;
        longer.push_back(wanted);
        if (plan_spans(longer, forced, {.request_words = 1e6}, random.cuts).size() > 1) {
            const auto closed = plan_spans(group, forced, {.request_words = 1e6}, random.cuts);
            spans.insert(spans.end(), closed.begin(), closed.end());
            longer = {wanted};
        }
        group = longer;
    }
    const auto closed = plan_spans(group, forced, {.request_words = 1e6}, random.cuts);
    spans.insert(spans.end(), closed.begin(), closed.end());
    return cost_of(spans, random.cost);
}

}  // namespace

TEST_GROUP(Planner){};

TEST(Planner, neighbours_share_a_request) {
    const auto spans = plan_spans({at(2, 2, 1), at(0, 2, 0)}, rules(125, 0), ten_words, {});
    UNSIGNED_LONGS_EQUAL(1, spans.size());
    UNSIGNED_LONGS_EQUAL(0, spans[0].address);
    UNSIGNED_LONGS_EQUAL(4, spans[0].words);
    UNSIGNED_LONGS_EQUAL(0, spans[0].fields[0].field);
}

TEST(Planner, a_gap_is_bridged_only_where_it_pays) {
    UNSIGNED_LONGS_EQUAL(1, plan_spans({at(0, 2), at(11, 2)}, rules(125, 100), ten_words, {}).size());
    UNSIGNED_LONGS_EQUAL(2, plan_spans({at(0, 2), at(13, 2)}, rules(125, 100), ten_words, {}).size());
}

TEST(Planner, a_gap_is_never_bridged_beyond_what_the_device_allows) {
    UNSIGNED_LONGS_EQUAL(2, plan_spans({at(0, 2), at(6, 2)}, rules(125, 3), ten_words, {}).size());
    UNSIGNED_LONGS_EQUAL(1, plan_spans({at(0, 2), at(5, 2)}, rules(125, 3), ten_words, {}).size());
}

TEST(Planner, holding_and_input_registers_are_never_mixed) {
    UNSIGNED_LONGS_EQUAL(2, plan_spans({at(0, 2, 0, 3), at(2, 2, 1, 4)}, rules(125, 9), ten_words, {}).size());
}

TEST(Planner, a_long_block_is_cut_between_fields) {
    std::vector<Wanted> wanted;
    for (std::uint16_t i = 0; i < 100; ++i) wanted.push_back(at(static_cast<std::uint16_t>(2 * i), 2, i));
    const auto spans = plan_spans(wanted, rules(125, 0), ten_words, {});
    UNSIGNED_LONGS_EQUAL(2, spans.size());
    CHECK_TRUE(spans[0].words <= 124 && spans[1].words <= 124);
}

TEST(Planner, eastron_wants_even_starts_and_lengths) {
    const auto spans = plan_spans({at(3, 1)}, rules(80, 0, 2), ten_words, {});
    UNSIGNED_LONGS_EQUAL(2, spans[0].address);
    UNSIGNED_LONGS_EQUAL(2, spans[0].words);
}

TEST(Planner, exact_devices_get_a_request_for_each_field) {
    UNSIGNED_LONGS_EQUAL(3, plan_spans({at(0, 2), at(2, 2), at(4, 1)}, rules(125, 9, 1, true), ten_words, {}).size());
}

TEST(Planner, a_cut_is_respected_and_other_gaps_stay_bridged) {
    const auto spans = plan_spans({at(0, 2), at(4, 2), at(8, 2)}, rules(125, 9), ten_words, {{3, 8}});
    UNSIGNED_LONGS_EQUAL(2, spans.size());
    UNSIGNED_LONGS_EQUAL(6, spans[0].words);
    UNSIGNED_LONGS_EQUAL(8, spans[1].address);
}

TEST(Planner, the_last_register_of_the_address_space_can_be_read) {
    const auto spans = plan_spans({at(65535, 1)}, rules(125, 9, 2), ten_words, {});
    UNSIGNED_LONGS_EQUAL(65534, spans[0].address);
    UNSIGNED_LONGS_EQUAL(2, spans[0].words);
}

TEST(Planner, a_refused_span_is_cut_at_its_gaps_first_then_in_the_middle) {
    const auto bridged = plan_spans({at(0, 2), at(2, 2), at(6, 2)}, rules(125, 9), ten_words, {});
    CHECK_TRUE((cuts_for(bridged[0]) == Cuts{{3, 6}}));
    const auto solid = plan_spans({at(0, 2), at(2, 2), at(4, 2), at(6, 2)}, rules(125, 9), ten_words, {});
    CHECK_TRUE((cuts_for(solid[0]) == Cuts{{3, 4}}));
    CHECK_TRUE(cuts_for(plan_spans({at(0, 2)}, rules(125, 9), ten_words, {})[0]).empty());
    CHECK_TRUE(cuts_for(plan_spans({at(0, 2), at(0, 1)}, rules(125, 9), ten_words, {})[0]).empty());
}

TEST(Planner, a_request_on_a_slow_line_costs_its_frames_the_latency_and_the_silence) {
    const Duration silence = std::chrono::microseconds{3'645'833} / 1000;
    DOUBLES_EQUAL(10, rtu_cost(9600, 10, silence, silence).request_words, 1e-3);
    // 40 ms and 60 ms (Eastron) at 9600 baud, 10 bits a character: 96 characters
    const LineCost slow = rtu_cost(9600, 10, std::chrono::milliseconds{40}, std::chrono::milliseconds{60});
    DOUBLES_EQUAL(54.5, slow.request_words, 1e-9);
    // So a gap of forty registers is read over here, and by a quick device is not.
    const auto far = rules(125, 124);
    UNSIGNED_LONGS_EQUAL(1, plan_spans({at(0, 2), at(42, 2)}, far, slow, {}).size());
    UNSIGNED_LONGS_EQUAL(2, plan_spans({at(0, 2), at(42, 2)}, far, rtu_cost(9600, 10, silence, silence), {}).size());
}

TEST(Planner, properties_hold_for_random_maps) {
    for (unsigned seed = 1; seed <= 1500; ++seed) {
        const RandomCase random = random_case(seed);
        const auto spans = plan_spans(random.wanted, random.rules, random.cost, random.cuts);
        check_each_field_once(random, spans);
        for (const auto& span : spans) check_rules(random, span);
        CHECK_TRUE(std::ranges::is_sorted(spans, {}, [](const Span& s) { return std::pair{s.function, s.address}; }));
        CHECK_TRUE(cost_of(spans, random.cost) <= cost_unmerged(random));

        std::vector<Wanted> again;
        for (const auto& span : spans) again.insert(again.begin(), span.fields.begin(), span.fields.end());
        CHECK_TRUE(std::abs(cost_of(plan_spans(again, random.rules, random.cost, random.cuts), random.cost) -
                            cost_of(spans, random.cost)) < 1e-9);
        CHECK_TRUE(same(spans, plan_spans(random.wanted, random.rules, random.cost, random.cuts)));
    }
}

TEST(Planner, no_plan_of_merging_all_it_can_is_cheaper) {
    for (unsigned seed = 1; seed <= 200; ++seed) {
        const RandomCase random = random_case(seed);
        const auto spans = plan_spans(random.wanted, random.rules, random.cost, random.cuts);
        CHECK_TRUE(cost_of(spans, random.cost) <= cost_greedy(random, spans) + 1e-9);
    }
}

TEST(Planner, refusals_end_at_single_fields) {
    for (unsigned seed = 1; seed <= 300; ++seed) {
        RandomCase random = random_case(seed);
        for (unsigned round = 0;; ++round) {
            CHECK_TRUE(round < 200);
            const auto spans = plan_spans(random.wanted, random.rules, random.cost, random.cuts);
            const std::size_t before = random.cuts.size();
            for (const auto& span : spans) random.cuts.merge(cuts_for(span));
            if (random.cuts.size() == before) break;
        }
        for (const auto& span : plan_spans(random.wanted, random.rules, random.cost, random.cuts)) {
            CHECK_EQUAL(span.fields.front().address, span.fields.back().address);
        }
    }
}
