// Whole examinations of devices that look like devices: a meter at 230 V that answers every address with something, one
// whose counter grows, two unit ids with one meter behind them, PDUs with fewer outlets than their map can have.
#include <bit>
#include <cmath>
#include <string>

#include "agent/scan/examine.hpp"
#include "tests/unit/scan/images.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::scan;
using namespace pued::testing;

namespace {

// A field of a device as an engineer would write it down: the value in the quantity's unit.
void put(Image& image, const RegisterMap& map, const std::string& name, double value, bool low_first = false) {
    const auto field = *std::ranges::find(map.fields, name, &Field::name);
    const double raw = (value - field.offset) / field.scale;
    const auto bits = field.type == RegisterType::f32
                          ? std::uint64_t{std::bit_cast<std::uint32_t>(static_cast<float>(raw))}
                          : static_cast<std::uint64_t>(std::llround(raw));
    const unsigned words = words_of(field.type);
    const bool low = low_first != (field.order == WordOrder::cdab);
    for (unsigned i = 0; i < words; ++i) {
        const unsigned shift = 16 * (low ? i : words - 1 - i);
        image[{field.function, field.address + i}] = static_cast<std::uint16_t>(bits >> shift);
    }
}

Image meter_at_230_v(const RegisterMap& map, bool low_first = false) {
    Image image;
    const std::map<std::string, double> values{
        {"voltage_l1_v", 230.1}, {"voltage_l2_v", 229.4}, {"voltage_l3_v", 231.0},  {"current_l1_a", 10},
        {"current_l2_a", 11},    {"current_l3_a", 9},     {"power_l1_w", 2186},     {"power_l2_w", 2397},
        {"power_l3_w", 1975},    {"power_w", 6558},       {"power_factor", 0.95},   {"apparent_power_va", 6903},
        {"frequency_hz", 50.0},  {"energy_wh", 1234567},  {"voltage_l12_v", 398.0}, {"voltage_l23_v", 398.7},
        {"voltage_l31_v", 399.3}};
    for (const auto& field : map.fields) {
        const auto value = values.find(field.name);
        if (value != values.end()) put(image, map, field.name, value->second, low_first);
    }
    return image;
}

}  // namespace

TEST_GROUP(Examine) {
    std::map<std::string, RegisterMap> maps = all_maps();
    Examiner examiner{maps, decoded, decode_identity};

    // `zeros`: what is not in the image reads 0, as on many a device.
    WordBook book(const Image& image, bool zeros = false) const {
        return WordBook{[&image, zeros](const Read& read) {
                            auto answer = answer_from(image, read);
                            if (answer.reply == Reply::words || !zeros) return answer;
                            Answer padded{Reply::words, 0, {}};
                            for (unsigned i = 0; i < read.words; ++i) {
                                const auto found = image.find({read.function, read.address + i});
                                padded.words.push_back(found == image.end() ? std::uint16_t{0} : found->second);
                            }
                            return padded;
                        },
                        [] { return false; }};
    }
    Examination examined(const Image& image, bool zeros = false) const {
        auto questions = book(image, zeros);
        return examiner.examine(questions);
    }
};

TEST(Examine, plausibility_alone_names_a_meter_that_answers_everywhere) {
    for (const std::string id : {"eastron-sdm630", "siemens-pac", "janitza-19000", "circutor-cvm-e3-mini"}) {
        const auto examination = examined(meter_at_230_v(maps.at(id)), true);
        STRCMP_EQUAL(id.c_str(), examination.ranking.front().map->id.c_str());
        CHECK(examination.ranking.front().variant.as_mapped());
    }
}

TEST(Examine, the_doctor_finds_the_word_order_of_such_a_meter) {
    for (const std::string id : {"eastron-sdm630", "circutor-cvm-e3-mini"}) {
        const auto examination = examined(meter_at_230_v(maps.at(id), true), true);
        const auto& first = examination.ranking.front();
        STRCMP_EQUAL(id.c_str(), first.map->id.c_str());
        STRCMP_EQUAL("word_order = \"cdab\"", in_words(first.variant, *first.map).c_str());
    }
}

TEST(Examine, round_numbers_in_the_wrong_word_order_are_no_values) {
    Image image;
    for (const auto& [name, value] : std::map<std::string, double>{
             {"voltage_l1_v", 230}, {"voltage_l2_v", 230}, {"voltage_l3_v", 230}, {"frequency_hz", 50}}) {
        put(image, maps.at("eastron-sdm630"), name, value, true);
    }
    auto words = book(image);
    words.ask(reads_of(maps.at("eastron-sdm630"), {}));
    const auto as_mapped = weigh(maps.at("eastron-sdm630"), {}, words, decoded);
    CHECK(as_mapped.values.empty());
    const auto healed = weigh_orders(maps.at("eastron-sdm630"), {}, words, decoded);
    CHECK(healed.variant.order == WordOrder::cdab);
    DOUBLES_EQUAL(50, healed.values.at("frequency_hz"), 0);
}

TEST(Examine, the_doctor_finds_what_is_one_off_or_under_the_other_function) {
    const auto meter = meter_at_230_v(maps.at("eastron-sdm630"));
    const auto higher = examined(shifted(meter, 1), true).ranking.front();
    STRCMP_EQUAL("eastron-sdm630", higher.map->id.c_str());
    STRCMP_EQUAL("all addresses one higher than in the map", in_words(higher.variant, *higher.map).c_str());
    const auto other = examined(other_function(meter)).ranking.front();
    STRCMP_EQUAL("function 3 instead of 4", in_words(other.variant, *other.map).c_str());
}

TEST(Examine, a_unit_that_refuses_everything_is_no_device) {
    const auto examination = examined({});
    CHECK(examination.ranking.empty());
    CHECK_FALSE(examination.any_words);
    UNSIGNED_LONGS_EQUAL(2, examination.usual_exception);
    CHECK(sureness(examination.ranking) == Sureness::nothing);
}

TEST(Examine, zeros_everywhere_are_no_device_either) {
    const auto examination = examined({}, true);
    CHECK(sureness(examination.ranking) <= Sureness::doubtful);
}

TEST(Examine, a_falling_counter_costs_a_map_its_lead) {
    auto image = meter_at_230_v(maps.at("eastron-sdm630"));
    auto questions = book(image);
    auto examination = examiner.examine(questions);
    const double before = examination.ranking.front().score;
    put(image, maps.at("eastron-sdm630"), "energy_wh", 1234000);
    examiner.look_again(examination, questions, 5);
    CHECK(examination.ranking.front().score < before);
    put(image, maps.at("eastron-sdm630"), "energy_wh", 1234580);
    examiner.look_again(examination, questions, 5);
    STRCMP_EQUAL("eastron-sdm630", examination.ranking.front().map->id.c_str());
}

TEST(Examine, the_same_meter_under_another_unit_id_is_known) {
    auto image = meter_at_230_v(maps.at("eastron-sdm630"));
    const auto first = examined(image);
    put(image, maps.at("eastron-sdm630"), "energy_wh", 1234570);  // some seconds later
    auto again = book(image);
    CHECK(examiner.same_device(first, again));
    put(image, maps.at("eastron-sdm630"), "energy_wh", 2234570);  // its neighbour
    auto other = book(image);
    CHECK_FALSE(examiner.same_device(first, other));
}

TEST(Examine, outlets_are_counted) {
    auto image = all_images().at("raritan-px3");
    std::erase_if(image, [](const auto& entry) { return entry.first.second >= 0x8000 + 8 * 0x100; });
    const auto examination = examined(image);
    STRCMP_EQUAL("raritan-px3", examination.ranking.front().map->id.c_str());
    UNSIGNED_LONGS_EQUAL(1, examination.counts.size());
    UNSIGNED_LONGS_EQUAL(8, examination.counts.front().count);
    CHECK_FALSE(examination.counts.front().open);
}

TEST(Examine, a_serial_number_is_read_where_the_map_knows_it) {
    STRCMP_EQUAL("3405691582", examined(all_images().at("abb-b-series")).serial.c_str());
}

TEST(Examine, ends_early_when_stopped) {
    const auto image = meter_at_230_v(maps.at("eastron-sdm630"));
    unsigned asked = 0;
    WordBook questions{[&](const Read& read) {
                           ++asked;
                           return answer_from(image, read);
                       },
                       [&] { return asked >= 10; }};
    CHECK(examiner.examine(questions).requests <= 10);
    UNSIGNED_LONGS_EQUAL(10, asked);
}

// A sensor of 96 branches answers wherever other maps have their registers, and has nothing to be recognised by.
TEST(Examine, a_dense_block_whose_numbers_make_no_sense_is_never_called_likely) {
    Image image;
    for (unsigned address = 0; address < 96; ++address) {
        image[{3, address}] = static_cast<std::uint16_t>(address * 1237 % 4001);
    }
    image[{3, 12034}] = 3100;
    auto asked = book(image);
    const auto examination = examiner.examine(asked);
    CHECK(sureness(examination.ranking) == Sureness::doubtful);
}
