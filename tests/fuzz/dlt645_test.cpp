// Anything may stand on a line: whatever comes, finding and judging frames and decoding values must stay within their
// bytes, take a bounded time, and never turn damage into a value. Seeded, so that a failure comes again.
#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <vector>

#include "drivers/dlt645/decode.hpp"
#include "drivers/dlt645/frame.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::dlt645;

namespace {

const Request request{.address = {0x61, 0x01, 0, 0, 0, 0}, .item = 0x00010000};

Bytes framed(const Request& about, std::uint8_t control, const Bytes& payload) {
    Bytes frame = encode(about);  // FE FE FE FE 68 …, with the identifier
    frame[12] = control;
    frame.pop_back();
    frame.pop_back();  // checksum and end
    for (const auto byte : payload) frame.push_back(static_cast<std::uint8_t>(byte + 0x33));
    frame[13] = static_cast<std::uint8_t>(4 + payload.size());
    std::uint8_t sum = 0;
    for (std::size_t i = 4; i < frame.size(); ++i) sum = static_cast<std::uint8_t>(sum + frame[i]);
    frame.push_back(sum);
    frame.push_back(0x16);
    return frame;
}

class Dice {
public:
    explicit Dice(unsigned seed) : random_(seed) {}
    unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
    // Mostly bytes that mean something.
    std::uint8_t byte() {
        constexpr std::array<std::uint8_t, 8> telling{0x68, 0x16, 0xFE, 0x91, 0xD1, 0xB1, 0x33, 0x04};
        return below(3) == 0 ? telling[below(telling.size())] : static_cast<std::uint8_t>(below(256));
    }
    Bytes bytes(unsigned most) {
        Bytes out(below(most + 1));
        std::ranges::generate(out, [this] { return byte(); });
        return out;
    }

private:
    std::mt19937 random_;
};

// All frames of a stream that comes in pieces, as the source reads it.
std::vector<Frame> all_frames(const Bytes& stream, Dice& dice) {
    std::vector<Frame> out;
    Bytes unread;
    for (std::size_t at = 0; at < stream.size();) {
        const std::size_t size = std::min<std::size_t>(1 + dice.below(40), stream.size() - at);
        unread.insert(unread.end(), stream.begin() + static_cast<std::ptrdiff_t>(at),
                      stream.begin() + static_cast<std::ptrdiff_t>(at + size));
        at += size;
        for (Found found = find_frame(unread);; found = find_frame(unread)) {
            CHECK(found.used <= unread.size());
            unread.erase(unread.begin(), unread.begin() + static_cast<std::ptrdiff_t>(found.used));
            if (!found.frame) break;
            CHECK(found.used >= 12);
            out.push_back(*found.frame);
        }
    }
    return out;
}

}  // namespace

TEST_GROUP(FuzzDlt645){};

TEST(FuzzDlt645, any_bytes_are_read_within_their_bounds) {
    Dice dice{645};
    for (int round = 0; round < 20'000; ++round) {
        for (const auto& frame : all_frames(dice.bytes(300), dice)) judge(frame, request);
        const auto told = told_address({{}, dice.byte(), dice.bytes(8)});
        CHECK(!told || is_number(*told));
    }
}

TEST(FuzzDlt645, a_reply_amid_noise_is_found) {
    Dice dice{2007};
    for (int round = 0; round < 5'000; ++round) {
        Bytes noise = dice.bytes(40);
        std::erase(noise, 0x68);  // noise that begins a frame may rightly hide what follows
        const Bytes reply = framed(request, 0x91, {0x26, 0, 0, 0});
        noise.insert(noise.end(), reply.begin(), reply.end());
        const auto frames = all_frames(noise, dice);
        UNSIGNED_LONGS_EQUAL(1, frames.size());
        CHECK(judge(frames[0], request).meaning == Meaning::value);
    }
}

// The checksum is a plain sum: a single wrong byte never passes. Two may (that is the standard's weakness), but then
// the identifier and the address still have to fit.
TEST(FuzzDlt645, one_wrong_byte_never_gives_a_value) {
    Dice dice{1997};
    for (int round = 0; round < 20'000; ++round) {
        Bytes reply = framed(request, 0x91, {0x26, 0x14, 0x70, 0x03});
        auto& byte = reply[4 + dice.below(static_cast<unsigned>(reply.size() - 4))];
        byte = static_cast<std::uint8_t>(byte + 1 + dice.below(255));
        for (const auto& frame : all_frames(reply, dice)) CHECK(judge(frame, request).meaning != Meaning::value);
    }
}

TEST(FuzzDlt645, any_data_decode_to_a_finite_number_or_none) {
    Dice dice{8};
    Field field;
    for (int round = 0; round < 50'000; ++round) {
        constexpr std::array types{RegisterType::bcd16, RegisterType::bcd24, RegisterType::bcd32};
        field.type = types[dice.below(3)];
        field.name = dice.below(2) == 0 ? "energy_wh" : "power_w";
        field.q_uwh = field.name == "energy_wh" ? 10'000'000 : 0;
        field.sign_bit = field.q_uwh == 0 && dice.below(2) == 0;
        field.address = static_cast<std::uint16_t>(dice.below(8));
        Bytes data = dice.bytes(12);
        const auto decoded = decode(field, data, {.ct = 200, .pt = 100});
        if (decoded.quality != Quality::good) continue;
        CHECK(data.size() >= field.address + bytes_of(field.type));
        CHECK(std::abs(decoded.value) < 1e8 * 20'000.0);
        CHECK(decoded.count.has_value() == (field.q_uwh > 0));
        if (decoded.count) CHECK(decoded.count->counts < decoded.count->modulus);
    }
}
