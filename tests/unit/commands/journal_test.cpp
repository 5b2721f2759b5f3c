// pued journal and pued verify: what is printed of a record, and a journal's folder under another name.
#include <stdlib.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "agent/commands/commands.hpp"
#include "agent/commands/journal_folder.hpp"
#include "agent/commands/record_text.hpp"
#include "agent/metering/flags.hpp"
#include "tests/fakes/journal_life.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::fake;

namespace {

JournalReader::Entry entry_of(const Record& record) { return {1, 0, "journal/e0001-0000000000.seg", "leaf", record}; }

Bytes cbor(const nlohmann::json& document) {
    const auto octets = nlohmann::json::to_cbor(document);
    return {octets.begin(), octets.end()};
}

Record config() {
    Record record;
    record.type = RecordType::config;
    record.aux = cbor({{"version", "1"}, {"sha256", "ab"}, {"points", {{{"id", "feed-a"}}, {{"id", "pdu"}}}}});
    return record;
}

Record interval() {
    auto record = numbered(1767225600);
    record.seq = 7;
    record.points = {{0, 1000, std::nullopt, 12'500'000, flag::measured | flag::interpolated}, {5, {}, {}, 0, 0}};
    record.facility_mwh = 12'500'000;
    record.it_mwh = 10'000'000;
    record.coverage_ppm = 987'600;
    return record;
}

}  // namespace

TEST_GROUP(RecordText){};

TEST(RecordText, an_interval_is_told_with_its_points_by_name) {
    RecordText text;
    (void)text.lines(entry_of(config()));
    STRCMP_EQUAL(
        "e1      7 2026-01-01T00:00:00Z interval 900 s  E_DC 12.500 kWh, E_IT 10.000 kWh, PUE 1.2500, coverage 98.76 "
        "%\n"
        "    feed-a                         12.500 kWh  1000 .. -  measured|interpolated\n"
        "    point 5                         0.000 kWh  - .. -  -\n",
        text.lines(entry_of(interval())).c_str());
}

TEST(RecordText, a_sensor_has_no_energy_to_miss) {
    RecordText text;
    auto record = config();
    record.aux = cbor({{"points", {{{"id", "roof"}, {"role", "none"}}, {{"id", "pdu"}, {"role", "pdu"}}}}});
    (void)text.lines(entry_of(record));
    record = interval();
    record.points = {{0, {}, {}, 0, flag::missing}, {1, {}, {}, 0, flag::missing}};
    STRCMP_CONTAINS(
        "    roof                                    -\n"
        "    pdu                             0.000 kWh  - .. -  missing\n",
        text.lines(entry_of(record)).c_str());
}

TEST(RecordText, a_snapshot_is_told_as_json_by_size_and_digest) {
    RecordText text;
    auto record = numbered(0, RecordType::snapshot);
    record.aux = std::string(5000, 'x');
    const auto line = text.json(entry_of(record));
    CHECK(line.size() < 1000);
    const auto aux = nlohmann::json::parse(line)["aux"];
    CHECK_EQUAL(5000, aux["octets"].get<int>());
    STRCMP_EQUAL(hex(sha256(record.aux)).c_str(), aux["sha256"].get<std::string>().c_str());
}

TEST(RecordText, a_time_that_nobody_knew_is_told_as_time_since_boot) {
    RecordText text;
    auto record = numbered(42, RecordType::boot);
    record.clock = ClockState::unsynced;
    record.aux = cbor({{"version", "1"}});
    STRCMP_EQUAL("e1      0 boot+42s boot  {\"version\":\"1\"}\n", text.lines(entry_of(record)).c_str());
}

TEST(RecordText, what_cannot_be_read_or_is_long_does_not_spoil_the_line) {
    RecordText text;
    auto record = numbered(0, RecordType::alert);
    record.aux = "\xff\xff";
    STRCMP_CONTAINS("(what it says cannot be read)", text.lines(entry_of(record)).c_str());
    (void)text.json(entry_of(record));
    auto strange = config();
    strange.aux = cbor({{"points", {1, "x", nullptr}}});
    (void)text.lines(entry_of(strange));
    record = numbered(0, RecordType::baseline);
    record.aux = cbor({{"text", std::string(1000, 'x')}});
    CHECK(text.lines(entry_of(record)).size() < 250);
}

TEST(RecordText, json_has_everything) {
    RecordText text;
    (void)text.lines(entry_of(config()));
    const auto json = nlohmann::json::parse(text.json(entry_of(interval())));
    STRCMP_EQUAL("interval", json["type"].get<std::string>().c_str());
    CHECK_EQUAL(7, json["seq"].get<int>());
    STRCMP_EQUAL("feed-a", json["points"][0]["id"].get<std::string>().c_str());
    CHECK_EQUAL(1000, json["points"][0]["reg_start"].get<int>());
    CHECK(json["points"][0]["reg_end"].is_null());
    CHECK_EQUAL(12'500'000, json["facility_mwh"].get<int>());
    STRCMP_EQUAL(sha256_hex("leaf").c_str(), json["sha256"].get<std::string>().c_str());
    const auto with_aux = nlohmann::json::parse(text.json(entry_of(config())));
    STRCMP_EQUAL("pdu", with_aux["aux"]["points"][1]["id"].get<std::string>().c_str());
}

TEST_GROUP(JournalFolder) {
    std::string directory;

    void setup() override {
        char name[] = "/tmp/pued-folder-XXXXXX";
        directory = ::mkdtemp(name);
    }
    void teardown() override {
        std::filesystem::remove_all(directory);
        directory = {};
    }
};

TEST(JournalFolder, is_found_in_a_state_directory_and_by_itself_under_any_name) {
    DirectoryStore state{directory};
    Recovery found;
    auto journal = *Journal::open(state, test_settings(), {}, found);
    journal.append(numbered(0, RecordType::snapshot));
    CHECK_TRUE(bool(journal.commit(at_hour(0))));
    std::filesystem::copy(directory + "/journal", directory + "/evidence");
    for (const auto* name : {"", "/journal", "/evidence"}) {
        const auto folder = JournalFolder::find(directory + name);
        CHECK_TRUE(bool(folder));
        STRCMP_EQUAL("", verified(*folder).c_str());
        CHECK_EQUAL(1U, list_segments(*folder)->size());
    }
    STRCMP_EQUAL((directory + "/none: is no directory").c_str(),
                 JournalFolder::find(directory + "/none").error().c_str());
}
