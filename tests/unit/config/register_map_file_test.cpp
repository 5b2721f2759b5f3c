// The register map loader: what a good file becomes, and that every shipped map is one.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/config/register_map_texts.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

TEST_GROUP(RegisterMapFile){};

TEST(RegisterMapFile, the_head_and_transport_are_read) {
    const auto map = good(R"([transport]
function = 4
word_order = "cdab"
max_words = 60
max_gap = 20
align = 2
exact = true
pause_ms = 60
timeout_ms = 500
refresh_ms = 200
baud = 19200
parity = "E"
)" + kPower);
    STRCMP_EQUAL("acme-one", map.id.c_str());
    STRCMP_EQUAL("Acme", map.vendor.c_str());
    STRCMP_EQUAL("One", map.models.at(0).c_str());
    STRCMP_EQUAL("meter", map.kind.c_str());
    STRCMP_EQUAL("documented", map.status.c_str());
    STRCMP_EQUAL("Acme manual p. 7", map.sources.at(0).c_str());
    CHECK(map.spans.max_words == 60 && map.spans.max_gap == 20 && map.spans.align == 2 && map.spans.exact);
    CHECK(map.pause_ms == 60 && map.timeout_ms == 500 && map.refresh_ms == 200);
    CHECK(map.default_baud == 19200 && map.default_parity == 'E');
    CHECK(map.fields.at(0).function == 4 && map.fields.at(0).order == WordOrder::cdab);
}

TEST(RegisterMapFile, what_the_file_leaves_out_has_the_defaults_of_the_model) {
    const auto map = good(kPower);
    const RegisterMap bare;
    CHECK(map.spans.max_words == 125 && map.spans.max_gap == 0 && map.spans.align == 1 && !map.spans.exact);
    UNSIGNED_LONGS_EQUAL(bare.timeout_ms, map.timeout_ms);
    const auto& field = map.fields.at(0);
    CHECK(field.function == 3 && field.order == WordOrder::abcd && field.rate == ReadRate::every_poll);
    CHECK(!field.negate && field.invalid.empty() && field.q_uwh == 0);
}

TEST(RegisterMapFile, a_field_overrides_the_defaults_of_its_map) {
    const auto field = good_field(
        "power_w = { address = 7, function = 4, type = \"i32\", word_order = \"dcba\", unit = \"W\", scale = 0.1, "
        "offset = -5, min = -10, max = 1e6, negate = true, rate = \"once\", confidence = \"found\" }");
    CHECK(field.address == 7 && field.function == 4 && field.type == RegisterType::i32);
    CHECK(field.order == WordOrder::dcba && field.rate == ReadRate::once && field.negate);
    DOUBLES_EQUAL(0.1, field.scale, 0);
    DOUBLES_EQUAL(-5, field.offset, 0);
    CHECK(field.min == -10 && field.max == 1e6);
}

TEST(RegisterMapFile, every_type_has_its_name) {
    const char* names[] = {"u16", "i16",   "u32",   "i32",   "u64",     "i64",     "f32",
                           "f64", "bcd16", "bcd32", "bcd64", "mod10_2", "mod10_3", "mod10_4"};
    const RegisterType types[] = {
        RegisterType::u16,   RegisterType::i16,     RegisterType::u32,     RegisterType::i32,    RegisterType::u64,
        RegisterType::i64,   RegisterType::f32,     RegisterType::f64,     RegisterType::bcd16,  RegisterType::bcd32,
        RegisterType::bcd64, RegisterType::mod10_2, RegisterType::mod10_3, RegisterType::mod10_4};
    for (std::size_t i = 0; i < std::size(names); ++i) {
        const std::string line = "power_w = { address = 0, unit = \"W\", type = \"" + std::string{names[i]} + "\" }";
        CHECK_TEXT(good_field(line).type == types[i], names[i]);
    }
}

TEST(RegisterMapFile, units_become_those_of_the_name) {
    struct Case {
        const char* line;
        double scale;
    };
    const Case cases[] = {
        {"power_w = { address = 0, type = \"f32\", unit = \"kW\" }", 1000},
        {"power_w = { address = 0, type = \"u16\", unit = \"W\", scale = 0.125 }", 0.125},
        {"apparent_power_va = { address = 0, type = \"f32\", unit = \"kVA\" }", 1000},
        {"voltage_v = { address = 0, type = \"u16\", unit = \"mV\" }", 0.001},
        {"current_a = { address = 0, type = \"u16\", unit = \"mA\", scale = 10 }", 0.01},
        {"frequency_hz = { address = 0, type = \"u16\", unit = \"cHz\" }", 0.01},
        {"clock_hz = { address = 0, type = \"u16\", unit = \"MHz\" }", 1e6},
        {"power_factor = { address = 0, type = \"i16\", scale = 0.001 }", 0.001},
        {"power_factor = { address = 0, type = \"i16\", unit = \"%\" }", 0.01},
        {"temperature_c = { address = 0, type = \"i16\", unit = \"degC\", scale = 0.1 }", 0.1},
        {"humidity_percent = { address = 0, type = \"u16\", unit = \"%RH\" }", 1},
    };
    for (const auto& test : cases) DOUBLES_EQUAL_TEXT(test.scale, good_field(test.line).scale, 0, test.line);
}

TEST(RegisterMapFile, an_offset_is_in_the_unit_of_the_field) {
    const auto field = good_field("power_w = { address = 0, type = \"u16\", unit = \"kW\", offset = 2 }");
    DOUBLES_EQUAL(2000, field.offset, 0);
}

TEST(RegisterMapFile, energy_counts_are_exact_microwatt_hours) {
    struct Case {
        const char* rest;
        std::int64_t q_uwh;
    };
    const Case cases[] = {
        {"unit = \"kWh\", scale = 0.1", 100'000'000},
        {"unit = \"0.1kWh\"", 100'000'000},
        {"unit = \"0.01kWh\"", 10'000'000},
        {"unit = \"kWh\", scale = 0.01", 10'000'000},
        {"unit = \"kWh\", scale = 0.001", 1'000'000},
        {"unit = \"Wh\"", 1'000'000},
        {"unit = \"Wh\", scale = 0.000001", 1},
        {"unit = \"mWh\"", 1'000},
        {"unit = \"MWh\", scale = 0.0003", 300'000'000},
        {"unit = \"kWh\", scale = 0.7", 700'000'000},
        {"unit = \"GWh\"", 1'000'000'000'000'000},
    };
    for (const auto& test : cases) {
        const auto field = good_field("energy_wh = { address = 0, type = \"u32\", " + std::string{test.rest} + " }");
        CHECK_EQUAL_TEXT(test.q_uwh, field.q_uwh, test.rest);
        DOUBLES_EQUAL_TEXT(static_cast<double>(test.q_uwh) / 1e6, field.scale, 0, test.rest);
    }
}

TEST(RegisterMapFile, only_energy_has_counts) {
    LONGS_EQUAL(0, good_field("power_w = { address = 0, type = \"u32\", unit = \"W\" }").q_uwh);
    CHECK(good_field("energy_export_wh = { address = 0, type = \"u32\", unit = \"Wh\" }").q_uwh > 0);
    CHECK(good_field("energy_l2_wh = { address = 0, type = \"u32\", unit = \"Wh\" }").q_uwh > 0);
}

TEST(RegisterMapFile, a_modulus_is_in_counts) {
    const auto field = good_field("energy_wh = { address = 0, type = \"u32\", unit = \"Wh\", modulus = 100_000_000 }");
    CHECK_EQUAL(std::uint64_t{100'000'000}, field.modulus);
}

TEST(RegisterMapFile, a_mark_is_kept_as_the_bits_of_its_width) {
    const auto narrow =
        good_field("power_w = { address = 0, type = \"i16\", unit = \"W\", invalid = [-32768, 0x7FFF] }");
    CHECK(narrow.invalid == (std::vector<std::uint64_t>{0x8000, 0x7FFF}));
    const auto wide = good_field("energy_wh = { address = 0, type = \"u64\", unit = \"Wh\", invalid = [-1] }");
    CHECK(wide.invalid == std::vector<std::uint64_t>{UINT64_MAX});
}

TEST(RegisterMapFile, helpers_are_read_once_unless_said_otherwise) {
    const auto map = good(R"([registers]
ct = { address = 6, type = "u16", min = 1 }
sf = { address = 7, type = "i16", rate = "every-poll" }
[fields]
power_w = { address = 0, type = "i16", unit = "W", factors = ["ct"], scale_register = "sf" }
)");
    CHECK(map.helpers.at(0).name == "ct" && map.helpers.at(0).rate == ReadRate::once && map.helpers.at(0).min == 1);
    CHECK(map.helpers.at(1).name == "sf" && map.helpers.at(1).rate == ReadRate::every_poll);
    CHECK(map.fields.at(0).factors == std::vector<std::string>{"ct"} && map.fields.at(0).scale_register == "sf");
}

TEST(RegisterMapFile, arrays_keep_their_stride_and_a_field_its_own) {
    const auto map = good(R"([arrays.outlet]
count = 24
stride = 5
[arrays.outlet.fields]
power_w = { address = 201, type = "u16", unit = "W" }
energy_wh = { address = 701, stride = 2, type = "u32", unit = "Wh" }
)");
    const auto& array = map.arrays.at(0);
    CHECK(array.element == "outlet" && array.count == 24 && array.stride == 5);
    CHECK(array.own_stride.size() == 1 && array.own_stride.at("energy_wh") == 2);
    const auto all = expand(map, {{"outlet", 2}});
    CHECK(all.at(3).name == "outlet-2.energy_wh" && all.at(3).address == 703 && all.at(2).address == 206);
}

TEST(RegisterMapFile, an_array_of_one_needs_no_stride) {
    const auto map = good(
        "[arrays.input]\ncount = 1\n[arrays.input.fields]\nvoltage_v = { address = 1, type = \"u32\", unit = \"V\" "
        "}\n");
    LONGS_EQUAL(1, map.arrays.at(0).count);
}

TEST(RegisterMapFile, the_same_words_of_another_function_are_other_registers) {
    const auto map = good(R"([fields]
power_w = { address = 0, type = "u32", unit = "W" }
current_a = { address = 1, function = 4, type = "u32", unit = "A" }
)");
    LONGS_EQUAL(2, map.fields.size());
}

TEST_GROUP(ShippedMaps) {
    std::vector<std::string> files;
    std::filesystem::path folder;

    void setup() override {
        for (const auto& entry : std::filesystem::directory_iterator{PUED_SOURCE_DIR "/config/devices"}) {
            if (entry.path().extension() == ".toml") files.push_back(entry.path().string());
        }
        std::sort(files.begin(), files.end());
        folder = std::filesystem::temp_directory_path() / ("pued-maps-" + std::to_string(::getpid()));
    }
    void teardown() override { std::filesystem::remove_all(folder); }

    // A copy of a shipped map in a folder of its own, with a word exchanged.
    std::string copy(const std::string& name, const std::string& from, const std::string& to) {
        std::ifstream in{files.at(0)};
        std::string text{std::istreambuf_iterator<char>{in}, {}};
        std::filesystem::create_directories(folder);
        const auto path = folder / name;
        std::ofstream{path} << replaced(text, from, to);
        return path.string();
    }
};

TEST(ShippedMaps, all_load_without_a_problem_and_name_their_sources) {
    Problems problems;
    const auto maps = load_register_maps(files, problems);
    STRCMP_EQUAL("", joined(problems).c_str());
    CHECK(maps.size() >= 22);
    LONGS_EQUAL(files.size(), maps.size());
    for (const auto& [id, map] : maps) {
        CHECK_TEXT(!map.sources.empty() && map.sources.at(0).size() > 8, id.c_str());
        CHECK_TEXT(id == map.id, id.c_str());
    }
}

TEST(ShippedMaps, a_file_is_named_as_its_map) {
    for (const auto& file : files) {
        Problems problems;
        const auto map = load_register_map(file, problems);
        STRCMP_EQUAL(std::filesystem::path{file}.stem().c_str(), map->id.c_str());
    }
}

TEST(ShippedMaps, all_but_a_few_measure_power) {
    // Currents, temperatures and phases alone; their notes say so, and a role in the balance is refused for them.
    const std::set<std::string> none{"abb-cms-660-700", "liebert-crv",      "liebert-icom",
                                     "ocp-orv3-bbu",    "ocp-orv3-hpr-bbu", "socomec-ups-jbus"};
    Problems problems;
    for (const auto& [id, map] : load_register_maps(files, problems)) {
        const auto names = published_names(map, {});
        CHECK_TEXT(!none.contains(id) == (std::count(names.begin(), names.end(), "power_w") == 1), id.c_str());
    }
}

TEST(RegisterMapFile, what_a_map_leaves_open_is_bounded_by_what_is_possible) {
    const auto bounds = [](const std::string& name, const std::string& rest) {
        const auto field = good_field(name + " = { address = 0, type = 'f32', " + rest + " }");
        return std::pair{field.min, field.max};
    };
    using Bounds = std::pair<std::optional<double>, std::optional<double>>;
    CHECK(bounds("frequency_hz", "unit = 'Hz'") == Bounds(40, 70));
    CHECK(bounds("voltage_l1_v", "unit = 'V'") == Bounds(-1e6, 1e6));
    CHECK(bounds("power_factor_l2", "unit = '%'") == Bounds(-1.001, 1.001));
    CHECK(bounds("temperature_c", "unit = 'degC', max = 60") == Bounds(-60, 60));
    CHECK(bounds("temperature_c", "unit = 'degC', min = 250") == Bounds(250, std::nullopt));
    CHECK(bounds("energy_wh", "unit = 'Wh'") == Bounds());
}

namespace {

Field of_kind(const std::string& kind, const std::string& line) {
    Problems problems;
    const auto map = parse_register_map(replaced(kHead, "\"meter\"", '"' + kind + '"') + "[fields]\n" + line + '\n',
                                        "m.toml", problems);
    return map->fields.at(0);
}

}  // namespace

TEST(RegisterMapFile, only_what_may_stand_behind_transformers_has_high_voltage) {
    const std::string line = "voltage_v = { address = 0, type = 'u16', unit = 'V' }";
    for (const char* kind : {"meter", "generator"}) CHECK(of_kind(kind, line).max == 1e6);
    for (const char* kind : {"pdu", "ups", "psu", "cooling"}) CHECK(of_kind(kind, line).max == 1500);
}

TEST(RegisterMapFile, a_generator_at_rest_has_no_frequency) {
    const std::string line = "frequency_hz = { address = 0, type = 'u16', unit = 'Hz' }";
    CHECK(of_kind("generator", line).min == 0 && of_kind("ups", line).min == 40);
}

TEST(ShippedMaps, an_operators_map_replaces_a_shipped_one) {
    const auto own = copy("own.toml", "\"ABB\"", "\"Own\"");
    Problems problems;
    const auto maps = load_register_maps({files.at(0), own}, problems);
    STRCMP_EQUAL("", joined(problems).c_str());
    LONGS_EQUAL(1, maps.size());
    STRCMP_EQUAL("Own", maps.begin()->second.vendor.c_str());
}

TEST(ShippedMaps, an_id_twice_in_one_folder_is_a_problem) {
    const auto one = copy("one.toml", "\"ABB\"", "\"One\"");
    const auto two = copy("two.toml", "\"ABB\"", "\"Two\"");
    Problems problems;
    const auto maps = load_register_maps({one, two}, problems);
    const auto expected =
        two + ":4:6: id = \"abb-b-series\" is already that of " + one + " (expected one map of that id in a folder)\n";
    STRCMP_EQUAL(expected.c_str(), joined(problems).c_str());
    STRCMP_EQUAL("One", maps.at("abb-b-series").vendor.c_str());
}

TEST(ShippedMaps, a_file_that_is_not_there_is_a_problem) {
    Problems problems;
    CHECK(load_register_maps({"/nowhere/x.toml"}, problems).empty());
    STRCMP_EQUAL("/nowhere/x.toml: cannot be read: No such file or directory (expected a readable TOML file)\n",
                 joined(problems).c_str());
}

TEST(ShippedMaps, one_bad_file_does_not_spoil_the_others) {
    const auto bad = copy("bad.toml", "\"u64\"", "u64");
    Problems problems;
    const auto maps = load_register_maps({bad, files.at(1)}, problems);
    LONGS_EQUAL(1, maps.size());
    CHECK_FALSE(problems.none());
}

TEST(RegisterMapFile, the_serial_number_is_read) {
    const auto text = good("[identity]\naddress = 564\ntype = 'text'\nwords = 8\nfunction = 4\n" + kPower).identity;
    CHECK(text->text && text->address == 564 && text->words == 8 && text->function == 4);
    CHECK(text->order == WordOrder::abcd);
    const auto number =
        good("[transport]\nword_order = 'cdab'\n[identity]\naddress = 9\ntype = 'u32'\ninvalid = [-1]\n" + kPower)
            .identity;
    CHECK(!number->text && number->words == 2 && number->function == 3 && number->order == WordOrder::cdab);
    UNSIGNED_LONGS_EQUAL(0xFFFFFFFF, number->invalid.at(0));
    CHECK_FALSE(good(kPower).identity.has_value());
}

TEST(RegisterMapFile, what_no_serial_number_can_be_is_named) {
    expect("m.toml:11:1: identity: words is missing (expected how many registers the text takes)",
           problems_after_head("[identity]\naddress = 564\ntype = 'text'\n" + kPower));
    expect(
        "m.toml:13:8: identity: type = \"f32\" is unknown, did you mean \"u32\"? (expected one of \"text\", \"u16\", "
        "\"u32\", \"u64\")",
        problems_after_head("[identity]\naddress = 564\ntype = 'f32'\n" + kPower));
    expect("m.toml:12:11: identity: address 65536 is out of range (expected at most 65535)",
           problems_after_head("[identity]\naddress = 65535\ntype = 'u32'\n" + kPower));
    STRCMP_CONTAINS("overlaps identity at 0..1, function 3",
                    problems_after_head("[identity]\naddress = 0\ntype = 'u32'\n" + kPower).c_str());
}

TEST(RegisterMapFile, a_sum_of_other_fields_stands_before_or_behind_them) {
    const auto map = good(
        "[fields]\npower_w = { sum = [\"power_l1_w\", \"power_l2_w\"] }\n"
        "power_l1_w = { address = 0, type = \"u16\", unit = \"W\" }\n"
        "power_l2_w = { address = 1, type = \"u16\", unit = \"W\" }\n");
    LONGS_EQUAL(2, map.fields.size());
    LONGS_EQUAL(1, map.sums.size());
    STRCMP_EQUAL("power_w", map.sums[0].name.c_str());
    LONGS_EQUAL(2, map.sums[0].parts.size());
    STRCMP_EQUAL("power_l2_w", map.sums[0].parts[1].c_str());
}

TEST(RegisterMapFile, a_data_identifier_and_the_place_in_its_block) {
    const auto map = good(
        "protocol = \"dlt645\"\n[fields]\n"
        "voltage_l2_v = { item = 0x0201FF00, at = 2, type = \"bcd16\", scale = 0.1, unit = \"V\" }\n"
        "power_w = { item = 0x02030000, type = \"bcd24\", scale = 0.0001, unit = \"kW\", sign_bit = true }\n"
        "energy_wh = { item = 0x00010000, type = \"bcd32\", scale = 0.01, unit = \"kWh\" }\n");
    CHECK(map.protocol == MapProtocol::dlt645);
    UNSIGNED_LONGS_EQUAL(2400, map.default_baud);
    BYTES_EQUAL('E', map.default_parity);
    UNSIGNED_LONGS_EQUAL(0x0201FF00, map.fields[0].item);
    UNSIGNED_LONGS_EQUAL(2, map.fields[0].address);
    UNSIGNED_LONGS_EQUAL(3, bytes_of(map.fields[1].type));
    CHECK(map.fields[1].sign_bit && !map.fields[2].sign_bit);
    LONGS_EQUAL(10'000'000, map.fields[2].q_uwh);  // 0.01 kWh
}
