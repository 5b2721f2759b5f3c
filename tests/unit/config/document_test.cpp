// Strict reading of TOML: values, wrong types, unknown keys, and texts that are no TOML at all.
#include <string>

#include "agent/config/document.hpp"
#include "tests/unit/config/checked.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using pued::test::listed;

TEST_GROUP(Document) {
    Problems problems;

    Table root(const std::string& text) {
        const auto document = Document::parse(text, "f", problems);
        CHECK(document.has_value());
        return document->root();  // keeps the document alive
    }
    void expect(const std::string& all) { STRCMP_EQUAL(all.c_str(), listed(problems).c_str()); }
};

TEST(Document, gives_values_by_type) {
    auto t = root("s = 'x'\ni = -3\nd = 2.5\nb = true\nday = 2025-06-01\nlist = ['a', 'b']\nn = [1, 2]\none = 'c'\n");
    STRCMP_EQUAL("x", t.string("s")->c_str());
    LONGS_EQUAL(-3, *t.integer("i", -5, 5));
    DOUBLES_EQUAL(2.5, *t.number("d", 0, 10), 0);
    DOUBLES_EQUAL(-3, *t.number("i", -5, 10), 0);
    CHECK(*t.boolean("b"));
    STRCMP_EQUAL("2025-06-01", t.date("day")->c_str());
    LONGS_EQUAL(2, t.strings("list").size());
    STRCMP_EQUAL("c", t.strings("one").at(0).c_str());
    LONGS_EQUAL(2, t.integers("n", 0, 9).back());
    t.finish();
    CHECK(problems.none());
}

TEST(Document, what_is_absent_is_absent_and_no_problem) {
    auto t = root("");
    CHECK_FALSE(t.string("s") || t.integer("i", 0, 1) || t.number("d", 0, 1) || t.boolean("b") || t.date("x"));
    CHECK(t.strings("l").empty() && t.integers("n", 0, 1).empty() && t.tables("t").empty());
    CHECK_FALSE(t.table("t").present());
    CHECK_FALSE(t.table("t").required_string("s").has_value());
    CHECK(problems.none());
}

TEST(Document, wrong_types_and_ranges_name_value_and_place) {
    auto t = root("s = 1\ni = 'x'\n  j = 9\nd = nan\nb = 1\nl = [1]\nt = 5\na = {}\n");
    t.string("s"), t.integer("i", 0, 5), t.integer("j", 0, 5), t.number("d", 0, 1), t.boolean("b"), t.strings("l");
    t.table("t"), t.tables("a");
    expect(
        "f:1:5: s = 1 is of the wrong type (expected a string in quotes: \"1\")\n"
        "f:2:5: i = \"x\" is of the wrong type (expected an integer without quotes)\n"
        "f:3:7: j = 9 is out of range (expected 0..5)\n"
        "f:4:5: d = nan is out of range (expected 0..1)\n"
        "f:5:5: b = 1 is of the wrong type (expected true or false)\n"
        "f:6:6: l = 1 is of the wrong type (expected a list of strings)\n"
        "f:7:5: t = 5 is of the wrong type (expected a table)\n"
        "f:8:5: a = a table is of the wrong type (expected [[a]] tables)\n");
}

TEST(Document, any_integer_serves_as_bits) {
    auto t = root("all = -1\nhigh = 0x7FFFFFFFFFFFFFFF\n");
    UNSIGNED_LONGLONGS_EQUAL(UINT64_MAX, *t.bits("all"));
    UNSIGNED_LONGLONGS_EQUAL(UINT64_C(0x7FFFFFFFFFFFFFFF), *t.bits("high"));
}

TEST(Document, keys_nobody_asked_for_are_problems_at_the_key) {
    auto t = root("\n  prot = 1\nhost = 'x'\n");
    t.string("host"), t.integer("port", 1, 2);
    t.finish();
    expect("f:2:3: unknown key \"prot\", did you mean \"port\"?\n");
}

TEST(Document, a_key_that_is_near_none_is_told_what_there_is) {
    auto t = root("factor = 1\n");
    t.string("scale"), t.string("unit"), t.refuse("password", "no secrets");
    t.finish();
    expect("f:1:1: unknown key \"factor\" (expected one of scale, unit)\n");
}

TEST(Document, choices_and_ids_say_what_they_want) {
    auto t = root("c = 'rde'\nid = 'Rack 1'\n");
    CHECK_FALSE(t.choice("c", {"red", "blue"}) || t.id("id", true) || t.id("other", false));
    t.id("more", true);
    expect(
        "f:1:1: more is missing (expected a string)\n"
        "f:1:5: c = \"rde\" is unknown, did you mean \"red\"? (expected one of \"red\", \"blue\")\n"
        "f:2:6: id = \"Rack 1\" is no id, did you mean \"rack-1\"? (expected 1 to 48 of a-z, 0-9 and -, not beginning "
        "with -)\n");
}

TEST(Document, each_table_of_a_list_has_its_own_place) {
    auto t = root("[[m]]\nx = 1\n\n[[m]]\nx = 2\n");
    auto tables = t.tables("m");
    LONGS_EQUAL(2, tables.size());
    LONGS_EQUAL(4, tables[1].place().line);
    LONGS_EQUAL(5, tables[1].place_of("x").line);
    LONGS_EQUAL(5, tables[1].place_of("x").column);
    LONGS_EQUAL(4, tables[1].place_of("y").line);
}

TEST(Document, a_refused_key_is_reported_without_its_value) {
    auto t = root("password = 'correct-horse'\n");
    t.refuse("password", "no secrets");
    t.refuse("absent", "no secrets");
    t.finish();
    expect("f:1:12: password is not allowed here: no secrets\n");
}

TEST(Document, a_syntax_error_is_one_problem_with_its_place) {
    CHECK_FALSE(Document::parse("a = 1\nb = \n", "f", problems).has_value());
    const auto text = listed(problems);
    STRNCMP_EQUAL("f:2:5: this is not TOML: ", text.c_str(), 25);
}

TEST(Document, a_syntax_error_says_what_toml_wants) {
    CHECK_FALSE(Document::parse("type = f32\n", "f", problems).has_value());
    STRCMP_CONTAINS(" (expected KEY = VALUE, text in \"quotes\", ", listed(problems).c_str());
}

TEST(Document, marks_of_a_chinese_keyboard_are_named) {
    for (const std::string mark : {"“", "＝", "，"}) {
        Problems found;
        CHECK_FALSE(Document::parse("host = " + mark + "10.0.0.1" + mark + "\n", "f", found).has_value());
        STRCMP_CONTAINS(("(this line has " + mark + "; expected the plain \" = , [ ] { }").c_str(),
                        listed(found).c_str());
    }
    CHECK_FALSE(Document::parse("host = 10.0.0.1  # “here”\n", "f", problems).has_value());
    STRCMP_CONTAINS(" (expected KEY = VALUE, ", listed(problems).c_str());
}

TEST(Document, a_syntax_error_does_not_show_a_password) {
    for (const char* text :
         {"password = correct-horse", "x = 1\npassword = 'a' correct-horse", "password = [correct-horse",
          "password = \"\\correct-horse\"", "password = correct-horse = 1"}) {
        Problems found;
        CHECK_FALSE(Document::parse(text, "f", found).has_value());
        CHECK_TRUE_TEXT(listed(found).find("orre") == std::string::npos, listed(found).c_str());
    }
}

TEST(Document, what_would_exhaust_the_stack_is_refused) {
    std::string deep = "a";
    for (int i = 0; i < 400000; ++i) deep += ".a";
    CHECK_FALSE(Document::parse("\n" + deep + " = 1", "f", problems).has_value());
    CHECK_FALSE(Document::parse("x = " + std::string(3000, '['), "f", problems).has_value());
    STRCMP_CONTAINS("f:2:1: this line is too long (expected at most 4000 bytes)", listed(problems).c_str());
}

TEST(Document, a_file_that_is_none_or_endless_is_refused) {
    for (const char* path : {"/nonexistent/pued.toml", "/", "/dev/zero"}) {
        Problems found;
        CHECK_FALSE(Document::read(path, found).has_value());
        CHECK_FALSE_TEXT(found.none(), path);
    }
    CHECK(Document::read("/dev/null", problems).has_value());
    CHECK(problems.none());
}
