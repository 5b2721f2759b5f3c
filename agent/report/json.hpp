// The report for machines: everything that the dossier says, as one JSON document. Absent values are null, times RFC
// 3339 UTC, numbers read back to the same double. Pure.
#pragma once

#include <string>

#include "agent/report/dossier.hpp"

namespace pued {

std::string json_report(const Dossier& dossier);

}  // namespace pued
