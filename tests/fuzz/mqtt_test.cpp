// JSON messages made by chance: well-formed ones whose value is known, and broken ones that must not do any harm.
// Fixed seed, a fixed number of rounds.
#include "drivers/mqtt/message_value.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>
#include <string>

#include "tests/unit/mqtt/json_number.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using test::json_number;

namespace {

class Chance {
public:
    unsigned below(unsigned n) { return std::uniform_int_distribution<unsigned>{0, n - 1}(random_); }
    double number() {
        const double mantissa = std::uniform_real_distribution<double>{-1, 1}(random_);
        return std::ldexp(mantissa, static_cast<int>(below(600)) - 300);
    }

private:
    std::minstd_rand random_{20261122};
};

struct Sought {
    std::string json;
    std::string pointer;
    double value = 0;
};

std::string printed(double value) {
    char text[40];
    std::snprintf(text, sizeof text, "%.17g", value);
    return text;
}

// A key with characters that JSON and RFC 6901 each escape in a way of their own.
struct Key {
    std::string json, pointer;
};

Key random_key(Chance& chance) {
    static const Key pieces[] = {{"a", "a"}, {"/", "~1"}, {"~", "~0"}, {"\\\"", "\""},
                                 {"[", "["}, {"}", "}"},  {"0", "0"},  {"\\u00e9", "\xc3\xa9"},
                                 {" ", " "}};
    Key key;
    for (unsigned n = chance.below(5); n > 0; --n) {
        const Key& piece = pieces[chance.below(std::size(pieces))];
        key.json += piece.json;
        key.pointer += piece.pointer;
    }
    return key;
}

// The value wrapped in objects and arrays, from the inside out; the siblings stand before it.
Sought random_document(Chance& chance) {
    Sought sought;
    sought.value = chance.number();
    sought.json = chance.below(2) == 0 ? printed(sought.value) : '"' + printed(sought.value) + '"';
    for (unsigned depth = chance.below(12); depth > 0; --depth) {
        if (chance.below(2) == 0) {
            const Key key = random_key(chance);
            sought.json = R"({"sibling": [null, "]}"], ")" + key.json + "\": " + sought.json + '}';
            sought.pointer = '/' + key.pointer + sought.pointer;
        } else {
            const unsigned before = chance.below(3);
            std::string array = "[";
            for (unsigned i = 0; i < before; ++i) array += "true, ";
            sought.json = array + sought.json + ']';
            sought.pointer = '/' + std::to_string(before) + sought.pointer;
        }
    }
    return sought;
}

std::string broken(Chance& chance, std::string text) {
    for (unsigned n = 1 + chance.below(4); n > 0 && !text.empty(); --n) {
        const std::size_t at = chance.below(static_cast<unsigned>(text.size()));
        switch (chance.below(4)) {
            case 0: text[at] = static_cast<char>(chance.below(256)); break;
            case 1: text.erase(at, 1 + chance.below(8)); break;
            case 2: text.insert(at, text.substr(at, chance.below(16))); break;
            default: text.insert(at, 1, "{}[]\",:\\-+.eE0~/"[chance.below(16)]); break;
        }
    }
    return text;
}

// So many seconds ago, in one of the ways that a time may be written in.
std::string stamp(Chance& chance, int ago_s) {
    const UtcTime time{std::chrono::seconds{1'790'000'000 - ago_s}};
    const auto ms = time.time_since_epoch().count();
    switch (chance.below(3)) {
        case 0: return std::to_string(ms / 1000);
        case 1: return std::to_string(ms) + "000000";
        default: return '"' + rfc3339(time) + '"';
    }
}

bool printable(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x20; });
}

}  // namespace

TEST_GROUP(MqttJsonFuzz){};

TEST(MqttJsonFuzz, a_number_is_found_wherever_it_stands) {
    Chance chance;
    for (int round = 0; round < 6'000; ++round) {
        const Sought sought = random_document(chance);
        const auto found = json_number(sought.json, sought.pointer);
        CHECK_TEXT(bool(found), (sought.json + "  " + sought.pointer + (found ? "" : "  " + found.error())).c_str());
        CHECK_TEXT(*found == sought.value, sought.json.c_str());
    }
}

TEST(MqttJsonFuzz, what_is_broken_gives_a_finite_number_or_a_short_reason) {
    Chance chance;
    unsigned refused = 0;
    for (int round = 0; round < 10'000; ++round) {
        const Sought sought = random_document(chance);
        const std::string json = broken(chance, sought.json);
        const auto found = json_number(json, sought.pointer);
        if (found) CHECK(std::isfinite(*found));
        refused += found ? 0 : 1;
        if (!found) CHECK_TEXT(printable(found.error()) && found.error().size() < 300, json.c_str());
        const auto by_broken_pointer = json_number(sought.json, broken(chance, sought.pointer + '/'));
        if (by_broken_pointer) CHECK(std::isfinite(*by_broken_pointer));
    }
    CHECK(refused > 2'000);  // else this test broke nothing
}

// A batch of GPUs, broken: a value of finite parts, a short reason, or nothing. Never more.
TEST(MqttJsonFuzz, broken_lists_give_a_finite_value_a_short_reason_or_nothing) {
    Chance chance;
    MqttPoint point;
    point.config.topic = "t";
    point.config.quantity = "energy_wh";
    point.config.unit = "mJ";
    point.config.list = "/metrics";
    point.config.where = {{"/name", "gpu"}};
    point.config.each = "/tags/index";
    point.config.time = "/timestamp";
    point.config.pointer = "/fields/mj";
    point.config.count = 3;
    MessageValue value{point};
    const Now now{BootTime{std::chrono::hours{9}}, UtcTime{std::chrono::seconds{1'790'000'000}}, ClockQuality::synced};
    unsigned good = 0, bad = 0;
    for (int round = 0; round < 10'000; ++round) {
        std::string batch = "{\"metrics\":[";
        for (unsigned gpu = 0; gpu < 3; ++gpu) {
            batch += R"({"name":"gpu","tags":{"index":")" + std::to_string(gpu) + R"("},"fields":{"mj":)" +
                     std::to_string(chance.below(1'000'000)) + "},\"timestamp\":" + stamp(chance, round % 90) +
                     (gpu == 2 ? "}]}" : "},");
        }
        const auto report = value.take(chance.below(4) == 0 ? batch : broken(chance, batch), false, now);
        if (!report) continue;
        CHECK_EQUAL(1U, report->samples.size());
        const Sample& sample = report->samples.front();
        (sample.quality == Quality::good ? good : bad) += 1;
        CHECK(std::isfinite(sample.value) && sample.value >= 0);
        CHECK(sample.quality == Quality::good || (printable(report->error) && report->error.size() < 300));
        CHECK(sample.quality == Quality::invalid || sample.count.has_value());
        CHECK(report->at <= now.boot);
    }
    CHECK(good > 1'000 && bad > 1'000);
}

// Every millisecond of two centuries is read back; what is broken is a time of those centuries or none.
TEST(MqttJsonFuzz, times_are_read_back_and_broken_ones_are_of_our_time_or_none) {
    Chance chance;
    MqttValue config;
    config.pointer = "/v";
    config.time = "/t";
    unsigned refused = 0;
    for (int round = 0; round < 10'000; ++round) {
        const UtcTime time{std::chrono::seconds{946'684'800 + 3LL * chance.below(2'000'000'000)} +
                           std::chrono::milliseconds{chance.below(1000)}};
        const std::string text = rfc3339(time);
        const auto found = json_parts(R"({"v":1,"t":")" + text + "\"}", config);
        CHECK_TEXT(found && found->at(0).time, text.c_str());
        CHECK_EQUAL(time.time_since_epoch().count(), std::llround(*found->at(0).time * 1000));
        const auto other = json_parts(R"({"v":1,"t":")" + broken(chance, text) + "\"}", config);
        if (!other || !other->at(0).time) {
            ++refused;
            continue;
        }
        CHECK(*other->at(0).time >= 946'684'800 && *other->at(0).time < 7'258'118'400);
    }
    CHECK(refused > 5'000);  // else this test broke nothing
}

TEST(MqttJsonFuzz, deep_and_long_messages_end_soon) {
    Chance chance;
    for (int round = 0; round < 50; ++round) {
        std::string text;
        while (text.size() < 65'000) text += "[{\"a\":\\"[chance.below(8)];
        const auto found = json_number(text, "/a");
        CHECK_FALSE(bool(found));
    }
}
