// The language of faults.
#include "drivers/sim/faults.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued::sim;

namespace {
std::string problem(const char* script) {
    const auto parsed = parse_script(script, "f.txt");
    return parsed ? "" : parsed.error();
}
}  // namespace

TEST_GROUP(Faults){};

TEST(Faults, a_script_is_read_in_order_of_time_with_comments_and_empty_lines) {
    const auto script =
        parse_script("# what breaks\n\nat 50s chiller-1 ok\n at 20s\tchiller-1 stuck # now\r\nat 1500ms a silent", "f");
    CHECK(static_cast<bool>(script));
    LONGS_EQUAL(3, script->size());
    DOUBLES_EQUAL(1.5, script->at(0).at_s, 1e-12);
    DOUBLES_EQUAL(20, script->at(1).at_s, 0);
    STRCMP_EQUAL("chiller-1", script->at(1).command.target.c_str());
    CHECK(Verb::stuck == script->at(1).command.verb);
    LONGS_EQUAL(4, script->at(1).line);
    CHECK(Verb::ok == script->at(2).command.verb);
}

TEST(Faults, arguments_have_units_and_defaults) {
    DOUBLES_EQUAL(0.8, parse_command("pumps late 800ms")->value, 1e-12);
    DOUBLES_EQUAL(120, parse_command("feed-b rolls-over 2m")->value, 0);
    DOUBLES_EQUAL(10, parse_command("feed-b rolls-over")->value, 0);
    DOUBLES_EQUAL(3, parse_command("pumps exception 3")->value, 0);
    DOUBLES_EQUAL(2.5e6, parse_command("feed-a replaced 2.5MWh")->value, 0);
    CHECK(Verb::stops == parse_command("feed-a stops")->verb);
}

TEST(Faults, problems_name_file_line_word_and_what_was_expected) {
    STRCMP_EQUAL("f.txt:2: \"soon\" is wrong (expected a time such as 800ms, 20s, 3m)",
                 problem("at 1s a ok\nat soon a ok").c_str());
    STRCMP_CONTAINS("f.txt:1: \"breaks\" is wrong (expected stuck, ok,", problem("at 1s chiller-1 breaks").c_str());
    STRCMP_CONTAINS("f.txt:3: \"after\" is wrong", problem("\n\nafter 1s a ok").c_str());
    STRCMP_CONTAINS("f.txt:1: a command is missing words", problem("at 1s a").c_str());
}

TEST(Faults, nonsense_is_refused) {
    for (const char* text :
         {"", "a", "A ok", "a ok 3", "a late 3", "a late -1s", "a late nan", "a late 2d", "a exception 0",
          "a exception 12", "a exception 4x", "a replaced 5", "a late 1s 2s", "a late 1e9h", "a b c d e"})
        CHECK_FALSE_TEXT(static_cast<bool>(parse_command(text)), text);
    CHECK(problem("at -1s a ok") != "");
    CHECK(problem("at") != "");
    CHECK(problem("at 25h a ok") != "");
}
