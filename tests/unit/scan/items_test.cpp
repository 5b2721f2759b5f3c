// DL/T 645 maps against what meters answer: one phase, three, three that refuse blocks, and one that answers nonsense.
#include <map>
#include <string>

#include "agent/scan/items.hpp"
#include "tests/unit/scan/images.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::scan;
using namespace pued::testing;

namespace {

using Bytes = std::vector<std::uint8_t>;

// Packed decimal, lowest byte first, as many bytes as the field has.
std::optional<double> decoded_item(const Field& field, std::span<const std::uint8_t> bytes) {
    const std::size_t size = bytes_of(field.type);
    if (bytes.size() < field.address + size) return {};
    double number = 0;
    for (std::size_t i = size; i-- > 0;) {
        const unsigned byte = bytes[field.address + i];
        if (byte >> 4U > 9 || (byte & 0xFU) > 9) return {};
        number = number * 100 + (byte >> 4U) * 10 + (byte & 0xFU);
    }
    return number * field.scale;
}

// 230 V, 10 A, 50 Hz, 0.95, and 2.185 kW on each of `phases`.
ItemBook meter(unsigned phases, bool blocks) {
    const auto words = [](const Bytes& bytes) { return ItemAnswer{Reply::words, bytes}; };
    ItemBook out{{0x00010000, words({0x78, 0x56, 0x34, 0x12})},
                 {0x00020000, words({0, 0, 0, 0})},
                 {0x02030000, words(phases == 3 ? Bytes{0x50, 0x55, 0x06} : Bytes{0x50, 0x18, 0x02})},
                 {0x02010100, words({0x00, 0x23})},
                 {0x02020100, words({0x00, 0x00, 0x01})},
                 {0x02060000, words({0x50, 0x09})},
                 {0x02800002, words({0x00, 0x50})},
                 {0x0201FF00, {Reply::refused, {}}},
                 {0x0202FF00, {Reply::refused, {}}}};
    if (!blocks) return out;
    const std::uint8_t none = phases == 3 ? 0x00 : 0xFF;
    const std::uint8_t volts = phases == 3 ? 0x23 : 0xFF, tens = phases == 3 ? 0x01 : 0xFF;
    out[0x0201FF00] = words({0x00, 0x23, none, volts, none, volts});
    out[0x0202FF00] = words({0x00, 0x00, 0x01, none, none, tens, none, none, tens});
    return out;
}

}  // namespace

TEST_GROUP(Items) {
    std::map<std::string, RegisterMap> maps = all_maps();

    std::string first(const ItemBook& book) const {
        const auto examination = examine_items(maps, book, decoded_item);
        return examination.ranking.empty() ? "" : examination.ranking.front().map->id;
    }
};

TEST(Items, of_all_maps_of_the_protocol_are_asked_once) {
    const auto items = items_of(maps);
    for (const auto item : items) LONGS_EQUAL(1, std::ranges::count(items, item));
    UNSIGNED_LONGS_EQUAL(meter(3, true).size(), items.size());
}

TEST(Items, of_three_phases_are_the_three_phase_map) { STRCMP_EQUAL("dlt645-2007", first(meter(3, true)).c_str()); }

TEST(Items, of_one_phase_are_the_single_phase_map_with_blocks_or_without) {
    STRCMP_EQUAL("dlt645-2007-single", first(meter(1, true)).c_str());
    STRCMP_EQUAL("dlt645-2007-single", first(meter(1, false)).c_str());
}

TEST(Items, of_a_meter_that_refuses_blocks_are_the_single_phase_map) {
    STRCMP_EQUAL("dlt645-2007-single", first(meter(3, false)).c_str());
}

TEST(Items, that_fit_are_likely_and_never_certain) {
    const auto examination = examine_items(maps, meter(3, true), decoded_item);
    CHECK(sureness(examination.ranking) == Sureness::likely);
    CHECK(examination.any_words);
}

TEST(Items, that_are_no_numbers_convince_nobody) {
    ItemBook book;
    for (const auto item : items_of(maps)) book[item] = {Reply::words, Bytes(12, 0xFF)};
    const auto examination = examine_items(maps, book, decoded_item);
    CHECK(sureness(examination.ranking) == Sureness::doubtful);
}

TEST(Items, that_nobody_answers_rank_nothing) {
    ItemBook book;
    for (const auto item : items_of(maps)) book[item] = {};
    CHECK(examine_items(maps, book, decoded_item).ranking.empty());
}
