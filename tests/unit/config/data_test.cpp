// Where data files are found, and which wins. Works in a folder of its own below the system's temporary one.
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "agent/config/data.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
namespace fs = std::filesystem;

TEST_GROUP(Data) {
    fs::path root;

    void setup() override {
        std::string name = (fs::temp_directory_path() / "pued-data-XXXXXX").string();
        root = mkdtemp(name.data());
    }
    void teardown() override { fs::remove_all(root); }

    void file(const std::string& name) {
        fs::create_directories((root / name).parent_path());
        std::ofstream{root / name} << "# empty\n";
    }
    // Found files, relative to the root.
    std::string found(const std::vector<std::string>& directories) {
        std::vector<std::string> full;
        for (const auto& directory : directories) full.push_back((root / directory).string());
        std::string out;
        for (const auto& path : find_files(full, "devices", ".toml")) out += fs::relative(path, root).string() + ' ';
        return out;
    }
};

TEST(Data, directories_come_from_the_installation_the_machine_and_the_configuration) {
    Config config;
    config.data_directories = {"/opt/a", "/opt/b"};
    const auto all = data_directories(config);
    LONGS_EQUAL(4, all.size());
    CHECK(all[0].front() == '/' && all[0].ends_with("/share/pued"));  // below the prefix that was configured
    STRCMP_EQUAL("/etc/pued", all[1].c_str());
    STRCMP_EQUAL("/opt/a", all[2].c_str());
    STRCMP_EQUAL("/opt/b", all[3].c_str());
}

TEST(Data, a_directory_named_twice_counts_at_its_last_place) {
    Config config;
    const auto shipped = data_directories(config)[0];
    config.data_directories = {"/opt/a", shipped};
    const auto all = data_directories(config);
    LONGS_EQUAL(3, all.size());
    STRCMP_EQUAL("/etc/pued", all[0].c_str());
    STRCMP_EQUAL(shipped.c_str(), all[2].c_str());
}

TEST(Data, files_come_by_directory_and_name_and_the_later_directory_wins) {
    file("a/devices/one.toml"), file("a/devices/two.toml"), file("b/devices/two.toml"), file("b/devices/three.toml");
    STRCMP_EQUAL("a/devices/one.toml b/devices/three.toml b/devices/two.toml ", found({"a", "b"}).c_str());
    STRCMP_EQUAL("b/devices/three.toml a/devices/one.toml a/devices/two.toml ", found({"b", "a"}).c_str());
}

TEST(Data, what_is_no_data_file_or_not_there_is_skipped) {
    file("a/devices/one.toml"), file("a/devices/README.md"), file("a/devices/.toml"), file("a/devices/.hidden.toml");
    file("a/devices/x.toml~"), file("a/rules/two.toml");
    STRCMP_EQUAL("a/devices/one.toml ", found({"missing", "a"}).c_str());
    STRCMP_EQUAL("", found({}).c_str());
}
