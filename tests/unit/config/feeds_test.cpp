// The ways by which a server's values come: which is its own, what each gives, how it is told in the file.
#include <regex>
#include <string>

#include "agent/config/feeds.hpp"
#include "agent/config/points.hpp"
#include "tests/unit/config/checked.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

const std::string kBmc = "bmc = 'b'\nuser = 'u'\npassword_file = 'f'\n";
const std::string kGpus = "accelerators = [{ model = 'nvidia-h20', count = 2 }]\n";
const std::string kBus =
    "dbus = [{ quantity = 'power_w', path = '/x/power', scale = 1e-6 }, "
    "{ quantity = 'temperature_c', path = '/x/inlet' }]\n";

std::string quantities(const Feed& feed) {
    std::string out;
    for (const auto& name : feed.quantities) out += name + ' ';
    return out;
}

}  // namespace

TEST_GROUP(Feeds){static Config config(const std::string& text){Problems problems;
auto out = load_and_check(text, problems);
STRCMP_EQUAL("", test::listed(problems).c_str());
return std::move(*out);
}
static std::optional<Config> load_and_check(const std::string& text, Problems& problems) {
    return test::load_and_check("[site]\nid = 's'\n" + text, "t.toml", problems);
}
static std::vector<Feed> feeds(const std::string& server) {
    return feeds_of(config("[[server]]\nid = 'g'\nrole = 'none'\n" + server).servers.at(0), test::redfish());
}
static std::string refused(const std::string& text) {
    Problems problems;
    load_and_check(text, problems);
    return test::listed(problems);
}
static std::string refused_server(const std::string& keys) {
    return refused("[[server]]\nid = 'g'\nrole = 'none'\n" + keys);
}
}
;

TEST(Feeds, a_server_fed_by_mqtt_has_none) { LONGS_EQUAL(0, feeds("").size()); }

TEST(Feeds, the_first_way_is_the_servers_own_source) {
    STRCMP_EQUAL("g", feeds(kBmc).at(0).device.c_str());
    STRCMP_EQUAL("g", feeds("redfish = 'https://h'\n").at(0).device.c_str());
    STRCMP_EQUAL("g", feeds(kBus).at(0).device.c_str());
    STRCMP_EQUAL("g", feeds(kGpus + "nvml = true\n").at(0).device.c_str());
}

TEST(Feeds, further_ways_have_names_of_their_own_and_what_is_there_is_not_asked_again) {
    const auto all = feeds(kBus + kGpus + "nvml = true\nredfish = 'https://h'\n" + kBmc);
    LONGS_EQUAL(4, all.size());
    CHECK(all[0].way == Way::bmc && all[1].way == Way::redfish && all[2].way == Way::dbus && all[3].way == Way::nvml);
    STRCMP_EQUAL("g", all[0].device.c_str());
    STRCMP_EQUAL("power_w ", quantities(all[0]).c_str());
    STRCMP_EQUAL("g-redfish", all[1].device.c_str());
    STRCMP_EQUAL("activity gpu-1.power_w gpu-1.energy_wh gpu-2.power_w gpu-2.energy_wh ", quantities(all[1]).c_str());
    STRCMP_EQUAL("g-dbus", all[2].device.c_str());
    STRCMP_EQUAL("temperature_c ", quantities(all[2]).c_str());
    STRCMP_EQUAL("g-nvml", all[3].device.c_str());
    STRCMP_EQUAL("clock_hz gpu-1.activity gpu-1.clock_hz gpu-2.activity gpu-2.clock_hz ", quantities(all[3]).c_str());
}

TEST(Feeds, nvml_gives_the_means_and_each_gpu) {
    STRCMP_EQUAL(
        "activity clock_hz gpu-1.power_w gpu-1.energy_wh gpu-1.activity gpu-1.clock_hz "
        "gpu-2.power_w gpu-2.energy_wh gpu-2.activity gpu-2.clock_hz ",
        quantities(feeds(kGpus + "nvml = true\n").at(0)).c_str());
}

TEST(Feeds, points_of_further_ways_stand_behind_the_servers_and_complete_them) {
    const auto c = config("[mqtt]\nhost = 'b'\n[[server]]\nid = 'g'\nrole = 'none'\npoll_s = 3\n" + kBmc + kGpus +
                          "nvml = true\n[[server]]\nid = 'h'\nrole = 'none'\n"
                          "[[mqtt-value]]\nid = 'v'\ndevice = 'h'\nquantity = 'power_w'\ntopic = 't'\n");
    const auto t = build_points(c, test::maps(), test::redfish());
    LONGS_EQUAL(4, t.devices.size());
    STRCMP_EQUAL("h", t.devices[1].id.c_str());
    STRCMP_EQUAL("g-nvml", t.devices[2].id.c_str());
    STRCMP_EQUAL("v", t.devices[3].id.c_str());
    CHECK(t.devices[2].role == Role::none && t.devices[2].period == std::chrono::seconds{3});
    LONGS_EQUAL(10, t.devices[2].points.size());
    const auto& g = t.devices[0];
    STRCMP_EQUAL("g.power_w", t.points[*g.power].name.c_str());
    STRCMP_EQUAL("g.activity", t.points[*g.activity].name.c_str());
    STRCMP_EQUAL("g.clock_hz", t.points[*g.clock].name.c_str());
    LONGS_EQUAL(2, t.points[*g.activity].device);
    CHECK_FALSE(g.energy.has_value());  // a GPU's is not the server's
    STRCMP_EQUAL("h.power_w", t.points[*t.devices[1].power].name.c_str());
}

TEST(Feeds, a_meter_by_redfish_has_the_points_of_its_profile) {
    const auto c = config("[[meter]]\nid = 'p'\nredfish = 'https://h'\nprofile = 'redfish-rackpdu'\noutlets = 2\n");
    const auto t = build_points(c, test::maps(), test::redfish());
    LONGS_EQUAL(4, t.points.size());
    STRCMP_EQUAL("p.energy_wh", t.points[*t.devices[0].energy].name.c_str());
    STRCMP_EQUAL("p.outlet-2.power_w", t.points[3].name.c_str());
}

TEST(Feeds, an_optional_energy_meters_its_device_only_where_the_operator_says_that_it_is_there) {
    auto profiles = test::redfish();
    auto& pdu = profiles.at("redfish-rackpdu").values;
    pdu.at(1).optional = true;
    const std::string both =
        "[[meter]]\nid = 'p'\nredfish = 'https://h'\nprofile = 'redfish-rackpdu'\noutlets = 2\nKEY"
        "[[server]]\nid = 'g'\nrole = 'none'\nredfish = 'https://i'\nredfish_profile = 'redfish-rackpdu'\nKEY" +
        kBmc;
    for (const std::string key : {"", "energy_register = true\n"}) {
        const auto text = std::regex_replace(both, std::regex{"KEY"}, key);
        const auto t = build_points(config(text), test::maps(), profiles);
        for (const std::size_t device : {0U, 1U}) {
            CHECK(t.devices[device].power.has_value());
            CHECK_EQUAL(!key.empty(), t.devices[device].energy.has_value());
        }
        STRCMP_EQUAL("p.energy_wh", t.points[1].name.c_str());  // published in any case
    }
    pdu.push_back(pdu.at(1));
    pdu.back().optional = false;  // one way that every such service has
    const auto t = build_points(config(std::regex_replace(both, std::regex{"KEY"}, "")), test::maps(), profiles);
    CHECK(t.devices[0].energy.has_value());
}

TEST(Feeds, a_redfish_service_arrives) {
    const auto s = config(
                       "[[server]]\nid = 'g'\nredfish = 'https://10.0.0.9:8443/'\nredfish_user = 'ro'\n"
                       "redfish_password_file = '/k'\nredfish_profile = 'redfish-rackpdu'\nfingerprint = '" +
                       std::string(32, 'A') + ":" + std::string(32, 'b') + "'\n")
                       .servers[0]
                       .redfish.value();
    STRCMP_EQUAL("https://10.0.0.9:8443", s.url.c_str());
    STRCMP_EQUAL("ro", s.user.c_str());
    STRCMP_EQUAL("/k", s.password_file.c_str());
    STRCMP_EQUAL("redfish-rackpdu", s.profile.c_str());
    STRCMP_EQUAL((std::string(32, 'a') + std::string(32, 'b')).c_str(), s.fingerprint.c_str());
    const auto shared = config("[[server]]\nid = 'g'\nrole = 'none'\nredfish = 'http://h'\n" + kBmc).servers[0];
    STRCMP_EQUAL("u", shared.redfish->user.c_str());
    STRCMP_EQUAL("redfish-server", shared.redfish->profile.c_str());
}

TEST(Feeds, what_a_redfish_service_cannot_be_is_refused) {
    for (const char* bad :
         {"redfish = '10.0.0.9'", "redfish = 'ftp://h'", "redfish = 'https://h/redfish/v1'",
          "redfish = 'https://u:p@h'", "redfish = 'https://fe80::1'", "redfish = 'https://h'\nfingerprint = 'ab'",
          "redfish = 'http://h'\nca_file = 'c'", "redfish = 'https://h'\nredfish_user = 'u'",
          "redfish = 'https://h'\nredfish_profile = 'acme'"}) {
        CHECK_FALSE_TEXT(refused_server(std::string{bad} + '\n').empty(), bad);
    }
    STRCMP_CONTAINS("ca_file is given without redfish", refused_server("ca_file = 'c'\n").c_str());
    STRCMP_CONTAINS("energy_register is given without redfish", refused_server("energy_register = true\n").c_str());
    STRCMP_CONTAINS("the profile redfish-server has no energy_wh",
                    refused_server("redfish = 'https://h'\nenergy_register = true\n").c_str());
    STRCMP_CONTAINS("redfish_user is given without redfish", refused_server("redfish_user = 'u'\n").c_str());
    STRCMP_CONTAINS("user is given without bmc or redfish", refused_server("user = 'u'\n").c_str());
    STRCMP_CONTAINS(
        "expected one of the three",
        refused("[[meter]]\nid = 'm'\nhost = 'h'\nredfish = 'https://h'\nprofile = 'redfish-rackpdu'\n").c_str());
    STRCMP_CONTAINS("profile = \"clever-mpdu\" is unknown",
                    refused("[[meter]]\nid = 'm'\nredfish = 'https://h'\nprofile = 'clever-mpdu'\n").c_str());
    STRCMP_CONTAINS(
        "outlets = 49 is out of range",
        refused("[[meter]]\nid = 'm'\nredfish = 'https://h'\nprofile = 'redfish-rackpdu'\noutlets = 49\n").c_str());
}

TEST(Feeds, one_service_has_one_account) {
    const std::string first = "[[server]]\nid = 'a'\nrole = 'none'\nredfish = 'https://h'\n";
    const std::string second = "[[server]]\nid = 'b'\nrole = 'none'\nredfish = 'https://h'\n";
    STRCMP_CONTAINS("t.toml:10:11: server \"b\": https://h is already read by the server \"a\" with this profile",
                    refused(first + second).c_str());
    const std::string other = "redfish_profile = 'redfish-rackpdu'\n";
    STRCMP_EQUAL("", refused(first + second + other).c_str());
    STRCMP_CONTAINS("https://h has another account or certificate at the server \"a\"",
                    refused(first + second + other + "ca_file = 'c'\n").c_str());
}

TEST(Feeds, what_dbus_and_nvml_cannot_be_is_refused) {
    for (const char* bad :
         {"dbus = [{ path = '/x' }]", "dbus = [{ quantity = 'power_w' }]",
          "dbus = [{ quantity = 'watts', path = '/x' }]", "dbus = [{ quantity = 'power_w', path = 'x' }]",
          "dbus = [{ quantity = 'power_w', path = '/x/' }]",
          "dbus = [{ quantity = 'power_w', path = '/x', scale = 0 }]", "nvml = true", "nvml = 1"}) {
        CHECK_FALSE_TEXT(refused_server(std::string{bad} + '\n').empty(), bad);
    }
    const auto s = config("[[server]]\nid = 'g'\n" + kBus).servers[0];
    STRCMP_EQUAL("/x/power", s.dbus.at(0).path.c_str());
    DOUBLES_EQUAL(1e-6, s.dbus[0].scale, 0);
    DOUBLES_EQUAL(1, s.dbus[1].scale, 0);
}

TEST(Feeds, their_names_are_ids_like_others) {
    const std::string two = "[[server]]\nid = 'g'\nrole = 'none'\nredfish = 'https://h'\n" + kBmc;
    STRCMP_CONTAINS("id = \"g-redfish\" is what a further source of the server \"g\" is called",
                    refused(two + "[[server]]\nid = 'g-redfish'\nrole = 'none'\n").c_str());
    STRCMP_CONTAINS("which is too long", refused("[[server]]\nid = '" + std::string(45, 'g') +
                                                 "'\nrole = 'none'\nredfish = 'https://h'\n" + kBmc)
                                             .c_str());
}
