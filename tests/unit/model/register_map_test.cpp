// Laying a register map out for one device.
#include <string>
#include <vector>

#include "agent/model/register_map.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

Field field(std::string name, std::uint16_t address) {
    Field out;
    out.name = std::move(name);
    out.address = address;
    return out;
}

// A PDU of up to four outlets: power every 2 words from 100, energy every 4 words from 200.
RegisterMap pdu() {
    RegisterMap map;
    map.fields = {field("power_w", 10), field("energy_wh", 20)};
    map.arrays = {{"outlet", 4, 2, {field("power_w", 100), field("energy_wh", 200)}, {{"energy_wh", 4}}}};
    return map;
}

}  // namespace

TEST_GROUP(Expand){};

TEST(Expand, fields_stand_first_then_each_element_with_all_its_fields) {
    std::string names;
    for (const auto& f : expand(pdu(), {{"outlet", 2}})) names += f.name + ' ';
    STRCMP_EQUAL("power_w energy_wh outlet-1.power_w outlet-1.energy_wh outlet-2.power_w outlet-2.energy_wh ",
                 names.c_str());
}

TEST(Expand, sums_are_published_behind_all_that_has_registers) {
    auto map = pdu();
    map.sums = {{"apparent_power_va", {"apparent_power_l1_va", "apparent_power_l2_va"}}};
    std::string names;
    for (const auto& name : published_names(map, {{"outlet", 1}})) names += name + ' ';
    STRCMP_EQUAL("power_w energy_wh outlet-1.power_w outlet-1.energy_wh apparent_power_va ", names.c_str());
}

TEST(Expand, addresses_advance_by_the_stride_or_the_fields_own) {
    const auto fields = expand(pdu(), {{"outlet", 3}});
    LONGS_EQUAL(10, fields[0].address);
    LONGS_EQUAL(100, fields[2].address);
    LONGS_EQUAL(200, fields[3].address);
    LONGS_EQUAL(104, fields[6].address);
    LONGS_EQUAL(208, fields[7].address);
}

TEST(Expand, a_shifted_map_has_everything_so_many_registers_further_on) {
    auto map = pdu();
    map.helpers = {field("ct", 6)};
    map.identity = IdentityField{};
    map.identity->address = 30;
    const auto second = shifted(map, 5000);
    LONGS_EQUAL(5010, second.fields[0].address);
    LONGS_EQUAL(5006, second.helpers[0].address);
    LONGS_EQUAL(5030, second.identity->address);
    LONGS_EQUAL(5212, expand(second, {}).back().address);
}

TEST(Expand, the_last_register_is_that_of_the_last_element_there_is) {
    auto map = pdu();
    map.arrays[0].fields[1].type = RegisterType::u32;
    LONGS_EQUAL(213, last_register(map, {}));
    LONGS_EQUAL(205, last_register(map, {{"outlet", 2}}));
    map.helpers = {field("ct", 300)};
    LONGS_EQUAL(300, last_register(map, {}));
    map.identity = IdentityField{};
    map.identity->address = 400;
    map.identity->words = 8;
    LONGS_EQUAL(407, last_register(map, {}));
}

TEST(Expand, without_a_count_there_are_as_many_as_there_can_be_and_never_more) {
    LONGS_EQUAL(2 + 4 * 2, expand(pdu(), {}).size());
    LONGS_EQUAL(2 + 4 * 2, expand(pdu(), {{"outlet", 9}}).size());
    LONGS_EQUAL(2, expand(pdu(), {{"outlet", 0}}).size());
    LONGS_EQUAL(2 + 4 * 2, expand(pdu(), {{"branch", 1}}).size());
}
