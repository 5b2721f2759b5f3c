// Deterministic CBOR: RFC 8949 appendix A's examples both ways, and what the reader refuses.
#include <cstdint>
#include <limits>
#include <string>

#include "agent/journal/cbor.hpp"
#include "tests/unit/journal/vectors.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

std::string written(std::int64_t value) {
    CborWriter out;
    out.integer(value);
    return out.take();
}

void check_integer(std::int64_t value, std::string_view digits) {
    CHECK(unhex(digits) == written(value));
    const auto bytes = unhex(digits);
    CborReader in{bytes};
    CHECK(in.integer() == value);
    CHECK(in.ok() && in.at_end());
}

bool refuses_integer(std::string_view digits) {
    const auto bytes = unhex(digits);
    CborReader in{bytes};
    in.integer();
    return !in.ok();
}

}  // namespace

TEST_GROUP(Cbor){};

TEST(Cbor, IntegersHaveTheShortestHeadBothWays) {
    check_integer(0, "00");
    check_integer(23, "17");
    check_integer(24, "1818");
    check_integer(255, "18ff");
    check_integer(256, "190100");
    check_integer(65535, "19ffff");
    check_integer(65536, "1a00010000");
    check_integer(4294967295, "1affffffff");
    check_integer(4294967296, "1b0000000100000000");
    check_integer(-1, "20");
    check_integer(-24, "37");
    check_integer(-25, "3818");
    check_integer(-1000, "3903e7");
    check_integer(std::numeric_limits<std::int64_t>::max(), "1b7fffffffffffffff");
    check_integer(std::numeric_limits<std::int64_t>::min(), "3b7fffffffffffffff");
}

TEST(Cbor, TheLargestUnsignedIntegerComesBack) {
    CborWriter out;
    out.unsigned_integer(std::numeric_limits<std::uint64_t>::max());
    CHECK(unhex("1bffffffffffffffff") == out.out());
    CborReader in{out.out()};
    CHECK(in.unsigned_integer() == std::numeric_limits<std::uint64_t>::max());
    CHECK(in.ok() && in.at_end());
}

TEST(Cbor, LongerHeadsThanNeededAreRefused) {
    CHECK(refuses_integer("1817"));
    CHECK(refuses_integer("1900ff"));
    CHECK(refuses_integer("1a0000ffff"));
    CHECK(refuses_integer("1b00000000ffffffff"));
    CHECK(refuses_integer("3817"));
}

TEST(Cbor, IntegersBeyondInt64AndReservedHeadsAreRefused) {
    CHECK(refuses_integer("1b8000000000000000"));
    CHECK(refuses_integer("3b8000000000000000"));
    for (const auto* reserved : {"1c", "1d", "1e", "1f"}) CHECK(refuses_integer(reserved));
    CHECK(refuses_integer(""));
    CHECK(refuses_integer("18"));
    CHECK(refuses_integer("1a000100"));
    CHECK(refuses_integer("6161"));
}

TEST(Cbor, StringsArraysMapsAndNullComeBackInOrder) {
    CborWriter out;
    out.array(3);
    out.bytes(std::string{"\0\xff", 2});
    out.map(1);
    out.text("IETF");
    out.null();
    out.bytes("");
    CHECK(unhex("83"
                "4200ff"
                "a1"
                "6449455446"
                "f6"
                "40") == out.out());
    CborReader in{out.out()};
    CHECK(in.array() == 3);
    CHECK(in.bytes() == std::string_view("\0\xff", 2));
    CHECK(in.map() == 1);
    CHECK(!in.null());
    CHECK(in.text() == "IETF");
    CHECK(in.null());
    CHECK(in.bytes().empty());
    CHECK(in.ok() && in.at_end());
}

TEST(Cbor, SizesBeyondWhatIsLeftAreRefused) {
    for (const auto* digits : {"42ff", "5bffffffffffffffff", "9a00010000", "82ff", "a200"}) {
        const auto bytes = unhex(digits);
        CborReader as_bytes{bytes}, as_array{bytes}, as_map{bytes};
        CHECK(as_bytes.bytes().empty());
        as_array.array();
        as_map.map();
        CHECK(!as_bytes.ok() && !as_array.ok() && !as_map.ok());
    }
}

TEST(Cbor, AfterAFailureEverythingIsEmpty) {
    const auto bytes = unhex("0142ffff");
    CborReader in{bytes};
    CHECK(in.text().empty());
    CHECK(!in.ok());
    CHECK(in.unsigned_integer() == 0);
    CHECK(in.bytes().empty());
    CHECK(!in.null());
    CHECK(!in.ok());
}
