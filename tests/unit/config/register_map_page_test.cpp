// The examples of config/devices/README.md are maps that load: each block of TOML below the head of the first.
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/config/register_map_texts.hpp"

using namespace pued;

namespace {

std::vector<std::string> blocks_of_the_page() {
    std::ifstream in{PUED_SOURCE_DIR "/config/devices/README.md"};
    std::stringstream whole;
    whole << in.rdbuf();
    const auto text = whole.str();
    const std::string open = "```toml\n";
    std::vector<std::string> out;
    for (auto at = text.find(open); at != std::string::npos; at = text.find(open, at)) {
        at += open.size();
        out.push_back(text.substr(at, text.find("```", at) - at));
    }
    return out;
}

}  // namespace

TEST_GROUP(RegisterMapPage){};

TEST(RegisterMapPage, its_examples_load) {
    const auto blocks = blocks_of_the_page();
    CHECK(blocks.size() >= 7);
    const auto head = blocks[0].substr(0, blocks[0].find("[transport]"));
    for (const auto& block : blocks) {
        const bool whole = block.starts_with("schema");
        const bool values = block.find("fields]") != std::string::npos;
        const auto fields =
            std::string{values ? "" : "\n[fields]\npower_w = { address = 0, type = 'f32', unit = 'W' }\n"};
        STRCMP_EQUAL_TEXT("", problems_of(whole ? block : head + block + fields).c_str(), block.c_str());
    }
}
