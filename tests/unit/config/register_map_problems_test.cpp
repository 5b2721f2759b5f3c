// For each mistake in a register map the exact words that the facility engineer reads, with the line and column of the
// mistake. The head of every text is ten lines long, so a text's own first line is line 11.
#include <algorithm>
#include <string>
#include <utility>

#include "tests/unit/config/register_map_texts.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

TEST_GROUP(RegisterMapProblems){};

TEST(RegisterMapProblems, an_empty_file_lacks_everything) {
    expect(
        "m.toml:1:1: schema is missing (expected schema = 1)\n"
        "m.toml:1:1: id is missing (expected a string)\n"
        "m.toml:1:1: vendor is missing (expected a string)\n"
        "m.toml:1:1: models is missing (expected at least one)\n"
        "m.toml:1:1: kind is missing (expected one of meter, pdu, ups, psu, cooling, generator)\n"
        "m.toml:1:1: status is missing (expected one of documented, community)\n"
        "m.toml:1:1: sources is missing (expected the document, driver or firmware that states these registers)\n"
        "m.toml:1:1: fields is missing (expected [fields] or [arrays.…] with a quantity)",
        problems_of(""));
}

TEST(RegisterMapProblems, another_schema_is_refused) {
    expect("m.toml:1:10: schema = 2 is out of range (expected 1)",
           problems_of(replaced(kHead, "schema = 1", "schema = 2") + kPower));
}

TEST(RegisterMapProblems, a_wrong_kind_or_status_shows_the_right_ones) {
    expect(
        "m.toml:5:8: kind = \"metre\" is unknown, did you mean \"meter\"? (expected one of \"meter\", \"pdu\", "
        "\"ups\", \"psu\", \"cooling\", \"generator\")",
        problems_of(replaced(kHead, "\"meter\"", "\"metre\"") + kPower));
    expect("m.toml:6:10: status = \"guess\" is unknown (expected one of \"documented\", \"community\")",
           problems_of(replaced(kHead, "\"documented\"", "\"guess\"") + kPower));
}

TEST(RegisterMapProblems, a_blank_source_is_none) {
    expect("m.toml:1:1: sources is missing (expected the document, driver or firmware that states these registers)",
           problems_of(replaced(kHead, "[\"Acme manual p. 7\"]", "[\" \"]") + kPower));
}

TEST(RegisterMapProblems, a_writing_function_cannot_be_named) {
    expect("m.toml:12:12: transport: function = 6 is out of range (expected 3..4)",
           problems_after_head("[transport]\nfunction = 6\n" + kPower));
}

TEST(RegisterMapProblems, an_address_of_a_manual_is_told_as_on_the_wire) {
    const auto of = [](const std::string& address) {
        return field_problems("power_w = { address = " + address + ", type = \"u16\", unit = \"W\" }");
    };
    const std::string said = "m.toml:12:23: fields.power_w: address = ";
    const std::string wanted = " is out of range (expected 0..65535, as on the wire: 0-based";
    expect(said + "400053" + wanted + "; a manual's 400053 is address 52)", of("400053"));
    expect(said + "365536" + wanted + "; a manual's 365536 is address 65535)", of("365536"));
    expect(said + "70000" + wanted + ")", of("70000"));
    expect(said + "-1" + wanted + ")", of("-1"));
}

TEST(RegisterMapProblems, a_field_needs_address_type_and_unit) {
    expect(
        "m.toml:12:11: fields.power_w: address is missing (expected 0..65535, as on the wire: 0-based)\n"
        "m.toml:12:11: fields.power_w: type is missing (expected one of u16, i16, u32, i32, u64, i64, f32, f64, bcd16, "
        "bcd32, bcd64, mod10_2, mod10_3, mod10_4)\n"
        "m.toml:12:11: fields.power_w: unit is missing (expected one of \"W\", \"mW\", \"cW\", \"dW\", \"kW\", \"MW\", "
        "\"GW\")",
        field_problems("power_w = {}"));
}

TEST(RegisterMapProblems, a_unit_must_measure_the_quantity) {
    expect(
        "m.toml:12:47: fields.power_w: unit = \"kWh\" does not measure power_w (expected one of \"W\", \"mW\", \"cW\", "
        "\"dW\", \"kW\", \"MW\", \"GW\")",
        field_problems("power_w = { address = 0, type = \"f32\", unit = \"kWh\" }"));
    expect(
        "m.toml:12:49: fields.energy_wh: unit = \"W\" does not measure energy_wh (expected one of \"Wh\", \"mWh\", "
        "\"cWh\", \"dWh\", \"kWh\", \"MWh\", \"GWh\", \"0.1kWh\", \"0.01kWh\")",
        field_problems("energy_wh = { address = 0, type = \"f32\", unit = \"W\" }"));
}

TEST(RegisterMapProblems, a_name_must_be_a_quantity) {
    expect(
        "m.toml:12:12: fields: \"power_kw\" is no quantity, did you mean \"power_w\"? (expected a name with its unit, "
        "such as power_w or voltage_l1_v; outlets go into [arrays.outlet], and what has no such name is left out)",
        field_problems("power_kw = { address = 0, type = \"f32\", unit = \"kW\" }"));
    expect(
        "m.toml:12:22: fields: \"outlet-1.power_w\" is no quantity (expected a name with its unit, such as power_w or "
        "voltage_l1_v; outlets go into [arrays.outlet], and what has no such name is left out)",
        field_problems("\"outlet-1.power_w\" = { address = 0, type = \"f32\", unit = \"W\" }"));
}

TEST(RegisterMapProblems, an_unknown_key_is_a_slip) {
    expect(
        "m.toml:12:11: fields.power_w: unit is missing (expected one of \"W\", \"mW\", \"cW\", \"dW\", \"kW\", \"MW\", "
        "\"GW\")\n"
        "m.toml:12:40: fields.power_w: unknown key \"units\", did you mean \"unit\"?",
        field_problems("power_w = { address = 0, type = \"u16\", units = \"W\" }"));
}

TEST(RegisterMapProblems, the_range_must_not_be_upside_down) {
    expect("m.toml:12:58: fields.power_w: min = 10 is more than max = 5 (expected the lower end first)",
           field_problems("power_w = { address = 0, type = \"u16\", unit = \"W\", min = 10, max = 5 }"));
}

TEST(RegisterMapProblems, an_energy_count_must_be_whole_microwatt_hours) {
    expect(
        "m.toml:12:63: fields.energy_wh: one count is 0.00390625 Wh, which is not a whole number of microwatt-hours "
        "(expected a multiple of 0.000001 Wh)",
        field_problems("energy_wh = { address = 0, type = \"u32\", unit = \"Wh\", scale = 0.00390625 }"));
    expect(
        "m.toml:12:64: fields.energy_wh: one count is 1e-07 Wh, which is not a whole number of microwatt-hours "
        "(expected a multiple of 0.000001 Wh)",
        field_problems("energy_wh = { address = 0, type = \"u32\", unit = \"kWh\", scale = 1e-10 }"));
}

TEST(RegisterMapProblems, energy_has_no_offset) {
    expect("m.toml:12:64: fields.energy_wh: offset is not for energy, whose counts are exact (expected none)",
           field_problems("energy_wh = { address = 0, type = \"u32\", unit = \"Wh\", offset = 1 }"));
}

TEST(RegisterMapProblems, a_modulus_must_fit_the_register_and_be_of_energy) {
    expect("m.toml:12:65: fields.energy_wh: modulus = 65537 is more than the register can count (expected 1..65536)",
           field_problems("energy_wh = { address = 0, type = \"u16\", unit = \"Wh\", modulus = 65537 }"));
    expect("m.toml:12:62: fields.power_w: modulus is for energy registers only (expected none)",
           field_problems("power_w = { address = 0, type = \"u16\", unit = \"W\", modulus = 100 }"));
}

TEST(RegisterMapProblems, a_mark_must_fit_the_register) {
    expect("m.toml:12:63: fields.power_w: invalid = 65536 is out of range (expected -32768..65535)",
           field_problems("power_w = { address = 0, type = \"u16\", unit = \"W\", invalid = [65536] }"));
}

TEST(RegisterMapProblems, a_scale_is_never_zero_or_negative) {
    expect("m.toml:12:60: fields.power_w: scale = 0 is out of range (expected 1e-15..1e+15)",
           field_problems("power_w = { address = 0, type = \"u16\", unit = \"W\", scale = 0 }"));
}

TEST(RegisterMapProblems, the_register_space_ends_at_65535) {
    expect("m.toml:12:23: fields.power_w: address 65536 is out of range (expected at most 65535)",
           field_problems("power_w = { address = 65535, type = \"u32\", unit = \"W\" }"));
    expect(
        "m.toml:15:23: arrays.outlet.fields.power_w: address 65536 of element 3 is out of range (expected at "
        "most 65535)",
        problems_after_head("[arrays.outlet]\ncount = 3\nstride = 10\n[arrays.outlet.fields]\npower_w = { address = "
                            "65516, type = \"u16\", unit = \"W\" }\n"));
}

TEST(RegisterMapProblems, two_fields_on_the_same_words_are_reported) {
    expect(
        "m.toml:13:25: fields.current_a: address 11..12 overlaps fields.power_w at 10..11, function 3 "
        "(expected every register in one field only)",
        field_problems("power_w = { address = 10, type = \"u32\", unit = \"W\" }\n"
                       "current_a = { address = 11, type = \"u32\", unit = \"A\" }"));
}

TEST(RegisterMapProblems, a_wide_field_overlaps_all_it_covers) {
    expect(
        "m.toml:13:25: fields.voltage_v: address 11 overlaps fields.energy_wh at 10..13, function 3 "
        "(expected every register in one field only)\n"
        "m.toml:14:25: fields.current_a: address 13 overlaps fields.energy_wh at 10..13, function 3 "
        "(expected every register in one field only)",
        field_problems("energy_wh = { address = 10, type = \"u64\", unit = \"Wh\" }\n"
                       "voltage_v = { address = 11, type = \"u16\", unit = \"V\" }\n"
                       "current_a = { address = 13, type = \"u16\", unit = \"A\" }"));
}

TEST(RegisterMapProblems, elements_that_overlap_are_reported_once) {
    expect(
        "m.toml:15:23: arrays.outlet.fields.power_w: address 4..5 of element 2 overlaps arrays.outlet.fields.current_a "
        "of element 1 at 3..4, function 3 (expected every register in one field only)",
        problems_after_head("[arrays.outlet]\ncount = 9\nstride = 4\n[arrays.outlet.fields]\n"
                            "power_w = { address = 0, type = \"u32\", unit = \"W\" }\n"
                            "current_a = { address = 3, type = \"u32\", unit = \"A\" }\n"));
}

TEST(RegisterMapProblems, a_field_must_be_shorter_than_its_stride) {
    expect(
        "m.toml:15:34: arrays.outlet.fields.power_w: a field of 2 words is longer than stride = 1 (expected a stride "
        "that reaches the next element)",
        problems_after_head("[arrays.outlet]\ncount = 3\nstride = 1\n[arrays.outlet.fields]\n"
                            "power_w = { address = 10, type = \"u32\", unit = \"W\" }\n"));
}

TEST(RegisterMapProblems, an_array_needs_count_stride_and_fields) {
    expect(
        "m.toml:11:1: arrays.outlet: count is missing (expected 1..256)\n"
        "m.toml:11:1: arrays.outlet: fields is missing (expected [arrays.outlet.fields] with at least one quantity)",
        problems_after_head("[arrays.outlet]\n"));
    expect("m.toml:11:1: arrays.outlet: stride is missing (expected the registers from one element to the next)",
           problems_after_head("[arrays.outlet]\ncount = 2\n[arrays.outlet.fields]\n"
                               "power_w = { address = 10, type = \"u32\", unit = \"W\" }\n"));
    expect("m.toml:12:9: arrays.outlet: count = 257 is out of range (expected 1..256)",
           problems_after_head("[arrays.outlet]\ncount = 257\nstride = 5\n[arrays.outlet.fields]\n"
                               "power_w = { address = 10, type = \"u32\", unit = \"W\" }\n"));
}

TEST(RegisterMapProblems, an_element_is_named_as_ids_are) {
    expect("m.toml:11:1: arrays: \"Outlet\" cannot name an element (expected a-z, 0-9 and -, as in \"outlet\")",
           problems_after_head("[arrays.Outlet]\ncount = 1\n" + kPower));
}

TEST(RegisterMapProblems, what_there_are_several_of_is_something_that_a_configuration_can_count) {
    const std::string fields =
        "stride = 2\n[arrays.outlets.fields]\npower_w = { address = 10, type = \"u16\", unit = \"W\" }\n";
    expect(
        "m.toml:12:9: arrays.outlets: a configuration cannot say how many of \"outlets\" there are, did you mean "
        "\"outlet\"? (expected one of outlet, branch, circuit, bank, inlet, input, output, bypass, battery, supply, "
        "cell, module, group, channel, fan, phase, sensor)",
        problems_after_head("[arrays.outlets]\ncount = 2\n" + fields));
    STRCMP_EQUAL("", problems_after_head("[arrays.outlets]\ncount = 1\n" + fields).c_str());
}

TEST(RegisterMapProblems, a_field_must_fit_into_one_request) {
    expect(
        "m.toml:14:35: fields.energy_wh: a field of 4 words does not fit into one request (expected at most "
        "transport.max_words = 2)",
        problems_after_head("[transport]\nmax_words = 2\n[fields]\n"
                            "energy_wh = { address = 0, type = \"u64\", unit = \"Wh\" }\n"));
}

TEST(RegisterMapProblems, a_helper_must_exist_and_be_used) {
    expect(
        "m.toml:12:6: registers: \"ct\" is used by no field (expected it in factors or scale_register, or left out)\n"
        "m.toml:14:62: fields.power_w: factors names \"cr\", which is not there, did you mean \"ct\"? (expected a name "
        "in [registers])",
        problems_after_head("[registers]\nct = { address = 6, type = \"u16\" }\n[fields]\n"
                            "power_w = { address = 0, type = \"u16\", unit = \"W\", factors = [\"cr\"] }\n"));
    expect(
        "m.toml:12:69: fields.power_w: scale_register names \"sf\", which is not there (expected a name in "
        "[registers])",
        field_problems("power_w = { address = 0, type = \"u16\", unit = \"W\", scale_register = \"sf\" }"));
}

TEST(RegisterMapProblems, a_type_by_its_usual_name_shows_ours) {
    const std::pair<const char*, const char*> cases[] = {
        {"float32", "f32"}, {"FLOAT", "f32"}, {"double", "f64"}, {"UINT16", "u16"}, {"int32u", "u32"},
        {"s32", "i32"},     {"INT64", "i64"}, {"U16", "u16"},    {"real", "f32"},   {"sint16", "i16"}};
    for (const auto& [usual, ours] : cases) {
        const auto said = field_problems("power_w = { address = 0, type = '" + std::string{usual} + "', unit = 'W' }");
        STRCMP_CONTAINS((" is unknown, did you mean \"" + std::string{ours} + "\"? (expected one of u16, ").c_str(),
                        said.c_str());
    }
    for (const char* strange : {"word", "text", "8", ""}) {
        const auto said =
            field_problems("power_w = { address = 0, type = '" + std::string{strange} + "', unit = 'W' }");
        STRCMP_CONTAINS(" is unknown (expected one of u16, ", said.c_str());
    }
}

TEST(RegisterMapProblems, one_mistake_in_a_field_is_not_taken_for_another) {
    const std::string ct = "[registers]\nct = { address = 6, type = \"u16\" }\n";
    STRCMP_EQUAL(
        "m.toml:14:33: fields.power_w: type = \"x\" is unknown (expected one of u16, i16, u32, i32, u64, i64, f32, "
        "f64, bcd16, bcd32, bcd64, mod10_2, mod10_3, mod10_4)\n",
        problems_after_head(ct + "[fields]\npower_w = { address = 0, type = \"x\", unit = \"W\", factors = \"ct\" }\n")
            .c_str());
    const auto energy =
        field_problems("energy_wh = { address = 0, type = 'x', unit = 'Wh', modulus = 99_999_999_999 }");
    LONGS_EQUAL(1, std::count(energy.begin(), energy.end(), '\n'));
}

TEST(RegisterMapProblems, a_helper_is_no_quantity) {
    expect(
        "m.toml:12:11: registers: \"power_w\" cannot name a helper register (expected a-z, 0-9 and _, and no quantity: "
        "those go into [fields])",
        problems_after_head("[registers]\npower_w = { address = 6, type = \"u16\" }\n" + kPower));
}

TEST(RegisterMapProblems, a_documented_map_takes_no_low_confidence) {
    const std::string line = "power_w = { address = 0, type = \"u16\", unit = \"W\", confidence = \"recalled\" }";
    expect(
        "m.toml:12:65: fields.power_w: confidence = \"recalled\" is too little for a documented map (expected "
        "\"found\" or \"found-secondary\", or status = \"community\")",
        field_problems(line));
    const auto community = replaced(kHead, "\"documented\"", "\"community\"") + "[fields]\n" + line + '\n';
    STRCMP_EQUAL("", problems_of(community).c_str());
}

TEST(RegisterMapProblems, too_many_points_are_refused) {
    std::string text;
    unsigned first = 0;
    for (const char* element :
         {"outlet", "branch", "circuit", "bank", "inlet", "input", "output", "module", "sensor"}) {
        text += "[arrays." + std::string{element} + "]\ncount = 256\nstride = 9\n[arrays." + element +
                ".fields]\npower_w = { address = " + std::to_string(first++) + ", type = \"u16\", unit = \"W\" }\n";
    }
    expect("m.toml:11:1: the arrays and fields make 2304 points (expected at most 2048)", problems_after_head(text));
}

TEST(RegisterMapProblems, what_is_no_table_is_said_so) {
    expect("m.toml:12:11: fields: power_w = 5 is of the wrong type (expected a table)", field_problems("power_w = 5"));
}

TEST(RegisterMapProblems, a_sum_is_of_two_powers_or_more_that_are_there) {
    const std::string phases =
        "power_l1_w = { address = 0, type = \"u16\", unit = \"W\" }\n"
        "power_l2_w = { address = 1, type = \"u16\", unit = \"W\" }\n"
        "voltage_v = { address = 2, type = \"u16\", unit = \"V\" }\n";
    expect(
        "m.toml:15:19: fields.power_w: sum names \"power_l3_w\", which is not there, did you mean \"power_l1_w\"? "
        "(expected names in [fields] with registers of their own)",
        field_problems(phases + "power_w = { sum = [\"power_l1_w\", \"power_l3_w\"] }"));
    expect(
        "m.toml:15:19: fields.power_w: sum names \"voltage_v\", which is another quantity than power_w (expected parts "
        "of the same)",
        field_problems(phases + "power_w = { sum = [\"power_l1_w\", \"voltage_v\"] }"));
    for (const char* few : {"[]", "\"power_l1_w\"", "[\"power_l1_w\", \"power_l1_w\"]"}) {
        expect(
            "m.toml:15:19: fields.power_w: sum has too few parts, or one of them twice (expected two names or more, "
            "each once)",
            field_problems(phases + "power_w = { sum = " + few + " }"));
    }
    expect("m.toml:15:21: fields.energy_wh: sum is for power_w and apparent_power_va (expected a register)",
           field_problems(phases + "energy_wh = { sum = [\"power_l1_w\", \"power_l2_w\"] }"));
    STRCMP_CONTAINS(
        "fields.power_w: unknown key \"unit\"",
        field_problems(phases + "power_w = { sum = [\"power_l1_w\", \"power_l2_w\"], unit = \"W\" }").c_str());
    STRCMP_CONTAINS(
        "fields.power_w: sum is for Modbus (expected item, a data identifier such as 0x00010000)",
        problems_of(kHead + "protocol = \"dlt645\"\n[fields]\npower_w = { sum = [\"a\", \"b\"] }\n").c_str());
}

TEST(RegisterMapProblems, a_data_identifier_stands_for_address_function_and_order) {
    const std::string head = kHead + "protocol = \"dlt645\"\n[fields]\n";  // two lines
    expect(
        "m.toml:13:35: fields.voltage_v: address is not allowed here: it is for Modbus (expected item, a data "
        "identifier such as 0x00010000)",
        problems_of(head + "voltage_v = { item = 1, address = 2, type = \"bcd16\", unit = \"V\" }\n"));
    expect("m.toml:13:13: fields.voltage_v: item is missing (expected the data identifier, such as 0x00010000)",
           problems_of(head + "voltage_v = { type = \"bcd16\", unit = \"V\" }\n"));
    expect("m.toml:13:32: fields.voltage_v: type = \"u16\" is unknown (expected one of bcd16, bcd24, bcd32)",
           problems_of(head + "voltage_v = { item = 1, type = \"u16\", unit = \"V\" }\n"));
    expect("m.toml:13:66: fields.energy_wh: sign_bit is not for energy, which only grows (expected none)",
           problems_of(head + "energy_wh = { item = 1, type = \"bcd32\", unit = \"kWh\", sign_bit = true }\n"));
    expect(
        "m.toml:14:25: fields.voltage_l2_v: these bytes are already those of voltage_l1_v (expected every byte of an "
        "item in one field only; at = N says where a value begins)",
        problems_of(head + "voltage_l1_v = { item = 7, type = \"bcd16\", unit = \"V\" }\n"
                           "voltage_l2_v = { item = 7, at = 1, type = \"bcd16\", unit = \"V\" }\n"));
}

TEST(RegisterMapProblems, a_map_of_data_identifiers_has_no_registers) {
    expect(
        "m.toml:13:12: transport: function is not allowed here: it is for Modbus (expected pause_ms, timeout_ms, baud, "
        "parity)\n"
        "m.toml:14:1: registers is not allowed here: it is for Modbus (expected [transport] and [fields] only)",
        problems_of(kHead + "protocol = \"dlt645\"\n[transport]\nfunction = 4\n[registers]\n[fields]\n"
                            "voltage_v = { item = 1, type = \"bcd16\", unit = \"V\" }\n"));
}

TEST(RegisterMapProblems, three_bytes_of_bcd_are_no_register) {
    expect(
        "m.toml:12:33: fields.power_w: type = \"bcd24\" is unknown, did you mean \"bcd64\"? (expected one of u16, i16, "
        "u32, i32, u64, i64, f32, f64, bcd16, bcd32, bcd64, mod10_2, mod10_3, mod10_4)",
        field_problems("power_w = { address = 0, type = \"bcd24\", unit = \"W\" }"));
}
