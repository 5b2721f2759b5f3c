// Bytes from hell: a seeded, bounded run of random and nearly-right input through everything that takes bytes or words
// from a device. Nothing may crash (run it under the sanitizers), and what is accepted must be exactly what the
// protocol says; the acceptance rule is written here a second time, from the other end.
#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "drivers/modbus/decode.hpp"
#include "drivers/modbus/device_poll.hpp"
#include "drivers/modbus/frame.hpp"
#include "drivers/modbus/no_value.hpp"
#include "tests/fakes/modbus_map.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

using Bytes = std::vector<std::uint8_t>;

class Dice {
public:
    explicit Dice(unsigned seed) : random_(seed) {}
    unsigned upto(unsigned most) { return static_cast<unsigned>(random_() % (std::uint64_t{most} + 1)); }
    bool one_in(unsigned n) { return upto(n - 1) == 0; }
    std::uint8_t byte() { return static_cast<std::uint8_t>(upto(255)); }
    std::uint16_t word() { return one_in(3) ? edge() : static_cast<std::uint16_t>(upto(65535)); }

private:
    std::uint16_t edge() {
        constexpr std::uint16_t edges[] = {0, 1, 0x7FFF, 0x8000, 0xFFFF, 0x7F80, 0x7FC0, 0xFF80, 0x7FF0, 9999, 10000};
        return edges[upto(10)];
    }
    std::mt19937 random_;
};

ReadRequest random_request(Dice& dice) {
    return {.unit = dice.byte(),
            .function = static_cast<std::uint8_t>(3 + dice.upto(1)),
            .address = dice.word(),
            .words = static_cast<std::uint16_t>(1 + dice.upto(124))};
}

// What a correct device would send.
Bytes honest_body(Dice& dice, const ReadRequest& request) {
    if (dice.one_in(5)) return {static_cast<std::uint8_t>(request.function | 0x80U), dice.byte()};
    Bytes body{request.function, static_cast<std::uint8_t>(2 * request.words)};
    for (unsigned i = 0; i < 2U * request.words; ++i) body.push_back(dice.byte());
    return body;
}

Bytes honest_tcp(Dice& dice, std::uint16_t transaction, const ReadRequest& request) {
    const Bytes body = honest_body(dice, request);
    const std::size_t length = body.size() + 1;
    Bytes bytes{static_cast<std::uint8_t>(transaction >> 8U), static_cast<std::uint8_t>(transaction), 0,           0,
                static_cast<std::uint8_t>(length >> 8U),      static_cast<std::uint8_t>(length),      request.unit};
    bytes.insert(bytes.end(), body.begin(), body.end());
    return bytes;
}

void spoil(Dice& dice, Bytes& bytes) {
    for (unsigned times = dice.upto(3); times > 0 && !bytes.empty(); --times) {
        const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(dice.upto(static_cast<unsigned>(bytes.size() - 1)));
        switch (dice.upto(3)) {
            case 0: *at = dice.byte(); break;
            case 1: bytes.erase(at); break;
            case 2: bytes.insert(at, dice.byte()); break;
            default: bytes.erase(at, bytes.end()); break;
        }
    }
}

// Body as the protocol has it, told by building the only acceptable bytes from the result.
void check_body(const Frame& frame, const ReadRequest& request, std::span<const std::uint8_t> body) {
    Bytes expected{request.function, static_cast<std::uint8_t>(2 * request.words)};
    for (const auto word : frame.words) {
        expected.push_back(static_cast<std::uint8_t>(word >> 8U));
        expected.push_back(static_cast<std::uint8_t>(word));
    }
    if (frame.exception != 0) {
        expected = {static_cast<std::uint8_t>(request.function | 0x80U), frame.exception};
        CHECK_TRUE(frame.words.empty());
    } else {
        CHECK_EQUAL(request.words, frame.words.size());
    }
    CHECK_TRUE(std::ranges::equal(expected, body));
}

Field random_field(Dice& dice) {
    Field field;
    field.name = "power_w";
    field.type = static_cast<RegisterType>(dice.upto(13));
    field.order = static_cast<WordOrder>(dice.upto(3));
    field.scale = dice.one_in(2) ? 1 : std::pow(10.0, static_cast<int>(dice.upto(12)) - 6);
    if (dice.one_in(4)) field.offset = static_cast<double>(dice.upto(1000)) - 500;
    if (dice.one_in(2)) field.q_uwh = 1 + dice.upto(2'000'000'000);
    if (dice.one_in(5)) field.modulus = (std::uint64_t{dice.upto(0xFFFFFFFFU)} << 32U) | dice.word();
    if (dice.one_in(4)) field.scale_register = "sf";
    if (dice.one_in(4)) field.factors = {"ct"};
    if (dice.one_in(4)) field.invalid = {dice.word(), 0x7FFFFFFF};
    if (dice.one_in(6)) field.min = 0;
    if (dice.one_in(6)) field.max = 1e6;
    field.negate = dice.one_in(4);
    return field;
}

HelperValues random_helpers(Dice& dice) {
    HelperValues out;
    if (!dice.one_in(4)) out["sf"] = static_cast<double>(dice.upto(40)) - 20;
    if (!dice.one_in(4)) out["ct"] = (static_cast<double>(dice.upto(60000)) - 3) / (1 + dice.upto(3));
    return out;
}

void check_decoded(const Field& field, const Decoded& decoded) {
    if (decoded.quality == Quality::invalid) {
        DOUBLES_EQUAL(0, decoded.value, 0);
        CHECK_FALSE(decoded.count.has_value());
        return;
    }
    CHECK_TRUE(decoded.quality == Quality::good);
    CHECK_TRUE(std::isfinite(decoded.value));
    CHECK_FALSE(field.min && decoded.value < *field.min);
    CHECK_FALSE(field.max && decoded.value > *field.max);
    CHECK_EQUAL(field.q_uwh > 0, decoded.count.has_value());
    if (decoded.count) CHECK_TRUE(decoded.count->q_uwh > 0 && decoded.count->ulp_wh >= 0);
}

ModbusPoll random_device(Dice& dice) {
    ModbusPoll poll;
    for (unsigned i = 0, count = 1 + dice.upto(40); i < count; ++i) {
        Field field = random_field(dice);
        field.address = static_cast<std::uint16_t>(dice.upto(300));
        field.rate = dice.one_in(8) ? ReadRate::once : ReadRate::every_poll;
        fake::own_map(poll).fields.push_back(field);
    }
    for (const char* name : {"sf", "ct"}) {
        Field helper;
        helper.name = name;
        helper.address = static_cast<std::uint16_t>(dice.upto(300));
        helper.rate = ReadRate::once;
        fake::own_map(poll).helpers.push_back(helper);
    }
    fake::own_map(poll).spans = {
        .max_words = 4 + dice.upto(121), .max_gap = dice.upto(40), .align = 1 + dice.upto(1), .exact = false};
    return poll;
}

// One poll of a device in a bad mood; counts its requests.
unsigned moody_poll(Dice& dice, DevicePoll& poll, unsigned mood) {
    unsigned requests = 0;
    poll.start({});
    while (const auto request = poll.request()) {
        ++requests;
        const BootTime now{std::chrono::milliseconds{requests}};
        if (dice.upto(9) < mood) {
            poll.refuse(static_cast<std::uint8_t>(1 + dice.upto(7)), now, now);
            continue;
        }
        std::vector<std::uint16_t> words(request->words);
        for (auto& word : words) word = dice.word();
        poll.answer(words, now, now);
    }
    return requests;
}

}  // namespace

TEST_GROUP(FuzzModbus){};

TEST(FuzzModbus, tcp_replies) {
    Dice dice{20261122};
    unsigned whole = 0, bad = 0, incomplete = 0;
    for (int i = 0; i < 400'000; ++i) {
        const ReadRequest request = random_request(dice);
        const auto transaction = static_cast<std::uint16_t>(dice.upto(65535));
        Bytes bytes = honest_tcp(dice, transaction, request);
        spoil(dice, bytes);
        const Frame frame = parse_tcp(bytes, transaction, request);
        if (frame.state == FrameState::bad) CHECK_FALSE(frame.error.empty());
        (frame.state == FrameState::whole ? whole : frame.state == FrameState::bad ? bad : incomplete) += 1;
        if (frame.state != FrameState::whole) continue;
        const Bytes header{static_cast<std::uint8_t>(transaction >> 8U),
                           static_cast<std::uint8_t>(transaction),
                           0,
                           0,
                           static_cast<std::uint8_t>((bytes.size() - 6) >> 8U),
                           static_cast<std::uint8_t>(bytes.size() - 6),
                           request.unit};
        CHECK_TRUE(std::equal(header.begin(), header.end(), bytes.begin()));
        check_body(frame, request, std::span{bytes}.subspan(7));
    }
    CHECK_TRUE(whole > 10'000 && bad > 10'000 && incomplete > 10'000);  // the run reached all three
}

TEST(FuzzModbus, serial_replies) {
    Dice dice{20261124};
    unsigned whole = 0;
    for (int i = 0; i < 200'000; ++i) {
        const ReadRequest request = random_request(dice);
        Bytes bytes{request.unit};
        const Bytes body = honest_body(dice, request);
        bytes.insert(bytes.end(), body.begin(), body.end());
        unsigned crc = 0xFFFF;
        for (unsigned at = 0; at < 8 * bytes.size(); ++at) {
            if (at % 8 == 0) crc ^= bytes[at / 8];
            crc = (crc >> 1U) ^ ((crc & 1U) * 0xA001U);
        }
        bytes.push_back(static_cast<std::uint8_t>(crc));
        bytes.push_back(static_cast<std::uint8_t>(crc >> 8U));
        const Bytes sent = bytes;
        spoil(dice, bytes);
        const auto late = late_rtu_reply(bytes, random_request(dice), dice.word());
        CHECK_TRUE(late <= bytes.size());
        const Frame frame = parse_rtu(bytes, request);
        if (frame.state != FrameState::whole) continue;
        ++whole;
        check_body(frame, request, std::span{bytes}.subspan(1, bytes.size() - 3));
        if (bytes == sent) continue;
        CHECK_TRUE(bytes.size() == sent.size());  // more than two spoilt bits may escape a CRC, no other length does
    }
    CHECK_TRUE(whole > 10'000);
}

TEST(FuzzModbus, any_words_decode_to_a_value_or_to_none) {
    Dice dice{20261124};
    unsigned good = 0;
    for (int i = 0; i < 1'000'000; ++i) {
        const Field field = random_field(dice);
        std::vector<std::uint16_t> words(dice.one_in(20) ? dice.upto(3) : 4);
        for (auto& word : words) word = dice.word();
        const HelperValues helpers = random_helpers(dice);
        const Decoded decoded = decode(field, words, helpers);
        check_decoded(field, decoded);
        const std::string why = no_value_text(field, words, helpers);
        CHECK_EQUAL(decoded.quality == Quality::good, why.empty());
        CHECK_TRUE(why.size() < 100);
        good += decoded.quality == Quality::good ? 1 : 0;
    }
    CHECK_TRUE(good > 100'000);
}

TEST(FuzzModbus, moody_devices_end_every_poll_within_bounds) {
    for (unsigned seed = 1; seed <= 3000; ++seed) {
        Dice dice{seed};
        const ModbusPoll device = random_device(dice);
        FieldLists lists;
        DevicePoll poll{device, tcp_cost(), "device", lists};
        for (unsigned mood : {0U, 3U, 10U, 3U, 0U}) {
            const unsigned requests = moody_poll(dice, poll, mood);
            CHECK_TRUE(requests <= 3 * (device.map->fields.size() + device.map->helpers.size()));
            const Report report = poll.finish();
            CHECK_EQUAL(report.state == DeviceState::good ? device.map->fields.size() : 0, report.samples.size());
            const auto bad = [](const Sample& sample) { return sample.quality != Quality::good; };
            CHECK_FALSE(std::ranges::any_of(report.samples, bad) && report.error.empty());
            CHECK_TRUE(report.error.size() < 1000);
            if (mood == 10) CHECK_TRUE(report.state == DeviceState::failed && !report.error.empty());
            if (dice.one_in(3)) poll.forget();
        }
    }
}
