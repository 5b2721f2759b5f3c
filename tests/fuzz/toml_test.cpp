// Random damage to config/pued.toml, through loading and checking, and to register maps: it must end, and say something
// or accept. Seeded, so that a failure comes again; bounded by rounds, not by time.
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "agent/config/check.hpp"
#include "agent/config/load.hpp"
#include "agent/config/points.hpp"
#include "agent/config/register_map_file.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

constexpr int kRounds = 4000;
constexpr int kRoundsOfAMap = 100;
constexpr std::size_t kMaxProblemText = 2000;

const std::vector<std::string> kTokens{"[",
                                       "]",
                                       "[[",
                                       "]]",
                                       "{",
                                       "}",
                                       "\"",
                                       "'",
                                       "'''",
                                       "\"\"\"",
                                       "\n",
                                       "=",
                                       ".",
                                       ",",
                                       "#",
                                       "\\",
                                       "\\u0000",
                                       "nan",
                                       "-inf",
                                       "1e999",
                                       "-0",
                                       "true",
                                       "\xff",
                                       "\xe4\xb8",
                                       "a.b.c.d = 1",
                                       "[site]\n",
                                       "0x7FFFFFFFFFFFFFFF",
                                       "9223372036854775808",
                                       "1979-05-27T07:32:00Z",
                                       "id = 1",
                                       "[[meter]]\n",
                                       "unit_id = -1\n",
                                       "password = \"correct-horse\"\n",
                                       std::string(1, '\0'),
                                       std::string(300, 'x')};

std::string read(const std::string& path) {
    std::ifstream in{path};
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

class Damage {
public:
    explicit Damage(unsigned seed) : random_(seed) {}

    std::string of(std::string text) {
        for (auto times = below(6) + 1; times > 0; --times) once(text);
        return text;
    }

private:
    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }

    void once(std::string& text) {
        const auto at = below(text.size());
        switch (below(6)) {
            case 0: text[at] = static_cast<char>(below(256)); break;
            case 1: text.erase(at, below(40) + 1); break;
            case 2: text.insert(at, kTokens[below(kTokens.size())]); break;
            case 3: text.insert(at, text.substr(below(text.size()), below(200))); break;
            case 4: swap_lines(text); break;
            default: replace_value(text); break;
        }
        if (text.empty()) text = "x";
    }

    // A line somewhere becomes another's copy: duplicate keys and tables, keys in tables that do not know them.
    void swap_lines(std::string& text) {
        const auto line = [&](std::size_t at) {
            const auto begin = text.rfind('\n', at) == std::string::npos ? 0 : text.rfind('\n', at) + 1;
            return text.substr(begin, text.find('\n', begin) - begin) + '\n';
        };
        const auto copy = line(below(text.size()));
        const auto end = text.find('\n', below(text.size()));
        text.insert(end == std::string::npos ? text.size() : end + 1, copy);
    }

    void replace_value(std::string& text) {
        const auto at = text.find("= ", below(text.size()));
        if (at == std::string::npos) return;
        const auto end = text.find('\n', at);
        text.replace(at + 2, end == std::string::npos ? std::string::npos : end - at - 2,
                     kTokens[below(kTokens.size())]);
    }

    std::mt19937 random_;
};

}  // namespace

TEST_GROUP(TomlFuzz){};

TEST(TomlFuzz, damaged_configurations_are_accepted_or_refused_in_words) {
    const auto original = read(PUED_SOURCE_DIR "/config/pued.toml");
    CHECK(original.size() > 1000);
    Damage damage{20261122};
    int refused = 0, parsed = 0;
    for (int round = 0; round < kRounds; ++round) {
        const auto text = damage.of(original);
        Problems problems;
        const auto config = parse_config(text, "t", problems);
        if (config) {
            ++parsed;
            check(*config, {}, {}, problems);
            build_points(*config, {});
        }
        for (const auto& problem : problems.sorted()) {
            const auto said = problem.text();
            CHECK(!problem.what.empty() && said.size() < kMaxProblemText);
            CHECK(said.find('\n') == std::string::npos);
            CHECK_TRUE_TEXT(said.find("correct-horse") == std::string::npos, said.c_str());
        }
        if (!problems.none()) ++refused;
        CHECK_FALSE(!config && problems.none());
    }
    CHECK(parsed > kRounds / 20 && refused > kRounds / 2);  // the damage is neither total nor none
}

TEST(TomlFuzz, damaged_register_maps_are_refused_in_words_or_stay_within_their_bounds) {
    std::set<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator{PUED_SOURCE_DIR "/config/devices"}) {
        if (entry.path().extension() == ".toml") files.insert(entry.path().string());
    }
    Damage damage{20261122};
    int refused = 0, accepted = 0;
    for (const auto& file : files) {
        const auto original = read(file);
        for (int round = 0; round < kRoundsOfAMap; ++round) {
            Problems problems;
            const auto map = parse_register_map(damage.of(original), "m", problems);
            CHECK_EQUAL(problems.none(), map.has_value());
            for (const auto& problem : problems.sorted()) CHECK(problem.text().size() < kMaxProblemText);
            ++(map ? accepted : refused);
            if (!map) continue;
            CHECK(last_register(*map, {}) <= 65535);
            CHECK(expand(*map, {}).size() <= 2048);
            for (const auto& probe : map->identify) CHECK(probe.address + probe.words <= 65536 && probe.words <= 32);
        }
    }
    CHECK(accepted > 0 && refused > accepted);
}

TEST(TomlFuzz, noise_is_refused_in_words) {
    std::mt19937 random{4711};
    for (int round = 0; round < 500; ++round) {
        std::string text(random() % 2000, '\0');
        for (auto& c : text) c = static_cast<char>(random() % 256);
        Problems problems;
        const auto config = parse_config(text, "t", problems);
        CHECK_FALSE(problems.none());  // not even an empty text has a site
    }
}
