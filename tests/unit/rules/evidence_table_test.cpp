// The tables "what is judged on what evidence" of both READMEs name every row of the data, with the same numbers.
#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/rules/shipped.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

using Cells = std::vector<std::string>;

std::string trimmed(const std::string& text) {
    const auto begin = text.find_first_not_of(" `");
    const auto end = text.find_last_not_of(" `");
    return begin == std::string::npos ? "" : text.substr(begin, end - begin + 1);
}

Cells cells_of(const std::string& line) {
    Cells out;
    std::istringstream in{line.substr(1)};
    for (std::string cell; std::getline(in, cell, '|');) out.push_back(trimmed(cell));
    return out;
}

// The rows of the first table of the file, which stands under the heading about evidence.
std::vector<Cells> table(const std::string& file) {
    std::ifstream in{PUED_SOURCE_DIR "/config/" + file};
    std::string line;
    while (std::getline(in, line) && line != "## What is judged on what evidence") continue;
    while (std::getline(in, line) && line.rfind("|---", 0) != 0) continue;
    std::vector<Cells> out;
    while (std::getline(in, line) && line.rfind("| ", 0) == 0) out.push_back(cells_of(line));
    return out;
}

std::string number(double value, const char* format) {
    char text[64];
    std::snprintf(text, sizeof text, format, value);
    return text;
}

std::string or_unknown(std::optional<double> value, const char* format) {
    return value ? number(*value, format) : "unknown";
}

std::string against_half(const Accelerator& chip) {
    const auto ratio = rated_efficiency(chip, Precision::fp16);
    return !ratio ? "cannot tell" : *ratio >= 0.5 ? "above" : "below";
}

void check(const Rule& rule, const Cells& row) {
    const auto unit = rule.metric == RuleMetric::pue ? "" : " " + std::string{unit_of(rule.metric)};
    UNSIGNED_LONGS_EQUAL(9, row.size());
    STRCMP_EQUAL(rule.id.c_str(), row[0].c_str());
    STRCMP_EQUAL(rule.limit.direction == Direction::at_most ? "at most" : "at least", row[1].c_str());
    STRCMP_EQUAL((limit_text(rule.limit.value) + unit).c_str(), row[2].c_str());
    STRCMP_EQUAL(std::string{to_string(rule.standard.force)}.c_str(), row[4].c_str());
    STRCMP_EQUAL(std::string{to_string(rule.alerting)}.c_str(), row[5].c_str());
    STRCMP_EQUAL((rule.standard.id + "; " + rule.standard.clause).c_str(), row[6].c_str());
    STRCMP_EQUAL(std::string{to_string(rule.standard.confidence)}.c_str(), row[7].c_str());
    CHECK_TEXT(rule.standard.source.rfind(row[8], 0) == 0, row[8].c_str());
    for (const auto& tier : rule.tiers) STRCMP_CONTAINS(limit_text(tier.limit).c_str(), row[3].c_str());
    for (const auto& grade : rule.grades) STRCMP_CONTAINS(limit_text(grade.limit).c_str(), row[3].c_str());
}

void check(const Accelerator& chip, const Cells& row) {
    UNSIGNED_LONGS_EQUAL(7, row.size());
    STRCMP_EQUAL(chip.id.c_str(), row[0].c_str());
    const auto shown = std::find_if(all_precisions.begin(), all_precisions.end(),
                                    [&](Precision precision) { return to_string(precision) == row[1]; });
    CHECK_TEXT(shown != all_precisions.end(), row[1].c_str());
    STRCMP_EQUAL(or_unknown(chip.peak_tflops(*shown), "%g").c_str(), row[2].c_str());
    STRCMP_EQUAL(or_unknown(chip.rated_power_w, "%g").c_str(), row[3].c_str());
    STRCMP_EQUAL(or_unknown(rated_efficiency(chip, *shown), "%.3f").c_str(), row[4].c_str());
    STRCMP_EQUAL(against_half(chip).c_str(), row[5].c_str());
    STRCMP_EQUAL(std::string{to_string(chip.confidence)}.c_str(), row[6].c_str());
}

template <class Row>
void check_all(const std::vector<Row>& rows, const std::vector<Cells>& table) {
    UNSIGNED_LONGS_EQUAL(rows.size(), table.size());
    for (const auto& cells : table) check(shipped::find(rows, cells.at(0)), cells);
}

}  // namespace

TEST_GROUP(EvidenceTable){};

TEST(EvidenceTable, of_the_rules_says_what_the_files_say) {
    const shipped::Rules rules{};
    check_all(rules.all, table("rules/README.md"));
}

TEST(EvidenceTable, of_the_accelerators_says_what_the_files_say) {
    const shipped::Accelerators accelerators;
    check_all(accelerators.all, table("accelerators/README.md"));
}
