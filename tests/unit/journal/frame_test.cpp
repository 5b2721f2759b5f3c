// Frames: H08's header, H10's torn tail, and the difference between a torn tail and damage.
#include <string>

#include "agent/journal/frame.hpp"
#include "agent/journal/record.hpp"
#include "tests/unit/journal/vectors.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

Bytes seven_frames() {
    Bytes segment;
    for (const auto& leaf : seven_leaves()) append_frame(segment, leaf);
    return segment;
}

std::size_t frames(FrameReader& reader) {
    std::size_t count = 0;
    for (std::string_view leaf; reader.next(leaf);) ++count;
    return count;
}

}  // namespace

TEST_GROUP(Frame){};

TEST(Frame, TheHeaderOfRecordZeroIsTheVector) {
    UNSIGNED_LONGS_EQUAL(0xadd6cf57, crc32c(unhex(record0_hex)));
    Bytes frame;
    append_frame(frame, encode(record0()));
    CHECK(unhex("6e00000057cfd6ad") + unhex(record0_hex) == frame);
}

TEST(Frame, LeavesComeBackInOrder) {
    const auto segment = seven_frames();
    LONGS_EQUAL(826, segment.size());
    FrameReader reader{segment};
    std::string_view leaf;
    for (const auto& expected : seven_leaves()) {
        CHECK(reader.next(leaf));
        CHECK(leaf == expected);
    }
    CHECK(!reader.next(leaf));
    CHECK(reader.whole());
}

TEST(Frame, OfATornTailTheWholeFramesRemain) {  // H10
    const auto segment = seven_frames().substr(0, 826 - 37);
    FrameReader reader{segment};
    LONGS_EQUAL(6, frames(reader));
    LONGS_EQUAL(708, reader.good_bytes());
    CHECK(!reader.whole());
    CHECK(!reader.good_frame_follows());
}

TEST(Frame, EveryCutLeavesTheFramesBeforeIt) {
    const auto segment = seven_frames();
    for (std::size_t size = 0; size <= segment.size(); ++size) {
        FrameReader reader{std::string_view{segment}.substr(0, size)};
        LONGS_EQUAL(size / 118, frames(reader));
        LONGS_EQUAL(size / 118 * 118, reader.good_bytes());
        CHECK(!reader.good_frame_follows());
    }
}

TEST(Frame, AFlippedBitStopsThereAndWhatFollowsIsSeen) {
    const auto segment = seven_frames();
    for (std::size_t at = 0; at < segment.size(); ++at) {
        auto damaged = segment;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        FrameReader reader{damaged};
        LONGS_EQUAL(at / 118, frames(reader));
        CHECK(reader.good_frame_follows() == (at / 118 < 6));
    }
}

TEST(Frame, ZerosAreNoFrames) {
    auto segment = seven_frames();
    segment.append(4096, '\0');
    FrameReader reader{segment};
    LONGS_EQUAL(7, frames(reader));
    CHECK(!reader.whole());
    CHECK(!reader.good_frame_follows());
}
