// The configurations that we ship are sound, against the register maps, rules and accelerators that we ship; and the
// defaults that config/pued.toml shows are the defaults.
#include <fstream>
#include <regex>
#include <sstream>
#include <string>

#include "agent/config/accelerator_file.hpp"
#include "agent/config/data.hpp"
#include "agent/config/points.hpp"
#include "agent/config/redfish_profile_file.hpp"
#include "agent/config/register_map_file.hpp"
#include "agent/config/rule_file.hpp"
#include "tests/unit/config/checked.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

const std::string kConfig = PUED_SOURCE_DIR "/config";

std::string read(const std::string& path) {
    std::ifstream in{path};
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

// The shipped data.
struct Data {
    std::map<std::string, RegisterMap> maps;
    KnownIds known;

    explicit Data(Problems& problems) {
        maps = load_register_maps(find_files({kConfig}, "devices", ".toml"), problems);
        known.redfish = load_redfish_profiles(find_files({kConfig}, "redfish", ".toml"), problems);
        known.rules.emplace();
        for (const auto& rule : load_rules(find_files({kConfig}, "rules", ".toml"), problems)) {
            known.rules->insert(rule.id);
            known.regions.insert(rule.scope.regions.begin(), rule.scope.regions.end());
        }
        known.accelerators.emplace();
        for (const auto& chip : load_accelerators(find_files({kConfig}, "accelerators", ".toml"), problems)) {
            known.accelerators->insert(chip.id);
        }
    }
};

// The text with its lines "# key = value" in force, where the table does not say otherwise.
std::string with_defaults(const std::string& text) {
    const std::regex shown{"^# ([a-z_]+ = .*)$"};
    std::istringstream lines{text};
    std::string out, line;
    while (std::getline(lines, line)) out += std::regex_replace(line, shown, "$1") + '\n';
    return out;
}

}  // namespace

TEST_GROUP(Examples) {
    Problems problems;

    Config sound(const std::string& name) {
        const Data data{problems};
        auto config = load_config(kConfig + '/' + name, problems);
        CHECK(config.has_value());
        check(*config, data.maps, data.known, problems);
        STRCMP_EQUAL("", test::listed(problems).c_str());
        return *config;
    }
};

TEST(Examples, the_annotated_configuration_is_sound_and_shows_everything) {
    const auto c = sound("pued.toml");
    CHECK(c.mqtt.enabled && c.mqtt.tls);
    CHECK(!c.lines.empty() && !c.meters.empty() && !c.servers.empty() && !c.mqtt_values.empty() && !c.alerts.empty());
    CHECK(!c.meters[0].exchanges.empty() && !c.maintenance.empty() && !c.journal.witnesses.empty());
    CHECK(!c.weather.monthly_c.empty() && !c.drift.design_curve.empty());
    LONGS_EQUAL(3200, static_cast<int>(*c.site.standard_racks));
    DOUBLES_EQUAL(1500, c.metering.unmeasured_w, 0);
}

TEST(Examples, a_rack_box_is_sound) {
    const auto c = sound("examples/rack-box.toml");
    LONGS_EQUAL(4, c.servers.size());
}

TEST(Examples, a_hall_is_sound) {
    const auto c = sound("examples/hall.toml");
    LONGS_EQUAL(9, c.meters.size());
}

TEST(Examples, gpus_by_mqtt_are_sound) {
    const auto c = sound("examples/gpu-by-mqtt.toml");
    LONGS_EQUAL(9, c.mqtt_values.size());
    for (const auto& value : c.mqtt_values) LONGS_EQUAL(8, value.count);
}

TEST(Examples, the_defaults_shown_are_the_defaults) {
    const auto text = with_defaults(read(kConfig + "/pued.toml"));
    const auto c = parse_config(text, "t", problems);
    STRCMP_EQUAL("", test::listed(problems).c_str());
    const Config d;
    LONGS_EQUAL(d.site.utc_offset_minutes, c->site.utc_offset_minutes);
    CHECK(d.metering.interval == c->metering.interval && d.metering.grace == c->metering.grace);
    LONGS_EQUAL(d.metering.category, c->metering.category);
    CHECK(d.mqtt.prefix == c->mqtt.prefix && d.mqtt.version == c->mqtt.version && d.mqtt.port == c->mqtt.port);
    CHECK(d.mqtt.keep_alive == c->mqtt.keep_alive && c->mqtt.enabled);
    CHECK(d.rules.only == c->rules.only && d.rules.window == c->rules.window);
    DOUBLES_EQUAL(d.rules.hysteresis, c->rules.hysteresis, 0);
    CHECK(d.rules.for_count == c->rules.for_count && d.rules.clear_count == c->rules.clear_count);
    CHECK(LineConfig{}.stop_bits == c->lines[0].stop_bits);
    DOUBLES_EQUAL(usual_load_fraction, c->meters[0].classes->load_fraction, 0);
    const ServerConfig server;
    CHECK(server.cipher_suites == c->servers[0].cipher_suites && server.privilege == c->servers[0].privilege);
    DOUBLES_EQUAL(server.activity_scale, c->servers[0].activity_scale, 0);
    CHECK(d.drift.enabled == c->drift.enabled && d.drift.acute == c->drift.acute && d.drift.h == c->drift.h);
    CHECK(d.drift.acute_clear == c->drift.acute_clear && d.drift.k == c->drift.k);
    CHECK(d.drift.shewhart == c->drift.shewhart && d.drift.least_load == c->drift.least_load);
    CHECK(d.journal.segment_kib == c->journal.segment_kib && d.journal.keep_mib == c->journal.keep_mib);
    CHECK(d.journal.checkpoint_s == c->journal.checkpoint_s && c->journal.origin == "pued/hall-1/box-1");
    CHECK(AlertConfig{}.scope == c->alerts[0].scope && AlertConfig{}.clear_count == c->alerts[0].clear_count);
}
