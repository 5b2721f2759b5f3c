// What `pued scan` prints of findings that were made up here: tables to be pasted, as comments where they are doubtful,
// and the sentences about silence and noise.
#include <toml++/toml.h>
#include <nlohmann/json.hpp>
#include <string>

#include "agent/commands/scan_text.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

constexpr double kSure = 20, kDoubtful = 2;

scan::Candidate candidate(const RegisterMap& map, double score) {
    scan::Candidate out;
    out.map = &map;
    out.score = score;
    out.asked = out.answered = 5;
    return out;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_GROUP(ScanText) {
    RegisterMap meter, other;
    ScanTarget target{.text = "10.0.0.7", .host = "10.0.0.7"};
    ScanFindings findings;

    void setup() override {
        meter.id = "meter-a";
        meter.vendor = "Anybody";
        other.id = "meter-b";
    }

    UnitFound& found(double score) {
        UnitFound unit{5, {}, {}, {}};
        unit.examination.ranking = {candidate(meter, score)};
        findings.units.push_back(std::move(unit));
        findings.tally.asked = 8;
        return findings.units.back();
    }
    void says(const std::string& part) const {
        const auto text = scan_toml(target, findings);
        CHECK_TEXT(has(text, part), text.c_str());
    }
    void never_says(const std::string& part) const {
        const auto text = scan_toml(target, findings);
        CHECK_TEXT(!has(text, part), text.c_str());
    }
    void notes(const std::string& part) const {
        std::string all;
        for (const auto& note : scan_notes(target, findings)) all += note + '\n';
        CHECK_TEXT(has(all, part), all.c_str());
    }
};

TEST(ScanText, what_is_sure_is_a_table_to_be_pasted) {
    found(kSure).examination.serial = "A123";
    const auto parsed = toml::parse(scan_toml(target, findings));
    const auto table = parsed["meter"][0];
    STRCMP_EQUAL("meter-a-5", table["id"].value_or(""));
    STRCMP_EQUAL("meter-a", table["profile"].value_or(""));
    STRCMP_EQUAL("10.0.0.7:502", table["host"].value_or(""));
    STRCMP_EQUAL("A123", table["serial"].value_or(""));
    LONGS_EQUAL(5, table["unit_id"].value_or(0));
    CHECK_FALSE(table["framing"].is_string());
    says("# pued scan tcp 10.0.0.7: 1 of 8 unit ids asked answer");
}

TEST(ScanText, what_is_doubtful_is_a_comment) {
    found(kDoubtful);
    CHECK_FALSE(toml::parse(scan_toml(target, findings)).contains("meter"));
    says("# [[meter]]");
}

TEST(ScanText, a_tie_names_both) {
    found(kSure).examination.ranking.push_back(candidate(other, kSure));
    says("a tie with meter-b: compare with the name plate");
}

TEST(ScanText, a_serial_server_has_its_framing_in_the_table) {
    target.framing = Framing::rtu;
    target.host = "fe80::1";
    found(kSure);
    const auto parsed = toml::parse(scan_toml(target, findings));
    STRCMP_EQUAL("rtu", parsed["meter"][0]["framing"].value_or(""));
    STRCMP_EQUAL("[fe80::1]:502", parsed["meter"][0]["host"].value_or(""));
    says("# pued scan tcp 10.0.0.7 --framing rtu: ");
}

TEST(ScanText, a_line_is_a_table_of_its_own_in_the_setting_that_worked) {
    target = {.serial = true, .text = "/dev/ttyS1", .host = {}};
    findings.line = {"rs485", "/dev/ttyS1", 19200, 'E', 1};
    findings.tried = {{"rs485", "/dev/ttyS1", 9600, 'N', 1}, findings.line};
    found(kSure);
    const auto parsed = toml::parse(scan_toml(target, findings));
    LONGS_EQUAL(19200, parsed["line"][0]["baud"].value_or(0));
    STRCMP_EQUAL("E", parsed["line"][0]["parity"].value_or(""));
    STRCMP_EQUAL("rs485", parsed["meter"][0]["line"].value_or(""));
    notes("Answered at 19200 8E1; tried 9600 8N1, 19200 8E1.");
}

TEST(ScanText, a_dlt645_meter_has_an_address_instead_of_a_unit) {
    target = {.serial = true, .dlt645 = true, .text = "/dev/ttyS1", .host = {}};
    found(kSure).address = "000000000161";
    const auto parsed = toml::parse(scan_toml(target, findings));
    STRCMP_EQUAL("meter-a-000000000161", parsed["meter"][0]["id"].value_or(""));
    STRCMP_EQUAL("000000000161", parsed["meter"][0]["address"].value_or(""));
    CHECK_FALSE(parsed["meter"][0]["unit_id"].is_integer());
    says("# pued scan rtu /dev/ttyS1 --protocol dlt645: 1 meter answers");
    says("# ct_ratio = ?");
}

TEST(ScanText, what_no_key_can_say_is_told_with_the_way_out) {
    found(kSure).examination.ranking[0].variant = {WordOrder::cdab, -1, false};
    says("word_order = \"cdab\"");
    says("copy meter-a.toml to devices/ of a data directory of your own");
    never_says("register_offset");
}

TEST(ScanText, a_unit_beyond_the_maps_last_on_a_line_is_told_with_the_way_out) {
    found(kSure).unit = 250;
    never_says("out of range");  // behind a gateway may be anything
    target = {.serial = true, .text = "/dev/ttyS1", .host = {}};
    says("# unit_id = 250 is out of range on a serial line (1..247), and the profile \"meter-a\" takes none");
    says("last_unit_id = 255");
    meter.last_unit_id = 250;
    never_says("out of range");
}

TEST(ScanText, of_a_meter_whose_values_were_not_all_asked_for_nothing_is_concluded) {
    target = {.serial = true, .dlt645 = true, .text = "/dev/ttyS1", .host = {}};
    auto& unit = found(kSure);
    unit.address = "000000000161";
    unit.examination.ranking.clear();
    says("meter 000000000161: answers, but no map fits");
    unit.unfinished = true;
    never_says("no map fits");
    says("meter 000000000161: answers; its values were not all asked for");
    CHECK(nlohmann::json::parse(scan_json(target, findings)).at("units").at(0).at("sureness").is_null());
}

TEST(ScanText, counts_are_told_or_asked_for) {
    auto& counts = found(kSure).examination.counts;
    counts = {{"outlet", 24, false}, {"branch", 96, true}};
    says("\noutlets = 24\n");
    says("# branches = ?  # the device answers for all 96");
}

TEST(ScanText, silence_on_an_open_port_brings_the_hint_at_serial_servers) {
    findings.tally = {.asked = 3, .silent = 3, .only_exceptions = {}};
    notes("try --framing rtu, or --protocol dlt645");
    target.framing = Framing::rtu;
    notes("a serial server has a speed and parity of its own");
    notes("try --protocol dlt645");
}

TEST(ScanText, silence_on_a_line_names_what_was_tried_and_the_other_protocol) {
    target = {.serial = true, .text = "/dev/ttyS1", .host = {}};
    findings.tally = {.asked = 3, .silent = 3, .only_exceptions = {}};
    findings.tried = {{"rs485", "/dev/ttyS1", 9600, 'N', 1}};
    notes("Tried 9600 8N1.");
    notes("try --protocol dlt645");
    target.dlt645 = true;
    notes("give the 12 digits on its plate with --address");
}

TEST(ScanText, an_error_before_anything_was_asked_brings_no_guesses) {
    findings.error = "10.0.0.7:502: Connection refused";
    const auto all = scan_notes(target, findings);
    UNSIGNED_LONGS_EQUAL(1, all.size());
    STRCMP_EQUAL(findings.error.c_str(), all[0].c_str());
}

TEST(ScanText, an_error_that_explains_the_silence_brings_no_guesses_either) {
    findings.tally = {.asked = 3, .silent = 3, .only_exceptions = {}};
    findings.error = "10.0.0.7:22: not Modbus: an SSH server answers";
    UNSIGNED_LONGS_EQUAL(1, scan_notes(target, findings).size());
}

TEST(ScanText, units_that_only_refuse_are_listed_in_ranges) {
    findings.tally = {.asked = 9, .only_exceptions = {1, 2, 3, 7, 8, 255}};
    notes("Only refusals come from unit 1 to 3, 7, 8, 255:");
}

TEST(ScanText, json_says_the_same) {
    target.framing = Framing::rtu;
    found(kSure).also = {6};
    const auto json = nlohmann::json::parse(scan_json(target, findings));
    CHECK(json.at("protocol") == "modbus" && json.at("framing") == "rtu" && json.at("medium") == "tcp");
    const auto& unit = json.at("units").at(0);
    CHECK(unit.at("unit_id") == 5 && unit.at("also_unit_ids") == nlohmann::json::array({6}));
    CHECK(unit.at("candidates").at(0).at("profile") == "meter-a");
    CHECK_FALSE(json.contains("line"));
    target = {.dlt645 = true, .text = "h", .host = "h"};
    findings.units[0].address = "000000000161";
    const auto meters = nlohmann::json::parse(scan_json(target, findings));
    CHECK(meters.at("units").at(0).at("address") == "000000000161");
    CHECK_FALSE(meters.at("units").at(0).contains("unit_id"));
}
