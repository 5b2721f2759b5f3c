// Years as CSV of quarter hours (ts_utc,twb_c,e_total_kwh,e_it_kwh,e_cool_kwh,e_powerloss_kwh; lines with # are
// comments), read into hours. For the evaluation.
#pragma once

#include <string>
#include <vector>

#include "agent/drift/drift.hpp"

namespace pued::bench {

// Hours from `start` on, whatever the file's own dates: a file can serve as any year. Empty where it cannot be read.
std::vector<DriftHour> read_year(const std::string& path, UtcTime start);

}  // namespace pued::bench
