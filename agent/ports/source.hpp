// The door through which measurements come in. A Source serves one or more devices over one medium (all TCP
// endpoints; one serial line; one BMC; one broker). The runtime gives it a thread of its own and calls step() in a
// loop; nothing of it but wake() is called from elsewhere.
#pragma once

#include "agent/model/reading.hpp"
#include "agent/model/time.hpp"

namespace pued {

class ReportSink {
public:
    virtual ~ReportSink() = default;
    // Takes one poll's outcome. Never blocks; callable from any thread.
    virtual void deliver(Report report) = 0;
};

class Source {
public:
    virtual ~Source() = default;
    // Does what is due and waits for more, until boot time `until` (at most its own protocol timeout longer), then
    // returns. Every device's first poll is due at once, or within seconds where many would ask at the same moment.
    // Each poll delivers exactly one report, good or failed.
    virtual void step(BootTime until, ReportSink& out) = 0;
    // Makes a step() that waits, and those to come, return at once. Where there is such a thing the runtime gives long
    // steps, so that hundreds of sources that mostly wait do not wake the machine all the time.
    [[nodiscard]] virtual bool wakeable() const { return false; }
    virtual void wake() {}
    // Ends sessions politely. Called once, after the last step().
    virtual void close() {}
};

}  // namespace pued
