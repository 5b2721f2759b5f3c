// Which registers to read in which request: fields merged into spans where that costs less time on this line. Pure.
// Costs are in word times, the time one register takes on the wire. The plan is the cheapest there is within the rules
// (dynamic programming over the fields in address order), so reading over a gap happens exactly where it pays.
//
//   9600 baud: a request costs 10 words of frames and silences, so a gap of 4 registers is read over, one of 40 not.
#pragma once

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "agent/model/register_map.hpp"
#include "agent/model/time.hpp"

namespace pued {

// The registers of one field; `field` is the caller's index.
struct Wanted {
    std::uint8_t function = 3;
    std::uint16_t address = 0;
    std::uint16_t words = 1;
    std::uint32_t field = 0;
};

struct Span {
    std::uint8_t function = 3;
    std::uint16_t address = 0;
    std::uint16_t words = 1;
    std::vector<Wanted> fields;  // in order of address
};

// (function, address): a field that starts here, or later, shares no span with one that starts before it. Learnt from
// devices that refuse to read across.
using Cuts = std::set<std::pair<std::uint8_t, std::uint16_t>>;

struct LineCost {
    double request_words = 0;  // what a request costs beside its registers
};
LineCost tcp_cost();
// `latency`: what the device takes to begin its reply; `silence`: what must be kept before the next request.
LineCost rtu_cost(unsigned baud, unsigned bits_per_char, Duration latency, Duration silence);

// Sorted by function and address; each field in exactly one span and never split. Only a field that is itself longer
// than the rules allow makes a span longer than they allow.
std::vector<Span> plan_spans(std::vector<Wanted> wanted, const SpanRules& rules, LineCost cost, const Cuts& cuts);

// Where to cut a span that the device refused: at all its gaps; without gaps, in the middle. Empty where nothing can
// be cut, that is where the fault lies with one address.
Cuts cuts_for(const Span& refused);

// In word times; what plan_spans makes least.
double cost_of(const std::vector<Span>& spans, LineCost cost);

}  // namespace pued
