// From what the GPUs said to a report: each GPU's own values, and those of all, which exist only where every GPU that
// is configured has answered (absent is not zero). Energy as an exact count of microwatt-hours. Pure; owned by the
// source.
#pragma once

#include "drivers/nvml/nvml_source.hpp"
#include "drivers/nvml/session.hpp"

namespace pued::nvml {

Report report_of(const NvmlPoll& poll, const Outcome& outcome);

}  // namespace pued::nvml
