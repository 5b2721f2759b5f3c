// Which words each field of a register map takes, and that no two fields take the same. Part of the register map
// loader (register_map_file.hpp). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/config/document.hpp"
#include "agent/model/register_map.hpp"

namespace pued {

struct SpanClaim {
    std::uint8_t function = 3;
    unsigned first = 0, last = 0;  // words, both included
    std::string where;             // "fields.power_w"; with `element` unique
    unsigned element = 0;          // 1-based in an array; 0: no array
    Place place;
};

// All elements of a field; a problem where they do not fit into 65536 words. `count` 0: a field outside an array.
std::vector<SpanClaim> claims_of(Table& table, const Field& field, unsigned count, unsigned stride);

// One problem for each pair of fields that overlap, however many of their elements do.
void report_overlaps(std::vector<SpanClaim> claims, Problems& problems);

}  // namespace pued
