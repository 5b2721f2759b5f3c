// A site of two meters before the whole engine, with a journal on a fake disk, through days of virtual time: quarter
// hours, a poll every ten seconds, powers that give whole mWh a second. Its wall clock can step, be wrong or unset, its
// processes be killed and its machine be booted anew. Beside it the questions that every scenario must answer.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "agent/journal/reader.hpp"
#include "agent/journal/verify.hpp"
#include "agent/report/audit.hpp"
#include "agent/runtime/engine.hpp"
#include "tests/fakes/disk.hpp"
#include "tests/fakes/fakes.hpp"
#include "tests/unit/runtime/plant.hpp"

namespace pued::fake {

inline constexpr int poll_s = 10;
inline constexpr std::int64_t pdu_rate = 30'000;                      // mWh a second: 108 kW
inline constexpr std::int64_t feed_rate_good = 33'000;                // PUE 1.1
inline constexpr std::int64_t feed_rate_bad = 42'000;                 // PUE 1.4
inline constexpr UtcTime new_year{std::chrono::seconds{1767196800}};  // 2026-01-01 in China

inline Installation quarter_hours() {
    auto out = two_meters(1.25);
    out.config.metering.interval = std::chrono::seconds{900};
    out.config.metering.grace = std::chrono::seconds{180};
    for (auto& device : out.points.devices) device.period = std::chrono::seconds{poll_s};
    return out;
}

class Station {
public:
    explicit Station(UtcTime utc = new_year, ClockQuality quality = ClockQuality::synced) : clock(utc) {
        clock.set_quality(quality);
        start();
    }

    // Runs on with the meters polled; `bad`: the PUE is beyond the limit.
    void run(std::chrono::seconds length, bool bad = false) {
        for (auto left = length.count(); left > 0; left -= poll_s) {
            clock.advance(std::chrono::seconds{poll_s});
            flow(poll_s, bad);
            for (DeviceIndex device = 0; device < 2; ++device) report(device);
            engine_->tick(clock.now(), {});
        }
    }
    void run(std::chrono::hours length, bool bad = false) { run(std::chrono::seconds{length}, bad); }

    // kill -9 and a start, on the same machine.
    void kill() { start(); }
    // The power goes for so long, in which the plant runs on; the machine wakes with this wall clock.
    void reboot(std::chrono::seconds off, UtcTime utc, ClockQuality quality, bool bad = false) {
        flow(off.count(), bad);
        clock = FakeClock{utc};
        clock.set_quality(quality);
        ++boots_;
        start();
    }
    // The wall clock is set right, or wrong.
    void set_clock(UtcTime utc, ClockQuality quality = ClockQuality::synced) {
        clock.step_utc(utc - clock.now().utc);
        clock.set_quality(quality);
    }

    struct Numbered {
        std::uint32_t epoch = 0;
        Record record;
    };
    [[nodiscard]] std::vector<Numbered> records() const {
        std::vector<Numbered> out;
        auto reader = JournalReader::open(disk);
        for (auto entry = reader->next(); entry && *entry; entry = reader->next())
            out.push_back({(*entry)->epoch, (*entry)->record});
        return out;
    }
    [[nodiscard]] std::vector<Record> records(RecordType type) const {
        std::vector<Record> out;
        for (auto& [epoch, record] : records()) {
            if (record.type == type) out.push_back(record);
        }
        return out;
    }
    [[nodiscard]] std::int64_t counts(DeviceIndex device) const { return counts_[device]; }

    FakeClock clock;
    FakeSink sink;
    FakeStore disk;

private:
    void start() {
        engine_.reset();
        journal_.reset();
        Recovery found;
        auto opened = Journal::open(disk, {.origin = "test/s1/a1"}, std::nullopt, found);
        if (!opened) throw std::runtime_error(opened.error());
        journal_.emplace(std::move(*opened));
        engine_ = std::make_unique<Engine>(
            installation_, EngineDoors{&sink, &log_, nullptr, "boot-" + std::to_string(boots_)}, clock.now());
        const auto begun = engine_->begin(&*journal_, found, clock.now());
        if (!begun) throw std::runtime_error(begun.error());
        engine_->tick(clock.now(), {});
    }
    void flow(std::int64_t seconds, bool bad) {
        counts_[0] += seconds * (bad ? feed_rate_bad : feed_rate_good);
        counts_[1] += seconds * pdu_rate;
    }
    void report(DeviceIndex device) {
        Report out;
        out.device = device;
        out.at = clock.now().boot;
        out.state = DeviceState::good;
        const auto counts = static_cast<std::uint64_t>(counts_[device]);
        const auto& points = installation_.points.devices[device].points;
        out.samples.push_back(
            {points[0], Quality::good, static_cast<double>(counts) / 1000, Count{counts, 1000, 0, 0}});
        engine_->accept(out, clock.now());
    }

    Installation installation_ = quarter_hours();
    std::FILE* nowhere_ = std::fopen("/dev/null", "w");
    Log log_{nowhere_};
    std::optional<Journal> journal_;
    std::unique_ptr<Engine> engine_;
    std::int64_t counts_[2] = {5'000'000'000, 3'000'000'000};  // of 1 mWh
    int boots_ = 1;
};

// What does not hold of the books, as lines; empty: all of it does.
class Books {
public:
    explicit Books(const Station& station) : station_(station), records_(station.records()) {
        for (const auto& entry : records_) {
            const auto& record = entry.record;
            if (record.type != RecordType::interval && record.type != RecordType::amend) continue;
            if (record.type == RecordType::interval) closed_.push_back(record.start_s);
            newest_[record.start_s] = record;
        }
    }

    // Every interval begins where the one before ended, or a record of the clock or of a boot stands between.
    [[nodiscard]] std::string tiling() const {
        std::string out;
        std::optional<std::int64_t> end;
        bool explained = false;
        for (const auto& [epoch, record] : records_) {
            explained = explained || record.type == RecordType::time_step || record.type == RecordType::boot;
            if (record.type != RecordType::interval) continue;
            if (end && record.start_s != *end && !explained)
                out += "a hole at " + std::to_string(record.start_s) + "\n";
            if (end && record.start_s == *end) explained = false;
            end = record.start_s + *record.duration_s;
        }
        return out;
    }

    // The register at the begin of each interval is that at the end of the one that was closed before it, whatever the
    // wall clock said meanwhile.
    [[nodiscard]] std::string chain(DeviceIndex device) const {
        std::string out;
        std::optional<std::uint64_t> end;
        for (const auto start : closed_) {
            const auto& point = newest_.at(start).points[device];
            if (!point.reg_end) continue;
            if (end && point.reg_start != end) {
                out += "at " + std::to_string(start) + " the register begins at " +
                       std::to_string(point.reg_start.value_or(0)) + ", not " + std::to_string(*end) + "\n";
            }
            end = point.reg_end;
        }
        return out;
    }

    // All that was credited to this meter, less what its register went over the same intervals; mWh. 0 where readings
    // stand on the boundaries of the first and the last interval.
    [[nodiscard]] std::int64_t surplus(DeviceIndex device) const {
        std::int64_t credited = 0;
        std::optional<std::uint64_t> first, last;
        for (const auto start : closed_) {
            const auto& point = newest_.at(start).points[device];
            if (first) credited += point.energy_mwh;
            if (!first && point.reg_start) first = point.reg_start, credited = point.energy_mwh;
            if (!first) first = point.reg_end;  // nothing was read before its begin
            if (point.reg_end) last = point.reg_end;
        }
        return credited - static_cast<std::int64_t>(*last - *first);
    }

    [[nodiscard]] std::string evidence() const {
        std::string out;
        for (const auto& finding : verify_journal(station_.disk, {}).findings)
            out += finding.where.en + ": " + finding.what.en + "\n";
        Audit audit;
        for (const auto& [epoch, record] : records_) audit.add(epoch, record);
        for (const auto& finding : audit.finish().findings) out += finding.where.en + ": " + finding.what.en + "\n";
        return out;
    }

    // Of the limit's alert: what the broker was told, and whether the journal holds each of it, in this order, where
    // the message says.
    [[nodiscard]] std::string told() const {
        std::string out;
        for (const auto& message : station_.sink.messages) {
            if (message.topic != "pued/v1/s1/a1/alert/site/test-limit" || message.payload.empty()) continue;
            const auto payload = nlohmann::json::parse(message.payload);
            const auto state = payload["state"].get<std::string>();
            if (out.ends_with(state)) continue;
            out += (out.empty() ? "" : " ") + state;
            const auto seq = payload["evidence"]["journal_seq"].get<std::size_t>();
            const auto& record = records_.at(seq).record;
            if (record.type != RecordType::alert) out += " (not on record)";
        }
        return out;
    }
    [[nodiscard]] std::size_t alert_ids() const {
        std::set<std::string> ids;
        for (const auto& message : station_.sink.messages) {
            if (message.topic != "pued/v1/s1/a1/alert/site/test-limit" || message.payload.empty()) continue;
            ids.insert(nlohmann::json::parse(message.payload)["alert_id"].get<std::string>());
        }
        return ids.size();
    }

    // Start to the interval as it was said last.
    [[nodiscard]] const std::map<std::int64_t, Record>& intervals() const { return newest_; }

private:
    const Station& station_;
    std::vector<Station::Numbered> records_;
    std::map<std::int64_t, Record> newest_;
    std::vector<std::int64_t> closed_;  // starts, as they were recorded
};

}  // namespace pued::fake
