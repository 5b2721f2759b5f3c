// Bytes that nobody vouches for, thrown at everything that decodes what a BMC says: about two seconds of seeded
// randomness; run under the sanitizers too. What must hold: no crash, no value that is not a finite number in its
// range, an end to every walk.
#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "drivers/ipmi/dcmi.hpp"
#include "drivers/ipmi/lan_source.hpp"
#include "drivers/ipmi/sdr.hpp"
#include "drivers/ipmi/sensor_reading.hpp"
#include "tests/unit/ipmi/scripted_bmc.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::ipmi;

namespace {

using Random = std::mt19937;

std::vector<std::uint8_t> noise(Random& random, std::size_t most) {
    std::vector<std::uint8_t> out(random() % (most + 1));
    for (auto& byte : out) byte = static_cast<std::uint8_t>(random());
    return out;
}

// Some bytes changed, sometimes cut or longer.
std::vector<std::uint8_t> mangled(std::vector<std::uint8_t> bytes, Random& random) {
    for (auto i = random() % 6; i > 0 && !bytes.empty(); --i) {
        bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
    }
    if (random() % 4 == 0) bytes.resize(random() % (bytes.size() + 1));
    if (random() % 8 == 0) bytes.resize(bytes.size() + random() % 40);
    return bytes;
}

bool is_utf8(const std::string& text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x20) return false;
        if (byte < 0x80) continue;
        if ((byte & 0xE0) != 0xC0 || ++i >= text.size()) return false;
        if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return false;
    }
    return true;
}

void try_record(const std::vector<std::uint8_t>& bytes, Random& random) {
    const auto record = decode_sensor_record(bytes);
    if (!record) return;
    CHECK_TRUE(is_utf8(record->name));
    CHECK_TRUE(record->lun <= 3);
    CHECK_TRUE(std::abs(record->factors.m) <= 512 && std::abs(record->factors.b) <= 512);
    const auto value = convert(*record, static_cast<std::uint8_t>(random()));
    CHECK_TRUE(!value || std::isfinite(*value));
    CHECK_FALSE(unit_name(*record).empty());
}

// A BMC whose every answer may be mangled, and whose session may go at any moment.
class LyingBmc final : public Link {
public:
    LyingBmc(fake::FakeClock& clock, unsigned seed) : honest_(clock), random_(seed) {
        honest_.sensors = {{{0, 1}, {58, 0xC0, 0xC0}}, {{0, 9}, {85, 0xC0, 0xC0}}};
        if (seed % 2 == 0) honest_.most_bytes = 22;
    }
    std::optional<LinkFailure> open() override { return honest_.open(); }
    [[nodiscard]] bool is_open() const override { return honest_.is_open(); }
    void close() override { honest_.close(); }
    Result<Reply> send(std::uint8_t lun, Command command, Bytes data) override {
        if (random_() % 50 == 0) honest_.forgotten = true;
        auto reply = honest_.send(lun, command, data);
        if (!reply || random_() % 3 != 0) return reply;
        if (random_() % 4 == 0) return Reply{static_cast<std::uint8_t>(random_()), noise(random_, 40)};
        return Reply{reply->completion, mangled(reply->data, random_)};
    }

private:
    fake::ScriptedBmc honest_;
    Random random_;
};

void check_report(const Report& report) {
    CHECK_TRUE(report.state == DeviceState::good || report.samples.empty());
    for (const auto& sample : report.samples) {
        const double most = sample.point == 2 ? 1.0 : 60'000.0;
        if (sample.quality == Quality::good) CHECK_TRUE(sample.value >= 0 && sample.value <= most);
    }
}

}  // namespace

TEST_GROUP(FuzzIpmi){};

TEST(FuzzIpmi, sensor_records) {
    Random random{20261122};
    const auto real = records::all();
    for (int i = 0; i < 200'000; ++i) {
        try_record(i % 4 == 0 ? noise(random, 80) : mangled(real[random() % real.size()], random), random);
    }
}

TEST(FuzzIpmi, power_readings) {
    Random random{20261123};
    for (int i = 0; i < 300'000; ++i) {
        const auto power = decode_power_reading(mangled(fake::ScriptedBmc::power_reply(231), random));
        CHECK_TRUE(!power || (power->current_w > 0 && power->current_w <= implausible_w));
    }
}

TEST(FuzzIpmi, sensor_readings_and_factors) {
    Random random{20261124};
    for (int i = 0; i < 300'000; ++i) {
        const auto bytes = noise(random, 10);
        if (decode_sensor_reading(bytes)) CHECK_TRUE(bytes.size() >= 2 && (bytes[1] & 0x60) == 0x40);
        CHECK_TRUE(static_cast<bool>(decode_factors(bytes)) == (bytes.size() >= 7));
    }
}

TEST(FuzzIpmi, a_lying_bmc_gives_one_report_a_poll_and_nothing_absurd) {
    for (unsigned seed = 1; seed <= 60; ++seed) {
        fake::FakeClock clock;
        fake::FakeReportSink sink;
        IpmiPoll poll;
        poll.config.host = "10.0.0.5";
        poll.config.power = IpmiSensor{.dcmi = seed % 3 == 0, .name = "PS1 Input Power", .number = {}};
        poll.config.activity = IpmiSensor{.dcmi = false, .name = "GPU Utilisation", .number = {}};
        poll.power = 1;
        poll.activity = 2;
        poll.period = std::chrono::seconds{10};
        const auto source = make_source(
            poll, clock, std::make_unique<LyingBmc>(clock, seed),
            [&clock](Duration wait) { return clock.advance(wait), true; }, seed);
        const BootTime end = clock.now().boot + std::chrono::hours{2};
        while (clock.now().boot < end) source->step(std::min(end, clock.now().boot + std::chrono::seconds{7}), sink);
        LONGS_EQUAL(720, sink.reports.size());
        for (const auto& report : sink.reports) check_report(report);
    }
}
