// SHA-256 and CRC-32C against their published check values (FIPS 180-4, RFC 3720) and against each other's pieces.
#include <string>

#include "agent/journal/digest.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

TEST_GROUP(Digest){};

TEST(Digest, Sha256OfNothingAndOfAbc) {
    STRCMP_EQUAL("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", sha256_hex("").c_str());
    STRCMP_EQUAL("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", sha256_hex("abc").c_str());
}

TEST(Digest, TwoPartsHashAsOneWhole) {
    const std::string whole = "what a leaf says";
    for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
        CHECK(sha256(whole) == sha256(whole.substr(0, cut), whole.substr(cut)));
    }
}

TEST(Digest, Crc32cOfItsCheckStringAndOfRfc3720sBlocks) {
    UNSIGNED_LONGS_EQUAL(0xE3069283, crc32c("123456789"));  // H08
    UNSIGNED_LONGS_EQUAL(0, crc32c(""));
    UNSIGNED_LONGS_EQUAL(0x8A9136AA, crc32c(std::string(32, '\0')));
    UNSIGNED_LONGS_EQUAL(0x62A8AB43, crc32c(std::string(32, '\xff')));
    std::string rising;
    for (char i = 0; i < 32; ++i) rising += i;
    UNSIGNED_LONGS_EQUAL(0x46DD794E, crc32c(rising));
}

TEST(Digest, Crc32cOfAnyLengthIsThatOfBitByBit) {
    std::string bytes;
    for (unsigned n = 0; n < 70; ++n) {
        std::uint32_t crc = 0xFFFFFFFF;
        for (const char byte : bytes) {
            crc ^= static_cast<unsigned char>(byte);
            for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0x82F63B78U : 0U);
        }
        UNSIGNED_LONGS_EQUAL(~crc, crc32c(bytes));
        bytes += static_cast<char>(n * 37 + 11);
    }
}
