// Accuracy classes: they arrive, half a statement is refused, and what a point without any is taken for.
#include <string>

#include "agent/config/points.hpp"
#include "tests/unit/config/checked.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

const std::string kMeter = "[site]\nid = 's'\n[[meter]]\nid = 'a'\nhost = 'h'\nprofile = 'eastron-sdm630'\n";

}  // namespace

TEST_GROUP(AccuracyClasses) {
    Problems problems;

    Config load(const std::string& text) {
        auto config = parse_config(text, "t", problems);
        STRCMP_EQUAL("", test::listed(problems).c_str());
        return *config;
    }
    // What the first device of the point table is.
    std::optional<Instrument> instrument(const std::string& text) {
        return build_points(load(text), test::maps()).devices.at(0).instrument;
    }
    void refused(const std::string& keys, const std::string& expected) {
        Problems found;
        parse_config(kMeter + keys, "t", found);
        STRCMP_EQUAL(expected.c_str(), test::listed(found).c_str());
    }
};

TEST(AccuracyClasses, every_class_arrives) {
    const std::pair<const char*, MeterClass> meters[] = {{"0.2S", MeterClass::c02s},
                                                         {"0.5S", MeterClass::c05s},
                                                         {"0.5", MeterClass::c05},
                                                         {"1", MeterClass::c1},
                                                         {"2", MeterClass::c2}};
    for (const auto& [name, value] : meters) {
        const auto c = load(kMeter + "meter_class = '" + name + "'\nct_class = 'none'\n");
        CHECK(c.meters[0].classes->meter == value && c.meters[0].classes->ct == CtClass::none);
    }
    const std::pair<const char*, CtClass> transformers[] = {{"0.2S", CtClass::c02s},
                                                            {"0.5S", CtClass::c05s},
                                                            {"0.5", CtClass::c05},
                                                            {"1", CtClass::c1},
                                                            {"none", CtClass::none}};
    for (const auto& [name, value] : transformers) {
        const auto c = load(kMeter + "meter_class = '2'\nct_class = '" + name + "'\n");
        CHECK(c.meters[0].classes->meter == MeterClass::c2 && c.meters[0].classes->ct == value);
    }
}

TEST(AccuracyClasses, the_load_is_stated_or_usual) {
    const auto keys = kMeter + "meter_class = '0.5S'\nct_class = '0.5S'\n";
    DOUBLES_EQUAL(0.3, load(keys).meters[0].classes->load_fraction, 0);
    DOUBLES_EQUAL(0.01, load(keys + "load_fraction = 0.01\n").meters[0].classes->load_fraction, 0);
    DOUBLES_EQUAL(1.2, load(keys + "load_fraction = 1.2\n").meters[0].classes->load_fraction, 0);
    CHECK_FALSE(load(kMeter).meters[0].classes.has_value());
}

TEST(AccuracyClasses, a_servers_supply_may_have_papers) {
    const auto c = load("[site]\nid = 's'\n[[server]]\nid = 'g'\nmeter_class = '1'\nct_class = 'none'\n");
    CHECK(c.servers[0].classes->meter == MeterClass::c1);
}

TEST(AccuracyClasses, an_unknown_class_is_refused) {
    refused("meter_class = '0.2s'\nct_class = 'none'\n",
            "t:7:15: meter \"a\": meter_class = \"0.2s\" is unknown, did you mean \"0.2S\"? (expected one of "
            "\"0.2S\", \"0.5S\", \"0.5\", \"1\", \"2\")\n");
    refused("meter_class = '1'\nct_class = '10P'\n",
            "t:8:12: meter \"a\": ct_class = \"10P\" is unknown (expected one of \"0.2S\", \"0.5S\", \"0.5\", \"1\", "
            "\"none\")\n");
    refused("meter_class = 1\nct_class = 'none'\n",
            "t:7:15: meter \"a\": meter_class = 1 is of the wrong type (expected a string in quotes: \"1\")\n");
}

TEST(AccuracyClasses, half_a_statement_is_refused) {
    refused("meter_class = '0.2S'\n",
            "t:7:15: meter \"a\": meter_class is given without ct_class (expected the class of the current "
            "transformers too, or ct_class = \"none\" for a meter without them)\n");
    refused("ct_class = '0.2S'\n", "t:7:12: meter \"a\": ct_class is given without meter_class (expected both)\n");
    refused("load_fraction = 0.5\n",
            "t:7:17: meter \"a\": load_fraction is given without meter_class (expected both)\n");
}

TEST(AccuracyClasses, a_load_beyond_the_tables_is_refused) {
    const std::string papers = "meter_class = '1'\nct_class = 'none'\nload_fraction = ";
    refused(papers + "0.009\n", "t:9:17: meter \"a\": load_fraction = 0.009 is out of range (expected 0.01..1.2)\n");
    refused(papers + "30\n", "t:9:17: meter \"a\": load_fraction = 30 is out of range (expected 0.01..1.2)\n");
    refused(papers + "nan\n", "t:9:17: meter \"a\": load_fraction = nan is out of range (expected 0.01..1.2)\n");
}

TEST(AccuracyClasses, the_point_table_tells_papers_from_kinds) {
    const auto stated = instrument(kMeter + "role = 'pdu'\nmeter_class = '0.5S'\nct_class = '0.2S'\n");
    const auto& classes = std::get<pued::Classes>(*stated);
    CHECK(classes.meter == MeterClass::c05s && classes.ct == CtClass::c02s);
    CHECK(std::get<WithoutPapers>(*instrument(kMeter + "role = 'pdu'\n")) == WithoutPapers::pdu);
    CHECK(std::get<WithoutPapers>(*instrument(kMeter + "role = 'ups-output'\n")) == WithoutPapers::ups_display);
    CHECK(std::get<WithoutPapers>(*instrument(kMeter + "role = 'ups-input'\n")) == WithoutPapers::ups_display);
    CHECK(std::get<WithoutPapers>(*instrument(kMeter + "role = 'server'\n")) == WithoutPapers::bmc);
    for (const char* role : {"feed", "generator", "onsite", "export", "non-dc", "cooling", "none"}) {
        CHECK_FALSE_TEXT(instrument(kMeter + "role = '" + role + "'\n").has_value(), role);
    }
}

TEST(AccuracyClasses, a_server_measures_itself_whatever_its_role) {
    const std::string server = "[site]\nid = 's'\n[[server]]\nid = 'g'\n";
    CHECK(std::get<WithoutPapers>(*instrument(server)) == WithoutPapers::bmc);
    CHECK(std::get<WithoutPapers>(*instrument(server + "role = 'pdu'\n")) == WithoutPapers::bmc);
}
