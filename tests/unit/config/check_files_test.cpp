// Passwords, certificates and data directories that a configuration names: what is told when they cannot be used.
#include <filesystem>
#include <string>

#include "agent/config/check_files.hpp"
#include "agent/config/installation.hpp"
#include "agent/config/load.hpp"
#include "tests/unit/config/data_file.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
namespace fs = std::filesystem;

TEST_GROUP(CheckFiles) {
    test::Folder folder;
    Problems problems;

    // A file that only its owner may read.
    void secret(const std::string& name, const std::string& text, fs::perms mode = fs::perms{0600}) {
        fs::permissions(folder.write(name, text), mode);
    }
    void look(const std::string& text) {
        const auto config = load_config(folder.write("t.toml", text), problems);
        CHECK(config.has_value());
        check_files(*config, problems);
    }
    std::string notes() {
        std::string out;
        for (const auto& note : problems.notes()) out += folder.relative(note.text()) + '\n';
        return out;
    }
};

namespace {

const std::string kSite = "[site]\nid = 's'\n";
const std::string kBroker = kSite + "[mqtt]\nhost = 'b'\nuser = 'u'\n";
const std::string kBmc = "[[server]]\nid = 'g'\nbmc = 'b1'\nuser = 'u'\npassword_file = 'bmc'\n";

}  // namespace

TEST(CheckFiles, what_can_be_read_is_not_told_of) {
    secret("broker", "secret\n"), secret("bmc", "secret\n"), secret("ca.pem", "x"), secret("me.pem", "x"),
        secret("me.key", "x");
    folder.write("devices/x", "");
    look("data_directories = ['.']\n" + kBroker +
         "password_file = 'broker'\ntls = true\nca_file = 'ca.pem'\ncert_file = 'me.pem'\nkey_file = 'me.key'\n" +
         kBmc);
    STRCMP_EQUAL("", folder.texts(problems).c_str());
    STRCMP_EQUAL("", notes().c_str());
}

TEST(CheckFiles, a_missing_password_is_a_note_at_its_line_and_no_problem) {
    look(kBroker + "password_file = 'broker'\n" + kBmc);
    CHECK(problems.none());
    STRCMP_EQUAL(
        "t.toml:6:17: mqtt: note: password_file \"broker\" cannot be read: No such file or directory (`pued run` will "
        "need it, as the user it runs as)\n"
        "t.toml:11:17: server \"g\": note: password_file \"bmc\" cannot be read: No such file or directory (`pued run` "
        "will need it, as the user it runs as)\n",
        notes().c_str());
}

TEST(CheckFiles, a_password_for_everybody_and_an_empty_one_are_noted_without_their_text) {
    secret("bmc", "hunter2\n", fs::perms{0644});
    secret("broker", "\nhunter2\n");
    look(kBroker + "password_file = 'broker'\n" + kBmc);
    const auto said = notes();
    STRCMP_CONTAINS("password_file \"broker\" is empty (expected the password in its first line)", said.c_str());
    STRCMP_CONTAINS("password_file \"bmc\" can be read by everybody (expected mode 0600", said.c_str());
    CHECK(said.find("hunter2") == std::string::npos);
}

TEST(CheckFiles, missing_certificates_are_noted_each_at_its_line) {
    folder.write("me.key/x", "");
    look(kBroker + "tls = true\nca_file = 'ca.pem'\ncert_file = 'me.pem'\nkey_file = 'me.key'\n");
    CHECK(problems.none());
    const auto said = notes();
    STRCMP_CONTAINS("t.toml:7:11: mqtt: note: ca_file \"ca.pem\" cannot be read: No such file", said.c_str());
    STRCMP_CONTAINS("t.toml:8:13: mqtt: note: cert_file \"me.pem\" cannot be read: No such file", said.c_str());
    STRCMP_CONTAINS("t.toml:9:12: mqtt: note: key_file \"me.key\" is a folder", said.c_str());
}

TEST(CheckFiles, a_file_that_many_servers_share_is_noted_once) {
    look(kSite + kBmc + "[[server]]\nid = 'h'\nbmc = 'b2'\nuser = 'u'\npassword_file = 'bmc'\n");
    LONGS_EQUAL(1, problems.notes().size());
}

TEST(CheckFiles, a_broker_that_is_disabled_needs_no_files) {
    look(kBroker + "enabled = false\npassword_file = 'broker'\n");
    STRCMP_EQUAL("", notes().c_str());
}

TEST(CheckFiles, a_data_directory_that_is_not_there_is_a_problem_at_its_own_line) {
    look("\ndata_directories = ['.', 'nowhere']\n" + kSite);
    STRCMP_EQUAL(
        "t.toml:2:20: data_directories names \"nowhere\", which is no folder (expected a folder with devices/, "
        "redfish/, accelerators/ or rules/)\n",
        folder.texts(problems).c_str());
}

TEST(CheckFiles, a_data_directory_without_data_is_noted) {
    folder.write("own/devices/mine.toml", "");
    look("data_directories = ['own', 'own/devices']\n" + kSite);
    CHECK(problems.none());
    STRCMP_EQUAL(
        "t.toml:1:20: note: data_directories names \"own/devices\", in which there is no data (expected devices/, "
        "redfish/, rules/ or accelerators/ in it)\n",
        notes().c_str());
}

TEST(CheckFiles, an_installation_is_loaded_with_its_files_looked_at) {
    const auto file =
        folder.write("t.toml", "data_directories = ['nowhere']\n" + kBroker + "password_file = 'broker'\n");
    CHECK(load_installation(file, problems).has_value());
    STRCMP_CONTAINS("nowhere", folder.texts(problems).c_str());
    STRCMP_CONTAINS("mqtt: note: password_file \"broker\"", notes().c_str());
}
