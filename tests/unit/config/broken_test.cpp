// Broken configurations, one file each in broken/, with exactly the problems that its .expected lists.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/config/checked.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

std::string read(const std::filesystem::path& path) {
    std::ifstream in{path};
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

}  // namespace

TEST_GROUP(BrokenConfigurations){};

TEST(BrokenConfigurations, each_gives_exactly_its_problems) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator{PUED_SOURCE_DIR "/tests/unit/config/broken"}) {
        if (entry.path().extension() == ".toml") files.push_back(entry.path());
    }
    CHECK(files.size() >= 15);
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
        Problems problems;
        test::load_and_check(read(file), file.filename().string(), problems);
        auto expected = file;
        STRCMP_EQUAL(read(expected.replace_extension(".expected")).c_str(), test::listed(problems).c_str());
        CHECK_FALSE_TEXT(problems.none(), file.c_str());
    }
}
