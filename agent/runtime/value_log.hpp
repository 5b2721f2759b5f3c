// What the log says of a source that answers, but not with all values: when the first goes missing, and when more do
// than were before, but of each source once an hour, so that a value that comes and goes fills no disk. A source that
// fails altogether is health.hpp's. Owned by the engine, on its thread; hours are of the boot clock.
#pragma once

#include <cstddef>
#include <vector>

#include "agent/model/reading.hpp"
#include "agent/model/topology.hpp"
#include "agent/runtime/log.hpp"

namespace pued {

class ValueLog {
public:
    explicit ValueLog(std::size_t devices) : told_(devices) {}

    // `logged`: this report's error stands in the log already.
    void tell(const Report& report, const Device& device, bool logged, Log& log);

private:
    struct Told {
        bool ever = false;
        BootTime at;
        std::size_t most = 0;       // values missing at once, since all were there
        std::size_t unwritten = 0;  // times that the log was silent
    };
    std::vector<Told> told_;  // of each device
};

}  // namespace pued
