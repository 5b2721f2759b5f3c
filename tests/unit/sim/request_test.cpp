// Requests cut out of bytes, and what devices say to them; frames from registers.md section 6.
#include "drivers/sim/request.hpp"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace pued::sim;

namespace {

using Bytes = std::vector<std::uint8_t>;

const Bytes eastron_request{0x01, 0x04, 0x00, 0x00, 0x00, 0x02, 0x71, 0xCB};
const Bytes circutor_request{0x0A, 0x04, 0x00, 0x00, 0x00, 0x02, 0x70, 0xB0};
const Bytes tcp_request{0x12, 0x34, 0, 0, 0, 6, 1, 3, 0x0B, 0xF3, 0, 2};

Device device(const char* model) {
    return Device("d", *find_model(model), 7, [] { return Flow{1000, 50}; });
}

int exception_of(Device& device, unsigned function, unsigned address, unsigned count) {
    const Request request{.unit = 1,
                          .function = static_cast<std::uint8_t>(function),
                          .address = static_cast<std::uint16_t>(address),
                          .count = static_cast<std::uint16_t>(count),
                          .bytes = 8};
    return answer(device, request, 0).exception;
}

}  // namespace

TEST_GROUP(Requests){};

TEST(Requests, a_serial_request_is_whole_after_eight_bytes_with_the_right_crc) {
    const Cut cut = cut_request(Medium::rtu, circutor_request);
    CHECK(cut.request.has_value());
    LONGS_EQUAL(10, cut.request->unit);
    LONGS_EQUAL(4, cut.request->function);
    LONGS_EQUAL(2, cut.request->count);
    for (std::size_t part = 0; part < eastron_request.size(); ++part) {
        const Cut less = cut_request(Medium::rtu, std::span(eastron_request).first(part));
        CHECK_FALSE(less.request.has_value());
        CHECK_FALSE(less.broken);
    }
}

TEST(Requests, one_wrong_bit_on_the_line_breaks_it) {
    for (std::size_t bit = 0; bit < 8 * eastron_request.size(); ++bit) {
        if (bit / 8 == 1) continue;  // another function may announce another length
        Bytes bytes = eastron_request;
        bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1U << (bit % 8)));
        CHECK(cut_request(Medium::rtu, bytes).broken);
    }
}

TEST(Requests, a_tcp_request_ends_where_its_length_says_and_the_next_follows) {
    Bytes two = tcp_request;
    two.insert(two.end(), tcp_request.begin(), tcp_request.end());
    const Cut cut = cut_request(Medium::tcp, two);
    CHECK(cut.request.has_value());
    LONGS_EQUAL(12, cut.request->bytes);
    LONGS_EQUAL(3059, cut.request->address);
    for (std::size_t part = 0; part < tcp_request.size(); ++part)
        CHECK_FALSE(cut_request(Medium::tcp, std::span(tcp_request).first(part)).request.has_value());
}

TEST(Requests, another_protocol_or_an_impossible_length_on_tcp_is_broken) {
    Bytes other = tcp_request, empty = tcp_request, huge = tcp_request;
    other[3] = 1;
    empty[5] = 1;
    huge[4] = 1, huge[5] = 4;
    for (const Bytes& bytes : {other, empty, huge}) CHECK(cut_request(Medium::tcp, bytes).broken);
}

TEST(Requests, a_device_answers_its_functions_and_nothing_that_writes) {
    Device schneider = device("schneider-iem3xxx"), eastron = device("eastron-sdm630");
    LONGS_EQUAL(0, exception_of(schneider, 3, 3059, 2));
    LONGS_EQUAL(exception::illegal_function, exception_of(schneider, 4, 3059, 2));
    LONGS_EQUAL(exception::illegal_function, exception_of(eastron, 3, 52, 2));
    for (const unsigned function : {1U, 2U, 5U, 6U, 15U, 16U, 23U, 43U})
        LONGS_EQUAL(exception::illegal_function, exception_of(schneider, function, 3059, 2));
}

TEST(Requests, a_device_keeps_its_limits) {
    Device schneider = device("schneider-iem3xxx"), carlo = device("carlo-gavazzi-em3xx"),
           eastron = device("eastron-sdm630");
    LONGS_EQUAL(exception::illegal_value, exception_of(schneider, 3, 2999, 126));
    LONGS_EQUAL(exception::illegal_value, exception_of(schneider, 3, 2999, 0));
    LONGS_EQUAL(exception::illegal_value, exception_of(carlo, 4, 0, 51));
    LONGS_EQUAL(0, exception_of(carlo, 4, 0, 50));
    LONGS_EQUAL(exception::illegal_address, exception_of(eastron, 4, 1, 2));
    LONGS_EQUAL(exception::illegal_address, exception_of(eastron, 4, 0, 3));
    LONGS_EQUAL(exception::illegal_address, exception_of(schneider, 3, 3110, 2));
}

TEST(Requests, a_pac_is_read_by_whole_values) {
    Device pac = device("siemens-pac");
    LONGS_EQUAL(0, exception_of(pac, 3, 1, 6));
    LONGS_EQUAL(exception::illegal_address, exception_of(pac, 3, 2, 2));
    LONGS_EQUAL(exception::illegal_address, exception_of(pac, 3, 801, 2));
    LONGS_EQUAL(0, exception_of(pac, 4, 801, 4));
}

TEST(Requests, a_carlo_gavazzi_read_alone_at_11_says_its_model) {
    Device carlo = device("carlo-gavazzi-em3xx");
    const Answer said = answer(carlo, {.unit = 1, .function = 4, .address = 11, .count = 1, .bytes = 8}, 0);
    LONGS_EQUAL(341, said.words.at(0));
}
