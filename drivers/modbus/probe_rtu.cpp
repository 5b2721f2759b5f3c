// SerialLine as a ProbeLink. See probe_link.hpp.
#include "drivers/modbus/probe_link.hpp"
#include "drivers/modbus/serial_line.hpp"

namespace pued {
namespace {

class RtuProbe final : public ProbeLink {
public:
    RtuProbe(const LineConfig& line, const Clock& clock) : line_(line, clock) {}

    Result<void> open() { return line_.open(); }

    ProbeReply ask(const ReadRequest& request, Duration timeout) override {
        if (const auto opened = line_.open(); !opened) return {ProbeOutcome::lost, 0, {}, opened.error()};
        if (doubt_.about(request)) line_.settle(doubt_.quiet());
        auto exchange = line_.exchange(request, timeout, Duration{});
        doubt_.note(request, exchange.outcome == Outcome::reply, timeout);
        return {outcome_of(exchange.outcome), exchange.frame.exception, std::move(exchange.frame.words),
                std::move(exchange.error)};
    }

private:
    static ProbeOutcome outcome_of(Outcome outcome) {
        switch (outcome) {
            case Outcome::reply: return ProbeOutcome::reply;
            case Outcome::silent: return ProbeOutcome::silent;
            case Outcome::bad: return ProbeOutcome::garbled;
            case Outcome::gone: return ProbeOutcome::lost;
        }
        return ProbeOutcome::lost;
    }

    SerialLine line_;
    ProbeDoubt doubt_;
};

}  // namespace

Result<std::unique_ptr<ProbeLink>> open_rtu_probe(const LineConfig& line, const Clock& clock) {
    auto probe = std::make_unique<RtuProbe>(line, clock);
    if (auto opened = probe->open(); !opened) return Error{opened.error()};
    return std::unique_ptr<ProbeLink>{std::move(probe)};
}

}  // namespace pued
