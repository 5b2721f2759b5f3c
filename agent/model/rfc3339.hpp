// Times as RFC 3339 writes them, from outside: rows of readings, messages of others, statements in a journal. Strict:
// what it does not allow is no time. Pure. (rfc3339() of time.hpp writes them.)
#pragma once

#include <optional>
#include <string_view>

#include "agent/model/time.hpp"

namespace pued {

// "2026-01-01T00:00:00.250+08:00"; nothing where it is no RFC 3339 time with an offset. Digits beyond the millisecond
// are cut off.
std::optional<UtcTime> parse_rfc3339(std::string_view text);

}  // namespace pued
