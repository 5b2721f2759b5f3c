// From what the GPUs said to a report: each GPU's own values, and those of all, which exist only where every GPU that
// is configured has answered (absent is not zero). Energy as an exact count of microwatt-hours. Pure; owned by the
// source.
#pragma once

#include "agent/model/register_sum.hpp"
#include "drivers/nvml/nvml_source.hpp"
#include "drivers/nvml/session.hpp"

namespace pued::nvml {

// `energy` is that of all GPUs together, from report to report.
Report report_of(const NvmlPoll& poll, const Outcome& outcome, RegisterSum& energy);

}  // namespace pued::nvml
