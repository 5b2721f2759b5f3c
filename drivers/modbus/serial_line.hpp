// One serial line (RTU): opened, closed, and one request at a time. Blocks for at most the reply's timeout and the
// line's silences; owned by the RTU source, on its thread. Times are boot time.
//
// libmodbus opens the port and sets it up. Frames are those of frame.hpp: libmodbus 3.1 knows no unit above 247, where
// Open Rack power supplies live, and checks neither function nor length. 3.5 characters of silence stand between
// frames, and after anything unexpected nothing is sent until the line is silent.
#pragma once

#include <modbus/modbus.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/config/config.hpp"
#include "agent/model/result.hpp"
#include "agent/ports/clock.hpp"
#include "drivers/modbus/frame.hpp"

namespace pued {

enum class Outcome : std::uint8_t {
    reply,   // frame.words or frame.exception
    silent,  // nothing usable within the timeout
    bad,     // something else than the reply
    gone     // the line itself failed; it is closed now
};

struct Exchange {
    Outcome outcome = Outcome::silent;
    Frame frame;
    std::string error;  // unless reply
    BootTime sent, received;
};

class SerialLine {
public:
    SerialLine(LineConfig config, const Clock& clock);

    [[nodiscard]] bool is_open() const { return context_ != nullptr; }
    Result<void> open();
    void close() { context_.reset(); }

    // `late_words`: a reply with so many registers belongs to an earlier request and is passed over. `latency`: the
    // device never takes less to begin its reply; until it can be whole nothing is looked for, which saves a wake-up a
    // byte.
    Exchange exchange(const ReadRequest& request, Duration timeout, Duration latency,
                      std::optional<std::uint16_t> late_words = {});
    // Nothing is sent for at least this long.
    void pause(Duration silence);
    // Reads and drops until nothing has come for so long; on a line that is never quiet three times that. A signal ends
    // it.
    void settle(Duration quiet);

    [[nodiscard]] unsigned bits_per_char() const;
    [[nodiscard]] Duration silence() const;  // between frames, by the standard
    // What of an exchange was neither request nor reply on the wire.
    [[nodiscard]] Duration latency_of(const Exchange& exchange, const ReadRequest& request) const;

private:
    using Bytes = std::vector<std::uint8_t>;
    struct Free {
        void operator()(modbus_t* context) const;
    };

    [[nodiscard]] Duration wire_time(std::size_t bytes) const;
    [[nodiscard]] int descriptor() const { return modbus_get_socket(context_.get()); }
    bool send(const ReadRequest& request, Exchange& out);
    void receive(const ReadRequest& request, Duration timeout, std::optional<std::uint16_t> late, Exchange& out);
    bool read_more(Bytes& received, Duration rest, Exchange& out);
    void failed(int error, Exchange& out) const;

    LineConfig config_;
    const Clock& clock_;
    std::unique_ptr<modbus_t, Free> context_;
    BootTime quiet_until_;
};

}  // namespace pued
