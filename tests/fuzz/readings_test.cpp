// Random damage to READINGS.csv: the reader ends, says where, and what it took is in order; in pieces of any size it
// says the same. Seeded, so that a failure comes again; bounded by rounds, not by time.
#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "agent/runtime/readings.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

constexpr int kRounds = 4000;
constexpr std::size_t kMaxProblemText = 600;

const std::vector<std::string> kTokens{",",
                                       "\n",
                                       "\r\n",
                                       "\"",
                                       "good",
                                       "stale",
                                       ",,",
                                       "1e999",
                                       "nan",
                                       "-0",
                                       "0x1",
                                       "+",
                                       "Z",
                                       "+08:00",
                                       "T",
                                       ":",
                                       "-",
                                       "\xff",
                                       ".",
                                       "9999",
                                       "0000",
                                       " ",
                                       "a.power_w",
                                       "\xEF\xBB\xBF",
                                       "2026-01-01T00:00:00Z",
                                       "time",
                                       "b.energy_wh,1,good\n",
                                       std::string(1, '\0'),
                                       std::string(1200, 'x')};

PointTable two_points() {
    PointTable table;
    table.points = {{"a.power_w", 0, {}}, {"b.energy_wh", 0, {}}};
    return table;
}

std::string sound_file() {
    std::string text = "time,point,value,quality\n";
    for (int minute = 10; minute < 16; ++minute) {
        const std::string time = "2026-01-01T00:" + std::to_string(minute) + ":00+08:00,";
        text += time + "a.power_w," + std::to_string(minute) + ".5,good\n" + time + "b.energy_wh,,stale\n";
    }
    return text;
}

struct Outcome {
    std::vector<ReadingRow> rows;
    std::string error;
};

Outcome read(const std::string& text, const PointTable& points, std::size_t piece) {
    const auto whole = chunks_of(text);
    ReadingsFile file{"r.csv", [&](char* into, std::size_t room) { return whole(into, std::min(room, piece)); },
                      points};
    Outcome out;
    for (;;) {
        const auto row = file.next();
        if (!row) out.error = row.error();
        if (!row || !*row) return out;
        out.rows.push_back(**row);
    }
}

class Damage {
public:
    explicit Damage(unsigned seed) : random_(seed) {}
    std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>{0, limit - 1}(random_); }
    void strike(std::string& text) {
        if (text.empty()) text = ",";
        const auto at = below(text.size());
        switch (below(4)) {
            case 0: text[at] = static_cast<char>(below(256)); break;
            case 1: text.erase(at, below(20)); break;
            case 2: text.insert(at, kTokens[below(kTokens.size())]); break;
            default: text.insert(at, text.substr(below(text.size()), below(60))); break;
        }
    }

private:
    std::mt19937 random_;
};

void check_sound(const Outcome& outcome, const PointTable& points) {
    for (std::size_t i = 0; i < outcome.rows.size(); ++i) {
        const auto& row = outcome.rows[i];
        CHECK(row.point < points.points.size());
        CHECK(std::isfinite(row.value));
        CHECK(i == 0 || outcome.rows[i - 1].time <= row.time);
    }
    if (outcome.error.empty()) return;
    CHECK(outcome.error.starts_with("r.csv:"));
    CHECK(outcome.error.size() < kMaxProblemText && outcome.error.find('\n') == std::string::npos);
    STRCMP_CONTAINS("(expected ", outcome.error.c_str());
}

}  // namespace

TEST_GROUP(FuzzReadings){};

TEST(FuzzReadings, damage_is_named_or_harmless) {
    const auto points = two_points();
    const auto sound = sound_file();
    LONGS_EQUAL(12, read(sound, points, 1U << 20U).rows.size());
    Damage damage{20261122};
    int refused = 0;
    for (int round = 0; round < kRounds; ++round) {
        auto text = sound;
        for (auto strikes = 1 + damage.below(3); strikes > 0; --strikes) damage.strike(text);
        const auto whole = read(text, points, 1U << 20U);
        check_sound(whole, points);
        const auto pieces = read(text, points, 1 + damage.below(70));
        LONGS_EQUAL(whole.rows.size(), pieces.rows.size());
        STRCMP_EQUAL(whole.error.c_str(), pieces.error.c_str());
        refused += whole.error.empty() ? 0 : 1;
    }
    CHECK(refused > kRounds / 3 && refused < kRounds);
}
