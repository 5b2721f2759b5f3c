// A site of two meters (a feed, a PDU) in front of the engine: made by hand, driven second by second with known powers,
// so that every PUE is known beforehand.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "agent/config/installation.hpp"
#include "agent/journal/reader.hpp"
#include "agent/journal/verify.hpp"
#include "agent/runtime/engine.hpp"
#include "tests/fakes/disk.hpp"
#include "tests/fakes/fakes.hpp"

namespace pued::fake {

inline Rule pue_rule(double limit) {
    Rule rule;
    rule.id = "test-limit";
    rule.name = {"test limit", "测试限值"};
    rule.message = {"PUE {value} is above {limit}", "PUE {value} 高于 {limit}"};
    rule.standard = {"TEST 1", {"Test", "测试"}, "4.1", "a test", Force::mandatory, Confidence::found_a};
    rule.limit = {limit, Direction::at_most};
    rule.alerting = Alerting::limit;
    return rule;
}

// One meter with an energy register of 1 Wh and a power.
inline void add_meter(PointTable& table, std::string id, Role role) {
    Device device;
    device.id = std::move(id);
    device.role = role;
    device.rated_w = 1e6;
    device.period = std::chrono::seconds{1};
    const auto index = static_cast<DeviceIndex>(table.devices.size());
    for (const char* quantity : {"energy_wh", "power_w"}) {
        device.points.push_back(static_cast<PointIndex>(table.points.size()));
        table.points.push_back({device.id + "." + quantity, index, *parse_quantity(quantity)});
    }
    device.energy = device.points[0];
    device.power = device.points[1];
    table.devices.push_back(std::move(device));
}

inline Installation two_meters(double limit) {
    Installation out;
    out.config.site.id = "s1";
    out.config.site.agent = "a1";
    out.config.sha256 = "00";
    out.config.metering.interval = std::chrono::seconds{10};
    out.config.metering.grace = std::chrono::seconds{5};
    out.config.rules.window = "interval";
    out.config.rules.for_count = 2;
    out.config.rules.clear_count = 2;
    out.rules = {pue_rule(limit)};
    add_meter(out.points, "feed", Role::feed);
    add_meter(out.points, "pdu", Role::pdu);
    return out;
}

// The plant, its clock, its disk and an engine, which can be killed and born again from its journal.
class World {
public:
    explicit World(double limit) : World(two_meters(limit)) {}
    explicit World(Installation from) : installation_(std::move(from)) { start(); }

    // Runs for some seconds at these powers; a meter that is not heard delivers nothing, but its register runs on.
    void run(int seconds, double feed_w, double pdu_w, bool feed_heard = true) {
        for (int i = 0; i < seconds; ++i) {
            clock.advance(std::chrono::seconds{1});
            wh_[0] += stopped_s_[0] > 0 ? 0 : feed_w / 3600;
            wh_[1] += stopped_s_[1] > 0 ? 0 : pdu_w / 3600;
            for (const std::size_t meter : {0U, 1U}) wh_[meter] += leap_wh_[meter];
            for (int& left : stopped_s_) left = std::max(0, left - 1);
            if (feed_heard) report(0, feed_w);
            report(1, pdu_w);
            engine_->tick(clock.now(), {});
        }
    }

    // The register stands still for so long and loses what flows meanwhile; its power is still told.
    void stop_register(DeviceIndex device, int seconds) { stopped_s_[device] = seconds; }

    // From now on its register leaps by so much a second, beside what flows.
    void leap_register(DeviceIndex device, double wh) { leap_wh_[device] = wh; }

    // As after kill -9: what was not committed is gone.
    void restart() { start(); }
    // As after SIGTERM and a start.
    void restart_in_peace() {
        engine_->end(clock.now());
        start();
    }
    // As after SIGHUP.
    void restart_with(Installation next) {
        const auto books = engine_->books(clock.now());
        engine_.reset();
        installation_ = std::move(next);
        engine_ = std::make_unique<Engine>(installation_, EngineDoors{&sink, &log_, nullptr, "boot-1"}, clock.now());
        const auto begun = engine_->begin_from(&*journal_, books, clock.now());
        if (!begun) throw std::runtime_error(begun.error());
        engine_->tick(clock.now(), {});
    }

    // What a reader of the disk finds.
    [[nodiscard]] std::vector<Record> records() const {
        std::vector<Record> out;
        auto reader = JournalReader::open(disk);
        while (auto entry = reader->next()) {
            if (!*entry) break;
            out.push_back((*entry)->record);
        }
        return out;
    }
    [[nodiscard]] std::vector<Record> records(RecordType type) const {
        auto out = records();
        std::erase_if(out, [&](const Record& record) { return record.type != type; });
        return out;
    }
    [[nodiscard]] VerifyResult verify() const { return verify_journal(disk, {}); }

    // Payloads sent to this topic (below pued/v1/s1/a1/), oldest first.
    [[nodiscard]] std::vector<nlohmann::json> sent(const std::string& topic) const {
        std::vector<nlohmann::json> out;
        for (const auto& message : sink.messages) {
            if (message.topic == "pued/v1/s1/a1/" + topic && !message.payload.empty())
                out.push_back(nlohmann::json::parse(message.payload));
        }
        return out;
    }
    [[nodiscard]] std::string states(const std::string& topic) const {
        std::string out;
        for (const auto& payload : sent(topic)) out += (out.empty() ? "" : " ") + payload["state"].get<std::string>();
        return out;
    }

    Engine& engine() { return *engine_; }
    Journal& journal() { return *journal_; }

    FakeClock clock;
    FakeSink sink;
    FakeStore disk;
    Recovery found;  // at the latest start

private:
    void start() {
        engine_.reset();
        journal_.reset();
        found = {};
        auto opened = Journal::open(disk, {.origin = "test/s1/a1"}, std::nullopt, found);
        if (!opened) std::abort();
        journal_.emplace(std::move(*opened));
        engine_ = std::make_unique<Engine>(installation_, EngineDoors{&sink, &log_, nullptr, "boot-1"}, clock.now());
        const auto begun = engine_->begin(&*journal_, found, clock.now());
        if (!begun) throw std::runtime_error(begun.error());
        engine_->tick(clock.now(), {});
    }

    void report(DeviceIndex device, double power_w) {
        Report out;
        out.device = device;
        out.at = clock.now().boot;
        out.state = DeviceState::good;
        const auto& points = installation_.points.devices[device].points;
        const auto counts = static_cast<std::uint64_t>(wh_[device] * 1000);
        out.samples.push_back({points[0], Quality::good, wh_[device], Count{counts, 1000, 0, 0}});
        out.samples.push_back({points[1], Quality::good, power_w, std::nullopt});
        engine_->accept(out, clock.now());
    }

    Installation installation_;
    std::FILE* nowhere_ = std::fopen("/dev/null", "w");
    Log log_{nowhere_};
    std::optional<Journal> journal_;
    std::unique_ptr<Engine> engine_;
    double wh_[2] = {5e6, 3e6};
    int stopped_s_[2] = {0, 0};
    double leap_wh_[2] = {0, 0};
};

}  // namespace pued::fake
