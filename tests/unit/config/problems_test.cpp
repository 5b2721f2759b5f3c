// Problems, their order and their words; the search for what was meant.
#include <string>

#include "agent/config/problems.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

TEST_GROUP(Problems){};

TEST(Problems, come_in_order_of_file_line_and_column) {
    Problems problems;
    problems.add({"b", 1, 1}, "", "fourth");
    problems.add({"a", 9, 7}, "", "second");
    problems.add({"a", 9, 3}, "", "first");
    problems.add({"a", 10, 1}, "", "third");
    std::string order;
    for (const auto& problem : problems.sorted()) order += problem.what + ' ';
    STRCMP_EQUAL("first second third fourth ", order.c_str());
}

TEST(Problems, name_place_subject_and_cause_on_one_line) {
    Problems problems;
    problems.add({"pued.toml", 14, 11}, "meter \"a1\"", "unit_id = 300\nis\x01 wrong");
    STRCMP_EQUAL("pued.toml:14:11: meter \"a1\": unit_id = 300\\nis\\x01 wrong", problems.sorted()[0].text().c_str());
}

TEST(Problems, of_a_whole_file_have_no_line) {
    Problems problems;
    problems.add({"pued.toml", 0, 0}, "", "cannot be read");
    STRCMP_EQUAL("pued.toml: cannot be read", problems.sorted()[0].text().c_str());
}

TEST(Problems, that_are_too_long_are_cut_between_characters) {
    Problems problems;
    std::string name;
    for (int i = 0; i < 1000; ++i) name += "冷";
    problems.add({"f", 1, 1}, "", name);
    const auto text = problems.sorted()[0].what;
    CHECK(text.size() < 510);
    LONGS_EQUAL(0, text.size() % 3);  // whole characters of 3 bytes, and "…" has 3 as well
    CHECK(text.ends_with("冷…"));
}

TEST(Problems, that_are_too_many_are_counted) {
    Problems problems;
    for (unsigned i = 0; i < Problems::limit + 7; ++i) problems.add({"f", i + 1, 1}, "", "x");
    const auto list = problems.sorted();
    LONGS_EQUAL(Problems::limit + 1, list.size());
    STRCMP_EQUAL("f: 7 more problems are not listed", list.back().text().c_str());
}

TEST_GROUP(DidYouMean){};

TEST(DidYouMean, finds_one_slip_in_a_short_word) {
    STRCMP_EQUAL("host", did_you_mean("hsot", {"port", "host"}).c_str());   // swapped
    STRCMP_EQUAL("host", did_you_mean("hos", {"port", "host"}).c_str());    // missing
    STRCMP_EQUAL("host", did_you_mean("hoost", {"port", "host"}).c_str());  // too many
    STRCMP_EQUAL("host", did_you_mean("hoxt", {"port", "host"}).c_str());   // wrong
    STRCMP_EQUAL("unit_id", did_you_mean("unti-id", {"unit_id"}).c_str());  // two, in seven letters
    STRCMP_EQUAL("eastron-sdm630", did_you_mean("eastron-sdm603", {"eastron-sdm120", "eastron-sdm630"}).c_str());
}

TEST(DidYouMean, finds_a_word_that_was_not_ended) {
    STRCMP_EQUAL("poll_s", did_you_mean("poll", {"interval_s", "poll_s"}).c_str());
    STRCMP_EQUAL("state_directory", did_you_mean("state_dir", {"state_directory"}).c_str());
    STRCMP_EQUAL("nvidia-h100-sxm5",
                 did_you_mean("nvidia-h100", {"nvidia-h20", "nvidia-h100-sxm5", "nvidia-h200"}).c_str());
}

TEST(DidYouMean, does_not_mind_capitals) {
    STRCMP_EQUAL("pdu", did_you_mean("PDU", {"cooling", "pdu"}).c_str());
    STRCMP_EQUAL("E", did_you_mean("e", {"N", "E"}).c_str());
    STRCMP_EQUAL("eastron-sdm630", did_you_mean("Eastron-SDM6", {"eastron-sdm630"}).c_str());
}

TEST(DidYouMean, finds_a_name_by_a_part_of_it) {
    STRCMP_EQUAL("nvidia-h100-sxm", did_you_mean("H100", {"nvidia-h20", "nvidia-h100-sxm"}).c_str());
    STRCMP_EQUAL("ct_ratio", did_you_mean("ratio", {"operation", "ct_ratio"}).c_str());
    STRCMP_EQUAL("", did_you_mean("port", {"transport"}).c_str());
}

TEST(DidYouMean, takes_two_letters_for_others_only_where_the_first_stays) {
    STRCMP_EQUAL("ct", did_you_mean("cr", {"ct"}).c_str());
    STRCMP_EQUAL("", did_you_mean("cn", {"en", "zh"}).c_str());
}

TEST(DidYouMean, says_nothing_where_nothing_is_near) {
    STRCMP_EQUAL("", did_you_mean("acme-9000", {"eastron-sdm630", "clever-mpdu"}).c_str());
    STRCMP_EQUAL("", did_you_mean("", {"host"}).c_str());
    STRCMP_EQUAL("", did_you_mean(std::string(1000000, 'a'), {"host"}).c_str());
    STRCMP_EQUAL("", suggestion("x", {}).c_str());
}
