// What people read in an alarm of the drift layers: how far, since when, and where to look first; in English and
// Chinese, as extra "text_en" and "text_zh" of the metric. Pure.
#pragma once

#include "agent/drift/drift.hpp"

namespace pued {

// Nothing is added to a metric without a value, nor to one that no layer watches.
void add_text(Metric& metric, const DriftSettings& settings);

}  // namespace pued
