// The point table: order, names, and which point is a device's energy and power.
#include <string>

#include "agent/config/points.hpp"
#include "tests/unit/config/checked.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

TEST_GROUP(Points){PointTable build(const std::string& text){Problems problems;
const auto config = parse_config("[site]\nid = 's'\n[metering]\npoll_s = 7\n" + text, "t", problems);
STRCMP_EQUAL("", test::listed(problems).c_str());
return build_points(*config, test::maps());
}
static std::string names(const PointTable& table, const Device& device) {
    std::string out;
    for (const auto index : device.points) out += table.points[index].name + ' ';
    return out;
}
static std::string name(const PointTable& table, const std::optional<PointIndex>& index) {
    return index ? table.points[*index].name : "none";
}
}
;

TEST(Points, devices_stand_as_meters_servers_values_and_their_points_together) {
    const auto t = build(
        "[[mqtt-value]]\nid = 'v'\ndevice = 'g'\nquantity = 'activity'\ntopic = 't'\nstale_after_s = 30\n"
        "[[server]]\nid = 'g'\nbmc = 'b'\nuser = 'u'\npassword_file = 'f'\nrack = 'r1'\n"
        "[[meter]]\nid = 'p'\nhost = 'h'\nprofile = 'clever-mpdu'\noutlets = 2\npoll_s = 2\nrated_kw = 5\nrole = "
        "'pdu'\n"
        "[[meter]]\nid = 'm'\nhost = 'i'\nprofile = 'eastron-sdm630'\n");
    STRCMP_EQUAL(
        "p.power_w p.energy_wh p.outlet-1.power_w p.outlet-1.energy_wh p.outlet-2.power_w p.outlet-2.energy_wh ",
        names(t, t.devices.at(0)).c_str());
    STRCMP_EQUAL("m.power_w m.power_l1_w m.energy_wh m.energy_export_wh ", names(t, t.devices.at(1)).c_str());
    STRCMP_EQUAL("g.power_w ", names(t, t.devices.at(2)).c_str());
    STRCMP_EQUAL("g.activity ", names(t, t.devices.at(3)).c_str());
    LONGS_EQUAL(4, t.devices.size());
    LONGS_EQUAL(12, t.points.size());
    PointIndex next = 0;  // contiguous, and each point knows its device
    for (DeviceIndex d = 0; d < t.devices.size(); ++d) {
        for (const auto index : t.devices[d].points) {
            LONGS_EQUAL(next++, index);
            LONGS_EQUAL(d, t.points[index].device);
        }
    }
}

TEST(Points, devices_carry_what_the_configuration_says_of_them) {
    const auto t = build(
        "[[meter]]\nid = 'p'\nhost = 'h'\nprofile = 'clever-mpdu'\npoll_s = 2\nrated_kw = 5\nrole = 'pdu'\nrack = "
        "'r1'\n"
        "[[server]]\nid = 'g'\n[[mqtt-value]]\nid = 'v'\ndevice = 'g'\nquantity = 'power_w'\ntopic = "
        "'t'\nstale_after_s = 30\n");
    const auto& p = t.devices[0];
    CHECK(p.role == Role::pdu && p.rack == "r1");
    DOUBLES_EQUAL(5000, p.rated_w, 0);
    CHECK(p.period == std::chrono::seconds{2});
    CHECK(t.devices[1].period == std::chrono::seconds{7} && t.devices[1].role == Role::server);
    CHECK(t.devices[2].period == std::chrono::seconds{30} && t.devices[2].role == Role::none);
    STRCMP_EQUAL("v", t.devices[2].id.c_str());
}

TEST(Points, what_no_device_of_its_kind_exceeds_is_known_without_a_rated_power) {
    const auto t = build(
        "[[meter]]\nid = 'f'\nhost = 'i'\nprofile = 'eastron-sdm630'\nrole = 'feed'\n"
        "[[meter]]\nid = 'p'\nhost = 'h'\nprofile = 'clever-mpdu'\nrole = 'pdu'\n"
        "[[server]]\nid = 'g'\naccelerators = [{ model = 'nvidia-h20', count = 8 }]\n"
        "[[server]]\nid = 'r'\n");
    DOUBLES_EQUAL(0, t.devices[0].assumed_w, 0);
    DOUBLES_EQUAL(1e6, t.devices[1].assumed_w, 0);
    DOUBLES_EQUAL(60e3, t.devices[2].assumed_w, 0);
    DOUBLES_EQUAL(200e3, t.devices[3].assumed_w, 0);
    for (const auto& device : t.devices) DOUBLES_EQUAL(0, device.rated_w, 0);  // which nobody has stated
}

TEST(Points, energy_and_power_are_the_totals_not_a_phase_nor_an_outlet) {
    const auto t = build(
        "[[meter]]\nid = 'p'\nhost = 'h'\nprofile = 'clever-mpdu'\n"
        "[[meter]]\nid = 'm'\nhost = 'i'\nprofile = 'eastron-sdm630'\n"
        "[[meter]]\nid = 's'\nhost = 'j'\nprofile = 'strip-8'\n");
    STRCMP_EQUAL("p.energy_wh", name(t, t.devices[0].energy).c_str());
    STRCMP_EQUAL("p.power_w", name(t, t.devices[0].power).c_str());
    STRCMP_EQUAL("m.energy_wh", name(t, t.devices[1].energy).c_str());
    STRCMP_EQUAL("none", name(t, t.devices[2].energy).c_str());
    STRCMP_EQUAL("none", name(t, t.devices[2].power).c_str());
}

TEST(Points, what_is_fed_back_counts_by_the_export_register) {
    const auto t = build(
        "[[meter]]\nid = 'm'\nhost = 'i'\nprofile = 'eastron-sdm630'\nrole = 'export'\n"
        "[[meter]]\nid = 'p'\nhost = 'h'\nprofile = 'clever-mpdu'\nrole = 'export'\n");
    STRCMP_EQUAL("m.energy_export_wh", name(t, t.devices[0].energy).c_str());
    STRCMP_EQUAL("none", name(t, t.devices[0].power).c_str());
    STRCMP_EQUAL("p.energy_wh", name(t, t.devices[1].energy).c_str());  // it has no other
    STRCMP_EQUAL("p.power_w", name(t, t.devices[1].power).c_str());
}

TEST(Points, a_value_from_mqtt_fills_what_its_owner_lacks) {
    const auto t = build(
        "[[server]]\nid = 'g'\nbmc = 'b'\nuser = 'u'\npassword_file = 'f'\n"
        "[[mqtt-value]]\nid = 'a'\ndevice = 'g'\nquantity = 'activity'\ntopic = 't'\n"
        "[[mqtt-value]]\nid = 'c'\ndevice = 'g'\nquantity = 'clock_hz'\ntopic = 't'\n"
        "[[mqtt-value]]\nid = 'e'\ndevice = 'g'\nquantity = 'energy_wh'\ntopic = 't'\n"
        "[[mqtt-value]]\nid = 'p'\ndevice = 'g'\nquantity = 'power_w'\ntopic = 't'\n");
    const auto& g = t.devices[0];
    STRCMP_EQUAL("g.activity", name(t, g.activity).c_str());
    STRCMP_EQUAL("g.clock_hz", name(t, g.clock).c_str());
    STRCMP_EQUAL("g.energy_wh", name(t, g.energy).c_str());
    LONGS_EQUAL(0, *g.power);  // its own, not that from MQTT
    LONGS_EQUAL(1, g.points.size());
    LONGS_EQUAL(1, t.points[*g.activity].device);  // the value is a source of its own
    CHECK(t.devices[1].role == Role::none);
}

TEST(Points, the_bmcs_points_are_those_that_are_asked_for) {
    const std::string bmc = "bmc = 'b'\nuser = 'u'\npassword_file = 'f'\n";
    const auto t = build("[[server]]\nid = 'x'\n" + bmc + "power = 'dcmi'\nactivity = 'sensor:busy'\n" +
                         "[[server]]\nid = 'y'\n" + bmc + "activity = 'sensor:busy'\n[[server]]\nid = 'z'\n");
    STRCMP_EQUAL("x.power_w x.activity ", names(t, t.devices[0]).c_str());
    STRCMP_EQUAL("y.activity ", names(t, t.devices[1]).c_str());
    STRCMP_EQUAL("x.activity", name(t, t.devices[0].activity).c_str());
    CHECK(t.devices[2].points.empty());
}

TEST(Points, a_device_of_an_unknown_profile_has_none) {
    const auto t = build("[[meter]]\nid = 'm'\nhost = 'h'\nprofile = 'acme'\n");
    CHECK(t.devices.at(0).points.empty() && t.points.empty());
}

TEST(Points, what_is_read_less_often_than_the_device_is_polled_says_so) {
    const auto t = build("[[meter]]\nid = 'm'\nhost = 'h'\nprofile = 'eastron-sdm630'\nrates = { energy_wh = 70 }\n");
    const auto& m = t.devices[0];
    CHECK(period_of(t, m, m.energy) == std::chrono::seconds{70});
    CHECK(period_of(t, m, m.power) == std::chrono::seconds{7});
}

TEST(Points, a_sum_is_the_devices_power_and_comes_as_seldom_as_its_slowest_part) {
    const auto t = build("[[meter]]\nid = 'm'\nhost = 'h'\nprofile = 'ups-phases'\nrates = { power_l2_w = 70 }\n");
    const auto& m = t.devices[0];
    STRCMP_EQUAL("m.power_l1_w m.power_l2_w m.voltage_v m.power_w ", names(t, m).c_str());
    STRCMP_EQUAL("m.power_w", name(t, m.power).c_str());
    CHECK(period_of(t, m, m.power) == std::chrono::seconds{70});
}
