// When to ask, and what to say when no answer comes; see the header.
#include "drivers/nvml/nvml_source.hpp"

#include <algorithm>
#include <cstdio>
#include <thread>
#include <utility>

#include "drivers/nvml/gpu_report.hpp"
#include "drivers/nvml/worker.hpp"
#include "drivers/poll/schedule.hpp"

namespace pued {

namespace {

constexpr Duration farewell = std::chrono::milliseconds{500};

class NvmlSource final : public Source {
public:
    NvmlSource(NvmlPoll poll, const Clock& clock)
        : poll_(std::move(poll)),
          clock_(clock),
          schedule_(std::max<Duration>(poll_.period, std::chrono::milliseconds{100})),
          worker_(poll_.file, poll_.gpus, clock) {}

    void step(BootTime until, ReportSink& out) override;
    void close() override { worker_.stop(farewell); }

private:
    [[nodiscard]] BootTime now() const { return clock_.now().boot; }
    void begin_poll(BootTime at, ReportSink& out);
    bool tell_outcome(Duration patience, ReportSink& out);
    void no_answer(BootTime at, ReportSink& out);

    NvmlPoll poll_;
    const Clock& clock_;
    Schedule schedule_;
    nvml::Worker worker_;
    std::optional<BootTime> asked_;  // a poll is under way since then
    BootTime hanging_since_;         // the call that blocks the worker was begun then
    std::uint32_t skipped_ = 0;      // polls since the last report
};

void NvmlSource::step(BootTime until, ReportSink& out) {
    do {
        const BootTime at = now();
        if (schedule_.due(at)) begin_poll(at, out);
        const Duration patience = std::max(Duration{}, std::min(until, schedule_.next()) - now());
        if (!asked_) {
            std::this_thread::sleep_for(patience);
        } else {
            tell_outcome(patience, out);
        }
    } while (now() < until);
}

void NvmlSource::begin_poll(BootTime at, ReportSink& out) {
    if (asked_ && !tell_outcome({}, out)) {
        if (at - hanging_since_ < std::max(poll_.period, poll_.hangs_after)) {  // slow, so far
            skipped_ += 1 + schedule_.take(at);
            return;
        }
        no_answer(at, out);
    }
    skipped_ += schedule_.take(at);
    if (worker_.ask()) hanging_since_ = at;
    asked_ = at;  // also where the worker hangs: the report of this poll is due when the next poll is
}

bool NvmlSource::tell_outcome(Duration patience, ReportSink& out) {
    const auto outcome = worker_.wait(patience);
    if (!outcome) return false;
    asked_.reset();
    Report report = nvml::report_of(poll_, *outcome);
    report.skipped = std::exchange(skipped_, 0);
    out.deliver(std::move(report));
    return true;
}

void NvmlSource::no_answer(BootTime at, ReportSink& out) {
    worker_.give_up();
    asked_.reset();
    char text[96];
    std::snprintf(text, sizeof text, "no answer for %.0f s (the driver hangs: see the kernel's log for Xid)",
                  in_seconds(at - hanging_since_));
    Report report;
    report.device = poll_.device;
    report.at = at;
    report.error = poll_.file + ": " + text;
    report.skipped = std::exchange(skipped_, 0);
    out.deliver(std::move(report));
}

}  // namespace

std::unique_ptr<Source> make_nvml_source(NvmlPoll poll, const Clock& clock) {
    return std::make_unique<NvmlSource>(std::move(poll), clock);
}

}  // namespace pued
