// A line to devices that nobody knows yet: one read at a time, blocking, for `pued scan`. Over TCP the driver's own
// frame codec, on a serial line SerialLine. Reads only (function codes 3 and 4). Owned and called by one thread; gives
// up at the timeout; a signal cuts a wait short, which then counts as silence.
//
// Why no late reply passes for another: after silence or anything unfit a Modbus TCP connection is closed, and opened
// again with the next request. RTU frames carry no transaction id, neither on a line nor in a TCP stream (serial
// servers), where a new connection may still bring what the line said late. So before the same unit is asked again the
// line must have been quiet for as long as the vain wait was; replies of other units are passed over.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/config/config.hpp"
#include "agent/model/result.hpp"
#include "agent/ports/clock.hpp"
#include "drivers/modbus/frame.hpp"

namespace pued {

// garbled: something came that is no reply, as at a wrong speed. lost: there is no line to ask on, or another service
// answers there. A connection that the device closes instead of answering is silence.
enum class ProbeOutcome : std::uint8_t { reply, silent, garbled, lost };

struct ProbeReply {
    ProbeOutcome outcome = ProbeOutcome::silent;
    std::uint8_t exception = 0;        // reply: the device's refusal, 0 for none
    std::vector<std::uint16_t> words;  // reply without exception
    std::string error;                 // unless reply
};

// With RTU frames: the unit that may still say something to an earlier request.
class ProbeDoubt {
public:
    void note(const ReadRequest& request, bool answered, Duration waited) {
        quiet_ = answered ? Duration{} : waited;
        unit_ = request.unit;
    }
    [[nodiscard]] bool about(const ReadRequest& request) const { return unit_ == request.unit && quiet_ > Duration{}; }
    [[nodiscard]] Duration quiet() const { return quiet_; }

private:
    std::uint8_t unit_ = 0;
    Duration quiet_{};
};

class ProbeLink {
public:
    virtual ~ProbeLink() = default;
    virtual ProbeReply ask(const ReadRequest& request, Duration timeout) = 0;
};

// Resolves the name and connects once, so that a closed port is told at the start.
Result<std::unique_ptr<ProbeLink>> open_tcp_probe(const std::string& host, std::uint16_t port, Framing framing,
                                                  Duration timeout, const Clock& clock);
// The clock must outlive the link.
Result<std::unique_ptr<ProbeLink>> open_rtu_probe(const LineConfig& line, const Clock& clock);

}  // namespace pued
