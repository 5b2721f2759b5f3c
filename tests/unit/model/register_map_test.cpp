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

TEST(Expand, addresses_advance_by_the_stride_or_the_fields_own) {
    const auto fields = expand(pdu(), {{"outlet", 3}});
    LONGS_EQUAL(10, fields[0].address);
    LONGS_EQUAL(100, fields[2].address);
    LONGS_EQUAL(200, fields[3].address);
    LONGS_EQUAL(104, fields[6].address);
    LONGS_EQUAL(208, fields[7].address);
}

TEST(Expand, without_a_count_there_are_as_many_as_there_can_be_and_never_more) {
    LONGS_EQUAL(2 + 4 * 2, expand(pdu(), {}).size());
    LONGS_EQUAL(2 + 4 * 2, expand(pdu(), {{"outlet", 9}}).size());
    LONGS_EQUAL(2, expand(pdu(), {{"outlet", 0}}).size());
    LONGS_EQUAL(2 + 4 * 2, expand(pdu(), {{"branch", 1}}).size());
}
