// A line to DL/T 645 meters that nobody knows yet: one question at a time, blocking, for `pued scan`. Sends what
// frame.hpp encodes and nothing else, so it only reads. Owned and called by one thread; gives up at the timeout; a
// signal cuts a wait short. No late reply passes for another: what is said on the line names its meter and its data.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/config/config.hpp"
#include "agent/model/result.hpp"
#include "agent/ports/clock.hpp"
#include "drivers/dlt645/frame.hpp"

namespace pued::dlt645 {

// What came after a question. Our own echo on two wires is left out.
struct Heard {
    std::vector<Frame> replies;
    bool noise = false;  // bytes that make no frame, or a damaged one: two at once, a wrong speed
    std::string lost;    // there is no line to ask on, and why; empty: there is
};

class ProbeLink {
public:
    virtual ~ProbeLink() = default;
    // `enough`: the reply after which there is no need to listen on; none: everybody is listened to until the timeout.
    virtual Heard ask(const Bytes& question, const std::function<bool(const Frame&)>& enough, Duration timeout) = 0;
};

// Open at once, so that a missing device file or a closed port is told at the start. The clock must outlive the link.
Result<std::unique_ptr<ProbeLink>> open_line_probe(const LineConfig& line, Duration timeout, const Clock& clock);
Result<std::unique_ptr<ProbeLink>> open_tcp_probe(const std::string& host, std::uint16_t port, Duration timeout,
                                                  const Clock& clock);

}  // namespace pued::dlt645
