// What the configuration says for the evidence: papers and exchanges of meters, weather, drift, maintenance, journal,
// the five conditions. Every key arrives, defaults hold; what is refused is in broken/.
#include <fstream>
#include <sstream>
#include <string>

#include "agent/config/points.hpp"
#include "tests/unit/config/checked.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

const std::string kSite = "[site]\nid = 's'\n";
const std::string kMeter = "[[meter]]\nid = 'm'\nhost = 'h'\nprofile = 'eastron-sdm630'\n";

}  // namespace

TEST_GROUP(Evidence){Config load(const std::string& text){Problems problems;
auto config = test::load_and_check(kSite + text, "t", problems);
STRCMP_EQUAL("", test::listed(problems).c_str());
return *config;
}
std::string refused(const std::string& text) { return test::problems_of(kSite + text); }
}
;

TEST(Evidence, the_text_is_that_of_the_file) {
    STRCMP_EQUAL("[site]\nid = 's'\n# 注释\n", load("# 注释\n").text.c_str());
}

TEST(Evidence, without_a_word_the_documented_defaults_hold) {
    const auto c = load(kMeter);
    STRCMP_EQUAL("pued/s/agent-1", c.journal.origin.c_str());
    LONGS_EQUAL(3600, c.journal.checkpoint_s);
    CHECK(c.journal.witnesses.empty() && c.maintenance.empty() && !c.gb40879 && c.weather.monthly_c.empty());
    CHECK(c.drift.enabled && !c.drift.limit && c.drift.design_curve.empty());
    CHECK(!c.meters[0].certificate && c.meters[0].exchanges.empty() && c.meters[0].serial.empty());
    const auto device = build_points(c, test::maps()).devices.at(0);
    CHECK(!device.u_rel && !device.parent);
    DOUBLES_EQUAL(0, device.correction, 0);
}

TEST(Evidence, a_meters_papers_arrive) {
    const auto c = load(kMeter +
                        "serial = 'S-2'\ncertificate = { number = 'N1', u_percent = 0.3, k = 3, "
                        "correction_percent = -0.04, date = 2026-02-10 }\n");
    STRCMP_EQUAL("S-2", c.meters[0].serial.c_str());
    const auto& certificate = *c.meters[0].certificate;
    STRCMP_EQUAL("N1", certificate.number.c_str());
    CHECK(certificate.date == std::chrono::year{2026} / 2 / 10);
    const auto device = build_points(c, test::maps()).devices.at(0);
    DOUBLES_EQUAL(0.001, *device.u_rel, 1e-18);
    DOUBLES_EQUAL(-0.0004, device.correction, 1e-18);
}

TEST(Evidence, exchanges_arrive_in_order) {
    const auto c = load(kMeter +
                        "serial = 'S-3'\n"
                        "[[meter.exchange]]\nat = 2026-03-14T09:30:00+08:00\nold_final_kwh = 4812907.3\n"
                        "new_first_kwh = 0.2\nold_serial = 'S-1'\nnew_serial = 'S-2'\nby = 'Li Wei'\nseal = 'A 7'\n"
                        "[[meter.exchange]]\nat = 2026-04-01T00:00:00.250Z\nold_final_kwh = 12\nnew_first_kwh = 0\n"
                        "new_serial = 'S-3'\nby = 'Li Wei'\n");
    const auto& list = c.meters[0].exchanges;
    LONGS_EQUAL(2, list.size());
    STRCMP_EQUAL("2026-03-14T01:30:00.000Z", rfc3339(list[0].at).c_str());
    STRCMP_EQUAL("2026-04-01T00:00:00.250Z", rfc3339(list[1].at).c_str());
    DOUBLES_EQUAL(4812907.3, list[0].old_final_kwh, 0);
    DOUBLES_EQUAL(0.2, list[0].new_first_kwh, 0);
    STRCMP_EQUAL("S-1", list[0].old_serial.c_str());
    STRCMP_EQUAL("S-2", list[0].new_serial.c_str());
    STRCMP_EQUAL("Li Wei", list[0].by.c_str());
    STRCMP_EQUAL("A 7", list[0].seal.c_str());
}

TEST(Evidence, a_parent_is_found_among_meters_and_servers_but_no_mqtt_value) {
    const auto c = load("[mqtt]\nhost = 'b'\n" + kMeter +
                        "[[server]]\nid = 'g'\nparent = 'm'\nrole = 'none'\n"
                        "[[mqtt-value]]\nid = 'v'\ndevice = 'g'\nquantity = 'power_w'\ntopic = 't'\n");
    const auto points = build_points(c, test::maps());
    CHECK(points.devices.at(1).parent == DeviceIndex{0});
    CHECK(!points.devices.at(0).parent && !points.devices.at(2).parent);
    STRCMP_CONTAINS("parent = \"v\" is not there",
                    refused("[mqtt]\nhost = 'b'\n" + kMeter +
                            "parent = 'v'\n[[mqtt-value]]\nid = 'v'\ndevice = 'm'\nquantity = 'activity'\n"
                            "topic = 't'\n")
                        .c_str());
}

TEST(Evidence, a_meter_below_a_circle_is_not_blamed_for_it) {
    const auto said = refused(
        "[[meter]]\nid = 'a'\nhost = 'h1'\nprofile = 'eastron-sdm630'\nparent = 'b'\n"
        "[[meter]]\nid = 'b'\nhost = 'h2'\nprofile = 'eastron-sdm630'\nparent = 'b'\n");
    STRCMP_EQUAL(
        "t.toml:12:10: meter \"b\": parent = \"b\" leads back to itself: b -> b (expected the meter upstream, nearer "
        "to "
        "the feed)\n",
        said.c_str());
}

TEST(Evidence, weather_and_drift_arrive) {
    const auto c = load("[mqtt]\nhost = 'b'\n" + kMeter +
                        "[[mqtt-value]]\nid = 't'\ndevice = 'm'\nquantity = 'temperature_c'\ntopic = 't'\n"
                        "[[mqtt-value]]\nid = 'h'\ndevice = 'm'\nquantity = 'humidity_percent'\ntopic = 'h'\n"
                        "[weather]\ndry_bulb = 'm.temperature_c'\nhumidity = 'm.humidity_percent'\n"
                        "monthly_c = [-4.5, -1, 6, 14, 20, 24, 26, 25, 20, 13, 5, -2]\n"
                        "[drift]\nenabled = false\nlimit = 1.3\nacute = 0.1\nacute_clear = 0.05\nk = 0.02\nh = 0.2\n"
                        "shewhart = 0.06\nleast_load = 0.5\ndesign_curve = [[5, 1.18], [20.5, 1.25], [28, 1.35]]\n");
    STRCMP_EQUAL("m.temperature_c", c.weather.dry_bulb.c_str());
    STRCMP_EQUAL("m.humidity_percent", c.weather.humidity.c_str());
    LONGS_EQUAL(12, c.weather.monthly_c.size());
    DOUBLES_EQUAL(-4.5, c.weather.monthly_c.front(), 0);
    CHECK(!c.drift.enabled && c.drift.limit == 1.3 && c.drift.acute == 0.1 && c.drift.acute_clear == 0.05);
    CHECK(c.drift.k == 0.02 && c.drift.h == 0.2 && c.drift.shewhart == 0.06 && c.drift.least_load == 0.5);
    LONGS_EQUAL(3, c.drift.design_curve.size());
    CHECK(c.drift.design_curve[1] == std::pair(20.5, 1.25));
}

TEST(Evidence, what_weather_cannot_be_is_refused) {
    for (const char* bad :
         {"wet_bulb = 'm.temperature_c'\ndry_bulb = 'm.temperature_c'", "humidity = 'm.humidity_percent'",
          "monthly_c = [1,2,3,4,5,6,7,8,9,10,11,99]", "monthly_c = 12", "monthly_c = ['x']"}) {
        CHECK_FALSE_TEXT(refused(std::string{"[weather]\n"} + bad + '\n').empty(), bad);
    }
    for (const char* bad : {"design_curve = [[5, 1.2]]", "design_curve = [5, 1.2]", "design_curve = [[5, 1.2], [6]]",
                            "design_curve = [[5, 0.9], [6, 1.2]]", "limit = 0.9", "acute = 0", "acute = 0.01"}) {
        CHECK_FALSE_TEXT(refused(std::string{"[drift]\n"} + bad + '\n').empty(), bad);
    }
}

TEST(Evidence, the_weather_of_a_meter_whose_map_cannot_be_read_is_not_asked_for) {
    const auto said =
        refused("[[meter]]\nid = 'm'\nhost = 'h'\nprofile = 'unknown'\n[weather]\nwet_bulb = 'm.temperature_c'\n");
    CHECK(said.find("weather") == std::string::npos);
    STRCMP_CONTAINS("profile = \"unknown\"", said.c_str());
}

TEST(Evidence, the_journal_and_maintenance_arrive) {
    const auto c = load(
        "[journal]\norigin = 'dc.example/h1'\nsegment_kib = 256\nkeep_mib = 40\ncheckpoint_s = 600\n"
        "[[maintenance]]\nfrom = 2026-05-09T22:00:00+08:00\nuntil = 2026-05-10T06:00:00+08:00\n"
        "reason = 'Condenser'\n");
    STRCMP_EQUAL("dc.example/h1", c.journal.origin.c_str());
    LONGS_EQUAL(256, c.journal.segment_kib);
    LONGS_EQUAL(40, c.journal.keep_mib);
    LONGS_EQUAL(600, c.journal.checkpoint_s);
    STRCMP_EQUAL("2026-05-09T14:00:00.000Z", rfc3339(c.maintenance.at(0).from).c_str());
    CHECK(c.maintenance[0].until - c.maintenance[0].from == std::chrono::hours{8});
    STRCMP_EQUAL("Condenser", c.maintenance[0].reason.c_str());
    for (const char* bad :
         {"origin = 'a b'", "origin = 'a+b'", "origin = ''", "segment_kib = 63", "checkpoint_s = 59"}) {
        CHECK_FALSE_TEXT(refused(std::string{"[journal]\n"} + bad + '\n').empty(), bad);
    }
}

// As an operator does it who has the standard at hand.
TEST(Evidence, the_five_conditions_shown_in_the_annotated_configuration_load) {
    std::ifstream in{PUED_SOURCE_DIR "/config/pued.toml"};
    std::string text, line;
    while (std::getline(in, line)) {
        if (line.starts_with("#   ")) text += line.substr(4) + '\n';
    }
    const auto c = load(text.substr(text.find("[gb40879]")));
    LONGS_EQUAL(5, c.gb40879->points.size());
    DOUBLES_EQUAL(1510, c.gb40879->points[0].facility_kw, 0);
    DOUBLES_EQUAL(1260, c.gb40879->points[0].it_kw, 0);
    DOUBLES_EQUAL(0.2, c.gb40879->points[4].share, 0);
    CHECK_FALSE(c.gb40879->source.empty());
}

TEST(Evidence, shares_may_miss_one_by_a_thousandth_and_no_more) {
    const auto with = [](const char* last) {
        std::string out = "[gb40879]\nsource = 'x'\npoints = [";
        for (const char* share : {"0.2", "0.2", "0.2", "0.2", last}) {
            out += std::string{"{ share = "} + share + ", facility_kw = 12, it_kw = 10 },";
        }
        return out + "]\n";
    };
    STRCMP_EQUAL("", refused(with("0.2009")).c_str());
    STRCMP_CONTAINS("sum to 1.0011 ", refused(with("0.2011")).c_str());
    STRCMP_CONTAINS("sum to 0.998 ", refused(with("0.198")).c_str());
    STRCMP_CONTAINS(
        "points has 1 conditions (expected 5)",
        refused("[gb40879]\nsource = 'x'\npoints = [{ share = 1, facility_kw = 12, it_kw = 10 }]\n").c_str());
}
