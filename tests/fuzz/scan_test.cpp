// Devices that answer anything: every read of `pued scan` gets random words, refusals or silence. It must come to an
// end within its bounds, and whatever it prints must be plain text.
#include <algorithm>
#include <cmath>
#include <random>

#include "agent/scan/examine.hpp"
#include "tests/unit/scan/images.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::scan;
using namespace pued::testing;

namespace {

constexpr unsigned kDevices = 150;
constexpr std::size_t kMostRequests = 3000;

class Dice {
public:
    explicit Dice(unsigned seed) : random_(seed), refuses_(of(100)), zeros_(of(100)) {}
    unsigned of(unsigned sides) { return static_cast<unsigned>(random_() % sides); }

    Answer answer(const Read& read) {
        if (of(100) < refuses_) return {Reply::refused, static_cast<std::uint8_t>(1 + of(6)), {}};
        if (of(50) == 0) return {};
        Answer out{Reply::words, 0, {}};
        for (unsigned i = 0; i < read.words; ++i) {
            out.words.push_back(of(100) < zeros_ ? std::uint16_t{0} : static_cast<std::uint16_t>(random_()));
        }
        return out;
    }

private:
    std::mt19937 random_;
    unsigned refuses_, zeros_;  // in a hundred
};

bool is_plain(const std::string& text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) >= ' '; });
}

void check(const Examination& examination) {
    CHECK(examination.requests <= kMostRequests);
    CHECK(is_plain(examination.serial));
    for (const auto& candidate : examination.ranking) {
        CHECK(std::isfinite(candidate.score));
        CHECK(candidate.answered <= candidate.asked);
        CHECK(is_plain(candidate.identification.text));
        for (const auto& finding : candidate.findings) CHECK(is_plain(finding.text));
    }
}

}  // namespace

TEST_GROUP(ScanFuzz){};

TEST(ScanFuzz, random_devices_are_examined_to_the_end) {
    const auto maps = all_maps();
    const Examiner examiner{maps, decoded, decode_identity};
    unsigned known = 0;
    for (unsigned seed = 0; seed < kDevices; ++seed) {
        Dice dice{seed};
        WordBook book{[&](const Read& read) { return dice.answer(read); }, [] { return false; }};
        auto examination = examiner.examine(book);
        check(examination);
        if (examination.ranking.empty()) continue;
        examiner.look_again(examination, book, 1);
        WordBook other{[&](const Read& read) { return dice.answer(read); }, [] { return false; }};
        known += examiner.same_device(examination, other) ? 1U : 0U;
        check(examination);
    }
    CHECK(known * 10 < kDevices);  // noise is hardly ever the same device again
}
