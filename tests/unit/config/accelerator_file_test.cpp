// Accelerator files: a user's own, and each mistake with the exact words about it.
#include <fstream>
#include <sstream>
#include <string>

#include "agent/config/accelerator_file.hpp"
#include "tests/unit/config/data_file.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::test;

namespace {

const char* const sound = R"(schema = 1
vendor = "ACME"
[[accelerator]]
id = "acme-one"
model = "One"
rated_power_w = 400
peak = { fp16 = 148, int8 = 296 }
launch = "2023-11"
confidence = "high"
evidence = "data sheet"
sources = ["data sheet 1"]
)";

std::string example_of_the_readme() {
    std::ifstream in{PUED_SOURCE_DIR "/config/accelerators/README.md"};
    std::stringstream whole;
    whole << in.rdbuf();
    const auto text = whole.str();
    const std::string open = "```toml\n";
    const auto begin = text.find(open) + open.size();
    return text.substr(begin, text.find("```", begin) - begin);
}

}  // namespace

TEST_GROUP(AcceleratorFile) {
    Folder folder;
    Problems problems;

    std::vector<Accelerator> load(const std::string& text) {
        return load_accelerators({folder.write("a.toml", text)}, problems);
    }
    void expect_problem(const char* expected, const std::string& piece, const std::string& instead) {
        load(with(sound, piece, instead));
        STRCMP_EQUAL(expected, folder.texts(problems).c_str());
    }
};

TEST(AcceleratorFile, a_users_chip_loads) {
    const auto rows = load(sound);
    STRCMP_EQUAL("", folder.texts(problems).c_str());
    UNSIGNED_LONGS_EQUAL(1, rows.size());
    STRCMP_EQUAL("ACME", rows[0].vendor.c_str());
    DOUBLES_EQUAL(0.37, *rated_efficiency(rows[0], Precision::fp16), 1e-12);
    DOUBLES_EQUAL(296, *rows[0].peak_tflops(Precision::int8), 0);
    CHECK_FALSE(rows[0].peak_tflops(Precision::fp8).has_value());
    CHECK(rows[0].confidence == Grading::high);
}

TEST(AcceleratorFile, the_example_of_the_readme_corrects_the_shipped_h20) {
    const auto shipped = std::string{PUED_SOURCE_DIR "/config/accelerators/nvidia.toml"};
    const auto rows = load_accelerators({shipped, folder.write("mine.toml", example_of_the_readme())}, problems);
    STRCMP_EQUAL("", folder.texts(problems).c_str());
    unsigned found = 0;
    for (const auto& row : rows) {
        if (row.id != "nvidia-h20") continue;
        ++found;
        DOUBLES_EQUAL(0.296, *rated_efficiency(row, Precision::fp16), 1e-12);
        DOUBLES_EQUAL(1.83e9, *row.clock_hz, 0);
    }
    UNSIGNED_LONGS_EQUAL(1, found);
}

TEST(AcceleratorFile, an_unpublished_power_is_absent_and_no_mistake) {
    const auto rows = load(with(sound, "rated_power_w = 400\n", ""));
    CHECK(problems.none());
    CHECK_FALSE(rated_efficiency(rows.at(0), Precision::fp16).has_value());
}

TEST(AcceleratorFile, every_row_needs_a_source) {
    expect_problem(
        "a.toml:3:1: accelerator \"acme-one\": sources is missing (expected where this number was read; "
        "nothing is taken without a source)\n",
        "sources = [\"data sheet 1\"]\n", "");
}

TEST(AcceleratorFile, every_row_needs_a_confidence) {
    expect_problem(
        "a.toml:3:1: accelerator \"acme-one\": confidence is missing (expected a name, see the README beside "
        "the file)\n",
        "confidence = \"high\"\n", "");
}

TEST(AcceleratorFile, a_confidence_is_high_medium_or_low) {
    expect_problem(
        "a.toml:9:14: accelerator \"acme-one\": confidence = \"found-A\" is unknown (expected one of "
        "\"high\", \"medium\", \"low\")\n",
        "\"high\"", "\"found-A\"");
}

TEST(AcceleratorFile, a_peak_of_no_precision_is_none) {
    expect_problem(
        "a.toml:7:8: accelerator \"acme-one\": peak is empty (expected the dense TFLOPS of one precision or "
        "more)\n",
        "{ fp16 = 148, int8 = 296 }", "{ }");
}

TEST(AcceleratorFile, a_precision_that_is_none_is_guessed) {
    expect_problem("a.toml:7:10: accelerator \"acme-one\" peak: unknown key \"fp61\", did you mean \"fp16\"?\n", "fp16",
                   "fp61");
}

TEST(AcceleratorFile, a_power_of_zero_is_no_power) {
    expect_problem("a.toml:6:17: accelerator \"acme-one\": rated_power_w = 0 is out of range (expected 1..100000)\n",
                   "= 400", "= 0");
}

TEST(AcceleratorFile, a_launch_is_a_month) {
    expect_problem(
        "a.toml:8:10: accelerator \"acme-one\": launch = \"soon\" is no month (expected \"2023-11\", "
        "\"2023-Q4\" or \"2023\")\n",
        "2023-11", "soon");
}

TEST(AcceleratorFile, the_vendor_is_required) {
    expect_problem("a.toml:1:1: vendor is missing (expected the maker of the accelerators of this file)\n",
                   "vendor = \"ACME\"\n", "");
}
