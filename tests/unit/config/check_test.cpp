// The cross-checks: what fits passes, what does not is named. Whole files with all their problems: broken_test.cpp.
#include <algorithm>
#include <string>

#include "tests/unit/config/checked.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using test::problems_of;

namespace {

// A site with everything that fits together.
const std::string kSound =
    "[site]\nid = 's'\nregion = 'shenzhen'\n"
    "[mqtt]\nhost = 'broker'\n"
    "[rules]\nonly = ['cn.ap2024.hub']\n"
    "[[line]]\nid = 'l1'\ndevice = '/dev/ttyS1'\n"
    "[[line]]\nid = 'l2'\ndevice = '/dev/ttyS2'\n"
    "[[meter]]\nid = 'feed'\nline = 'l1'\nunit_id = 1\nprofile = 'eastron-sdm630'\nrole = 'feed'\n"
    "[[meter]]\nid = 'pdu'\nline = 'l2'\nunit_id = 1\nprofile = 'clever-mpdu'\nrole = 'pdu'\nrack = 'r1'\noutlets = "
    "24\n"
    "[[server]]\nid = 'gpu'\nbmc = 'b1'\nuser = 'u'\npassword_file = 'f'\nrack = 'r1'\n"
    "accelerators = [{ model = 'nvidia-h20', count = 8 }]\n"
    "[[server]]\nid = 'old'\n"
    "[[mqtt-value]]\nid = 'old-power'\ndevice = 'old'\nquantity = 'power_w'\ntopic = 't'\n"
    "[[mqtt-value]]\nid = 'gpu-busy'\ndevice = 'gpu'\nquantity = 'activity'\ntopic = 't'\n"
    "[[alert]]\nid = 'high'\nmetric = 'pue-15min'\nabove = 1.5\n"
    "[[alert]]\nid = 'rack'\nmetric = 'it-power'\nscope = 'rack-r1'\nabove = 9000\n"
    "[[alert]]\nid = 'one'\nmetric = 'compute-per-watt-delivered'\nscope = 'gpu'\nbelow = 0.1\n";

}  // namespace

TEST_GROUP(Check){
    void expect(const std::string& said, const std::string& more){const auto all = problems_of(kSound + more);
STRCMP_CONTAINS(said.c_str(), all.c_str());
LONGS_EQUAL(1, std::count(all.begin(), all.end(), '\n'));
}
}
;

TEST(Check, what_fits_together_passes) { STRCMP_EQUAL("", problems_of(kSound).c_str()); }

TEST(Check, an_id_is_used_once_across_all_tables) {
    const std::string meter = "\nhost = 'h'\nprofile = 'eastron-sdm630'\n";
    for (const char* id : {"l1", "feed", "gpu", "old-power", "high"}) {
        expect(std::string{"id = \""} + id + "\" is already used by the",
               std::string{"[[meter]]\nid = '"} + id + '\'' + meter);
    }
    expect("is the site's own", "[[meter]]\nid = 'site'" + meter);
}

TEST(Check, of_two_with_one_id_the_later_in_the_file_is_wrong) {
    const auto said = problems_of(
        "[site]\nid = 's'\n[[server]]\nid = 'x'\nrole = 'none'\n"
        "[[meter]]\nid = 'x'\nhost = 'h'\nprofile = 'eastron-sdm630'\n");
    STRCMP_EQUAL(
        "t.toml:7:6: meter \"x\": id = \"x\" is already used by the server of line 4 (expected an id of its own)\n",
        said.c_str());
}

TEST(Check, a_unit_id_may_return_on_another_line_or_host) {
    expect("unit 1 of line \"l1\" is already that of meter \"feed\"",
           "[[meter]]\nid = 'm'\nline = 'l1'\nunit_id = 1\nprofile = 'eastron-sdm630'\n");
    STRCMP_EQUAL("", problems_of(kSound + "[[meter]]\nid = 'm'\nhost = 'a'\nprofile = 'eastron-sdm630'\n"
                                          "[[meter]]\nid = 'n'\nhost = 'b'\nprofile = 'eastron-sdm630'\n"
                                          "[[meter]]\nid = 'o'\nhost = 'b:503'\nprofile = 'eastron-sdm630'\n")
                         .c_str());
}

TEST(Check, one_meter_counts_import_and_export_as_two) {
    STRCMP_EQUAL("",
                 problems_of(kSound + "[[meter]]\nid = 'back'\nline = 'l1'\nunit_id = 1\nprofile = 'eastron-sdm630'\n"
                                      "role = 'export'\n")
                     .c_str());
}

TEST(Check, two_lines_on_one_device_and_two_servers_on_one_bmc_are_refused) {
    expect("/dev/ttyS1 is already that of line \"l1\"", "[[line]]\nid = 'l3'\ndevice = '/dev/ttyS1'\n");
    expect("BMC b1:623 is already that of server \"gpu\"",
           "[[server]]\nid = 'g2'\nbmc = 'B1'\nuser = 'u'\npassword_file = 'f'\n");
}

TEST(Check, outlets_are_for_profiles_that_have_them) {
    expect("outlets is given, but the profile \"eastron-sdm630\" has none",
           "[[meter]]\nid = 'm'\nhost = 'h'\nprofile = 'eastron-sdm630'\noutlets = 3\n");
    expect("branches is given", "[[meter]]\nid = 'm'\nhost = 'h'\nprofile = 'clever-mpdu'\nbranches = 3\n");
    expect("outlets = 25 is out of range (expected 1..24",
           "[[meter]]\nid = 'm'\nhost = 'h'\nprofile = 'clever-mpdu'\noutlets = 25\n");
}

TEST(Check, registers_are_shifted_within_their_65536) {
    const std::string cascade = "[[meter]]\nid = 'm'\nhost = 'h'\nprofile = 'clever-mpdu'\noutlets = 2\n";
    STRCMP_EQUAL("", problems_of(kSound + cascade +
                                 "[[meter]]\nid = 'n'\nhost = 'h'\nprofile = 'clever-mpdu'\n"
                                 "outlets = 2\nregister_offset = 65222\n")
                         .c_str());
    expect(
        "register_offset = 65223 leads past register 65535 (expected at most 65222 with the profile \"clever-mpdu\")",
        cascade + "register_offset = 65223\n");
    expect("unit 1 at h:502, register_offset 5000 is already that of meter \"m\"",
           cascade + "register_offset = 5000\n" +
               "[[meter]]\nid = 'n'\nhost = 'h'\nprofile = 'clever-mpdu'\nregister_offset = 5000\n");
}

TEST(Check, rates_are_multiples_of_the_poll_of_what_the_profile_has) {
    const std::string meter = "[[meter]]\nid = 'm'\nhost = 'h'\nprofile = 'eastron-sdm630'\n";
    STRCMP_EQUAL("", problems_of(kSound + meter + "rates = { energy_wh = 60, power_l1_w = 0.3e2 }\n").c_str());
    expect("rates: energy_wh = 15 falls between two polls (expected a multiple of poll_s = 10)",
           meter + "rates = { energy_wh = 15 }\n");
    expect("rates: energy_wh = 190 is too slow (expected at most 180, or an interval would have to close without it)",
           meter + "rates = { energy_wh = 190 }\n");
    expect("rates: the profile \"eastron-sdm630\" has no \"humidity_percent\" (expected a quantity that it has)",
           meter + "rates = { humidity_percent = 60 }\n");
}

TEST(Check, parts_of_one_sum_have_one_rate) {
    const std::string meter = "[[meter]]\nid = 'm'\nhost = 'h'\nprofile = 'ups-phases'\n";
    for (const char* same : {"power_w = 60", "power_l1_w = 60, power_l2_w = 60", "power_l1_w = 10", "voltage_v = 60"}) {
        STRCMP_EQUAL("", problems_of(kSound + meter + "rates = { " + same + " }\n").c_str());
    }
    expect(
        "rates: power_w is the sum of parts that are read at different times, power_l1_w every 10 s and power_l2_w "
        "every 60 s (expected one rate: give the parts of power_w one rate)",
        meter + "rates = { power_l2_w = 60 }\n");
}

TEST(Check, rates_are_for_modbus_only) {
    const std::string rates = "rates = { energy_wh = 60 }\n";
    expect(
        "rates is for Modbus, and this meter speaks DL/T 645 (expected none; poll_s is the period of all that it "
        "tells)",
        "[[meter]]\nid = 'm'\nhost = 'gw:4001'\naddress = '000000000001'\nprofile = 'dlt645-2007'\n" + rates);
    expect(
        "rates is for Modbus, and this meter speaks Redfish (expected none; poll_s is the period of all that it tells)",
        "[[meter]]\nid = 'm'\nredfish = 'https://h'\nprofile = 'redfish-rackpdu'\n" + rates);
}

TEST(Check, registers_are_shifted_in_modbus_only) {
    expect("register_offset is for Modbus, and the profile is not (expected none)",
           "[[meter]]\nid = 'm'\nhost = 'gw:4001'\naddress = '000000000001'\nprofile = 'dlt645-2007'\nregister_offset "
           "= 1\n");
}

TEST(Check, a_ups_measures_what_it_delivers) {
    const std::string ups = "[[meter]]\nid = 'm'\nhost = 'h'\nprofile = 'ups-one'\n";
    expect(
        "role = \"ups-input\" is not what a device of kind \"ups\" measures (profile \"ups-one\"; expected "
        "\"ups-output\" or none)",
        ups + "role = 'ups-input'\n");
    STRCMP_EQUAL("", problems_of(kSound + ups + "role = 'ups-output'\n").c_str());
    STRCMP_EQUAL("", problems_of(kSound + ups).c_str());
}

TEST(Check, a_poll_faster_than_the_device_is_worth_a_note) {
    const auto notes = [](const std::string& poll) {
        Problems problems;
        test::load_and_check("[site]\nid = 's'\n[[meter]]\nid = 'm'\nhost = 'h'\nprofile = 'ups-one'\n" + poll, "t",
                             problems);
        std::string out;
        for (const auto& note : problems.notes()) out += note.text() + '\n';
        return out;
    };
    STRCMP_EQUAL(
        "t:7:10: meter \"m\": note: the device renews its registers every 5000 ms, so that polls every 1000 ms "
        "bring nothing newer (see poll_s)\n",
        notes("poll_s = 1\n").c_str());
    STRCMP_EQUAL("", notes("poll_s = 5\n").c_str());
}

TEST(Check, regions_rules_and_accelerators_exist) {
    STRCMP_CONTAINS("did you mean \"inner-mongolia\"?",
                    problems_of("[site]\nid = 's'\nregion = 'innermongolia'\n").c_str());
    STRCMP_CONTAINS("region = \"贵州\" is unknown (expected a province: anhui, beijing, ",
                    problems_of("[site]\nid = 's'\nregion = '贵州'\n").c_str());
    STRCMP_CONTAINS("skip names \"cn.ap2024.hubs\", which is no rule, did you mean \"cn.ap2024.hub\"?",
                    problems_of("[site]\nid = 's'\n[rules]\nskip = ['cn.ap2024.hubs']\n").c_str());
    expect("\"nvidia-h200\" is unknown, did you mean \"nvidia-h20\"?",
           "[[server]]\nid = 'x'\nrole = 'none'\naccelerators = [{ model = 'nvidia-h200', count = 1 }]\n");
}

TEST(Check, lists_that_are_not_known_are_not_checked_against) {
    Problems problems;
    const auto config = parse_config(
        "[site]\nid = 's'\n[rules]\nonly = ['x']\n"
        "[[server]]\nid = 'g'\nrole = 'none'\naccelerators = [{ model = 'z', count = 1 }]\n",
        "t", problems);
    check(*config, {}, {}, problems);
    STRCMP_EQUAL("", test::listed(problems).c_str());
}

TEST(Check, a_reserved_unit_id_on_a_serial_line_is_for_families_that_take_it) {
    const char* reserved =
        "unit_id = 250 is out of range (expected 1..247: what is above is reserved on a serial line, and the profile "
        "\"eastron-sdm630\" takes none of it; for a device that answers there, a map of your own may say last_unit_id "
        "= "
        "255)";
    const std::string meter = "[[meter]]\nid = 'm'\nprofile = 'eastron-sdm630'\nunit_id = 250\n";
    expect(reserved, meter + "line = 'l1'\n");
    expect(reserved, meter + "host = 'h:4001'\nframing = 'rtu'\n");
    STRCMP_EQUAL("", problems_of(kSound + meter + "host = 'h'\n").c_str());
    const std::string supply = "[[meter]]\nid = 'm'\nprofile = 'shelf'\nline = 'l1'\nunit_id = ";
    STRCMP_EQUAL("", problems_of(kSound + supply + "250\n").c_str());
    expect("unit_id = 251 is out of range (expected 1..250: ", supply + "251\n");
}

TEST(Check, a_dlt645_meter_behind_a_serial_server_has_its_port) {
    expect(
        "the port is missing, and DL/T 645 has no usual one (expected host = \"gw:PORT\", as the serial server is set)",
        "[[meter]]\nid = 'm'\nhost = 'gw'\naddress = '000000000001'\nprofile = 'dlt645-2007'\n");
}

TEST(Check, a_refused_unit_id_is_not_taken_for_another_devices) {
    expect("unit_id = 0 is out of range",
           "[[meter]]\nid = 'm'\nline = 'l1'\nunit_id = 0\nprofile = 'eastron-sdm630'\n");
    expect("unit_id = 0 is out of range",
           "[[line]]\nid = 'l3'\ndevice = '/dev/ttyS3'\n"
           "[[meter]]\nid = 'm'\nline = 'l3'\nunit_id = 0\nprofile = 'eastron-sdm630'\n"
           "[[meter]]\nid = 'n'\nline = 'l3'\nunit_id = 1\nprofile = 'eastron-sdm630'\n");
}

TEST(Check, a_refused_interval_is_not_asked_for_its_metrics) {
    const std::string alert = "[[alert]]\nid = 'x'\nmetric = 'pue-interval'\nabove = 1\n";
    for (const char* bad : {"'5s'", "700"}) {
        const auto said = problems_of("[site]\nid = 's'\n[metering]\ninterval_s = " + std::string{bad} + '\n' + alert);
        STRCMP_CONTAINS("interval_s = ", said.c_str());
        LONGS_EQUAL(1, std::count(said.begin(), said.end(), '\n'));
    }
}

TEST(Check, a_rack_is_no_device) {
    expect("rack = \"x\" is published as \"rack-x\", which is also a device",
           "[[server]]\nid = 'rack-x'\nrole = 'none'\n[[server]]\nid = 'y'\nrole = 'none'\nrack = 'x'\n");
}

TEST(Check, an_alert_watches_a_known_metric_of_something_here) {
    expect("scope = \"rack-r2\" is nothing here, did you mean \"rack-r1\"?",
           "[[alert]]\nid = 'x'\nmetric = 'pue'\nscope = 'rack-r2'\nabove = 1\n");
    expect("metric = \"pue-15mins\" is unknown, did you mean \"pue-15min\"?",
           "[[alert]]\nid = 'x'\nmetric = 'pue-15mins'\nabove = 1\n");
}

TEST(Check, an_alert_watches_what_is_published_for_its_scope) {
    expect("metric = \"pue-15min\" is not published for \"rack-r1\", did you mean \"ppue-15min\"?",
           "[[alert]]\nid = 'x'\nmetric = 'pue-15min'\nscope = 'rack-r1'\nabove = 1\n");
    expect("metric = \"it-power\" is not published for \"gpu\"",
           "[[alert]]\nid = 'x'\nmetric = 'it-power'\nscope = 'gpu'\nabove = 1\n");
    STRCMP_CONTAINS("\"pue-15min\" is unknown (expected \"pue\", \"facility-power\", \"it-power\", \"pue-interval\", ",
                    problems_of("[site]\nid = 's'\n[metering]\ninterval_s = 60\n[[alert]]\nid = 'x'\n"
                                "metric = 'pue-15min'\nabove = 1\n")
                        .c_str());
    STRCMP_EQUAL("", problems_of("[site]\nid = 's'\n[metering]\ninterval_s = 60\n[[alert]]\nid = 'x'\n"
                                 "metric = 'pue-interval'\nabove = 1\n")
                         .c_str());
}

TEST(Check, a_value_from_mqtt_has_one_owner_and_is_the_only_source) {
    const std::string value = "[[mqtt-value]]\nid = 'v'\ntopic = 't'\n";
    expect("gpu.power_w has a source already", value + "device = 'gpu'\nquantity = 'power_w'\n");
    expect("gpu.activity has a source already", value + "device = 'gpu'\nquantity = 'activity'\n");
    expect("pdu.outlet-3.power_w has a source already", value + "device = 'pdu'\nquantity = 'outlet-3.power_w'\n");
    expect("device = \"l1\" is not there", value + "device = 'l1'\nquantity = 'power_w'\n");
    STRCMP_EQUAL("", problems_of(kSound + value + "device = 'gpu'\nquantity = 'clock_hz'\n").c_str());
}

TEST(Check, a_role_needs_an_energy_or_a_power_from_somewhere) {
    const std::string strip = "[[meter]]\nid = 'm'\nhost = 'h'\nprofile = 'strip-8'\nrole = 'pdu'\n";
    expect("nothing gives either", strip);
    STRCMP_EQUAL("", problems_of(kSound + strip +
                                 "[[mqtt-value]]\nid = 'v'\ndevice = 'm'\nquantity = 'energy_wh'\n"
                                 "topic = 't'\n")
                         .c_str());
    expect("nothing gives either", "[[server]]\nid = 'x'\n");
}

TEST(Check, a_pue_needs_both_of_its_sides) {
    const std::string pdu =
        "[site]\nid = 's'\n[[meter]]\nid = 'p'\nhost = 'h'\nprofile = 'clever-mpdu'\nrole = 'pdu'\n";
    const std::string feed = "[[meter]]\nid = 'f'\nhost = 'g'\nprofile = 'eastron-sdm630'\nrole = 'feed'\n";
    STRCMP_CONTAINS("without what comes in there is no PUE", problems_of(pdu).c_str());
    STRCMP_CONTAINS("without IT energy there is no PUE", problems_of("[site]\nid = 's'\n" + feed).c_str());
    STRCMP_EQUAL("", problems_of(pdu + feed).c_str());
}

TEST(Check, servers_alone_need_no_feed) {
    STRCMP_EQUAL(
        "",
        problems_of("[site]\nid = 's'\n[[server]]\nid = 'g'\nbmc = 'b'\nuser = 'u'\npassword_file = 'f'\n").c_str());
}

TEST(Check, too_many_devices_are_refused) {
    Config config;
    config.file = "t.toml";
    config.servers.resize(2001);  // without ids, which are another matter
    for (auto& server : config.servers) server.role = Role::none;
    Problems problems;
    check(config, {}, {}, problems);
    STRCMP_EQUAL(
        "t.toml: 2001 devices are too many for one pued (expected at most 2000; divide the site among several, each "
        "with "
        "an agent of its own in [site])\n",
        test::listed(problems).c_str());
}

TEST(Check, bmcs_and_lines_are_no_more_than_the_unit_has_threads_for) {
    const auto said = [](int bmcs, int lines) {
        std::string text = "[site]\nid = 's'\n";
        for (int i = 0; i < bmcs; ++i) {
            const auto n = std::to_string(i);
            text += "[[server]]\nid = 'g" + n + "'\nbmc = 'b" + n + "'\nuser = 'u'\npassword_file = 'f'\n";
        }
        for (int i = 0; i < lines; ++i) {
            const auto n = std::to_string(i);
            text += "[[line]]\nid = 'l" + n + "'\ndevice = '/dev/ttyS" + n + "'\n";
        }
        return problems_of(text + "[[server]]\nid = 'no-bmc'\nrole = 'none'\n");
    };
    STRCMP_EQUAL("", said(200, 64).c_str());
    STRCMP_CONTAINS("t.toml: 201 servers with a bmc are too many for one pued (expected at most 200; divide",
                    said(201, 64).c_str());
    STRCMP_CONTAINS("t.toml: 65 lines are too many for one pued (expected at most 64; divide", said(200, 65).c_str());
}

TEST(Check, an_unknown_profile_names_the_folders_that_were_searched) {
    Problems problems;
    const auto config =
        parse_config("[site]\nid = 's'\n[[meter]]\nid = 'm'\nhost = 'h'\nprofile = 'x'\n", "t", problems);
    auto known = test::known();
    known.searched = {"/usr/share/pued", "/etc/pued"};
    check(*config, test::maps(), known, problems);
    STRCMP_CONTAINS("a file in devices/ of a data directory: /usr/share/pued, /etc/pued)",
                    test::listed(problems).c_str());
}
