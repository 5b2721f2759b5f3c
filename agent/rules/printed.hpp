// How figures that are judged are printed (metering.md 3.6): values with three decimals, expanded uncertainties with
// two significant digits, rounded up, because none is ever told too small. Printed only: comparison is unrounded. Pure.
#pragma once

#include <string>

namespace pued {

std::string value_text(double value);        // "1.285"
std::string expanded_text(double expanded);  // 0.01211 is "0.013"; "unknown" where it is no number

}  // namespace pued
