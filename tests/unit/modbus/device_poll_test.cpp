// One device's polls against a device played by hand: what is asked, what is learnt, what is reported.
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "drivers/modbus/device_poll.hpp"
#include "drivers/modbus/rota.hpp"
#include "tests/fakes/fakes.hpp"
#include "tests/fakes/modbus_map.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using std::chrono::milliseconds;

namespace {

BootTime ms(std::int64_t value) { return BootTime{milliseconds{value}}; }

Field field(std::string name, std::uint16_t address, RegisterType type = RegisterType::u16) {
    Field f;
    f.name = std::move(name);
    f.address = address;
    f.type = type;
    return f;
}

ModbusPoll device_with(std::vector<Field> fields) {
    ModbusPoll poll;
    poll.device = 7;
    poll.first_point = 100;
    poll.config.unit_id = 3;
    fake::own_map(poll).fields = std::move(fields);
    fake::own_map(poll).spans.max_gap = 10;
    return poll;
}

// Registers by address; a request that touches one in `missing` is refused as a real device does it.
struct FakeDevice {
    std::map<unsigned, std::uint16_t> registers;
    std::set<unsigned> missing;
    std::uint8_t refuse_all = 0;
    std::vector<ReadRequest> asked;

    std::uint8_t refusal(const ReadRequest& request) const {
        if (refuse_all != 0) return refuse_all;
        for (unsigned i = 0; i < request.words; ++i) {
            if (missing.contains(request.address + i)) return 2;
        }
        return 0;
    }
    void serve(DevicePoll& poll, const ReadRequest& request) {
        asked.push_back(request);
        const auto sent = ms(1000 + 20 * static_cast<std::int64_t>(asked.size()));
        const auto received = sent + milliseconds{10};
        if (const auto code = refusal(request); code != 0) return poll.refuse(code, sent, received);
        std::vector<std::uint16_t> words;
        for (unsigned i = 0; i < request.words; ++i) words.push_back(registers[request.address + i]);
        poll.answer(words, sent, received);
    }
    Report run(DevicePoll& poll, BootTime now = {}) {
        asked.clear();
        poll.start(now);
        while (const auto request = poll.request()) serve(poll, *request);
        return poll.finish();
    }
};

DevicePoll make(const ModbusPoll& poll) {
    FieldLists lists;
    return {poll, tcp_cost(), "10.0.0.5:502", lists};
}

}  // namespace

TEST_GROUP(DevicePoll) { FakeDevice device; };

namespace {

ModbusPoll device_with_serial() {
    auto poll = device_with({field("power_w", 10)});
    fake::own_map(poll).identity = IdentityField{
        .function = 4, .address = 900, .words = 2, .text = false, .order = WordOrder::abcd, .invalid = {}};
    return poll;
}

}  // namespace

TEST(DevicePoll, the_serial_number_comes_last_with_the_first_report_after_each_connection) {
    auto poll = make(device_with_serial());
    device.registers = {{10, 1234}, {900, 1}, {901, 2}};
    const Report first = device.run(poll);
    STRCMP_EQUAL("65538", first.identity.c_str());
    UNSIGNED_LONGS_EQUAL(2, device.asked.size());
    CHECK(device.asked[1].address == 900 && device.asked[1].words == 2 && device.asked[1].function == 4);
    CHECK(first.at == ms(1025) && first.round_trip == milliseconds{10});  // of the values alone
    STRCMP_EQUAL("", device.run(poll).identity.c_str());
    UNSIGNED_LONGS_EQUAL(1, device.asked.size());
    poll.forget();
    device.registers[901] = 3;
    STRCMP_EQUAL("65539", device.run(poll).identity.c_str());
}

TEST(DevicePoll, a_device_without_serial_number_is_good_all_the_same) {
    auto poll = make(device_with_serial());
    device.registers = {{10, 1234}};
    device.missing = {900};
    const Report report = device.run(poll);
    CHECK(report.state == DeviceState::good && report.error.empty() && report.identity.empty());
    device.run(poll);
    UNSIGNED_LONGS_EQUAL(1, device.asked.size());
}

TEST(DevicePoll, a_device_that_falls_silent_over_its_serial_number_is_asked_thrice_and_no_more) {
    auto poll = make(device_with_serial());
    device.registers = {{10, 1234}};
    for (int i = 0; i < 3; ++i) {
        poll.start({});
        device.serve(poll, *poll.request());
        UNSIGNED_LONGS_EQUAL(900, poll.request()->address);
        poll.forget();
        poll.fail("no reply", ms(5000));
    }
    const Report report = device.run(poll);
    CHECK(report.state == DeviceState::good && report.samples.size() == 1);
    UNSIGNED_LONGS_EQUAL(1, device.asked.size());
}

TEST(DevicePoll, the_serial_number_is_read_again_a_day_later) {
    auto poll = make(device_with_serial());
    device.registers = {{10, 1234}, {901, 7}};
    STRCMP_EQUAL("7", device.run(poll).identity.c_str());
    poll.start({});
    const std::vector<std::uint16_t> word{1};
    const auto later = ms(1000) + std::chrono::hours{25};
    poll.answer(word, later, later);
    STRCMP_EQUAL("", poll.finish().identity.c_str());
    STRCMP_EQUAL("7", device.run(poll).identity.c_str());
}

TEST(DevicePoll, a_report_has_a_sample_for_each_point_and_the_midpoint_of_the_poll) {
    auto poll = make(device_with({field("power_w", 10), field("voltage_v", 500)}));
    device.registers = {{10, 1234}, {500, 230}};
    const Report report = device.run(poll);
    UNSIGNED_LONGS_EQUAL(7, report.device);
    CHECK_TRUE(report.state == DeviceState::good);
    STRCMP_EQUAL("", report.error.c_str());
    UNSIGNED_LONGS_EQUAL(2, report.samples.size());
    UNSIGNED_LONGS_EQUAL(100, report.samples[0].point);
    DOUBLES_EQUAL(1234, report.samples[0].value, 0);
    UNSIGNED_LONGS_EQUAL(101, report.samples[1].point);
    DOUBLES_EQUAL(230, report.samples[1].value, 0);
    CHECK_TRUE(report.at == ms(1035));  // sent at 1020, the second reply at 1050
    CHECK_TRUE(report.round_trip == milliseconds{30});
}

TEST(DevicePoll, helpers_are_read_first_and_once_until_the_link_is_lost) {
    auto config = device_with({field("power_w", 200)});
    fake::own_map(config).fields[0].factors = {"ct"};
    fake::own_map(config).helpers = {field("ct", 5)};
    fake::own_map(config).helpers[0].rate = ReadRate::once;
    auto poll = make(config);
    device.registers = {{200, 10}, {5, 40}};
    DOUBLES_EQUAL(400, device.run(poll).samples[0].value, 0);
    UNSIGNED_LONGS_EQUAL(5, device.asked[0].address);
    UNSIGNED_LONGS_EQUAL(2, device.asked.size());
    device.registers[5] = 80;
    DOUBLES_EQUAL(400, device.run(poll).samples[0].value, 0);
    UNSIGNED_LONGS_EQUAL(1, device.asked.size());
    poll.forget();
    DOUBLES_EQUAL(800, device.run(poll).samples[0].value, 0);
    UNSIGNED_LONGS_EQUAL(2, device.asked.size());
}

TEST(DevicePoll, a_field_whose_helper_is_refused_is_invalid_and_the_helper_is_asked_again) {
    auto config = device_with({field("power_w", 200), field("voltage_v", 201)});
    fake::own_map(config).fields[0].factors = {"ct"};
    fake::own_map(config).helpers = {field("ct", 5)};
    fake::own_map(config).helpers[0].rate = ReadRate::once;
    auto poll = make(config);
    device.missing = {5};
    const Report report = device.run(poll);
    CHECK_TRUE(report.state == DeviceState::good);
    CHECK_TRUE(report.samples[0].quality == Quality::invalid);
    CHECK_TRUE(report.samples[1].quality == Quality::good);
    STRCMP_EQUAL(
        "10.0.0.5:502 unit 3: exception 2 (illegal data address) at holding register 5; "
        "no valid value for power_w (ct, which multiplies it, has no value)",
        report.error.c_str());
    device.missing.clear();
    device.registers = {{200, 10}, {5, 40}};
    DOUBLES_EQUAL(400, device.run(poll).samples[0].value, 0);
}

TEST(DevicePoll, a_bridge_that_the_device_refuses_is_avoided_in_the_same_poll_and_for_ever) {
    auto poll = make(device_with({field("power_w", 10), field("voltage_v", 15), field("current_a", 18)}));
    device.missing = {12};
    Report report = device.run(poll);
    for (const auto& sample : report.samples) CHECK_TRUE(sample.quality == Quality::good);
    STRCMP_EQUAL("", report.error.c_str());
    UNSIGNED_LONGS_EQUAL(4, device.asked.size());  // the bridge, then three parts
    poll.forget();
    report = device.run(poll);
    UNSIGNED_LONGS_EQUAL(3, device.asked.size());
    CHECK_TRUE(report.samples[2].quality == Quality::good);
}

TEST(DevicePoll, one_wrong_address_costs_only_its_own_point) {
    std::vector<Field> fields;
    for (std::uint16_t i = 0; i < 32; ++i) fields.push_back(field("outlet-" + std::to_string(i + 1) + ".power_w", i));
    auto poll = make(device_with(fields));
    device.missing = {21};
    const Report report = device.run(poll);
    for (unsigned i = 0; i < 32; ++i) {
        CHECK_TRUE(report.samples[i].quality == (i == 21 ? Quality::invalid : Quality::good));
    }
    STRCMP_EQUAL("10.0.0.5:502 unit 3: exception 2 (illegal data address) at holding register 21",
                 report.error.c_str());
    const auto first_time = device.asked.size();
    CHECK_TRUE(first_time <= 11);  // halved five times
    device.run(poll);
    CHECK_TRUE(device.asked.size() <= 6);
}

TEST(DevicePoll, a_device_that_refuses_everything_is_failed_and_teaches_nothing) {
    auto poll = make(device_with({field("power_w", 10), field("voltage_v", 15), field("current_a", 18)}));
    device.refuse_all = 2;
    const Report report = device.run(poll);
    CHECK_TRUE(report.state == DeviceState::failed);
    CHECK_TRUE(report.samples.empty());
    STRCMP_CONTAINS("10.0.0.5:502 unit 3: exception 2 (illegal data address) at holding register 10 (and 2 more)",
                    report.error.c_str());
    device.refuse_all = 0;
    device.run(poll);
    UNSIGNED_LONGS_EQUAL(1, device.asked.size());
}

TEST(DevicePoll, refusals_in_one_poll_are_bounded) {
    std::vector<Field> fields;
    for (std::uint16_t i = 0; i < 120; ++i) fields.push_back(field(std::to_string(i), i));
    auto poll = make(device_with(fields));
    device.refuse_all = 2;
    device.run(poll);
    CHECK_TRUE(device.asked.size() <= 40);
}

TEST(DevicePoll, a_busy_device_makes_old_values_stale_and_unknown_ones_invalid) {
    auto config = device_with({field("power_w", 10), field("energy_wh", 500, RegisterType::u32)});
    fake::own_map(config).fields[1].q_uwh = 1'000'000;
    auto poll = make(config);
    device.registers = {{10, 5}, {501, 77}};
    device.run(poll);
    // The first span is refused as busy, the second answered.
    auto busy_first = [&](DevicePoll& p) {
        p.start({});
        p.refuse(6, ms(0), ms(1));
        while (const auto request = p.request()) device.serve(p, *request);
        return p.finish();
    };
    const Report report = busy_first(poll);
    CHECK_TRUE(report.state == DeviceState::good);
    CHECK_TRUE(report.samples[0].quality == Quality::stale);
    DOUBLES_EQUAL(5, report.samples[0].value, 0);
    UNSIGNED_LONGS_EQUAL(77, report.samples[1].count->counts);
    STRCMP_EQUAL("10.0.0.5:502 unit 3: exception 6 (device busy) at holding register 10", report.error.c_str());
    auto fresh = make(config);
    CHECK_TRUE(busy_first(fresh).samples[0].quality == Quality::invalid);
}

TEST(DevicePoll, a_value_that_the_device_does_not_have_is_named) {
    auto config = device_with({field("power_w", 10), field("voltage_v", 11)});
    fake::own_map(config).fields[1].invalid = {0xFFFF};
    auto poll = make(config);
    device.registers = {{10, 5}, {11, 0xFFFF}};
    const Report report = device.run(poll);
    CHECK_TRUE(report.state == DeviceState::good);
    STRCMP_EQUAL("10.0.0.5:502 unit 3: no valid value for voltage_v (0xFFFF means not available)",
                 report.error.c_str());
}

TEST(DevicePoll, of_many_points_without_a_value_three_are_named_with_their_reasons) {
    auto config = device_with({field("power_w", 10), field("voltage_v", 11), field("frequency_hz", 12),
                               field("current_a", 13, RegisterType::f32), field("temperature_c", 15)});
    for (const std::size_t i : {1U, 2U, 4U}) fake::own_map(config).fields[i].max = 300;
    auto poll = make(config);
    device.registers = {{10, 5}, {11, 2300}, {12, 5000}, {13, 0x7FC0}, {14, 0}, {15, 301}};
    STRCMP_EQUAL(
        "10.0.0.5:502 unit 3: no valid value for voltage_v (0x08FC gives 2300, above 300), "
        "frequency_hz (0x1388 gives 5000, above 300), current_a (0x7FC0 0x0000 is no number) (and 1 more)",
        device.run(poll).error.c_str());
}

TEST(DevicePoll, an_energy_without_a_value_is_named_before_all_others) {
    auto config = device_with({field("voltage_v", 10), field("frequency_hz", 11), field("current_a", 12),
                               field("energy_wh", 13, RegisterType::i32)});
    for (auto& one : fake::own_map(config).fields) one.max = 300;
    fake::own_map(config).fields[3].q_uwh = 1'000'000;
    auto poll = make(config);
    device.registers = {{10, 301}, {11, 302}, {12, 303}, {13, 0xFFFF}, {14, 0xFFFF}};
    STRCMP_EQUAL(
        "10.0.0.5:502 unit 3: no valid value for energy_wh (0xFFFF 0xFFFF is below 0, where no energy can be), "
        "voltage_v (0x012D gives 301, above 300), frequency_hz (0x012E gives 302, above 300) (and 1 more)",
        device.run(poll).error.c_str());
}

TEST(DevicePoll, what_is_refused_and_what_is_no_value_are_both_told) {
    auto config = device_with({field("power_w", 10), field("voltage_v", 200)});
    fake::own_map(config).fields[0].max = 300;
    auto poll = make(config);
    device.missing = {200};
    device.registers = {{10, 301}};
    STRCMP_EQUAL(
        "10.0.0.5:502 unit 3: exception 2 (illegal data address) at holding register 200; "
        "no valid value for power_w (0x012D gives 301, above 300)",
        device.run(poll).error.c_str());
}

TEST(DevicePoll, the_word_order_of_the_configuration_overrides_the_map) {
    auto config = device_with({field("power_w", 10, RegisterType::u32)});
    config.config.word_order = WordOrder::cdab;
    auto poll = make(config);
    device.registers = {{10, 1}, {11, 2}};
    DOUBLES_EQUAL(0x00020001, device.run(poll).samples[0].value, 0);
}

TEST(DevicePoll, outlets_follow_the_fields_as_many_as_the_device_has) {
    auto config = device_with({field("power_w", 0)});
    fake::own_map(config).arrays = {
        {.element = "outlet", .count = 48, .stride = 5, .fields = {field("power_w", 201)}, .own_stride = {}}};
    config.config.counts = {{"outlet", 3}};
    auto poll = make(config);
    device.registers = {{0, 60}, {201, 10}, {206, 20}, {211, 30}};
    const Report report = device.run(poll);
    UNSIGNED_LONGS_EQUAL(4, report.samples.size());
    DOUBLES_EQUAL(30, report.samples[3].value, 0);
}

TEST(DevicePoll, a_probe_asks_for_another_length_than_the_late_reply_has) {
    const auto poll =
        make(device_with({field("power_w", 0, RegisterType::f32), field("voltage_v", 2), field("current_a", 3)}));
    const auto probe = poll.probe(4);  // the poll's only span
    CHECK_TRUE(probe.has_value());
    CHECK_TRUE(probe->words != 4);
    const auto lonely = make(device_with({field("power_w", 0)}));
    CHECK_FALSE(lonely.probe(1).has_value());
}

TEST(DevicePoll, a_failed_poll_says_where_and_why) {
    auto poll = make(device_with({field("power_w", 10)}));
    poll.start({});
    const Report report = poll.fail("no reply within 1000 ms", ms(5));
    CHECK_TRUE(report.state == DeviceState::failed);
    STRCMP_EQUAL("10.0.0.5:502 unit 3: no reply within 1000 ms", report.error.c_str());
    CHECK_FALSE(poll.request().has_value());
}

TEST_GROUP(Rota) {
    fake::FakeReportSink out;

    Rota make_rota(unsigned count) {
        std::vector<ModbusPoll> devices;
        for (unsigned i = 0; i < count; ++i) {
            devices.push_back(device_with({field("power_w", 10)}));
            devices.back().device = i;
            devices.back().period = milliseconds{1000};
        }
        FieldLists lists;
        return {devices, [](Duration, Duration) { return tcp_cost(); }, {}, "gateway:502", lists};
    }
    DeviceIndex index_of(Unit * unit) { return unit->poll.fail("", ms(0)).device; }
};

TEST(Rota, all_are_due_at_first_each_once) {
    Rota rota = make_rota(3);
    for (unsigned i = 0; i < 3; ++i) {
        Unit* unit = rota.take_due(ms(0), out);
        CHECK_TRUE(unit != nullptr);
        UNSIGNED_LONGS_EQUAL(i, index_of(unit));
    }
    POINTERS_EQUAL(nullptr, rota.take_due(ms(0), out));
    CHECK_TRUE(rota.next_due() == ms(1000));
}

TEST(Rota, on_a_line_too_slow_for_all_each_gets_its_share) {
    Rota rota = make_rota(3);
    unsigned polls[3] = {};
    for (int i = 0; i < 30; ++i) ++polls[index_of(rota.take_due(ms(700 * i), out))];
    for (const unsigned count : polls) UNSIGNED_LONGS_EQUAL(10, count);
}

TEST(Rota, a_resting_unit_is_reported_failed_without_being_asked) {
    Rota rota = make_rota(1);
    Unit* unit = rota.take_due(ms(0), out);
    unit->fail("no reply within 1000 ms", ms(0), out, milliseconds{1500});
    POINTERS_EQUAL(nullptr, rota.take_due(ms(1000), out));
    UNSIGNED_LONGS_EQUAL(2, out.reports.size());
    STRCMP_EQUAL("gateway:502 unit 3: no reply within 1000 ms", out.reports[1].error.c_str());
    POINTERS_EQUAL(unit, rota.take_due(ms(2000), out));
}

TEST(Rota, skipped_polls_are_counted_in_the_next_report) {
    Rota rota = make_rota(1);
    rota.take_due(ms(0), out)->fail("x", ms(0), out);
    rota.take_due(ms(4200), out)->fail("x", ms(4200), out);
    UNSIGNED_LONGS_EQUAL(0, out.reports[0].skipped);
    UNSIGNED_LONGS_EQUAL(3, out.reports[1].skipped);
}

TEST_GROUP(FieldLists){};

TEST(FieldLists, devices_of_one_kind_share_one_list) {
    FieldLists lists;
    ModbusPoll first = device_with({field("power_w", 10)});
    ModbusPoll second = first;
    second.config.unit_id = 4;
    CHECK_TRUE(lists.of(first) == lists.of(second));
    second.config.word_order = WordOrder::cdab;
    CHECK_FALSE(lists.of(first) == lists.of(second));
    second.config.word_order.reset();
    second.config.counts["outlet"] = 2;
    CHECK_FALSE(lists.of(first) == lists.of(second));
}

TEST_GROUP(OwnRates) {
    FakeDevice device;
    ModbusPoll config = device_with({field("power_w", 10), field("energy_wh", 200), field("voltage_l1_v", 300)});

    void setup() override {
        config.period = milliseconds{1000};
        config.config.rates = {{"energy_wh", milliseconds{3000}}, {"voltage_v", milliseconds{2000}}};
    }
    // Points of the report of the poll at that time.
    std::string points_at(DevicePoll & poll, int at_ms) {
        std::string out;
        for (const auto& sample : device.run(poll, ms(at_ms)).samples) out += std::to_string(sample.point) + ' ';
        return out;
    }
};

TEST(OwnRates, a_field_is_asked_for_when_it_is_due_and_has_no_sample_in_between) {
    auto poll = make(config);
    STRCMP_EQUAL("100 101 102 ", points_at(poll, 0).c_str());
    STRCMP_EQUAL("100 ", points_at(poll, 1000).c_str());
    UNSIGNED_LONGS_EQUAL(1, device.asked.size());
    STRCMP_EQUAL("100 102 ", points_at(poll, 2000).c_str());
    STRCMP_EQUAL("100 101 ", points_at(poll, 3000).c_str());
    STRCMP_EQUAL("100 102 ", points_at(poll, 4000).c_str());
    STRCMP_EQUAL("100 ", points_at(poll, 5000).c_str());
    STRCMP_EQUAL("100 101 102 ", points_at(poll, 6000).c_str());
}

TEST(OwnRates, a_poll_that_is_late_costs_no_slot) {
    auto poll = make(config);
    points_at(poll, 30);
    STRCMP_EQUAL("100 ", points_at(poll, 1000).c_str());
    STRCMP_EQUAL("100 102 ", points_at(poll, 2001).c_str());
    STRCMP_EQUAL("100 101 ", points_at(poll, 3000).c_str());
}

TEST(OwnRates, what_lies_in_a_span_that_is_read_anyway_rides_along) {
    fake::own_map(config).fields = {field("power_w", 10), field("energy_wh", 11), field("voltage_l1_v", 12),
                                    field("current_a", 13)};
    auto poll = make(config);
    points_at(poll, 0);
    STRCMP_EQUAL("100 101 102 103 ", points_at(poll, 1000).c_str());
    UNSIGNED_LONGS_EQUAL(1, device.asked.size());
}

TEST(OwnRates, what_hangs_on_a_register_that_is_not_read_does_not_ride_along) {
    auto& map = fake::own_map(config);
    map.fields = {field("power_w", 10), field("energy_wh", 11), field("current_a", 12)};
    map.fields[1].factors = {"ct"};
    map.helpers = {field("ct", 400)};
    device.registers[400] = 2;
    auto poll = make(config);
    STRCMP_EQUAL("100 101 102 ", points_at(poll, 0).c_str());
    STRCMP_EQUAL("100 102 ", points_at(poll, 1000).c_str());
    UNSIGNED_LONGS_EQUAL(1, device.asked.size());  // nor is the helper asked for
    points_at(poll, 2000);
    STRCMP_EQUAL("100 101 102 ", points_at(poll, 3000).c_str());
    UNSIGNED_LONGS_EQUAL(2, device.asked.size());
}

TEST(OwnRates, a_poll_that_fails_or_a_device_that_is_busy_leaves_it_due) {
    auto poll = make(config);
    poll.start(ms(0));
    poll.fail("no reply within 1000 ms", ms(10));
    STRCMP_EQUAL("100 101 102 ", points_at(poll, 1000).c_str());
    poll.start(ms(4000));
    while (const auto request = poll.request()) {
        if (request->address == 10) {
            device.serve(poll, *request);
        } else {
            poll.refuse(6, ms(4000), ms(4001));
        }
    }
    poll.finish();
    STRCMP_EQUAL("100 101 102 ", points_at(poll, 5000).c_str());
}

TEST(OwnRates, a_poll_never_asks_for_nothing) {
    config.config.rates["power_w"] = milliseconds{2000};
    auto poll = make(config);
    points_at(poll, 0);
    STRCMP_EQUAL("100 101 102 ", points_at(poll, 1000).c_str());
}

TEST(OwnRates, torn_registers_are_still_compared_with_their_last_reading) {
    fake::own_map(config).fields[1] = field("energy_wh", 200, RegisterType::u32);
    fake::own_map(config).fields[1].q_uwh = 1'000'000;
    device.registers[201] = 100;
    auto poll = make(config);
    points_at(poll, 0);
    points_at(poll, 1000);
    device.registers[200] = 1;  // by a word: read again
    points_at(poll, 3000);
    CHECK_TRUE(device.asked.size() > 2);
}
