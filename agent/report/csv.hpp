// The report for spreadsheets: the months, an empty line, then the meters. RFC 4180, UTF-8, a header line for each
// part; what was not measured is an empty cell. Pure.
#pragma once

#include <string>

#include "agent/report/dossier.hpp"

namespace pued {

std::string csv_report(const Dossier& dossier);

}  // namespace pued
