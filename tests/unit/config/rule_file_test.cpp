// Rule files: a user's own, and each mistake with the exact words about it.
#include <fstream>
#include <sstream>
#include <string>

#include "agent/config/rule_file.hpp"
#include "tests/unit/config/data_file.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::test;
using namespace std::chrono;

namespace {

const char* const sound = R"(schema = 1
[standard]
id = "ACME-7"
title_en = "Energy policy"
title_zh = "能源管理规定"
[[rule]]
id = "acme-halls"
name_en = "ACME limit"
name_zh = "公司限值"
message_en = "PUE {value} is above {limit}"
message_zh = "电能比 {value} 高于 {limit}"
metric = "pue"
limit = 1.28
direction = "at-most"
force = "target"
confidence = "found-A"
alerting = "limit"
clause = "4.2"
sources = ["policy 7", "policy 8"]
)";

const char* const tier = R"([[rule.tier]]
id = "large"
title_en = "large"
title_zh = "大"
annual_energy_min_kwh = 5000000
limit = 1.2
confidence = "found-B"
)";

const char* const grade = R"([[rule.grade]]
id = "gold"
title_en = "gold"
title_zh = "金级"
limit = 1.2
)";

// The file that the README shows to users.
std::string example_of_the_readme() {
    std::ifstream in{PUED_SOURCE_DIR "/config/rules/README.md"};
    std::stringstream whole;
    whole << in.rdbuf();
    const auto text = whole.str();
    const std::string open = "```toml\n";
    const auto begin = text.find(open) + open.size();
    return text.substr(begin, text.find("```", begin) - begin);
}

}  // namespace

TEST_GROUP(RuleFile) {
    Folder folder;
    Problems problems;

    std::vector<Rule> load(const std::string& text) { return load_rules({folder.write("r.toml", text)}, problems); }
    std::string problems_of(const std::string& text) {
        load(text);
        return folder.texts(problems);
    }
    // The problem of the sound file with one piece exchanged.
    std::string problem_with(const std::string& piece, const std::string& instead) {
        return problems_of(with(sound, piece, instead));
    }
    void expect(const char* expected, const std::string& actual) { STRCMP_EQUAL(expected, actual.c_str()); }
};

TEST(RuleFile, a_users_rule_loads) {
    const auto rules = load(sound);
    STRCMP_EQUAL("", folder.texts(problems).c_str());
    UNSIGNED_LONGS_EQUAL(1, rules.size());
    const auto& rule = rules[0];
    STRCMP_EQUAL("acme-halls", rule.id.c_str());
    STRCMP_EQUAL("公司限值", rule.name.zh.c_str());
    STRCMP_EQUAL("ACME-7", rule.standard.id.c_str());
    STRCMP_EQUAL("policy 7; policy 8", rule.standard.source.c_str());
    DOUBLES_EQUAL(1.28, rule.limit.value, 0);
    CHECK(rule.standard.force == Force::target && rule.standard.confidence == Confidence::found_a);
    CHECK(rule.alerting == Alerting::limit);
}

TEST(RuleFile, the_example_of_the_readme_loads_whole) {
    const auto rules = load(example_of_the_readme());
    STRCMP_EQUAL("", folder.texts(problems).c_str());
    UNSIGNED_LONGS_EQUAL(1, rules.size());
    STRCMP_EQUAL("第4.2条", rules[0].standard.clause_zh.c_str());
    const auto& scope = rules[0].scope;
    CHECK((scope.builds == std::vector{BuildKind::new_build, BuildKind::rebuilt}));
    STRCMP_EQUAL("北京市", scope.region_name.zh.c_str());
    CHECK(scope.hub_node && scope.government);
    DOUBLES_EQUAL(3000, *scope.racks_min, 0);
    DOUBLES_EQUAL(100, *scope.edge_racks_max, 0);
    DOUBLES_EQUAL(5e6, *scope.annual_energy_min_kwh, 0);
    CHECK(*scope.valid_from == 2026y / January / 1 && *scope.valid_until == 2027y / December / 31);
    CHECK(*scope.commissioned_from == 2020y / January / 1 && *scope.commissioned_before == 2025y / January / 1);
    UNSIGNED_LONGS_EQUAL(1, rules[0].grades.size());
    UNSIGNED_LONGS_EQUAL(2, rules[0].surcharge.size());
    DOUBLES_EQUAL(0.2, rules[0].surcharge[0].cny_per_kwh, 0);
}

TEST(RuleFile, a_later_folders_rule_replaces_an_earlier_one_in_its_place) {
    const auto ours = folder.write(
        "ours/a.toml", std::string{sound} + with(std::string{sound}.substr(std::string{sound}.find("[[rule]]")),
                                                 "acme-halls", "second"));
    const auto theirs = folder.write("theirs/b.toml", with(sound, "1.28", "1.19"));
    const auto rules = load_rules({ours, theirs}, problems);
    STRCMP_EQUAL("", folder.texts(problems).c_str());
    UNSIGNED_LONGS_EQUAL(2, rules.size());
    STRCMP_EQUAL("acme-halls", rules[0].id.c_str());
    DOUBLES_EQUAL(1.19, rules[0].limit.value, 0);
    STRCMP_EQUAL(theirs.c_str(), rules[0].file.c_str());  // so that the replacement can be shown
    STRCMP_EQUAL(ours.c_str(), rules[1].file.c_str());
}

TEST(RuleFile, a_misspelt_province_is_a_mistake_and_a_city_is_not) {
    const auto names = "region_name_en = \"x\"\nregion_name_zh = \"x\"\n";
    const auto applies = [&](const char* regions) {
        return std::string{sound} + "[rule.applies]\n" + names + "regions = [" + regions + "]\n";
    };
    expect("", problems_of(applies("\"beijing\", \"shanxi\", \"shaanxi\", \"huizhou\", \"my-city\", \"qingyang\"")));
    STRCMP_CONTAINS("regions names \"bejing\", which is no region, did you mean \"beijing\"? (expected ids such as ",
                    problems_of(applies("\"guizhou\", \"bejing\"")).c_str());
    STRCMP_CONTAINS("regions names \"Beijing\", which is no region (expected ids",
                    problems_of(applies("\"Beijing\"")).c_str());
}

TEST(RuleFile, the_same_id_twice_in_one_folder_is_a_mistake) {
    load_rules({folder.write("a.toml", sound), folder.write("b.toml", sound)}, problems);
    expect("b.toml:7:6: rule \"acme-halls\": id = \"acme-halls\" is already in a.toml (expected a new id)\n",
           folder.texts(problems));
}

TEST(RuleFile, every_row_needs_a_source) {
    expect(
        "r.toml:6:1: rule \"acme-halls\": sources is missing (expected where this number was read; nothing is taken "
        "without a source)\n",
        problem_with("sources = [\"policy 7\", \"policy 8\"]\n", ""));
}

TEST(RuleFile, a_blank_source_is_none) {
    expect(
        "r.toml:6:1: rule \"acme-halls\": sources is missing (expected where this number was read; nothing is taken "
        "without a source)\n",
        problem_with("[\"policy 7\", \"policy 8\"]", "[\" \"]"));
}

TEST(RuleFile, every_row_needs_a_confidence) {
    expect("r.toml:6:1: rule \"acme-halls\": confidence is missing (expected a name, see the README beside the file)\n",
           problem_with("confidence = \"found-A\"\n", ""));
}

TEST(RuleFile, a_slip_in_a_name_is_guessed) {
    expect(
        "r.toml:15:9: rule \"acme-halls\": force = \"taget\" is unknown, did you mean \"target\"? (expected one of "
        "\"mandatory\", \"approval\", \"tariff\", \"procurement\", \"target\", \"recognition\", \"monitor\", "
        "\"reported\")\n",
        problem_with("\"target\"", "\"taget\""));
}

TEST(RuleFile, an_unknown_key_is_a_mistake) {
    expect(
        "r.toml:6:1: rule \"acme-halls\": clause is missing (expected the clause, or that it was not seen)\n"
        "r.toml:18:1: rule \"acme-halls\": unknown key \"clauses\", did you mean \"clause\"?\n",
        problem_with("clause =", "clauses ="));
}

TEST(RuleFile, a_limit_out_of_range_is_a_mistake) {
    expect("r.toml:13:9: rule \"acme-halls\": limit = 0.9 is out of range (expected 1..10)\n",
           problem_with("1.28", "0.9"));
}

TEST(RuleFile, what_is_only_recalled_may_not_condemn) {
    expect(
        "r.toml:17:12: rule \"acme-halls\": alerting = \"limit\" is too strong for force = \"target\" with "
        "confidence = \"recalled\" (expected \"advisory\")\n",
        problem_with("found-A", "recalled"));
}

TEST(RuleFile, what_the_press_reports_may_not_condemn) {
    expect(
        "r.toml:17:12: rule \"acme-halls\": alerting = \"limit\" is too strong for force = \"reported\" with "
        "confidence = \"found-A\" (expected \"advisory\")\n",
        problem_with("\"target\"", "\"reported\""));
}

TEST(RuleFile, both_languages_are_required) {
    expect("r.toml:6:1: rule \"acme-halls\": name_zh is missing (expected a text in Chinese)\n",
           problem_with("name_zh = \"公司限值\"\n", ""));
}

TEST(RuleFile, only_known_placeholders_are_filled) {
    expect("r.toml:10:14: rule \"acme-halls\": message_en has {pue} (expected only {value} and {limit})\n",
           problem_with("PUE {value}", "PUE {pue}"));
}

TEST(RuleFile, compute_per_watt_needs_a_precision_and_pue_has_none) {
    expect("r.toml:6:1: rule \"acme-halls\": precision is missing (expected a name, see the README beside the file)\n",
           problem_with("metric = \"pue\"", "metric = \"compute-per-watt-rated\""));
    problems = {};
    expect("r.toml:13:13: rule \"acme-halls\": precision has no meaning for metric = \"pue\" (expected none)\n",
           problem_with("metric = \"pue\"", "metric = \"pue\"\nprecision = \"fp16\""));
}

TEST(RuleFile, a_region_needs_its_name) {
    expect(
        "r.toml:20:1: rule \"acme-halls\" applies: region_name_en is missing (expected a text in English)\n"
        "r.toml:20:1: rule \"acme-halls\" applies: region_name_zh is missing (expected a text in Chinese)\n",
        problems_of(std::string{sound} + "[rule.applies]\nregions = [\"beijing\"]\n"));
}

TEST(RuleFile, a_period_does_not_end_before_it_begins) {
    expect(
        "r.toml:22:15: rule \"acme-halls\" applies: valid_until lies before valid_from (expected the same or later)\n",
        problems_of(std::string{sound} + "[rule.applies]\nvalid_from = 2026-01-01\nvalid_until = 2025-12-31\n"));
}

TEST(RuleFile, a_date_is_no_string) {
    expect(
        "r.toml:21:14: rule \"acme-halls\" applies: valid_from = \"2026-01-01\" is of the wrong type (expected a date "
        "without quotes, such as 2025-06-01)\n",
        problems_of(std::string{sound} + "[rule.applies]\nvalid_from = \"2026-01-01\"\n"));
}

TEST(RuleFile, grades_begin_with_the_strictest) {
    expect(
        "r.toml:29:9: rule \"acme-halls\" grade \"silver\": limit is not easier than that of the grade before "
        "(expected the strictest first)\n",
        problems_of(std::string{sound} + grade + with(grade, "gold", "silver")));
}

TEST(RuleFile, tiers_ascend_by_energy) {
    expect(
        "r.toml:31:25: rule \"acme-halls\" tier \"larger\": annual_energy_min_kwh does not ascend (expected more than "
        "before)\n",
        problems_of(std::string{sound} + tier + with(tier, "large", "larger")));
}

TEST(RuleFile, grades_and_tiers_exclude_each_other) {
    expect("r.toml:20:1: rule \"acme-halls\": a rule has grades or tiers, not both\n",
           problems_of(std::string{sound} + tier + grade));
}

TEST(RuleFile, the_last_band_of_a_surcharge_is_open) {
    expect("r.toml:21:20: rule \"acme-halls\" surcharge: the last band ends (expected one without over_percent_max)\n",
           problems_of(std::string{sound} + "[[rule.surcharge]]\nover_percent_max = 100\ncny_per_kwh = 0.2\n"));
}

TEST(RuleFile, only_the_last_band_of_a_surcharge_is_open) {
    expect(
        "r.toml:22:1: rule \"acme-halls\" surcharge: over_percent_max does not ascend (expected more than before; "
        "only the last band has none)\n",
        problems_of(std::string{sound} +
                    "[[rule.surcharge]]\ncny_per_kwh = 0.2\n[[rule.surcharge]]\ncny_per_kwh = 0.5\n"));
}

TEST(RuleFile, a_file_without_rules_or_standard_is_a_mistake) {
    expect(
        "r.toml:1:1: standard is missing (expected a table [standard] with id, title_en and title_zh)\n"
        "r.toml:1:1: rule is missing (expected one [[rule]] or more)\n",
        problems_of("schema = 1\n"));
}

TEST(RuleFile, another_schema_is_refused) {
    expect("r.toml:1:10: schema = 2 is out of range (expected 1)\n", problem_with("schema = 1", "schema = 2"));
}

TEST(RuleFile, a_file_that_is_not_there_is_a_problem) {
    load_rules({"/nonexistent/r.toml"}, problems);
    CHECK_FALSE(problems.none());
}

TEST(RuleFile, a_sites_facts_come_from_its_configuration) {
    SiteConfig site;
    site.region.assign("beijing");
    site.hub_node = true;
    site.build = BuildKind::rebuilt;
    site.standard_racks = 120;
    site.commissioned = 2020y / March / 1;
    site.annual_energy_kwh = 6e6;
    const auto facts = site_facts(site);
    STRCMP_EQUAL("beijing", facts.region.c_str());
    CHECK(facts.hub_node && !facts.government && facts.build == BuildKind::rebuilt);
    DOUBLES_EQUAL(120, *facts.standard_racks, 0);
    CHECK(*facts.commissioned == 2020y / March / 1);
    DOUBLES_EQUAL(6e6, *facts.annual_energy_kwh, 0);
}
