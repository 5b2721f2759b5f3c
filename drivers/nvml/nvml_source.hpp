// The NVIDIA GPUs of the machine that pued runs on, as one source: one report each period with the values of every GPU,
// and the mean activity and clock of all. Their energy is not the server's, and is never told as such. NVML is asked on
// a thread of its own, because a call may hang in a driver that is ill: then each period has a failed report, and the
// rest of the daemon goes on. A poll that is merely slower than its period costs the polls that it holds up. Used by
// the thread that calls step(), only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/reading.hpp"
#include "agent/ports/clock.hpp"
#include "agent/ports/source.hpp"

namespace pued {

struct NvmlPoints {
    std::optional<PointIndex> energy, power, activity, clock;
};

struct NvmlPoll {
    DeviceIndex device = 0;
    unsigned gpus = 0;                          // as configured; 0: as many as there are
    std::optional<PointIndex> activity, clock;  // means of all GPUs
    std::vector<NvmlPoints> each;               // by GPU, in the order of the PCI bus
    Duration period{};
    Duration hangs_after = std::chrono::seconds{10};  // a call that takes so long, and longer than a period
    std::string file = "libnvidia-ml.so.1";           // as for dlopen
};

// The clock must outlive the source. Loads nothing yet.
std::unique_ptr<Source> make_nvml_source(NvmlPoll poll, const Clock& clock);

}  // namespace pued
