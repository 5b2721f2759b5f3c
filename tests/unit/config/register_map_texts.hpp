// What the tests of the register map loader share: a good head of a map, and the problems of a text as one string.
#pragma once

#include <string>
#include <utility>

#include "agent/config/register_map_file.hpp"

#include <CppUTest/TestHarness.h>

namespace pued {

// Ten lines that every good map begins with; a test's own text starts on line 11.
inline const std::string kHead = R"(schema = 1
id = "acme-one"
vendor = "Acme"
models = ["One"]
kind = "meter"
status = "documented"
sources = ["Acme manual p. 7"]
notes = ["none"]
# 9
# 10
)";

inline std::string joined(const Problems& problems) {
    std::string out;
    for (const auto& problem : problems.sorted()) out += problem.text() + '\n';
    return out;
}

// All problems of `text`, one a line. A map must come out exactly when there are none.
inline std::string problems_of(const std::string& text) {
    Problems problems;
    const auto map = parse_register_map(text, "m.toml", problems);
    CHECK_EQUAL(problems.none(), map.has_value());
    return joined(problems);
}

inline std::string problems_after_head(const std::string& text) { return problems_of(kHead + text); }

inline RegisterMap good(const std::string& text) {
    Problems problems;
    auto map = parse_register_map(kHead + text, "m.toml", problems);
    STRCMP_EQUAL("", joined(problems).c_str());
    CHECK(map.has_value());
    return map.value_or(RegisterMap{});
}

inline Field good_field(const std::string& line) { return good("[fields]\n" + line + "\n").fields.at(0); }

// One field's line as line 12 of a map that is good but for it.
inline std::string field_problems(const std::string& line) { return problems_after_head("[fields]\n" + line + "\n"); }

inline void expect(const std::string& expected, const std::string& actual) {
    STRCMP_EQUAL((expected + '\n').c_str(), actual.c_str());
}

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    CHECK_TEXT(at != std::string::npos, from.c_str());
    return text.replace(at, from.size(), to);
}

inline const std::string kPower = "[fields]\npower_w = { address = 0, type = \"u16\", unit = \"W\" }\n";

}  // namespace pued
