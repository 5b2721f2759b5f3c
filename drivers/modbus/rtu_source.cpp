// The units of one serial line, polled one after the other by a thread that may block: a silent unit costs the others
// its own timeout, and less and less often. A line whose device file vanishes is opened again when it returns.
//
// RTU replies carry no transaction id. So that a late reply never passes for the next one: after a failure a unit is
// left alone for another timeout, whatever comes meanwhile is dropped, and its next poll begins with a probe whose
// reply has another length than the one that may still be under way (doubts.hpp).
#include <sys/prctl.h>

#include <algorithm>

#include "drivers/modbus/doubts.hpp"
#include "drivers/modbus/modbus_source.hpp"
#include "drivers/modbus/rota.hpp"
#include "drivers/modbus/serial_line.hpp"
#include "drivers/poll/sleep.hpp"

namespace pued {
namespace {

class RtuSource final : public Source {
public:
    RtuSource(const LineConfig& config, const std::vector<ModbusPoll>& devices, FieldLists lists, const Clock& clock)
        : clock_(clock),
          line_(config, clock),
          baud_(config.baud),
          rota_(
              devices, [this](Duration latency, Duration pause) { return cost(latency, pause); }, line_.silence(),
              config.device, lists),
          rest_(1) {}

    void step(BootTime until, ReportSink& out) override {
        // The kernel may otherwise let each of our waits end 50 us late, a percent of a short exchange at 115200 baud.
        ::prctl(PR_SET_TIMERSLACK, 1UL);
        BootTime now = clock_.now().boot;
        do {
            if (current_ == nullptr) begin(now, out);
            if (current_ != nullptr) {
                work(out);
            } else {
                sleep_until(clock_, std::min(until, rota_.next_due()));
            }
            now = clock_.now().boot;
        } while (now < until);
    }

    void close() override { line_.close(); }

private:
    [[nodiscard]] LineCost cost(Duration latency, Duration pause) const {
        return rtu_cost(baud_, line_.bits_per_char(), latency, std::max(line_.silence(), pause));
    }

    void begin(BootTime now, ReportSink& out) {
        current_ = rota_.take_due(now, out);
        if (current_ == nullptr || line_.is_open()) return;
        if (rest_.resting(now)) return fail_link(line_error_, now, out);
        const auto opened = line_.open();
        if (opened) return rest_.succeeded();
        rest_.failed(now);
        fail_link(opened.error(), now, out);
    }

    // One request of the current poll.
    void work(ReportSink& out) {
        if (const auto late_words = doubts_.words(current_)) return clear_doubt(*late_words, out);
        const auto request = current_->poll.request();
        if (!request) return finish(out);
        const Exchange exchange = line_.exchange(*request, current_->timeout, current_->latency.dead_time());
        if (exchange.outcome != Outcome::reply) return fail(exchange, request->words, out);
        line_.pause(current_->pause);
        replan_ = current_->latency.add(line_.latency_of(exchange, *request)) || replan_;
        if (exchange.frame.exception != 0) {
            current_->poll.refuse(exchange.frame.exception, exchange.sent, exchange.received);
        } else {
            current_->poll.answer(exchange.frame.words, exchange.sent, exchange.received);
        }
        if (!current_->poll.request()) finish(out);
    }

    void clear_doubt(std::uint16_t words, ReportSink& out) {
        const auto probe = current_->poll.probe(words);
        if (!probe) return doubts_.drop(current_);
        Exchange exchange = line_.exchange(*probe, current_->timeout, {}, words);
        if (exchange.outcome != Outcome::reply) return fail(exchange, words, out);
        line_.pause(current_->pause);
        if (doubts_.answered(current_, exchange.frame.exception)) return;
        exchange.error = exception_text(exchange.frame.exception);
        fail(exchange, words, out);
    }

    void finish(ReportSink& out) {
        current_->succeed(out);
        if (replan_) current_->poll.plan_for(cost(current_->latency.planned(), current_->pause));
        replan_ = false;
        current_ = nullptr;
    }

    void fail(const Exchange& exchange, std::uint16_t words, ReportSink& out) {
        const BootTime now = clock_.now().boot;
        if (exchange.outcome == Outcome::gone) {
            rest_.failed(now);
            return fail_link(exchange.error, now, out);
        }
        doubts_.begin(current_, words);
        current_->fail(exchange.error, now, out, current_->timeout);
        current_ = nullptr;
    }

    void fail_link(const std::string& why, BootTime now, ReportSink& out) {
        line_error_ = why;
        rota_.forget_all();
        current_->fail_with_link(why, now, out);
        current_ = nullptr;
    }

    const Clock& clock_;
    SerialLine line_;
    unsigned baud_;
    Rota rota_;
    Backoff rest_;  // after failures of the line itself
    std::string line_error_;
    Unit* current_ = nullptr;  // being polled
    bool replan_ = false;      // it, when this poll is over
    Doubts doubts_;
};

}  // namespace

std::unique_ptr<Source> make_rtu_source(LineConfig line, std::vector<ModbusPoll> devices, const Clock& clock) {
    return std::make_unique<RtuSource>(line, devices, FieldLists{}, clock);
}

}  // namespace pued
