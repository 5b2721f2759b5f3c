// Golden captures: for every map in config/devices what a device of that model answers (tests/captures, made
// independently by make.py) must decode to the expected values, and its "no value" marks to none. Also the sample
// frames of vendors' documents.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agent/config/register_map_file.hpp"
#include "agent/config/register_range.hpp"
#include "drivers/modbus/sums.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

const std::string kDevices = PUED_SOURCE_DIR "/config/devices";
const std::string kCaptures = PUED_SOURCE_DIR "/tests/captures";

using Memory = std::map<std::pair<unsigned, unsigned>, std::uint16_t>;  // (function, address)

void fail_on(const Problems& problems) {
    for (const auto& problem : problems.sorted()) FAIL(problem.text().c_str());
}

RegisterMap shipped_map(const std::string& path) {
    Problems problems;
    auto map = load_register_map(path, problems);
    fail_on(problems);
    return map.value_or(RegisterMap{});
}

RegisterMap shipped(const std::string& id) { return shipped_map(kDevices + '/' + id + ".toml"); }

std::vector<RegisterMap> all_shipped() {
    std::set<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator{kDevices}) {
        if (entry.path().extension() == ".toml") paths.insert(entry.path().string());
    }
    std::vector<RegisterMap> maps;
    for (const auto& path : paths) maps.push_back(shipped_map(path));
    std::erase_if(maps, [](const RegisterMap& map) { return map.protocol != MapProtocol::modbus; });
    return maps;
}

struct Marker {
    std::string why;
    Memory memory;
    std::set<std::string> invalid;
};

struct ExactCount {
    std::uint64_t counts = 0;
    std::int64_t q_uwh = 0;
};

struct Capture {
    Memory memory;
    std::map<std::string, double> expected;
    std::map<std::string, double> steps;
    std::map<std::string, ExactCount> counts;
    std::vector<Marker> markers;
    std::string identity;  // the device's serial number; empty: the map has none
};

void read_words(Table& table, Memory& memory) {
    const auto function = static_cast<unsigned>(table.integer("function", 3, 4).value());
    auto address = static_cast<unsigned>(table.integer("address", 0, 65535).value());
    for (const auto word : table.integers("words", 0, 65535)) {
        memory[{function, address++}] = static_cast<std::uint16_t>(word);
    }
}

std::map<std::string, double> read_numbers(Table table) {
    std::map<std::string, double> out;
    for (const auto& name : table.keys()) out[name] = table.number(name, -1e300, 1e300).value();
    return out;
}

Marker read_marker(Table& table) {
    Marker marker;
    marker.why = table.required_string("why").value();
    read_words(table, marker.memory);
    for (const auto& name : table.strings("invalid")) marker.invalid.insert(name);
    return marker;
}

Capture read_capture(const std::string& id) {
    Problems problems;
    const auto document = Document::read(kCaptures + '/' + id + ".toml", problems);
    fail_on(problems);
    Capture capture;
    auto root = document->root();
    capture.identity = root.string("identity").value_or("");
    for (auto& words : root.tables("words")) read_words(words, capture.memory);
    for (auto& marker : root.tables("marker")) capture.markers.push_back(read_marker(marker));
    capture.expected = read_numbers(root.table("expected"));
    capture.steps = read_numbers(root.table("steps"));
    auto counts = root.table("counts");
    for (const auto& name : counts.keys()) {
        auto entry = counts.table(name);
        capture.counts[name] = {entry.bits("counts").value(), entry.integer("q_uwh", 1, INT64_MAX).value()};
    }
    root.finish();
    fail_on(problems);
    return capture;
}

// The registers of a field; fails where the capture has none.
std::vector<std::uint16_t> words_at(const Memory& memory, const Field& field, const std::string& id) {
    std::vector<std::uint16_t> words;
    for (unsigned i = 0; i < words_of(field.type); ++i) {
        const auto found = memory.find({field.function, field.address + i});
        CHECK_TEXT(found != memory.end(), (id + ": the capture has no register for " + field.name).c_str());
        words.push_back(found->second);
    }
    return words;
}

// The captures' numbers are unlike any real ones on purpose, but for frequencies and power factors: only the bounds
// that a map states itself hold for them.
void lift_possible_range(const RegisterMap& map, Field& field) {
    const auto quantity = parse_quantity(field.name)->quantity;
    if (quantity == Quantity::frequency || quantity == Quantity::power_factor) return;
    const auto range = possible_range(quantity, map.kind);
    if (range && field.min == range->min) field.min.reset();
    if (range && field.max == range->max) field.max.reset();
}

std::map<std::string, Decoded> decode_all(const RegisterMap& map, const Memory& memory) {
    HelperValues helpers;
    for (const auto& helper : map.helpers) {
        const auto decoded = decode(helper, words_at(memory, helper, map.id), {});
        if (decoded.quality == Quality::good) helpers[helper.name] = decoded.value;
    }
    std::map<std::string, Decoded> out;
    for (auto field : expand(map, {})) {
        lift_possible_range(map, field);
        out[field.name] = decode(field, words_at(memory, field, map.id), helpers);
    }
    for (const auto& sum : map.sums) {
        std::vector<Decoded> parts;
        for (const auto& part : sum.parts) parts.push_back(out.at(part));
        out[sum.name] = summed(parts);
    }
    return out;
}

// Both sides round a handful of times in double arithmetic; a wrong scale, word or order is off by far more.
bool near(double expected, double actual) { return std::abs(expected - actual) <= 1e-14 * std::abs(expected) * 4; }

std::string compared(const std::string& name, double expected, double actual) {
    char text[160];
    std::snprintf(text, sizeof text, "%s: expected %.17g, decoded %.17g", name.c_str(), expected, actual);
    return text;
}

void check_count(const Capture& capture, const std::string& name, const Decoded& decoded, const std::string& what) {
    CHECK_TEXT(decoded.count.has_value(), what.c_str());
    const auto exact = capture.counts.find(name);
    if (exact != capture.counts.end()) {
        CHECK_TEXT(decoded.count->counts == exact->second.counts && decoded.count->q_uwh == exact->second.q_uwh,
                   what.c_str());
        return;
    }
    const auto step = capture.steps.find(name);
    CHECK_TEXT(step != capture.steps.end() && near(step->second, decoded.count->ulp_wh), what.c_str());
    const double q_wh = static_cast<double>(decoded.count->q_uwh) * 1e-6;
    const double counted_wh = static_cast<double>(decoded.count->counts) * q_wh;
    CHECK_TEXT(std::abs(counted_wh - decoded.value) <= q_wh, what.c_str());
}

void check_values(const RegisterMap& map, const Capture& capture) {
    const auto decoded = decode_all(map, capture.memory);
    for (const auto& [name, value] : capture.expected) {
        CHECK_TEXT(decoded.contains(name), (map.id + ": the map lacks " + name).c_str());
    }
    for (const auto& [name, got] : decoded) {
        const auto expected = capture.expected.find(name);
        CHECK_TEXT(expected != capture.expected.end(), (map.id + ": the capture does not expect " + name).c_str());
        const auto what = map.id + ": " + compared(name, expected->second, got.value);
        CHECK_TEXT(got.quality == Quality::good && near(expected->second, got.value), what.c_str());
        if (name.find("energy") != std::string::npos) check_count(capture, name, got, what);
    }
}

void check_marker(const RegisterMap& map, const Capture& capture, const Marker& marker) {
    Memory memory = capture.memory;
    for (const auto& [place, word] : marker.memory) memory[place] = word;
    for (const auto& [name, got] : decode_all(map, memory)) {
        const bool wanted = marker.invalid.contains(name);
        CHECK_TEXT((got.quality == Quality::invalid) == wanted,
                   (map.id + ": " + marker.why + ": " + name + " must be " + (wanted ? "invalid" : "good")).c_str());
    }
    const auto decoded = decode_all(map, memory);
    for (const auto& name : marker.invalid) CHECK_TEXT(decoded.contains(name), (map.id + ": no " + name).c_str());
}

std::string identity_of(const RegisterMap& map, const Memory& memory) {
    if (!map.identity) return {};
    std::vector<std::uint16_t> words;
    for (unsigned i = 0; i < map.identity->words; ++i) {
        const auto found = memory.find({map.identity->function, map.identity->address + i});
        CHECK_TEXT(found != memory.end(), (map.id + ": the capture has no serial number").c_str());
        words.push_back(found->second);
    }
    return decode_identity(*map.identity, words);
}

// Decoded as an identity is: a number as its digits, empty for 0.
std::string probed(const IdentifyProbe& probe, const Memory& memory, const std::string& id) {
    IdentityField field;
    field.text = probe.text;
    field.words = probe.words;
    field.order = probe.order;
    std::vector<std::uint16_t> words;
    for (unsigned i = 0; i < probe.words; ++i) {
        const auto found = memory.find({probe.function, probe.address + i});
        CHECK_TEXT(found != memory.end(), (id + ": the capture lacks a register that identifies it").c_str());
        words.push_back(found->second);
    }
    return decode_identity(field, words);
}

bool holds(const IdentifyProbe& probe, const std::string& read) {
    if (probe.text) {
        const auto within = [&read](const std::string& part) { return read.find(part) != std::string::npos; };
        return std::any_of(probe.contains.begin(), probe.contains.end(), within);
    }
    const auto number = read.empty() ? 0 : std::stoull(read) & probe.mask;
    if (probe.min || probe.max) return number >= probe.min.value_or(0) && number <= probe.max.value_or(UINT64_MAX);
    return std::find(probe.equals.begin(), probe.equals.end(), number) != probe.equals.end();
}

bool has_marks(const RegisterMap& map) {
    for (const auto& field : expand(map, {})) {
        if (!field.invalid.empty()) return true;
    }
    return false;
}

Field field_of(const RegisterMap& map, const std::string& name) {
    for (const auto& field : expand(map, {})) {
        if (field.name == name) return field;
    }
    FAIL((map.id + " has no field " + name).c_str());
    return {};
}

double value_of(const std::string& id, const std::string& name, const std::vector<std::uint16_t>& words,
                const HelperValues& helpers = {}) {
    const auto decoded = decode(field_of(shipped(id), name), words, helpers);
    CHECK_TEXT(decoded.quality == Quality::good, (id + ": " + name + " is invalid").c_str());
    return decoded.value;
}

}  // namespace

TEST_GROUP(Captures){};

TEST(Captures, every_shipped_map_decodes_its_capture) {
    const auto maps = all_shipped();
    CHECK(maps.size() >= 57);
    for (const auto& map : maps) check_values(map, read_capture(map.id));
}

TEST(Captures, a_device_tells_its_serial_number_where_its_map_knows_it) {
    std::size_t with = 0;
    for (const auto& map : all_shipped()) {
        const auto capture = read_capture(map.id);
        STRCMP_EQUAL_TEXT(capture.identity.c_str(), identity_of(map, capture.memory).c_str(), map.id.c_str());
        with += map.identity ? 1 : 0;
    }
    UNSIGNED_LONGS_EQUAL(14, with);
}

TEST(Captures, a_device_is_recognised_by_what_its_map_says) {
    std::size_t with = 0;
    for (const auto& map : all_shipped()) {
        const auto capture = read_capture(map.id);
        for (const auto& probe : map.identify) {
            const auto read = probed(probe, capture.memory, map.id);
            CHECK_TEXT(holds(probe, read), (map.id + ": its probe does not hold for " + read).c_str());
        }
        with += map.identify.empty() ? 0 : 1;
    }
    CHECK(with >= 13);
}

TEST(Captures, every_capture_belongs_to_a_shipped_map) {
    for (const auto& entry : std::filesystem::directory_iterator{kCaptures}) {
        if (entry.path().extension() != ".toml") continue;
        const auto map = kDevices / entry.path().filename();
        CHECK_TEXT(std::filesystem::exists(map), map.string().c_str());
    }
}

TEST(Captures, a_mark_of_no_value_is_invalid_and_spoils_nothing_else) {
    for (const auto& map : all_shipped()) {
        const auto capture = read_capture(map.id);
        for (const auto& marker : capture.markers) check_marker(map, capture, marker);
    }
}

TEST(Captures, a_device_with_marks_has_one_in_its_capture) {
    for (const auto& map : all_shipped()) {
        if (has_marks(map)) CHECK_TEXT(!read_capture(map.id).markers.empty(), map.id.c_str());
    }
}

TEST(Captures, two_words_exchanged_are_noticed) {
    const auto map = shipped("eastron-sdm630");
    auto capture = read_capture(map.id);
    std::swap(capture.memory.at({4, 52}), capture.memory.at({4, 53}));
    const auto decoded = decode_all(map, capture.memory).at("power_w");
    CHECK_FALSE(decoded.quality == Quality::good && near(capture.expected.at("power_w"), decoded.value));
}

// Frames and numbers printed in vendors' documents; the addresses of these fields are 0 in both.
TEST_GROUP(GoldenVectors){};

TEST(GoldenVectors, the_eastron_manual_reads_230_2_volts) {
    const auto map = shipped("eastron-sdm630");
    UNSIGNED_LONGS_EQUAL(0, field_of(map, "voltage_l1_v").address);
    UNSIGNED_LONGS_EQUAL(4, field_of(map, "voltage_l1_v").function);
    // Printed as 230.2, which is no float: these words are the next float above it, exactly this number.
    DOUBLES_EQUAL(230.20001220703125, value_of(map.id, "voltage_l1_v", {0x4366, 0x3334}), 0);
    DOUBLES_EQUAL(240.5, value_of(map.id, "voltage_l1_v", {0x4370, 0x8000}), 0);
}

TEST(GoldenVectors, the_circutor_manual_reads_212_5_volts) {
    const auto map = shipped("circutor-cvm-e3-mini");
    UNSIGNED_LONGS_EQUAL(0, field_of(map, "voltage_l1_v").address);
    UNSIGNED_LONGS_EQUAL(4, field_of(map, "voltage_l1_v").function);
    DOUBLES_EQUAL(212.5, value_of(map.id, "voltage_l1_v", {0x0000, 0x084D}), 1e-12);
}

TEST(GoldenVectors, carlo_gavazzi_says_overflow_low_word_first) {
    const auto field = field_of(shipped("carlo-gavazzi-em3xx"), "voltage_l1_v");
    const std::vector<std::uint16_t> overflow{0xFFFF, 0x7FFF};
    CHECK(decode(field, overflow, {}).quality == Quality::invalid);
    DOUBLES_EQUAL(230.2, value_of("carlo-gavazzi-em3xx", "voltage_l1_v", {0x08FE, 0x0000}), 1e-12);
}

TEST(GoldenVectors, an_apc_at_a_quarter_of_1500_w_gives_375_w) {
    DOUBLES_EQUAL(375, value_of("apc-smart-ups", "power_w", {0x1900}, {{"nominal_w", 1500}}), 1e-12);
}
