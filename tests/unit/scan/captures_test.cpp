// Every capture is recognised as what it is, and so is one that is shifted by one, under the other function or in
// another word order. The captures' numbers are drawn to trip a decoder up, not to look like a mains: identification
// and the registers that exist must carry most of it here; believable numbers are tried in examine_test.cpp.
#include <cstdio>
#include <functional>
#include <string>

#include "agent/scan/examine.hpp"
#include "tests/unit/scan/images.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::scan;
using namespace pued::testing;

namespace {

constexpr std::size_t kMostRequests = 1500;  // to one unit

Examination scanned(const Examiner& examiner, const Image& image) {
    WordBook book{[&](const Read& read) { return answer_from(image, read); }, [] { return false; }};
    return examiner.examine(book);
}

bool leads(const Examination& examination, const std::string& id) {
    for (const auto* leader : leaders(examination.ranking)) {
        if (leader->map->id == id) return true;
    }
    return false;
}

}  // namespace

TEST_GROUP(ScannedCaptures) {
    std::map<std::string, RegisterMap> maps = all_maps();
    std::map<std::string, Image> images = all_images();
    Examiner examiner{maps, decoded, decode_identity};

    // At least nine of ten lead the ranking of what `bent` makes of them, and in that variant.
    void nine_of_ten(const std::function<Image(const Image&)>& bent, const Variant& variant) {
        std::size_t right = 0, most = 0;
        for (const auto& [id, image] : images) {
            const auto examination = scanned(examiner, bent(image));
            const bool found = leads(examination, id) && examination.ranking.front().variant.offset == variant.offset &&
                               examination.ranking.front().variant.other_function == variant.other_function;
            right += found ? 1 : 0;
            most = std::max(most, examination.requests);
            if (!found) std::printf("\n    not %s", id.c_str());
        }
        std::printf("\n    %zu of %zu, at most %zu requests\n", right, images.size(), most);
        CHECK(right * 10 >= images.size() * 9);
        CHECK(most <= kMostRequests);
    }
};

TEST(ScannedCaptures, are_named_as_what_they_are) {
    nine_of_ten([](const Image& image) { return image; }, {});
}

// A41 to A44 have the map of B21 to B24, and their type designation in the same place.
TEST(ScannedCaptures, of_an_abb_b_series_with_the_type_of_an_a_series_are_recognised) {
    for (const char last : {'1', '2', '3', '4'}) {
        auto image = images.at("abb-b-series");
        image[{3, 0x8960}] = 'A' << 8U | '4';
        image[{3, 0x8961}] = static_cast<std::uint16_t>(last << 8U | ' ');
        const auto examination = scanned(examiner, image);
        STRCMP_EQUAL("abb-b-series", examination.ranking.front().map->id.c_str());
        STRCMP_EQUAL("certain", std::string{name_of(sureness(examination.ranking))}.c_str());
    }
}

// Also what has nothing to recognise it by.
TEST(ScannedCaptures, have_maps_that_are_asked_for_more_than_their_identification) {
    for (const auto& [id, map] : maps) {
        if (map.protocol != MapProtocol::modbus) continue;
        const auto most = std::min<std::size_t>(2, fields_of(map).size());
        CHECK_TEXT(anchor_reads(map, {}).size() >= map.identify.size() + most, id.c_str());
    }
}

TEST(ScannedCaptures, one_address_higher_are_named_so) {
    nine_of_ten([](const Image& image) { return shifted(image, 1); }, {{}, 1, false});
}

TEST(ScannedCaptures, under_the_other_function_are_named_so) {
    nine_of_ten([](const Image& image) { return other_function(image); }, {{}, 0, true});
}

TEST(ScannedCaptures, with_floats_the_other_way_round_tell_their_word_order) {
    for (const std::string id : {"eastron-sdm630", "eastron-sdm120", "chint-dtsu666", "siemens-pac", "janitza-19000"}) {
        const auto examination = scanned(examiner, words_swapped(images.at(id), maps.at(id)));
        STRCMP_EQUAL(id.c_str(), examination.ranking.front().map->id.c_str());
        CHECK_TEXT(examination.ranking.front().variant.order == WordOrder::cdab, id.c_str());
    }
}
