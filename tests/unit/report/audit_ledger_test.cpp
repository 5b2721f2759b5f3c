// The audit against the ledger itself: whatever meters do (uneven polls, silence, resets, wraps, a wall clock that is
// set), the journal that honest bookkeeping writes has no findings.
#include <memory>
#include <random>
#include <string>

#include "agent/metering/ledger.hpp"
#include "tests/unit/report/audit_plant.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

using std::chrono::seconds;

PointTable two_meters() {
    PointTable table;
    table.points = {{"feed-a.energy_wh", 0, {}}, {"pdu-1.energy_wh", 1, {}}};
    for (const auto* id : {"feed-a", "pdu-1"}) {
        Device device;
        device.id = id;
        device.role = table.devices.empty() ? Role::feed : Role::pdu;
        device.rated_w = 200e3;
        device.period = seconds{30};
        device.energy = static_cast<PointIndex>(table.devices.size());
        table.devices.push_back(device);
    }
    return table;
}

// A ledger, its meters and the records that a daemon would write of it.
class Bookkeeping {
public:
    explicit Bookkeeping(unsigned seed) : random_(seed) { write(config_of_two()); }

    void run(int polls, bool disturbed) {
        for (int i = 0; i < polls; ++i) {
            now_ += seconds{15 + random_() % 30};
            if (disturbed && one_in(400)) step_clock();
            for (DeviceIndex device = 0; device < 2; ++device) poll(device, disturbed);
            settle();
        }
    }
    std::vector<Record> records;
    std::size_t epochs = 0, amendments = 0, wraps = 0;

private:
    bool one_in(unsigned n) { return random_() % n == 0; }
    [[nodiscard]] Now now() const {
        return {now_, UtcTime{offset_ + std::chrono::floor<std::chrono::milliseconds>(now_.time_since_epoch())},
                ClockQuality::synced};
    }

    void step_clock() {
        const auto before = offset_;
        offset_ += std::chrono::milliseconds{static_cast<int>(random_() % 600'000) - 300'000};
        write(audit_record(RecordType::time_step, 0, {{"step_ms", (offset_ - before).count()}}));
    }
    void poll(DeviceIndex device, bool disturbed) {
        auto& counts = counts_[device];
        counts += random_() % 8;
        if (disturbed && silent_until_[device] <= now_ && one_in(500))
            silent_until_[device] = now_ + seconds{random_() % 9000};
        if (disturbed && one_in(2000)) counts = random_() % 3;
        if (counts >= modulus) counts -= modulus, ++wraps;
        if (silent_until_[device] > now_) return;
        Report report;
        report.device = device;
        report.at = now_;
        report.state = DeviceState::good;
        report.samples = {{device, Quality::good, 0, Count{counts, 100'000'000, modulus, 0}}};
        ledger_.accept(report);
    }
    void settle() {
        const auto closed = ledger_.close(now());
        for (const auto& epoch : ledger_.take_epochs()) {
            ++epochs;
            write(meter_epoch_of(table_.devices[epoch.device].id,
                                 std::chrono::floor<seconds>(to_utc(now(), epoch.at).time_since_epoch()).count(),
                                 epoch.first.q_uwh / 1000, epoch.first.modulus, std::string{to_string(epoch.reason)}));
        }
        for (const auto& interval : closed) write(interval);
    }
    void write(Record record) {
        record.seq = records.size();
        records.push_back(std::move(record));
    }
    void write(const ClosedInterval& interval) {
        Record record;
        record.type = interval.amends ? RecordType::amend : RecordType::interval;
        amendments += interval.amends ? 1U : 0U;
        record.start_s = std::chrono::floor<seconds>(interval.start.time_since_epoch()).count();
        record.duration_s = 900;
        for (const auto& one : interval.by_device) {
            record.points.push_back({one.device, one.reg_start, one.reg_end, one.at_least.mwh, one.flags});
        }
        if (interval.by_device[0].measured()) record.facility_mwh = interval.by_device[0].at_least.mwh;
        if (interval.by_device[1].measured()) record.it_mwh = interval.by_device[1].at_least.mwh;
        write(record);
    }

    static constexpr std::uint64_t modulus = 10'000;
    PointTable table_ = two_meters();
    Ledger ledger_{table_, {}};
    std::mt19937 random_;
    BootTime now_{seconds{5000}};
    std::chrono::milliseconds offset_ = seconds{audit_begin};
    std::uint64_t counts_[2] = {9'000, 3'000};
    BootTime silent_until_[2]{};
};

}  // namespace

TEST_GROUP(AuditOfLedger){};

TEST(AuditOfLedger, WhatAQuietLedgerWritesHolds) {
    for (unsigned seed = 1; seed <= 5; ++seed) {
        Bookkeeping books{seed};
        books.run(6000, false);
        CHECK(books.wraps > 1);
        STRCMP_EQUAL("", all_of(audit(books.records)).c_str());
    }
}

TEST(AuditOfLedger, WhatADisturbedLedgerWritesHolds) {
    std::size_t epochs = 0, amendments = 0;
    for (unsigned seed = 1; seed <= 20; ++seed) {
        Bookkeeping books{seed};
        books.run(6000, true);
        epochs += books.epochs;
        amendments += books.amendments;
        STRCMP_EQUAL("", all_of(audit(books.records)).c_str());
    }
    CHECK(epochs > 60);
    CHECK(amendments > 60);
}
