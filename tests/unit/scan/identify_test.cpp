// [[identify]] probes against what a unit has answered.
#include "agent/scan/identify.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::scan;

namespace {

IdentifyProbe text_probe() {
    IdentifyProbe probe;
    probe.address = 100;
    probe.words = 2;
    probe.text = true;
    probe.contains = {"B21 ", "B23 "};
    return probe;
}

IdentifyProbe number_probe() {
    IdentifyProbe probe;
    probe.address = 11;
    probe.equals = {340, 341};
    return probe;
}

WordBook answering(std::uint16_t address, std::vector<std::uint16_t> words) {
    return WordBook{[=](const Read& read) -> Answer {
                        if (read.address == address) return {Reply::words, 0, words};
                        return {Reply::refused, 2, {}};
                    },
                    [] { return false; }};
}

Identification identified(std::vector<IdentifyProbe> probes, WordBook book, const Variant& variant = {}) {
    RegisterMap map;
    map.identify = std::move(probes);
    book.ask(identify_reads(map, variant));
    return identify(map, variant, book);
}

}  // namespace

TEST_GROUP(Identify){};

TEST(Identify, a_text_is_recognised_by_a_part_of_it) {
    const auto out = identified({text_probe()}, answering(100, {0x4232, 0x3320}));
    CHECK(out.recognised == Recognised::yes);
    CHECK(out.weight >= 10);
    STRCMP_EQUAL("reads \"B23\"", out.text.c_str());
}

TEST(Identify, another_text_speaks_against_the_map) {
    const auto out = identified({text_probe()}, answering(100, {0x4233, 0x3320}));
    CHECK(out.recognised == Recognised::differs);
    CHECK(out.weight < -5);
}

TEST(Identify, a_refusal_speaks_against_the_map_but_less) {
    const auto out = identified({text_probe()}, answering(99, {1, 2}));
    CHECK(out.recognised == Recognised::refused);
    CHECK(out.weight < 0 && out.weight > -10);
}

TEST(Identify, a_map_without_probes_says_nothing) {
    CHECK(identified({}, answering(1, {1})).recognised == Recognised::no_probe);
}

TEST(Identify, all_probes_must_hold) {
    CHECK(identified({text_probe(), number_probe()}, answering(100, {0x4232, 0x3320})).recognised ==
          Recognised::refused);
}

TEST(Identify, a_number_is_one_of_some_and_a_common_one_proves_little) {
    const auto out = identified({number_probe()}, answering(11, {341}));
    CHECK(out.recognised == Recognised::yes);
    CHECK(out.weight > 8);
    auto common = number_probe();
    common.equals = {1};
    CHECK(identified({common}, answering(11, {1})).weight < 3);
}

TEST(Identify, a_range_weighs_by_its_width) {
    auto narrow = number_probe(), wide = number_probe();
    narrow.equals.clear();
    wide.equals.clear();
    narrow.min = 1800;
    narrow.max = 2800;
    wide.min = 1;
    const auto is = identified({narrow}, answering(11, {2302}));
    CHECK(is.weight > identified({wide}, answering(11, {2302})).weight);
    CHECK(identified({narrow}, answering(11, {2900})).recognised == Recognised::differs);
}

TEST(Identify, a_mask_takes_bits_away_and_low_words_may_come_first) {
    auto probe = number_probe();
    probe.words = 2;
    probe.order = WordOrder::cdab;
    probe.mask = 0xFFFF0000;
    probe.equals = {0x12340000};
    CHECK(identified({probe}, answering(11, {0x5678, 0x1234})).recognised == Recognised::yes);
}

TEST(Identify, probes_move_with_the_variant) {
    const Variant higher{{}, 1, false};
    CHECK(identified({number_probe()}, answering(12, {340}), higher).recognised == Recognised::yes);
}

TEST(Identify, letters_stand_two_to_a_word_or_one) {
    STRCMP_EQUAL("AB", letters({0x4142}, WordOrder::abcd).c_str());
    STRCMP_EQUAL("AB", letters({0x0041, 0x0042}, WordOrder::abcd).c_str());
    STRCMP_EQUAL("BA?", letters({0x4142, 0x0007}, WordOrder::badc).c_str());
}
