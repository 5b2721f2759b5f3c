// The four doors, faked by hand: a clock that moves when told, a sink that remembers; the store is in disk.hpp.
#pragma once

#include <vector>

#include "agent/ports/clock.hpp"
#include "agent/ports/sink.hpp"
#include "agent/ports/source.hpp"
#include "tests/fakes/disk.hpp"

namespace pued::fake {

class FakeClock final : public Clock {
public:
    explicit FakeClock(UtcTime utc = UtcTime{std::chrono::seconds{1767196800}})
        : now_{BootTime{std::chrono::hours{1}}, utc, ClockQuality::synced} {}
    [[nodiscard]] Now now() const override { return now_; }
    void advance(Duration d) {
        now_.boot += d;
        now_.utc += std::chrono::duration_cast<std::chrono::milliseconds>(d);
    }
    void step_utc(std::chrono::milliseconds by) { now_.utc += by; }
    void set_quality(ClockQuality quality) { now_.quality = quality; }

private:
    Now now_;
};

class FakeSink final : public Sink {
public:
    void publish(Message message) override { messages.push_back(std::move(message)); }
    std::vector<Message> messages;
};

class FakeReportSink final : public ReportSink {
public:
    void deliver(Report report) override { reports.push_back(std::move(report)); }
    std::vector<Report> reports;
};

}  // namespace pued::fake
