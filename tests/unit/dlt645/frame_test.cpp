// Frames byte by byte: the standard's samples (checksums recomputed), what precedes a frame, what only looks like one,
// and which replies belong to a request.
#include <algorithm>
#include <string>
#include <vector>

#include "drivers/dlt645/frame.hpp"
#include "tests/unit/dlt645/hex.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued::dlt645;

namespace {

const std::string kReply = "68 61 01 00 00 00 00 68 91 08 33 33 34 33 59 33 33 33 8A 16";

Request energy(std::uint8_t follow = 0) {
    return {.address = *parse_address("000000000161"), .item = 0x00010000, .follow = follow};
}

Frame frame_of(const Bytes& bytes) {
    const Found found = find_frame(bytes);
    CHECK(found.frame.has_value());
    return found.frame.value_or(Frame{});
}

Bytes with_checksum(Bytes frame) {
    std::uint8_t sum = 0;
    for (const auto byte : frame) sum = static_cast<std::uint8_t>(sum + byte);
    frame.push_back(sum);
    frame.push_back(0x16);
    return frame;
}

Bytes joined(const Bytes& a, const Bytes& b) {
    Bytes out = a;
    out.insert(out.end(), b.begin(), b.end());
    return out;
}

void check_bytes(const Bytes& expected, const Bytes& actual) {
    UNSIGNED_LONGS_EQUAL(expected.size(), actual.size());
    MEMCMP_EQUAL(expected.data(), actual.data(), expected.size());
}

}  // namespace

TEST_GROUP(Dlt645Frame){};

TEST(Dlt645Frame, a_request_is_the_standards_sample_behind_four_wake_up_bytes) {
    check_bytes(bytes_of_hex("FE FE FE FE 68 61 01 00 00 00 00 68 11 04 33 33 34 33 14 16"), encode(energy()));
    const Request voltage{.address = *parse_address("000000000161"), .item = 0x02010100};
    check_bytes(bytes_of_hex("FE FE FE FE 68 61 01 00 00 00 00 68 11 04 33 34 34 35 17 16"), encode(voltage));
}

TEST(Dlt645Frame, what_follows_is_asked_for_by_its_number) {
    const Bytes request = encode(energy(2));
    BYTES_EQUAL(0x12, request[12]);
    BYTES_EQUAL(5, request[13]);
    BYTES_EQUAL(2 + 0x33, request[18]);
}

TEST(Dlt645Frame, the_standards_replies_say_0_26_kwh_and_100_1_v) {
    const Reply reply = judge(frame_of(bytes_of_hex(kReply)), energy());
    CHECK(reply.meaning == Meaning::value && !reply.more);
    check_bytes({0x26, 0, 0, 0}, reply.data);

    Request voltage = energy();
    voltage.item = 0x02010100;
    const auto frame = frame_of(bytes_of_hex("68 61 01 00 00 00 00 68 91 06 33 34 34 35 34 43 10 16"));
    check_bytes({0x01, 0x10}, judge(frame, voltage).data);
}

TEST(Dlt645Frame, an_address_is_twelve_digits_with_the_last_two_first) {
    const auto address = parse_address("980000000161").value();
    check_bytes({0x61, 0x01, 0, 0, 0, 0x98}, {address.begin(), address.end()});
    STRCMP_EQUAL("980000000161", address_text(address).c_str());
    CHECK(parse_address("AAAAAAAAAAAA") == any_address);
    CHECK_FALSE(parse_address("161").has_value());
    CHECK_FALSE(parse_address("00000000016A").has_value());
    CHECK_FALSE(parse_address("").has_value());
}

TEST(Dlt645Frame, wake_up_bytes_and_noise_before_a_frame_mean_nothing) {
    for (const char* before : {"FE FE FE FE ", "00 FF 16 ", "68 ", "68 68 FE ", "FE "}) {
        const Bytes bytes = bytes_of_hex(before + kReply);
        const Found found = find_frame(bytes);
        CHECK_TEXT(found.frame.has_value() && !found.damaged, before);
        UNSIGNED_LONGS_EQUAL(bytes.size(), found.used);
    }
}

TEST(Dlt645Frame, a_frame_in_pieces_is_waited_for) {
    const Bytes whole = bytes_of_hex("FE FE " + kReply);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const Found found = find_frame({whole.data(), size});
        CHECK_FALSE(found.frame.has_value());
        UNSIGNED_LONGS_EQUAL(std::min<std::size_t>(size, 2), found.used);  // only the FE can go
    }
}

TEST(Dlt645Frame, a_wrong_byte_anywhere_makes_no_frame) {
    const Bytes whole = bytes_of_hex(kReply);
    for (std::size_t i = 0; i < whole.size(); ++i) {
        Bytes wrong = whole;
        wrong[i] = static_cast<std::uint8_t>(wrong[i] ^ 0x04U);
        CHECK_FALSE_TEXT(find_frame(wrong).frame.has_value(), std::to_string(i).c_str());
    }
}

TEST(Dlt645Frame, a_damaged_frame_is_said_to_be_one_and_the_next_is_found) {
    Bytes damaged = bytes_of_hex(kReply);
    damaged[14] ^= 1U;
    const Found found = find_frame(joined(damaged, bytes_of_hex(kReply)));
    CHECK(found.damaged && found.frame.has_value());
}

TEST(Dlt645Frame, what_looks_like_a_long_frame_holds_no_whole_one_up) {
    const Bytes begun{0x68, 1, 2, 3, 4, 5, 6, 0x68, 0x91, 0xFF};
    CHECK(find_frame(joined(begun, bytes_of_hex(kReply))).frame.has_value());
}

TEST(Dlt645Frame, the_echo_of_the_request_is_passed_over) {
    const Reply reply = judge(frame_of(encode(energy())), energy());
    CHECK(reply.meaning == Meaning::foreign);
    STRCMP_EQUAL("an echo of the request", reply.error.c_str());
}

TEST(Dlt645Frame, a_reply_about_something_else_is_a_late_one) {
    Request voltage = energy();
    voltage.item = 0x0201FF00;
    const Reply reply = judge(frame_of(bytes_of_hex(kReply)), voltage);
    CHECK(reply.meaning == Meaning::foreign);
    STRCMP_EQUAL("reply about 0x00010000 instead of 0x0201FF00", reply.error.c_str());
}

TEST(Dlt645Frame, another_meters_reply_is_not_this_ones) {
    Request other = energy();
    other.address = *parse_address("000000000162");
    const auto frame = frame_of(bytes_of_hex(kReply));
    const Reply reply = judge(frame, other);
    CHECK(reply.meaning == Meaning::foreign);
    STRCMP_EQUAL("reply from meter 000000000161 instead of 000000000162", reply.error.c_str());
    other.address = any_address;
    CHECK(judge(frame, other).meaning == Meaning::value);
}

TEST(Dlt645Frame, a_refusal_says_why) {
    const Bytes refusal = with_checksum({0x68, 0x61, 1, 0, 0, 0, 0, 0x68, 0xD1, 1, 0x02 + 0x33});
    const Reply reply = judge(frame_of(refusal), energy());
    CHECK(reply.meaning == Meaning::refusal && !reply.may_pass);
    STRCMP_EQUAL("no such data (error 0x02)", reply.error.c_str());
    const Bytes other = with_checksum({0x68, 0x61, 1, 0, 0, 0, 0, 0x68, 0xD1, 1, 0x05 + 0x33});
    CHECK(judge(frame_of(other), energy()).may_pass);
    STRCMP_EQUAL("other error, not authorised (error 0x05)", refusal_text(5).c_str());
    STRCMP_EQUAL("no reason given (error 0x00)", refusal_text(0).c_str());
}

TEST(Dlt645Frame, a_reply_in_parts_goes_on_by_number) {
    const Bytes first = with_checksum({0x68, 0x61, 1, 0, 0, 0, 0, 0x68, 0xB1, 5, 0x33, 0x33, 0x34, 0x33, 0x44});
    const Reply begun = judge(frame_of(first), energy());
    CHECK(begun.meaning == Meaning::value && begun.more);
    check_bytes({0x11}, begun.data);

    const Bytes second = with_checksum({0x68, 0x61, 1, 0, 0, 0, 0, 0x68, 0x92, 6, 0x33, 0x33, 0x34, 0x33, 0x55, 0x34});
    const Reply ended = judge(frame_of(second), energy(1));
    CHECK(ended.meaning == Meaning::value && !ended.more);
    check_bytes({0x22}, ended.data);
    CHECK(judge(frame_of(second), energy(2)).meaning == Meaning::foreign);  // part 1, not part 2
    CHECK(judge(frame_of(second), energy()).meaning == Meaning::foreign);   // no first part
}

TEST(Dlt645Frame, a_reply_too_short_for_its_identifier_is_none) {
    const Bytes frame = with_checksum({0x68, 0x61, 1, 0, 0, 0, 0, 0x68, 0x91, 3, 0x33, 0x33, 0x34});
    CHECK(judge(frame_of(frame), energy()).meaning == Meaning::foreign);
}

TEST(Dlt645Frame, the_question_for_the_address_is_the_standards_sample) {
    check_bytes(bytes_of_hex("FE FE FE FE 68 AA AA AA AA AA AA 68 13 00 DF 16"), encode_address_question());
}

TEST(Dlt645Frame, a_meter_tells_its_address_as_data) {
    const auto reply = with_checksum(bytes_of_hex("68 61 01 00 00 00 00 68 93 06 94 34 33 33 33 33"));
    const auto told = told_address(frame_of(reply));
    CHECK(told.has_value());
    STRCMP_EQUAL("000000000161", address_text(*told).c_str());
    for (const auto& other : {"68 61 01 00 00 00 00 68 13 06 94 34 33 33 33 33",     // no reply
                              "68 61 01 00 00 00 00 68 91 06 94 34 33 33 33 33",     // to another question
                              "68 61 01 00 00 00 00 68 93 05 94 34 33 33 33",        // too short
                              "68 61 01 00 00 00 00 68 93 06 DD DD DD DD DD DD"}) {  // no digits
        CHECK_FALSE(told_address(frame_of(with_checksum(bytes_of_hex(other)))).has_value());
    }
}

TEST(Dlt645Frame, a_pair_of_as_stands_for_any_two_digits) {
    const Address number = *parse_address("202611220162");
    Address pattern = any_address;
    CHECK(fits(pattern, number));
    pattern[0] = 0x62;
    CHECK(fits(pattern, number));
    pattern[1] = 0x02;
    CHECK_FALSE(fits(pattern, number));
    CHECK(is_number(number));
    CHECK_FALSE(is_number(pattern));
}
