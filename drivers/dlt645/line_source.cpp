// The meters of one line, polled one after the other by a thread that may block: who is longest overdue comes first, a
// silent meter costs the others its own timeout, and less and less often. One request at a time; whatever comes that is
// no answer to it (our own echo on two wires, late replies, noise) is passed over until the time is up. After a silence
// the connection to a serial server is made anew, which drops what it still holds for us.
#include <algorithm>
#include <array>

#include "drivers/dlt645/dlt645_source.hpp"
#include "drivers/dlt645/meter_poll.hpp"
#include "drivers/dlt645/wire.hpp"
#include "drivers/poll/schedule.hpp"
#include "drivers/poll/sleep.hpp"

namespace pued::dlt645 {
namespace {

constexpr std::size_t longest_usual_reply = 32;  // bytes with its FE; what takes longer has the timeout's slack
constexpr std::size_t most_unread = 2 * longest_frame;

struct Meter {
    MeterPoll poll;
    Schedule schedule;
    Backoff backoff;
    Duration timeout;  // for one reply
    Duration pause;    // silence before a request
    std::string last_error;
    std::uint32_t skipped = 0;
};

Meter meter_of(const Poll& poll, const std::string& link) {
    const Milliseconds timeout =
        poll.config.timeout.count() > 0 ? poll.config.timeout : Milliseconds{poll.map.timeout_ms};
    const unsigned seed = poll.device * 2654435761U + 1;  // any spread will do; never 0
    return {.poll = MeterPoll{poll, link},
            .schedule = Schedule{poll.period},
            .backoff = Backoff{seed},
            .timeout = std::clamp(timeout, Milliseconds{10}, Milliseconds{60'000}),
            .pause = Milliseconds{poll.map.pause_ms},
            .last_error = {}};
}

// One request and what came of it.
struct Exchange {
    enum class Outcome : std::uint8_t { reply, silent, gone } outcome = Outcome::silent;
    Reply reply;
    Address from{};
    std::string error;  // unless reply
    BootTime sent, received;
};

class LineSource final : public Source {
public:
    LineSource(std::unique_ptr<Wire> wire, const std::string& link, const std::vector<Poll>& meters, const Clock& clock)
        : clock_(clock), wire_(std::move(wire)), rest_(1) {
        for (const auto& meter : meters) meters_.push_back(meter_of(meter, link));
    }

    void step(BootTime until, ReportSink& out) override {
        BootTime now = clock_.now().boot;
        do {
            if (current_ == nullptr) begin(now, out);
            if (current_ != nullptr) {
                work(out);
            } else {
                sleep_until(clock_, std::min(until, next_due()));
            }
            now = clock_.now().boot;
        } while (now < until);
    }

    void close() override { wire_->close(); }

private:
    Meter& most_overdue() {
        return *std::ranges::min_element(meters_, {}, [](const Meter& meter) { return meter.schedule.next(); });
    }
    BootTime next_due() { return most_overdue().schedule.next(); }

    void begin(BootTime now, ReportSink& out) {
        Meter& meter = most_overdue();
        if (!meter.schedule.due(now)) return;
        meter.skipped += meter.schedule.take(now);
        meter.poll.start(now);
        current_ = &meter;
        if (meter.backoff.resting(now)) return report_failure(meter.last_error, now, out);
        if (!wire_->is_open()) open(now, out);
    }

    void open(BootTime now, ReportSink& out) {
        if (rest_.resting(now)) return report_failure(wire_error_, now, out);
        const auto opened = wire_->open(current_->timeout);
        if (opened) return rest_.succeeded();
        fail_wire(opened.error(), out);
    }

    // One request of the current poll.
    void work(ReportSink& out) {
        const auto request = current_->poll.request();
        if (!request) return finish(out);
        if (!wire_->is_open()) {  // closed after a silence in this poll
            open(clock_.now().boot, out);
            if (current_ == nullptr) return;
        }
        const Exchange exchange = ask(*request);
        quiet_until_ = clock_.now().boot + current_->pause;
        switch (exchange.outcome) {
            case Exchange::Outcome::gone: return fail_wire(exchange.error, out);
            case Exchange::Outcome::silent: return silent(exchange, out);
            case Exchange::Outcome::reply: break;
        }
        if (exchange.reply.meaning == Meaning::refusal) {
            current_->poll.refused(exchange.reply, exchange.received);
        } else {
            current_->poll.value(exchange.reply, exchange.from, exchange.sent, exchange.received);
        }
    }

    Exchange ask(const Request& request) {
        Exchange out;
        sleep_until(clock_, quiet_until_);
        if (!drop_unasked(out)) return out;
        const Bytes bytes = encode(request);
        out.sent = clock_.now().boot;
        if (const auto sent = wire_->send(bytes); !sent) return gone(std::move(out), sent.error());
        receive(request, out.sent + current_->timeout + wire_->time_of(bytes.size() + longest_usual_reply), out);
        return out;
    }

    static Exchange gone(Exchange out, const std::string& why) {
        out.outcome = Exchange::Outcome::gone;
        out.error = why;
        return out;
    }

    // What has come since the last reply answers nothing that will be asked.
    bool drop_unasked(Exchange& out) {
        std::array<std::uint8_t, most_unread> room{};
        const auto size = wire_->receive(room, Duration{});
        if (!size) out = gone(std::move(out), size.error());
        return static_cast<bool>(size);
    }

    void receive(const Request& request, BootTime deadline, Exchange& out) {
        Bytes unread;
        std::string instead;  // the last that came and was no answer
        while (true) {
            const Duration rest = deadline - clock_.now().boot;
            std::array<std::uint8_t, longest_frame> room{};
            const auto size = wire_->receive(room, rest);
            out.received = clock_.now().boot;
            if (!size) {
                out = gone(std::move(out), size.error());
                return;
            }
            unread.insert(unread.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(*size));
            if (take(request, unread, instead, out)) return;
            if (unread.size() > most_unread) unread.clear();  // begins as a frame that never ends
            if (out.received >= deadline) break;
        }
        const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(current_->timeout).count();
        out.error = "no reply within " + std::to_string(ms) + " ms" + (instead.empty() ? "" : ", but " + instead);
    }

    static bool take(const Request& request, Bytes& unread, std::string& instead, Exchange& out) {
        while (true) {
            const Found found = find_frame(unread);
            unread.erase(unread.begin(), unread.begin() + static_cast<std::ptrdiff_t>(found.used));
            if (found.damaged) instead = "a frame with a wrong checksum";
            if (!found.frame) return false;
            out.reply = judge(*found.frame, request);
            out.from = found.frame->address;
            if (out.reply.meaning != Meaning::foreign) {
                out.outcome = Exchange::Outcome::reply;
                return true;
            }
            instead = out.reply.error;
        }
    }

    void silent(const Exchange& exchange, ReportSink& out) {
        if (wire_->renew()) wire_->close();
        if (current_->poll.answered()) return current_->poll.silent(exchange.error, exchange.received);
        fail(exchange.error, out);
    }

    // For a reason of the meter's own: it will be left to rest.
    void fail(const std::string& why, ReportSink& out) {
        const BootTime now = clock_.now().boot;
        current_->last_error = why;
        current_->backoff.failed(now, current_->timeout);
        current_->poll.forget();
        report_failure(why, now, out);
    }

    void fail_wire(const std::string& why, ReportSink& out) {
        const BootTime now = clock_.now().boot;
        wire_error_ = why;
        rest_.failed(now);
        for (auto& meter : meters_) meter.poll.forget();
        report_failure(why, now, out);
    }

    void finish(ReportSink& out) {
        current_->backoff.succeeded();
        deliver(current_->poll.finish(), out);
    }

    void report_failure(const std::string& why, BootTime now, ReportSink& out) {
        deliver(current_->poll.fail(why, now), out);
    }

    void deliver(Report report, ReportSink& out) {
        report.skipped = current_->skipped;
        current_->skipped = 0;
        current_ = nullptr;
        out.deliver(std::move(report));
    }

    const Clock& clock_;
    std::unique_ptr<Wire> wire_;
    std::vector<Meter> meters_;
    Backoff rest_;  // after failures of the wire itself
    std::string wire_error_;
    Meter* current_ = nullptr;  // being polled
    BootTime quiet_until_;
};

std::string host_port(const ModbusDevice& meter) {
    const bool v6 = meter.host.find(':') != std::string::npos;
    return (v6 ? '[' + meter.host + ']' : meter.host) + ':' + std::to_string(meter.port);
}

}  // namespace

std::unique_ptr<Source> make_line_source(const LineConfig& line, const std::vector<Poll>& meters, const Clock& clock) {
    return std::make_unique<LineSource>(make_serial_wire(line), line.device, meters, clock);
}

std::unique_ptr<Source> make_tcp_source(const std::vector<Poll>& meters, const Clock& clock) {
    const auto& first = meters.front().config;
    return std::make_unique<LineSource>(make_tcp_wire(first.host, first.port, clock), host_port(first), meters, clock);
}

}  // namespace pued::dlt645
