// Exact integer arithmetic for the ledger: products that do not fit 64 bits, without a 128-bit type (32-bit ARM has
// none). Pure, header only, any thread.
#pragma once

#include <cstdint>
#include <limits>

#include "agent/model/energy.hpp"

namespace pued {

// floor(a * b / c) for b <= c, 0 < c < 2^63, by long division one bit of `a` at a time; the result is never above `a`.
constexpr std::uint64_t mul_div_floor(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
    std::uint64_t quotient = 0;
    std::uint64_t rest = 0;  // always < c
    for (int bit = 63; bit >= 0; --bit) {
        quotient <<= 1;
        rest <<= 1;
        if (rest >= c) rest -= c, ++quotient;
        if (((a >> bit) & 1U) == 0) continue;
        if (rest >= c - b) {
            rest -= c - b, ++quotient;
        } else {
            rest += b;
        }
    }
    return quotient;
}

// floor(counts * q_uwh / 1000) mWh; stops at the largest Energy instead of wrapping.
constexpr Energy energy_of(std::uint64_t counts, std::int64_t q_uwh) {
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (q_uwh <= 0) return {};
    const auto q = static_cast<std::uint64_t>(q_uwh);
    const std::uint64_t thousands = counts / 1000;  // each is worth q mWh
    const std::uint64_t rest = counts % 1000;
    if (thousands > most / q || rest > most / q) return {static_cast<std::int64_t>(most)};
    const std::uint64_t sum = thousands * q + rest * q / 1000;  // both below 2^63: no wrap
    return {static_cast<std::int64_t>(sum > most ? most : sum)};
}

}  // namespace pued
