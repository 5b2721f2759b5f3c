// [[identify]] of a register map: what the probes become, and the words for each mistake in them.
#include <string>

#include "tests/unit/config/register_map_texts.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

// The one probe of a good map with these lines in its [[identify]].
IdentifyProbe probe(const std::string& lines) {
    const auto map = good("[[identify]]\n" + lines + '\n' + kPower);
    LONGS_EQUAL(1, map.identify.size());
    return map.identify.at(0);
}

// The lines begin on line 12 of the file.
std::string probe_problems(const std::string& lines) {
    return problems_after_head("[[identify]]\n" + lines + '\n' + kPower);
}

}  // namespace

TEST_GROUP(RegisterIdentity){};

TEST(RegisterIdentity, a_map_without_probes_has_none) { LONGS_EQUAL(0, good(kPower).identify.size()); }

TEST(RegisterIdentity, a_number_is_one_of_some) {
    const auto one = probe("address = 11\ntype = 'u16'\nequals = 71\nfunction = 4");
    CHECK(!one.text && one.address == 11 && one.words == 1 && one.function == 4);
    CHECK(one.equals == std::vector<std::uint64_t>{71});
    CHECK(one.mask == UINT64_MAX && !one.min && !one.max && one.contains.empty());
    const auto some = probe("address = 11\ntype = 'u16'\nequals = [71, 0x0049]");
    CHECK(some.equals == (std::vector<std::uint64_t>{71, 73}));
}

TEST(RegisterIdentity, a_number_is_in_a_range_after_its_mask) {
    const auto ranged = probe("address = 0\ntype = 'u32'\nmin = 1\nmax = 9\nmask = 0xFF00");
    CHECK(ranged.words == 2 && ranged.min == 1U && ranged.max == 9U && ranged.mask == 0xFF00);
    CHECK(probe("address = 0\ntype = 'u16'\nmin = 1").max == std::nullopt);
}

TEST(RegisterIdentity, all_ones_of_64_bits_are_written_as_minus_one) {
    const auto wide = probe("address = 0\ntype = 'u64'\nequals = -1");
    CHECK(wide.words == 4 && wide.equals.at(0) == UINT64_MAX);
}

TEST(RegisterIdentity, a_text_has_one_of_some_words_in_it) {
    const auto text =
        probe("address = 29\ntype = 'text'\nwords = 20\nword_order = 'badc'\ncontains = ['PM53', 'PM55']");
    CHECK(text.text && text.words == 20 && text.order == WordOrder::badc);
    CHECK(text.contains == (std::vector<std::string>{"PM53", "PM55"}));
    CHECK(probe("address = 0\ntype = 'text'\nwords = 2\ncontains = 'SunS'").contains ==
          std::vector<std::string>{"SunS"});
}

TEST(RegisterIdentity, a_number_has_the_word_order_of_its_map) {
    const auto map = good(
        "[transport]\nword_order = 'cdab'\nfunction = 4\n[[identify]]\naddress = 0\ntype = 'u32'\n"
        "equals = 5\n[[identify]]\naddress = 2\ntype = 'text'\nwords = 2\ncontains = 'X'\n" +
        kPower);
    CHECK(map.identify.at(0).order == WordOrder::cdab && map.identify.at(0).function == 4);
    CHECK(map.identify.at(1).order == WordOrder::abcd);
}

TEST(RegisterIdentity, a_probe_may_stand_on_a_register_that_is_also_a_field) {
    LONGS_EQUAL(1, good("[[identify]]\naddress = 0\ntype = 'u16'\nmin = 1\n" + kPower).identify.size());
}

TEST(RegisterIdentity, an_empty_probe_lacks_everything) {
    expect(
        "m.toml:11:1: identify 1: address is missing (expected 0..65535, as on the wire: 0-based)\n"
        "m.toml:11:1: identify 1: type is missing (expected text, u16, u32 or u64)",
        probe_problems(""));
}

TEST(RegisterIdentity, a_probe_states_what_it_expects) {
    expect(
        "m.toml:11:1: identify 1: equals, or min and max is missing (expected what this register holds in every such "
        "device)",
        probe_problems("address = 0\ntype = 'u16'"));
    expect(
        "m.toml:11:1: identify 1: contains is missing (expected a word that is in the text of every such device, or a "
        "list of which one is)",
        probe_problems("address = 0\ntype = 'text'\nwords = 2"));
    expect("m.toml:11:1: identify 1: words is missing (expected how many registers the text takes)",
           probe_problems("address = 0\ntype = 'text'\ncontains = 'X'"));
}

TEST(RegisterIdentity, texts_and_numbers_are_told_by_their_own_keys) {
    expect("m.toml:15:10: identify 1: equals is not allowed here: it is for numbers (expected contains)",
           probe_problems("address = 0\ntype = 'text'\nwords = 2\nequals = 5\ncontains = 'X'"));
    expect("m.toml:15:12: identify 1: contains is not allowed here: it is for texts (expected equals, or min and max)",
           probe_problems("address = 0\ntype = 'u16'\nequals = 5\ncontains = 'X'"));
}

TEST(RegisterIdentity, what_can_never_hold_is_refused) {
    expect("m.toml:14:10: identify 1: equals = 65536 is out of range (expected 0..65535)",
           probe_problems("address = 0\ntype = 'u16'\nequals = 65536"));
    expect("m.toml:14:7: identify 1: min = 9 is more than max = 1 (expected the lower end first)",
           probe_problems("address = 0\ntype = 'u16'\nmin = 9\nmax = 1"));
    expect("m.toml:14:10: identify 1: equals stands beside min or max (expected the one or the others)",
           probe_problems("address = 0\ntype = 'u16'\nequals = 9\nmax = 10"));
    expect(
        "m.toml:14:10: identify 1: equals = 257 has bits that mask takes away, so that it never holds (expected only "
        "bits of the mask)",
        probe_problems("address = 0\ntype = 'u16'\nequals = 257\nmask = 0xFF"));
    expect("m.toml:12:11: identify 1: address 65536 is out of range (expected at most 65535)",
           probe_problems("address = 65535\ntype = 'u32'\nequals = 1"));
}

TEST(RegisterIdentity, a_slip_and_a_weak_source_are_named) {
    expect("m.toml:15:1: identify 1: unknown key \"equal\", did you mean \"equals\"?",
           probe_problems("address = 0\ntype = 'u16'\nmin = 5\nequal = 5"));
    expect(
        "m.toml:15:14: identify 1: confidence = \"recalled\" is too little for a documented map (expected \"found\" or "
        "\"found-secondary\", or status = \"community\")",
        probe_problems("address = 0\ntype = 'u16'\nequals = 5\nconfidence = 'recalled'"));
}

TEST(RegisterIdentity, a_second_probe_is_named_by_its_number) {
    STRCMP_CONTAINS("identify 2: address is missing",
                    probe_problems("address = 0\ntype = 'u16'\nequals = 5\n[[identify]]\ntype = 'u16'").c_str());
}
