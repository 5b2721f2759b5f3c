// Records: H02 byte for byte, every kind of record there and back, and refusal of what encode() would not write.
#include <string>
#include <tuple>

#include "agent/journal/cbor.hpp"
#include "agent/journal/frame.hpp"
#include "agent/journal/record.hpp"
#include "tests/unit/journal/vectors.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

std::string as_hex(const Bytes& bytes) {
    return hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

Record full() {
    auto record = record0();
    record.seq = 70000;
    record.type = RecordType::snapshot;
    record.previous.fill(0xAB);
    record.start_s = -5;
    record.points[0].reg_start = {};
    record.points[1].reg_end = ~std::uint64_t{0};
    record.points[1].energy_mwh = -7;
    record.points[1].flags = ~std::uint32_t{0};
    record.it_mwh = {};
    record.config = Digest{1, 2, 3};
    record.aux = "\xa0";
    record.frontier = {Digest{4}, Digest{5}};
    return record;
}

Record bare(RecordType type) {
    Record record;
    record.type = type;
    return record;
}

void check_there_and_back(const Record& record) {
    const auto leaf = encode(record);
    const auto back = decode(leaf);
    CHECK(static_cast<bool>(back));
    CHECK(*back == record);
    CHECK(encode(*back) == leaf);
}

// The record of these pairs of a key and what it holds; seq, type and previous as given first.
Bytes record_of(std::initializer_list<std::string_view> pairs) {
    Bytes out(1, static_cast<char>(0xa0 + pairs.size()));
    for (const auto pair : pairs) out += unhex(pair);
    return out;
}

constexpr std::string_view seq = "0100", type_boot = "020c", start = "0400", clock_state = "06820000";
const std::string previous = "035820" + std::string(64, '0');

}  // namespace

TEST_GROUP(Record){};

TEST(Record, RecordZeroIsTheVectorByteForByte) {
    STRCMP_EQUAL(std::string{record0_hex}.c_str(), as_hex(encode(record0())).c_str());
    LONGS_EQUAL(110, encode(record0()).size());
    const auto back = decode(unhex(record0_hex));
    CHECK(static_cast<bool>(back));
    CHECK(*back == record0());
}

TEST(Record, ItsHashIsTheNextOnesPrevious) {  // H03
    STRCMP_EQUAL("2c06e687dfa0f5f429d142cd32bdf7dff528372219c3112142c1e42de9efe18b",
                 sha256_hex(encode(record0())).c_str());
}

TEST(Record, EverythingThatARecordCanHoldComesBack) {
    check_there_and_back(full());
    for (std::uint8_t type = 1; type <= last_record_type; ++type) {
        check_there_and_back(bare(static_cast<RecordType>(type)));
        CHECK(!to_string(static_cast<RecordType>(type)).empty());
    }
    STRCMP_EQUAL("note", std::string{to_string(RecordType::note)}.c_str());
}

// H11 and H13 reckon 83 + 17 octets a point; the vectors' own record takes 82 + 18, and an index beyond 23 one more.
TEST(Record, FramedRecordsAreWithinATenthOfTheSizesReckoned) {
    for (const auto& [points, reckoned, size] : {std::tuple{12U, 287U, 300U}, {40U, 763U, 821U}}) {
        auto record = record0();
        record.seq = 30000;
        record.points.assign(points, record.points[0]);
        for (std::uint32_t i = 0; i < points; ++i) record.points[i].point = i;
        Bytes frame;
        append_frame(frame, encode(record));
        LONGS_EQUAL(size, frame.size());
        CHECK(10 * frame.size() < 11 * std::size_t{reckoned});
    }
}

TEST(Record, APieceOrAByteMoreIsNoRecord) {
    const auto leaf = encode(full());
    for (std::size_t size = 0; size < leaf.size(); ++size) CHECK(!decode(std::string_view{leaf}.substr(0, size)));
    CHECK(!decode(leaf + '\0'));
    CHECK(!decode(leaf + leaf));
}

TEST(Record, OnlyKnownKeysInRisingOrderAreTaken) {
    CHECK(static_cast<bool>(decode(record_of({seq, type_boot, previous, start, clock_state}))));
    CHECK(!decode(record_of({type_boot, seq, previous, start, clock_state})));
    CHECK(!decode(record_of({seq, type_boot, start, previous, clock_state})));
    CHECK(!decode(record_of({seq, seq, type_boot, previous, start, clock_state})));
    CHECK(!decode(record_of({seq, type_boot, previous, start})));
    CHECK(!decode(record_of({seq, type_boot, previous, start, clock_state, "0b5820" + std::string(64, '0')})));
    CHECK(!decode(record_of({seq, type_boot, previous, start, clock_state, "0e00"})));
    CHECK(!decode(record_of({"0000", seq, type_boot, previous, start, clock_state})));
}

TEST(Record, ValuesThatEncodeWouldNotWriteAreRefused) {
    const auto with = [](std::string_view pair) {
        return decode(record_of({seq, type_boot, previous, start, clock_state, pair}));
    };
    CHECK(!decode(record_of({"011800", type_boot, previous, start, clock_state})));  // a head too long
    CHECK(!decode(record_of({seq, "0200", previous, start, clock_state})));          // no such type
    CHECK(!decode(record_of({seq, "0212", previous, start, clock_state})));
    CHECK(!decode(record_of({seq, type_boot, "0341ff", start, clock_state})));  // a hash of one octet
    CHECK(!decode(record_of({seq, type_boot, previous, start, "06820300"})));   // no such clock state
    CHECK(!decode(record_of({seq, type_boot, previous, start, "0683000000"})));
    CHECK(!decode(record_of({seq, "0201", previous, start, clock_state})));  // an interval without points
    CHECK(static_cast<bool>(decode(record_of({seq, "0201", previous, start, clock_state, "0780"}))));
    CHECK(!with("0780"));  // none, yet said to be there
    CHECK(!with("0882f6f6"));
    CHECK(static_cast<bool>(with("0882f600")));
    CHECK(!with("0c40"));
    CHECK(static_cast<bool>(with("0c4100")));
    CHECK(!with("0d80"));
    CHECK(!with("0d8141ff"));
    CHECK(!with("091b0000000100000000"));  // beyond 32 bits
    CHECK(!with("0781840000000000"));      // a point of four
}
