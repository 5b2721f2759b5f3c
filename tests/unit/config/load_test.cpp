// The configuration from TOML to structs: every key arrives, defaults hold, nonsense is named.
#include <chrono>
#include <string>

#include "tests/unit/config/checked.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

constexpr const char* kSite = "[site]\nid = 's'\n";

}  // namespace

TEST_GROUP(Load) {
    Problems problems;

    Config load(const std::string& text) {
        auto config = parse_config(text, "/etc/pued/t.toml", problems);
        CHECK(config.has_value());
        STRCMP_EQUAL("", test::listed(problems).c_str());
        return *config;
    }
    // The problems of loading alone, the site being sound.
    std::string refused(const std::string& text) {
        Problems found;
        parse_config(kSite + text, "t", found);
        return test::listed(found);
    }
};

TEST(Load, the_least_configuration_has_the_documented_defaults) {
    const auto c = load(kSite);
    STRCMP_EQUAL("s", c.site.id.c_str());
    STRCMP_EQUAL("agent-1", c.site.agent.c_str());
    LONGS_EQUAL(480, c.site.utc_offset_minutes);
    CHECK(c.site.build == BuildKind::existing && c.site.lang == Language::en);
    LONGS_EQUAL(900, c.metering.interval.count());
    LONGS_EQUAL(180, c.metering.grace.count());
    LONGS_EQUAL(10000, c.metering.poll.count());
    LONGS_EQUAL(0, c.metering.category);
    CHECK_FALSE(c.mqtt.enabled);
    STRCMP_EQUAL("/var/lib/pued", c.state_directory.c_str());
    CHECK(c.meters.empty() && c.servers.empty() && c.lines.empty() && c.alerts.empty());
}

TEST(Load, the_fingerprint_is_that_of_the_bytes) {
    // printf '#' | sha256sum
    Problems found;
    const auto c = parse_config("#", "t", found);
    STRCMP_EQUAL("334359b90efed75da5f0ada1d5e6b256f4a6bd0aee7eb39c0f90182a021ffc8b", c->sha256.c_str());
}

TEST(Load, every_key_of_the_site_arrives) {
    const auto c = load(
        "[site]\nid = 's'\nagent = 'box-2'\nname = '一号机房'\nregion = 'guizhou'\nhub_node = true\ngovernment = true\n"
        "standard_racks = 3000\ncommissioned = 2025-06-01\nbuild = 'new'\nannual_energy_kwh = 5e7\n"
        "utc_offset_minutes = 330\nlang = 'zh'\naccuracy_note = 'CTs 0.2S'\n");
    STRCMP_EQUAL("box-2", c.site.agent.c_str());
    STRCMP_EQUAL("一号机房", c.site.name.c_str());
    STRCMP_EQUAL("guizhou", c.site.region.c_str());
    CHECK(c.site.hub_node && c.site.government);
    DOUBLES_EQUAL(3000, *c.site.standard_racks, 0);
    CHECK(*c.site.commissioned == std::chrono::year{2025} / 6 / 1);
    CHECK(c.site.build == BuildKind::new_build && c.site.lang == Language::zh);
    DOUBLES_EQUAL(5e7, *c.site.annual_energy_kwh, 0);
    LONGS_EQUAL(330, c.site.utc_offset_minutes);
    STRCMP_EQUAL("CTs 0.2S", c.site.accuracy_note.c_str());
}

TEST(Load, there_are_three_categories) {
    for (const char* bad : {"4", "-1", "'cat2'"}) {
        STRCMP_CONTAINS("metering: category = ", refused("[metering]\ncategory = " + std::string{bad} + "\n").c_str());
    }
}

TEST(Load, metering_and_rules_arrive) {
    const auto c = load(std::string{kSite} +
                        "[metering]\ninterval_s = 60\ngrace_s = 20\npoll_s = 0.5\nunmeasured_kw = 1.5\ncategory = 2\n"
                        "[rules]\nonly = ['a', 'b']\nskip = 'c'\nwindow = 'day'\nhysteresis = 0.02\nfor_count = 2\n"
                        "clear_count = 4\n");
    LONGS_EQUAL(60, c.metering.interval.count());
    LONGS_EQUAL(20, c.metering.grace.count());
    LONGS_EQUAL(500, c.metering.poll.count());
    DOUBLES_EQUAL(1500, c.metering.unmeasured_w, 0);
    LONGS_EQUAL(2, c.metering.category);
    LONGS_EQUAL(2, c.rules.only.size());
    STRCMP_EQUAL("c", c.rules.skip.at(0).c_str());
    STRCMP_EQUAL("day", c.rules.window.c_str());
    DOUBLES_EQUAL(0.02, c.rules.hysteresis, 0);
    LONGS_EQUAL(2, c.rules.for_count);
    LONGS_EQUAL(4, c.rules.clear_count);
}

TEST(Load, an_interval_divides_an_hour) {
    for (const char* good : {"1", "2", "60", "300", "900", "1800", "3600"}) {
        STRCMP_EQUAL("", refused("[metering]\ninterval_s = " + std::string{good} + "\n").c_str());
    }
    for (const char* bad : {"0", "7", "700", "3601", "7200", "-900", "900.0"}) {
        CHECK_FALSE_TEXT(refused("[metering]\ninterval_s = " + std::string{bad} + "\n").empty(), bad);
    }
}

TEST(Load, a_broker_arrives_and_tls_changes_the_port) {
    const auto c = load(std::string{kSite} +
                        "[mqtt]\nhost = 'broker.example'\ntls = true\nca_file = 'ca.pem'\nuser = 'u'\n"
                        "password_file = '/run/secret'\nclient_id = 'me'\nprefix = 'dc/pued'\nversion = 3\n"
                        "keep_alive_s = 30\nreadings = true\n");
    CHECK(c.mqtt.enabled && c.mqtt.tls && c.mqtt.readings);
    LONGS_EQUAL(8883, c.mqtt.port);
    STRCMP_EQUAL("/etc/pued/ca.pem", c.mqtt.ca_file.c_str());
    STRCMP_EQUAL("/run/secret", c.mqtt.password_file.c_str());
    STRCMP_EQUAL("dc/pued", c.mqtt.prefix.c_str());
    LONGS_EQUAL(3, c.mqtt.version);
    LONGS_EQUAL(30, c.mqtt.keep_alive.count());
}

TEST(Load, the_brokers_port_stands_behind_its_host_or_alone) {
    LONGS_EQUAL(1884, load(std::string{kSite} + "[mqtt]\nhost = 'h:1884'\n").mqtt.port);
    LONGS_EQUAL(1885, load(std::string{kSite} + "[mqtt]\nhost = 'h'\nport = 1885\n").mqtt.port);
    CHECK_FALSE(load(std::string{kSite} + "[mqtt]\nenabled = false\nhost = 'h'\n").mqtt.enabled);
}

TEST(Load, what_a_broker_cannot_be_is_refused) {
    for (const char* bad :
         {"host = 'a b'", "host = 'h'\nprefix = 'a/#'", "host = 'h'\nprefix = ''", "host = 'h'\nversion = 4",
          "host = 'h'\nca_file = 'x'", "host = 'h'\ntls = true\ncert_file = 'x'", "host = 'h'\nprefix='/p'",
          "host = 'h'\npassword_file = 'x'", "enabled = true", "host = 'h'\npassword_file = ''\nuser='u'"}) {
        CHECK_FALSE_TEXT(refused(std::string{"[mqtt]\n"} + bad + '\n').empty(), bad);
    }
}

TEST(Load, meters_on_lines_and_over_tcp_arrive) {
    const auto c =
        load(std::string{kSite} +
             "[[line]]\nid = 'l'\ndevice = '/dev/ttyS1'\nbaud = 19200\nparity = 'E'\nstop_bits = 2\n"
             "[[meter]]\nid = 'a'\nline = 'l'\nunit_id = 7\nprofile = 'p'\nrole = 'ups-output'\nrack = 'r1'\n"
             "rated_kw = 250\npoll_s = 5\ntimeout_ms = 300\nword_order = 'cdab'\noutlets = 24\nbranches = 6\n"
             "batteries = 2\nregister_offset = 5000\nrates = { energy_wh = 60, voltage_v = 7.5 }\n"
             "[[meter]]\nid = 'b'\nhost = '10.0.0.1:1502'\nunit_id = 255\nprofile = 'p'\nrated_w = 900\n"
             "timeout_ms = 20000\n");
    CHECK(c.meters[1].timeout == Milliseconds{20000});
    LONGS_EQUAL(19200, c.lines[0].baud);
    BYTES_EQUAL('E', c.lines[0].parity);
    LONGS_EQUAL(2, c.lines[0].stop_bits);
    const auto& a = c.meters[0];
    CHECK(a.role == Role::ups_output && a.word_order == WordOrder::cdab);
    STRCMP_EQUAL("l", a.line.c_str());
    STRCMP_EQUAL("r1", a.rack.c_str());
    LONGS_EQUAL(7, a.unit_id);
    DOUBLES_EQUAL(250000, a.rated_w, 0);
    LONGS_EQUAL(5000, a.poll.count());
    LONGS_EQUAL(300, a.timeout.count());
    LONGS_EQUAL(24, a.counts.at("outlet"));
    LONGS_EQUAL(6, a.counts.at("branch"));
    LONGS_EQUAL(2, a.counts.at("battery"));
    LONGS_EQUAL(5000, a.register_offset);
    LONGS_EQUAL(60'000, a.rates.at("energy_wh").count());
    LONGS_EQUAL(7500, a.rates.at("voltage_v").count());
    const auto& b = c.meters[1];
    STRCMP_EQUAL("10.0.0.1", b.host.c_str());
    LONGS_EQUAL(1502, b.port);
    LONGS_EQUAL(255, b.unit_id);
    DOUBLES_EQUAL(900, b.rated_w, 0);
    CHECK(b.role == Role::none && !b.word_order && b.register_offset == 0);
}

TEST(Load, every_role_has_its_name) {
    std::string text = kSite;
    const char* names[] = {"none",       "feed", "generator", "onsite",  "export",   "non-dc",   "ups-input",
                           "ups-output", "pdu",  "server",    "cooling", "lighting", "auxiliary"};
    for (const char* name : names) {
        text += std::string{"[[meter]]\nid = '"} + name + "'\nhost = 'h'\nprofile = 'p'\nrole = '" + name + "'\n";
    }
    const auto c = load(text);
    const Role roles[] = {Role::none,    Role::feed,      Role::generator,  Role::onsite, Role::export_,
                          Role::non_dc,  Role::ups_input, Role::ups_output, Role::pdu,    Role::server,
                          Role::cooling, Role::lighting,  Role::auxiliary};
    for (std::size_t i = 0; i < c.meters.size(); ++i) CHECK(c.meters[i].role == roles[i]);
}

TEST(Load, a_unit_id_is_one_that_the_frames_can_carry) {
    const std::string tcp = "[[meter]]\nid = 'a'\nprofile = 'p'\nhost = 'h'\nunit_id = ";
    const std::string rtu = "[[meter]]\nid = 'a'\nprofile = 'p'\nline = 'l'\nunit_id = ";
    const std::string rtu_over_tcp = "[[meter]]\nid = 'a'\nprofile = 'p'\nhost = 'h'\nframing = 'rtu'\nunit_id = ";
    for (const char* good : {"0", "1", "247", "248", "255"}) STRCMP_EQUAL("", refused(tcp + good).c_str());
    for (const char* bad : {"-1", "256", "9223372036854775807"}) {
        STRCMP_CONTAINS("(expected 1..247, or 0..255 on Modbus TCP)", refused(tcp + bad).c_str());
    }
    for (const auto& serial : {rtu, rtu_over_tcp}) {
        for (const char* good : {"1", "247", "255"}) STRCMP_EQUAL("", refused(serial + good).c_str());
        for (const char* bad : {"0", "256"}) STRCMP_CONTAINS("(expected 1..247)", refused(serial + bad).c_str());
    }
}

TEST(Load, what_a_meter_cannot_be_is_refused) {
    for (const char* bad :
         {"host = 'h'\nline = 'l'", "", "host = 'h:0'", "host = 'h'\nrated_w = 1\nrated_kw = 1",
          "host = 'h'\npoll_s = 0", "host = 'h'\noutlets = 0", "host = 'h'\nword_order = 'ABCD'",
          "host = 'h'\nrack = 'R 1'", "host = 'h'\nregister_offset = 65536", "host = 'h'\nregister_offset = -1",
          "host = 'h'\ntimeout_ms = 1", "host = 'h'\ntimeout_ms = 20001", "host = 'h'\nbaud = 9600"}) {
        CHECK_FALSE_TEXT(refused(std::string{"[[meter]]\nid = 'a'\nprofile = 'p'\n"} + bad + '\n').empty(), bad);
    }
    CHECK_FALSE(refused("[[line]]\nid = 'l'\ndevice = '/dev/x'\nbaud = 9601\n").empty());
    CHECK_FALSE(refused("[[line]]\nid = 'l'\ndevice = 'ttyS1'\n").empty());
}

TEST(Load, a_server_with_a_bmc_arrives) {
    const auto c = load(std::string{kSite} +
                        "[[server]]\nid = 'g'\nbmc = '10.0.1.1:6230'\nuser = 'mon'\npassword_file = 'bmc.secret'\n"
                        "cipher_suites = [17]\nprivilege = 'user'\npower = 'sensor:Total_Power'\n"
                        "activity = 'sensor:#200'\nactivity_scale = 1\nrack = 'r1'\nrated_kw = 10.2\n"
                        "accelerators = [{ model = 'nvidia-h20', count = 8 }]\n");
    const auto& g = c.servers.at(0);
    CHECK(g.role == Role::server);
    STRCMP_EQUAL("10.0.1.1", g.host.c_str());
    LONGS_EQUAL(6230, g.port);
    STRCMP_EQUAL("/etc/pued/bmc.secret", g.password_file.c_str());
    LONGS_EQUAL(1, g.cipher_suites.size());
    STRCMP_EQUAL("user", g.privilege.c_str());
    CHECK_FALSE(g.power->dcmi);
    STRCMP_EQUAL("Total_Power", g.power->name.c_str());
    LONGS_EQUAL(200, *g.activity->number);
    DOUBLES_EQUAL(1, g.activity_scale, 0);
    LONGS_EQUAL(8, g.accelerators.at(0).count);
    STRCMP_EQUAL("nvidia-h20", g.accelerators.at(0).model.c_str());
}

TEST(Load, a_bmc_is_asked_for_its_power_unless_something_else_is_said) {
    const std::string bmc = std::string{kSite} + "[[server]]\nid = 'g'\nbmc = 'b'\nuser = 'u'\npassword_file = 'f'\n";
    const auto plain = load(bmc).servers[0];
    CHECK(plain.power && plain.power->dcmi && !plain.activity);
    LONGS_EQUAL(623, plain.port);
    const auto busy = load(bmc + "activity = 'sensor:GPU busy'\n").servers[0];
    CHECK(!busy.power && busy.activity);
}

TEST(Load, a_server_without_a_bmc_is_fed_by_mqtt) {
    const auto c = load(std::string{kSite} + "[[server]]\nid = 'g'\nrole = 'none'\n");
    CHECK(c.servers[0].host.empty() && !c.servers[0].power && c.servers[0].role == Role::none);
    for (const char* key : {"user = 'u'", "power = 'dcmi'", "privilege = 'user'", "cipher_suites = [3]"}) {
        STRCMP_CONTAINS("is given without bmc", refused(std::string{"[[server]]\nid = 'g'\n"} + key + '\n').c_str());
    }
}

TEST(Load, what_a_server_cannot_be_is_refused) {
    const std::string bmc = "[[server]]\nid = 'g'\nbmc = 'b'\nuser = 'u'\npassword_file = 'f'\n";
    for (const char* bad : {"power = 'watts'", "power = 'sensor:'", "power = 'sensor:#256'", "power = 'sensor:#x'",
                            "power = 'sensor:A name of more than 16'", "activity = 'dcmi'", "privilege = 'root'",
                            "accelerators = [{ model = 'm' }]", "accelerators = [{ model = 'm', count = 0 }]",
                            "cipher_suites = [18]", "cipher_suites = []"}) {
        CHECK_FALSE_TEXT(refused(bmc + bad + '\n').empty(), bad);
    }
    STRCMP_CONTAINS("user is missing", refused("[[server]]\nid = 'g'\nbmc = 'b'\npassword_file = 'f'\n").c_str());
}

TEST(Load, a_password_in_the_file_is_refused_and_never_shown) {
    for (const char* text :
         {"[mqtt]\nhost = 'h'\npassword = 'correct-horse'\n", "[mqtt]\nhost = 'h'\npassword = 4711\n",
          "[[server]]\nid = 'g'\npassword = ['correct-horse']\n",
          "[[meter]]\nid = 'g'\nhost = 'h'\nprofile = 'p'\npassword = 'correct-horse'\n"}) {
        const auto said = refused(text);
        CHECK_FALSE_TEXT(said.empty(), text);
        CHECK_TRUE_TEXT(said.find("correct-horse") == std::string::npos && said.find("4711") == std::string::npos,
                        text);
    }
}

TEST(Load, values_from_mqtt_and_alerts_arrive) {
    const auto c = load(std::string{kSite} +
                        "[[mqtt-value]]\nid = 'v'\ndevice = 'g'\nquantity = 'activity'\ntopic = 'dc/gpu'\n"
                        "pointer = '/gpu/~0x/util'\nscale = 0.01\nstale_after_s = 30\n"
                        "[[alert]]\nid = 'x'\nmetric = 'pue-15min'\nscope = 'site'\nabove = 1.4\nclear = 1.35\n"
                        "for_count = 4\nclear_count = 2\nseverity = 'page'\n");
    const auto& v = c.mqtt_values.at(0);
    STRCMP_EQUAL("v", v.id.c_str());
    STRCMP_EQUAL("g", v.device.c_str());
    STRCMP_EQUAL("activity", v.quantity.c_str());
    STRCMP_EQUAL("dc/gpu", v.topic.c_str());
    STRCMP_EQUAL("/gpu/~0x/util", v.pointer.c_str());
    DOUBLES_EQUAL(0.01, v.scale, 0);
    LONGS_EQUAL(30000, v.stale_after.count());
    const auto& x = c.alerts.at(0);
    DOUBLES_EQUAL(1.4, *x.above, 0);
    DOUBLES_EQUAL(1.35, *x.clear, 0);
    CHECK_FALSE(x.below.has_value());
    LONGS_EQUAL(4, x.for_count);
    LONGS_EQUAL(2, x.clear_count);
    STRCMP_EQUAL("page", x.severity.c_str());
}

TEST(Load, parts_of_a_value_from_mqtt_arrive) {
    const auto c = load(std::string{kSite} +
                        "[[mqtt-value]]\nid = 'v'\ndevice = 'g'\nquantity = 'energy_wh'\ntopic = 't'\n"
                        "list = '/metrics'\nwhere = { '/name' = 'dcgm', '/tags/gpu' = '0' }\neach = '/tags/UUID'\n"
                        "count = 8\npointer = '/fields/mj'\nunit = 'mJ'\ntime = '/timestamp'\n"
                        "[[mqtt-value]]\nid = 'w'\ndevice = 'g'\nquantity = 'power_w'\ntopic = 't'\nlist = ''\n");
    const auto& v = c.mqtt_values.at(0);
    STRCMP_EQUAL("/metrics", v.list.value_or("").c_str());
    LONGS_EQUAL(2, v.where.size());
    STRCMP_EQUAL("/tags/gpu", v.where.at(1).first.c_str());
    STRCMP_EQUAL("0", v.where.at(1).second.c_str());
    STRCMP_EQUAL("/tags/UUID", v.each.c_str());
    LONGS_EQUAL(8, v.count);
    STRCMP_EQUAL("mJ", v.unit.c_str());
    STRCMP_EQUAL("/timestamp", v.time.c_str());
    CHECK(c.mqtt_values.at(1).list == std::string{});
    LONGS_EQUAL(1, c.mqtt_values.at(1).count);
}

TEST(Load, what_values_and_alerts_cannot_be_is_refused) {
    const std::string value = "[[mqtt-value]]\nid = 'v'\ndevice = 'g'\n";
    for (const char* bad :
         {"quantity = 'power_kw'\ntopic = 't'", "quantity = 'power_w'\ntopic = 'a/+'",
          "quantity = 'power_w'\ntopic = ''", "quantity = 'power_w'\ntopic = 't'\npointer = 'x'",
          "quantity = 'power_w'\ntopic = 't'\npointer = '/~2'", "quantity = 'power_w'",
          "quantity = 'power_w'\ntopic = 't'\nscale = 0", "topic = 't'", "quantity = 'power_w'\ntopic = 't'\ncount = 8",
          "quantity = 'power_w'\ntopic = 't'\nunit = 'J'", "quantity = 'energy_wh'\ntopic = 't'\nunit = 'kWh'",
          "quantity = 'power_w'\ntopic = 't'\nwhere = { name = 'x' }",
          "quantity = 'power_w'\ntopic = 't'\nwhere = { '/gpu' = 0 }",
          "quantity = 'power_w'\ntopic = 't'\nlist = 'gpus'", "quantity = 'power_w'\ntopic = 't'\ntime = 'ts'"}) {
        CHECK_FALSE_TEXT(refused(value + bad + '\n').empty(), bad);
    }
    const std::string alert = "[[alert]]\nid = 'x'\nmetric = 'pue'\n";
    for (const char* bad : {"", "above = 1\nbelow = 2", "above = 1\nclear = 2", "below = 1\nclear = 0.5", "above = inf",
                            "above = 1\nseverity = 'high'", "above = 1\nfor_count = 0"}) {
        CHECK_FALSE_TEXT(refused(alert + bad + '\n').empty(), bad);
    }
}

TEST(Load, relative_file_names_start_at_the_configurations_folder) {
    const auto c =
        load("state_directory = 'state'\ndata_directories = ['.', '../data', '/opt/data']\n" + std::string{kSite});
    STRCMP_EQUAL("/etc/pued/state", c.state_directory.c_str());
    STRCMP_EQUAL("/etc/pued", c.data_directories[0].c_str());
    STRCMP_EQUAL("/etc/data", c.data_directories[1].c_str());
    STRCMP_EQUAL("/opt/data", c.data_directories[2].c_str());
}

TEST(Load, a_file_that_is_not_there_is_one_problem) {
    CHECK_FALSE(load_config("/nonexistent/pued.toml", problems).has_value());
    STRCMP_EQUAL("/nonexistent/pued.toml: cannot be read: No such file or directory (expected a readable TOML file)\n",
                 test::listed(problems).c_str());
}
