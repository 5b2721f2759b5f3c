// A configuration with data of its own: what a broken data file costs, and what it does not.
#include <string>

#include "agent/config/installation.hpp"
#include "tests/unit/config/data_file.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

// All that a map has but a kind.
const std::string kAlmost =
    "vendor = 'V'\nmodels = ['M']\nstatus = 'community'\nsources = ['s']\n"
    "[fields]\npower_w = { address = 0, type = 'u16', unit = 'W' }\n";

}  // namespace

TEST_GROUP(Installation) {
    test::Folder folder;
    Problems problems;

    std::string problems_of(const std::string& text) {
        const auto file = folder.write("t.toml", "data_directories = ['.', '" PUED_SOURCE_DIR "/config']\n" + text);
        CHECK(load_installation(file, problems).has_value());
        return folder.texts(problems);
    }
    // One problem, of that file.
    void only(const std::string& file, const std::string& said) {
        STRCMP_CONTAINS((file + ':').c_str(), said.substr(0, file.size() + 1).c_str());
        LONGS_EQUAL(said.size() - 1, said.find('\n'));
    }
};

TEST(Installation, a_register_map_that_cannot_be_read_is_told_once_and_not_searched_for) {
    folder.write("devices/mine.toml", "schema = 1\nid = \n");
    only("devices/mine.toml", problems_of("[site]\nid = 's'\n[[meter]]\nid = 'm'\nhost = 'h'\nprofile = 'mine'\n"));
}

TEST(Installation, nor_one_that_is_named_otherwise_than_its_file) {
    folder.write("devices/file.toml", "schema = 1\nid = 'mine'\n" + kAlmost);
    only("devices/file.toml", problems_of("[site]\nid = 's'\n[[meter]]\nid = 'm'\nhost = 'h'\nprofile = 'mine'\n"));
}

TEST(Installation, what_unreadable_rules_would_bring_is_not_missed) {
    folder.write("rules/mine.toml", "schema = \n");
    only("rules/mine.toml", problems_of("[site]\nid = 's'\nregion = 'my-city'\n[rules]\nonly = ['my-rule']\n"));
}

TEST(Installation, an_accelerator_of_an_unreadable_file_is_not_missed) {
    folder.write("accelerators/mine.toml", "schema = \n");
    only("accelerators/mine.toml", problems_of("[site]\nid = 's'\n[[server]]\nid = 'g'\nrole = 'none'\n"
                                               "accelerators = [{ model = 'my-chip', count = 1 }]\n"));
}

TEST(Installation, rows_that_nobody_counted_are_worth_a_note) {
    const std::string pdu =
        "[site]\nid = 's'\n[[meter]]\nid = 'p'\nhost = 'h'\nprofile = 'clever-mpdu'\npoll_s = 5\nbranches = 6\n";
    folder.write("rules/README", "");  // data of its own: of a folder without any there would be a note
    const auto notes = [this](const std::string& text) {
        problems = {};
        problems_of(text);
        return problems.notes();
    };
    LONGS_EQUAL(1, notes(pdu).size());
    STRCMP_CONTAINS(
        "meter \"p\": note: is asked for 48 outlets, as many as the profile \"clever-mpdu\" knows (outlets = N says "
        "how many it has)",
        notes(pdu)[0].text().c_str());
    LONGS_EQUAL(0, notes(pdu + "outlets = 24\n").size());
}

TEST(Installation, a_register_that_starts_again_within_a_day_is_worth_a_note) {
    const std::string meter = "[site]\nid = 's'\n[[meter]]\nid = 'm'\nhost = 'h'\nprofile = 'half'\nrated_kw = 2000\n";
    const auto notes = [&](const std::string& type) {
        folder.write("devices/half.toml", "schema = 1\nid = 'half'\nkind = 'meter'\n" + kAlmost +
                                              "energy_wh = { address = 2, type = '" + type + "', unit = 'Wh' }\n");
        problems = {};
        STRCMP_EQUAL("", problems_of(meter).c_str());
        return problems.notes();
    };
    STRCMP_CONTAINS("meter \"m\": note: its register starts again after 66 kWh, in 2 minutes at rated_kw",
                    notes("u16").at(0).text().c_str());
    LONGS_EQUAL(0, notes("u32").size());
    LONGS_EQUAL(0, notes("f32").size());
}

TEST(Installation, what_is_in_no_file_is_unknown) {
    const auto said = problems_of("[site]\nid = 's'\nregion = 'my-city'\n[rules]\nonly = ['my-rule']\n");
    STRCMP_CONTAINS("region = \"my-city\" is unknown", said.c_str());
    STRCMP_CONTAINS("only names \"my-rule\", which is no rule", said.c_str());
}
