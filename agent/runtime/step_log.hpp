// What the log says of registers that did more than advance: each kind of step of a meter at first sight, then once an
// hour with how often it was, so that a map with a wrong unit does not write a line at every poll for years. Owned by
// the engine, on its thread; hours are of the boot clock.
#pragma once

#include <map>
#include <utility>

#include "agent/metering/ledger.hpp"
#include "agent/model/topology.hpp"
#include "agent/runtime/log.hpp"

namespace pued {

class StepLog {
public:
    void tell(const StepEvent& event, const Device& device, Log& log);

private:
    struct Told {
        BootTime at;
        unsigned since = 0;  // steps that were not written
    };
    std::map<std::pair<DeviceIndex, StepKind>, Told> told_;
};

}  // namespace pued
