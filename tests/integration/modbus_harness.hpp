// What all Modbus integration tests share: the real clock, a thread that steps a source, a sink that remembers, and the
// answers that peers give by script.
#pragma once

#include <time.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "agent/ports/clock.hpp"
#include "agent/ports/source.hpp"
#include "drivers/modbus/modbus_source.hpp"
#include "tests/fakes/modbus_map.hpp"

namespace pued::peers {

using Bytes = std::vector<std::uint8_t>;
using std::chrono::milliseconds;

class RealClock final : public Clock {
public:
    [[nodiscard]] Now now() const override {
        timespec t{};
        ::clock_gettime(CLOCK_BOOTTIME, &t);
        return {BootTime{std::chrono::seconds{t.tv_sec} + std::chrono::nanoseconds{t.tv_nsec}}, {}, {}};
    }
};

inline void must(bool ok, const char* what) {
    if (!ok) throw std::runtime_error(what);
}

// Keeps all reports; `watch` sees each on the source's thread, before the source goes on.
class Reports final : public ReportSink {
public:
    void deliver(Report report) override {
        if (watch) watch(report);
        const std::lock_guard lock{mutex_};
        all_.push_back(std::move(report));
    }
    [[nodiscard]] std::vector<Report> of(DeviceIndex device) const {
        const std::lock_guard lock{mutex_};
        std::vector<Report> out;
        for (const auto& report : all_) {
            if (report.device == device) out.push_back(report);
        }
        return out;
    }
    [[nodiscard]] std::size_t good(DeviceIndex device) const {
        std::size_t count = 0;
        for (const auto& report : of(device)) count += report.state == DeviceState::good ? 1 : 0;
        return count;
    }
    std::function<void(const Report&)> watch;

private:
    mutable std::mutex mutex_;
    std::vector<Report> all_;
};

// Steps the source as the runtime does.
class Runner {
public:
    Runner(std::unique_ptr<Source> source, Reports& reports, const Clock& clock)
        : source_(std::move(source)), thread_([this, &reports, &clock] {
              while (!stop_) source_->step(clock.now().boot + milliseconds{50}, reports);
              source_->close();
          }) {}
    ~Runner() { stop(); }
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;
    void stop() {
        stop_ = true;
        if (thread_.joinable()) thread_.join();
    }

private:
    std::unique_ptr<Source> source_;
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

// Waits until `done`, at most so long; false when it never was.
inline bool eventually(milliseconds patience, const std::function<bool()>& done) {
    for (auto waited = milliseconds{0}; waited < patience; waited += milliseconds{10}) {
        if (done()) return true;
        std::this_thread::sleep_for(milliseconds{10});
    }
    return done();
}

// One piece of an answer: waited for, then sent.
struct Piece {
    int delay_ms = 0;
    Bytes bytes;
};
struct Answer {
    std::vector<Piece> pieces;  // none: silence
    bool close = false;         // hang up afterwards (TCP)
};
using Script = std::function<Answer(const Bytes& request)>;

inline unsigned word_at(const Bytes& bytes, std::size_t at) { return (bytes[at] << 8U) | bytes[at + 1]; }

inline Field register_field(std::string name, std::uint16_t address, std::uint8_t function = 3) {
    Field field;
    field.name = std::move(name);
    field.function = function;
    field.address = address;
    return field;
}

// What a device with the fields of device_at() and registers of 1000 + address says.
inline unsigned fixed(unsigned address) { return 1000 + address; }

inline ModbusPoll device_at(DeviceIndex index, int period_ms, int timeout_ms) {
    ModbusPoll poll;
    poll.device = index;
    poll.first_point = 10 * index;
    poll.config.timeout = milliseconds{timeout_ms};
    fake::own_map(poll).fields = {register_field("power_w", 10), register_field("voltage_v", 11)};
    poll.period = milliseconds{period_ms};
    return poll;
}

}  // namespace pued::peers
