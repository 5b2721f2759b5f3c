// The engine and its journal: what stands on the disk after a kill at any moment, on a full disk, under a clock that
// jumps; and that what is told can be found there.
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "tests/unit/runtime/plant.hpp"

#include "CppUTest/TestHarness.h"

using namespace pued;
using fake::two_meters;
using fake::World;

TEST_GROUP(EngineJournal) {
    static constexpr const char* kAlert = "alert/site/test-limit";

    static nlohmann::json latest(const World& world, const std::string& topic) {
        const auto all = world.sent(topic);
        return all.empty() ? nlohmann::json{} : all.back();
    }
    // Every interval once, none missing, begin to end.
    static void check_intervals(const World& world) {
        std::optional<std::int64_t> next;
        for (const auto& record : world.records(RecordType::interval)) {
            if (next) LONGS_EQUAL(*next, record.start_s);
            next = record.start_s + *record.duration_s;
        }
        CHECK(next.has_value());
    }
    static void check_sound(const World& world) {
        for (const auto& finding : world.verify().findings) FAIL((finding.where.en + ": " + finding.what.en).c_str());
    }
};

TEST(EngineJournal, an_alert_points_to_the_record_that_holds_it) {
    World world{1.25};
    world.run(50, 140e3, 100e3);
    const auto evidence = latest(world, kAlert)["evidence"];
    const auto records = world.records();
    const auto seq = evidence["journal_seq"].get<std::size_t>();
    LONGS_EQUAL(1, evidence["epoch"].get<int>());
    CHECK(records.at(seq).type == RecordType::alert);
    STRCMP_EQUAL(hex(sha256(encode(records[seq]))).c_str(), evidence["record_sha256"].get<std::string>().c_str());
}

TEST(EngineJournal, an_interval_is_on_the_disk_before_anybody_hears_of_it) {
    World world{1.25};
    world.run(30, 120e3, 100e3);
    CHECK(!world.records(RecordType::interval).empty());
    CHECK(world.records(RecordType::interval).size() >= world.sent("metric/site/pue-interval").size());
    check_intervals(world);
    check_sound(world);
}

TEST(EngineJournal, records_hold_the_raw_registers_and_the_balance) {
    World world{1.25};
    world.run(60, 120e3, 100e3);
    const auto records = world.records(RecordType::interval);
    const auto& last = records.back();
    LONGS_EQUAL(2, last.points.size());
    CHECK(last.points[0].reg_end.has_value() && last.points[0].reg_start.has_value());
    CHECK(last.points[0].reg_start == records[records.size() - 2].points[0].reg_end);
    DOUBLES_EQUAL(120e3 * 10 / 3600 * 1000, static_cast<double>(*last.facility_mwh), 2);
    DOUBLES_EQUAL(100e3 * 10 / 3600 * 1000, static_cast<double>(*last.it_mwh), 2);
    LONGS_EQUAL(1'000'000, *last.coverage_ppm);
}

TEST(EngineJournal, a_kill_at_any_second_loses_and_doubles_nothing) {
    for (int second = 1; second <= 60; ++second) {
        World world{1.25};
        world.run(40 + second, 140e3, 100e3);
        world.restart();
        world.run(70, 140e3, 100e3);
        world.run(60, 120e3, 100e3);
        check_intervals(world);
        check_sound(world);
        std::set<std::string> ids;
        for (const auto& alert : world.sent(kAlert)) ids.insert(alert["alert_id"].get<std::string>());
        LONGS_EQUAL(1, ids.size());
        STRCMP_EQUAL("resolved", latest(world, kAlert)["state"].get<std::string>().c_str());
    }
}

TEST(EngineJournal, a_power_cut_at_any_byte_loses_and_doubles_nothing) {
    World world{1.25};
    world.run(25, 140e3, 100e3);  // before the alert fires
    const auto disk = world.disk;
    for (std::size_t byte = 1; byte < 6000; byte += 97) {
        World other{1.25};
        other.disk = disk;
        other.clock.advance(std::chrono::seconds{25});
        other.restart();
        other.disk.cut_after = byte;
        try {
            other.run(40, 140e3, 100e3);
        } catch (const fake::PowerCut&) {
        }
        other.disk.cut_after.reset();
        other.restart();
        other.run(60, 140e3, 100e3);
        check_intervals(other);
        check_sound(other);
        STRCMP_EQUAL("firing", latest(other, kAlert)["state"].get<std::string>().c_str());
    }
}

TEST(EngineJournal, a_full_disk_stops_no_metering_and_is_told) {
    World world{1.25};
    world.run(30, 120e3, 100e3);
    world.disk.room = 100;
    const auto before = world.sent("metric/site/pue-interval").size();
    world.run(60, 120e3, 100e3);
    CHECK(world.sent("metric/site/pue-interval").size() >= before + 4);
    STRCMP_EQUAL("firing", latest(world, "alert/site/integrity-journal")["state"].get<std::string>().c_str());
    CHECK(latest(world, "status")["journal"]["error"].is_string());
    world.disk.room.reset();
    world.run(30, 120e3, 100e3);
    STRCMP_EQUAL("resolved", latest(world, "alert/site/integrity-journal")["state"].get<std::string>().c_str());
    check_intervals(world);  // those of the full disk as well
    check_sound(world);
}

TEST(EngineJournal, energies_telescope_over_kills_and_steps_of_the_clock) {
    World world{1.25};
    world.run(33, 120e3, 100e3);
    world.restart();
    world.run(27, 120e3, 100e3);
    world.clock.step_utc(std::chrono::hours{1});
    world.run(45, 120e3, 100e3);
    world.restart();
    world.run(15, 120e3, 100e3);
    std::int64_t sum = 0;
    const auto records = world.records(RecordType::interval);
    for (const auto& record : records) sum += record.points[0].energy_mwh;
    const auto first = *records.front().points[0].reg_end, last = *records.back().points[0].reg_end;
    // Registers count mWh here: all but the first interval's part before its end, to one reading.
    CHECK(sum >= static_cast<std::int64_t>(last - first));
    CHECK(sum <= static_cast<std::int64_t>(last - first) + 2 * 120'000'000 / 3600 * 10);
    CHECK(!world.records(RecordType::time_step).empty());
    check_sound(world);
}

TEST(EngineJournal, a_restart_after_peace_folds_nothing) {
    World world{1.25};
    world.run(50, 120e3, 100e3);
    world.restart_in_peace();
    CHECK(world.found.snapshot.has_value());
    for (const auto& record : world.found.tail) CHECK(record.type != RecordType::interval);
    world.run(20, 120e3, 100e3);
    check_intervals(world);
}

TEST(EngineJournal, checkpoints_are_published_and_signed) {
    World world{1.25};
    world.run(30, 120e3, 100e3);
    std::string note;
    for (const auto& message : world.sink.messages) {
        if (message.topic == "pued/v1/s1/a1/checkpoint") note = message.payload;
    }
    const auto parsed = parse_note(note);
    CHECK(static_cast<bool>(parsed));
    CHECK(signed_by(*parsed, {"test/s1/a1/epoch-1", 1, world.journal().signer().public_key()}));
}

TEST(EngineJournal, an_acknowledgement_is_on_record_and_survives) {
    World world{1.25};
    world.run(50, 140e3, 100e3);
    const auto answer = world.engine().command("ack", R"({"rule":"test-limit","by":"li"})", world.clock.now());
    STRCMP_EQUAL(R"({"ok":true})", answer.c_str());
    world.run(1, 140e3, 100e3);
    world.restart();
    STRCMP_EQUAL("li", latest(world, kAlert)["acked"]["by"].get<std::string>().c_str());
}

TEST(EngineJournal, a_command_that_is_none_is_refused_with_the_reason) {
    World world{1.25};
    for (const auto* payload : {"", "[]", "{}", R"({"rule":7})", R"({"rule":"test-limit","by":"li"})"}) {
        const auto answer = nlohmann::json::parse(world.engine().command("ack", payload, world.clock.now()));
        CHECK_FALSE(answer["ok"].get<bool>());
        CHECK(!answer["error"].get<std::string>().empty());
    }
}
