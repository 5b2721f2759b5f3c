// Requests and replies byte by byte; the bytes come from registers.md section 6 and the Modbus TCP layout.
#include <string>
#include <string_view>
#include <vector>

#include "drivers/modbus/frame.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

using Bytes = std::vector<std::uint8_t>;

const ReadRequest volts{.unit = 1, .function = 4, .address = 0, .words = 2};
const Bytes good_reply{0x12, 0x34, 0, 0, 0, 7, 1, 4, 4, 0x43, 0x66, 0x33, 0x34};

Frame parse(const Bytes& bytes) { return parse_tcp(bytes, 0x1234, volts); }

// The good reply with one byte changed is refused with a text that holds `why`.
void check_bad(std::size_t at, std::uint8_t byte, const char* why) {
    Bytes bytes = good_reply;
    bytes[at] = byte;
    const Frame frame = parse(bytes);
    CHECK_TRUE(frame.state == FrameState::bad);
    STRCMP_CONTAINS(why, frame.error.c_str());
}

}  // namespace

TEST_GROUP(Frame){};

TEST(Frame, a_request_is_laid_out_as_the_eastron_manual_has_it) {
    const TcpRequest tcp = encode_tcp(0x1234, {.unit = 17, .function = 3, .address = 0x5B01, .words = 125});
    CHECK_TRUE((Bytes{tcp.begin(), tcp.end()} == Bytes{0x12, 0x34, 0, 0, 0, 6, 17, 3, 0x5B, 0x01, 0, 125}));
}

TEST(Frame, a_whole_reply_gives_its_words) {
    const Frame frame = parse(good_reply);
    CHECK_TRUE(frame.state == FrameState::whole);
    CHECK_TRUE((frame.words == std::vector<std::uint16_t>{0x4366, 0x3334}));
    UNSIGNED_LONGS_EQUAL(0, frame.exception);
}

TEST(Frame, every_shorter_piece_is_incomplete) {
    for (std::size_t size = 0; size < good_reply.size(); ++size) {
        const Bytes piece{good_reply.begin(), good_reply.begin() + static_cast<std::ptrdiff_t>(size)};
        CHECK_TRUE(parse(piece).state == FrameState::incomplete);
    }
}

TEST(Frame, a_byte_too_many_is_refused) {
    Bytes bytes = good_reply;
    bytes.push_back(0);
    CHECK_TRUE(parse(bytes).state == FrameState::bad);
}

TEST(Frame, each_header_field_is_checked) {
    check_bad(1, 0x35, "transaction id 4661 instead of 4660");
    check_bad(0, 0x13, "transaction id");
    check_bad(3, 1, "protocol id");
    check_bad(5, 8, "length 8 instead of 7");
    check_bad(4, 1, "length");
    check_bad(6, 2, "unit id 2 instead of 1");
    check_bad(7, 3, "function 3 instead of 4");
    check_bad(8, 2, "bytes of data");
}

TEST(Frame, a_fault_is_told_as_early_as_it_can_be) {
    CHECK_TRUE(parse({0x12, 0x35}).state == FrameState::bad);
    CHECK_TRUE(parse({0x12, 0x34, 0, 0, 0xFF, 0xFF}).state == FrameState::bad);
    CHECK_TRUE(parse({0x12, 0x34, 0, 0, 0, 0}).state == FrameState::bad);
}

TEST(Frame, a_refusal_carries_its_code) {
    const Frame frame = parse({0x12, 0x34, 0, 0, 0, 3, 1, 0x84, 2});
    CHECK_TRUE(frame.state == FrameState::whole);
    UNSIGNED_LONGS_EQUAL(2, frame.exception);
    CHECK_TRUE(frame.words.empty());
    CHECK_TRUE(parse({0x12, 0x34, 0, 0, 0, 3, 1, 0x84, 0}).state == FrameState::bad);
    CHECK_TRUE(parse({0x12, 0x34, 0, 0, 0, 3, 1, 0x83, 2}).state == FrameState::bad);
    CHECK_TRUE(parse({0x12, 0x34, 0, 0, 0, 3, 1, 4, 2}).state == FrameState::bad);
}

// What is told of bytes that are no reply.
std::string told(std::string_view text) {
    const Bytes bytes{text.begin(), text.end()};
    const Frame frame = parse(bytes);
    CHECK_TRUE(frame.state == FrameState::bad);
    return frame.error;
}

TEST(Frame, other_services_are_told_by_their_first_words) {
    STRCMP_EQUAL("not Modbus: a web server answers (HTTP)", told("HTTP/1.1 400 Bad Request\r\n").c_str());
    STRCMP_EQUAL("not Modbus: an SSH server answers", told("SSH-2.0-OpenSSH_9.2p1\r\n").c_str());
    STRCMP_EQUAL("not Modbus: an FTP or mail server answers", told("220 ready\r\n").c_str());
    STRCMP_EQUAL("not Modbus: an FTP or mail server answers", told("220-hello").c_str());
    STRCMP_EQUAL("not Modbus: a server that wants TLS answers, as HTTPS does",
                 told({"\x15\x03\x01\x00\x02\x02\x46", 7}).c_str());
    STRCMP_EQUAL("not Modbus: a telnet server answers", told("\xFF\xFD\x18\xFF\xFB\x01").c_str());
    const std::string_view web = "HTTP/1.0 400";
    STRCMP_EQUAL("not Modbus: a web server answers (HTTP)",
                 parse_rtu(Bytes{web.begin(), web.end()}, volts).error.c_str());
}

TEST(Frame, what_only_resembles_another_service_is_judged_as_modbus) {
    STRCMP_EQUAL("reply with transaction id 18516 instead of 4660", told("HT").c_str());
    STRCMP_EQUAL("reply with transaction id 18516 instead of 4660", told("HTTQ/1.1").c_str());
    STRCMP_CONTAINS("transaction id", told({"\x15\x03\x01\x00\x02\x02\x46\x00", 8}).c_str());
    STRCMP_CONTAINS("transaction id", told({"\xFF\xFD\x00\x00\x00\x05\x01", 7}).c_str());
    CHECK_TRUE(parse_tcp(Bytes{'H', 'T', 0, 0, 0, 7, 1}, 0x4854, volts).state == FrameState::incomplete);
}

// The same reply as an RTU frame; the CRC is that of the Eastron manual's sample.
const Bytes serial_reply{1, 4, 4, 0x43, 0x66, 0x33, 0x34, 0x1B, 0x38};

TEST(Frame, an_rtu_request_ends_with_its_crc_low_byte_first) {
    const RtuRequest request = encode_rtu(volts);
    CHECK_TRUE((Bytes{request.begin(), request.end()} == Bytes{1, 4, 0, 0, 0, 2, 0x71, 0xCB}));
}

TEST(Frame, an_rtu_reply_in_a_stream_is_waited_for_and_checked) {
    for (std::size_t size = 0; size < serial_reply.size(); ++size) {
        CHECK_TRUE(parse_rtu({serial_reply.data(), size}, volts).state == FrameState::incomplete);
    }
    const Frame frame = parse_rtu(serial_reply, volts);
    CHECK_TRUE(frame.state == FrameState::whole);
    CHECK_TRUE((frame.words == std::vector<std::uint16_t>{0x4366, 0x3334}));
    for (std::size_t at = 0; at < serial_reply.size(); ++at) {
        Bytes wrong = serial_reply;
        wrong[at] ^= 1U;
        CHECK_FALSE(parse_rtu(wrong, volts).state == FrameState::whole);
    }
    Bytes longer = serial_reply;
    longer.push_back(0);
    CHECK_TRUE(parse_rtu(longer, volts).state == FrameState::bad);
    CHECK_TRUE(parse_rtu(Bytes{1, 6, 0, 0, 0, 1}, volts).state == FrameState::bad);
}

TEST(Frame, an_rtu_reply_is_checked_for_unit_function_and_length) {
    ReadRequest other = volts;
    other.unit = 2;
    CHECK_TRUE(parse_rtu(serial_reply, other).state == FrameState::bad);
    other = volts;
    other.function = 3;
    CHECK_TRUE(parse_rtu(serial_reply, other).state == FrameState::bad);
    other = volts;
    other.words = 1;
    CHECK_TRUE(parse_rtu(serial_reply, other).state == FrameState::bad);
    UNSIGNED_LONGS_EQUAL(6, parse_rtu(Bytes{1, 0x84, 6, 0xC3, 0x02}, volts).exception);
}

TEST(Frame, the_length_of_an_rtu_reply_is_known_after_its_third_byte) {
    UNSIGNED_LONGS_EQUAL(0, rtu_length({serial_reply.data(), 2}).value_or(99));
    UNSIGNED_LONGS_EQUAL(9, rtu_length({serial_reply.data(), 3}).value_or(99));
    UNSIGNED_LONGS_EQUAL(5, rtu_length(Bytes{1, 0x84}).value_or(99));
    CHECK_FALSE(rtu_length(Bytes{1, 6, 0}).has_value());
}

TEST(Frame, a_late_rtu_reply_is_told_by_its_unit_or_its_length) {
    UNSIGNED_LONGS_EQUAL(0, late_rtu_reply(serial_reply, volts, {}));
    ReadRequest other_unit = volts;
    other_unit.unit = 2;
    UNSIGNED_LONGS_EQUAL(9, late_rtu_reply(serial_reply, other_unit, {}));
    UNSIGNED_LONGS_EQUAL(0, late_rtu_reply({serial_reply.data(), 8}, other_unit, {}));
    ReadRequest probe = volts;
    probe.words = 1;
    UNSIGNED_LONGS_EQUAL(0, late_rtu_reply(serial_reply, probe, {}));
    UNSIGNED_LONGS_EQUAL(9, late_rtu_reply(serial_reply, probe, 2));
    UNSIGNED_LONGS_EQUAL(0, late_rtu_reply(serial_reply, volts, 2));
    Bytes wrong = serial_reply;
    wrong[8] ^= 1U;
    UNSIGNED_LONGS_EQUAL(0, late_rtu_reply(wrong, other_unit, {}));
}

TEST(Frame, refusals_and_registers_have_words_for_people) {
    STRCMP_EQUAL("exception 2 (illegal data address)", exception_text(2).c_str());
    STRCMP_EQUAL("exception 99 (not in the standard)", exception_text(99).c_str());
    STRCMP_EQUAL("input registers 0-1", registers_text(volts).c_str());
    STRCMP_EQUAL("holding register 52", registers_text({.unit = 1, .function = 3, .address = 52, .words = 1}).c_str());
}
