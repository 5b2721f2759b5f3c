// A meter's polls without a line: what is asked, what is learnt from refusals and silence, which value comes out.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/config/register_map_file.hpp"
#include "drivers/dlt645/meter_poll.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::dlt645;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr std::uint32_t kEnergy = 0x00010000, kPower = 0x02030000, kVoltages = 0x0201FF00;

Field field(const char* name, std::uint32_t item, RegisterType type, double scale) {
    Field out;
    out.name = name;
    out.item = item;
    out.type = type;
    out.scale = scale;
    return out;
}

RegisterMap three_items() {
    RegisterMap map;
    map.protocol = MapProtocol::dlt645;
    map.fields = {field("energy_wh", kEnergy, RegisterType::bcd32, 10),
                  field("power_w", kPower, RegisterType::bcd24, 0.1),
                  field("voltage_l1_v", kVoltages, RegisterType::bcd16, 0.1),
                  field("voltage_l2_v", kVoltages, RegisterType::bcd16, 0.1)};
    map.fields[0].q_uwh = 10'000'000;
    map.fields[1].sign_bit = true;
    map.fields[3].address = 2;
    return map;
}

}  // namespace

TEST_GROUP(MeterPoll) {
    dlt645::Poll config;
    std::optional<MeterPoll> poll;
    BootTime now{seconds{100}};
    Address from{};

    void setup() override {
        config.device = 4;
        config.first_point = 40;
        config.config.address = "000000000161";
        config.map = three_items();
        make();
    }
    void make() {
        poll.emplace(config, "/dev/ttyS1");
        from = parse_address(config.config.address).value();
    }
    // Answers what is asked, which must be `item`; each takes 200 ms.
    void answer(std::uint32_t item, Bytes data, bool more = false) {
        expect(item);
        const BootTime sent = now;
        now += milliseconds{200};
        poll->value({.meaning = Meaning::value, .data = std::move(data), .more = more}, from, sent, now);
    }
    void refuse(std::uint32_t item, bool may_pass = false) {
        expect(item);
        poll->refused({.meaning = Meaning::refusal, .may_pass = may_pass, .error = "no such data (error 0x02)"}, now);
    }
    void silent(std::uint32_t item) {
        expect(item);
        poll->silent("no reply within 1500 ms", now);
    }
    void expect(std::uint32_t item) {
        CHECK(poll->request().has_value());
        UNSIGNED_LONGS_EQUAL(item, poll->request()->item);
    }
    Report whole_poll() {
        poll->start(now);
        answer(kEnergy, {0x26, 0, 0, 0});
        answer(kPower, {0x56, 0x34, 0x12});
        answer(kVoltages, {0x05, 0x23, 0x11, 0x23});
        CHECK_FALSE(poll->request().has_value());
        return poll->finish();
    }
};

TEST(MeterPoll, every_item_is_asked_for_once_and_gives_its_fields) {
    const Report report = whole_poll();
    CHECK(report.state == DeviceState::good);
    STRCMP_EQUAL("", report.error.c_str());
    UNSIGNED_LONGS_EQUAL(4, report.samples.size());
    UNSIGNED_LONGS_EQUAL(40, report.samples[0].point);
    DOUBLES_EQUAL(260, report.samples[0].value, 0);
    CHECK((report.samples[0].count == Count{.counts = 26, .q_uwh = 10'000'000, .modulus = 100'000'000}));
    DOUBLES_EQUAL(12345.6, report.samples[1].value, 1e-9);
    DOUBLES_EQUAL(230.5, report.samples[2].value, 1e-9);
    DOUBLES_EQUAL(231.1, report.samples[3].value, 1e-9);
    STRCMP_EQUAL("", report.identity.c_str());  // the address is what we were told, not what the meter told
}

TEST(MeterPoll, the_time_is_that_of_the_energy_not_of_the_whole_poll) {
    const Report report = whole_poll();
    CHECK(report.at == BootTime{seconds{100}} + milliseconds{100});
    CHECK(report.round_trip == milliseconds{200});
}

TEST(MeterPoll, the_topmost_bit_of_power_is_its_sign) {
    poll->start(now);
    answer(kEnergy, {0, 0, 0, 0});
    answer(kPower, {0x00, 0x50, 0x80});
    answer(kVoltages, {0, 0, 0, 0});
    DOUBLES_EQUAL(-500, poll->finish().samples[1].value, 1e-9);
}

TEST(MeterPoll, the_transformers_ratios_multiply_what_they_concern) {
    config.config.ct_ratio = 200;
    config.config.pt_ratio = 100;
    make();
    const Report report = whole_poll();
    CHECK((report.samples[0].count == Count{.counts = 26, .q_uwh = 200'000'000'000, .modulus = 100'000'000}));
    DOUBLES_EQUAL(260.0 * 20'000, report.samples[0].value, 1e-6);
    DOUBLES_EQUAL(12345.6 * 20'000, report.samples[1].value, 1e-3);
    DOUBLES_EQUAL(23050, report.samples[2].value, 1e-6);
}

TEST(MeterPoll, what_is_no_decimal_digit_is_no_value) {
    poll->start(now);
    answer(kEnergy, {0xFF, 0xFF, 0xFF, 0xFF});
    answer(kPower, {0x5A, 0x34, 0x12});
    answer(kVoltages, {0x05, 0x23, 0xFF, 0xFF});
    const Report report = poll->finish();
    CHECK(report.samples[0].quality == Quality::invalid && !report.samples[0].count);
    CHECK(report.samples[1].quality == Quality::invalid);
    CHECK(report.samples[2].quality == Quality::good);
    CHECK(report.samples[3].quality == Quality::invalid);
    STRCMP_EQUAL(
        "/dev/ttyS1 meter 000000000161: no valid value for energy_wh (FFFFFFFF are no digits), power_w (12345A are "
        "no digits), voltage_l2_v (FFFF are no digits) (3 values are missing)",
        report.error.c_str());
}

TEST(MeterPoll, a_single_phase_meters_short_block_has_its_one_value) {
    poll->start(now);
    answer(kEnergy, {0, 0, 0, 0});
    answer(kPower, {0, 0, 0});
    answer(kVoltages, {0x05, 0x23});
    const Report report = poll->finish();
    CHECK(report.samples[2].quality == Quality::good);
    CHECK(report.samples[3].quality == Quality::invalid);
}

TEST(MeterPoll, an_item_in_two_frames_is_put_together) {
    poll->start(now);
    answer(kEnergy, {0x26, 0, 0, 0});
    answer(kPower, {0, 0, 0});
    answer(kVoltages, {0x05, 0x23}, true);
    UNSIGNED_LONGS_EQUAL(1, poll->request()->follow);
    answer(kVoltages, {0x11, 0x23});
    DOUBLES_EQUAL(231.1, poll->finish().samples[3].value, 1e-9);
}

TEST(MeterPoll, a_value_out_of_bounds_is_named_with_the_bound_beside_what_was_refused) {
    config.map.fields[2].max = 300;
    config.map.fields[1].min = 0;
    make();
    poll->start(now);
    refuse(kEnergy);
    answer(kPower, {0x00, 0x50, 0x80});
    answer(kVoltages, {0x05, 0x43, 0x11});
    STRCMP_EQUAL(
        "/dev/ttyS1 meter 000000000161: 0x00010000: no such data (error 0x02); no valid value for power_w (805000 "
        "gives -500, below 0), voltage_l1_v (4305 gives 430.5, above 300), voltage_l2_v (3 bytes, too few) "
        "(4 values are missing)",
        poll->finish().error.c_str());
}

TEST(MeterPoll, a_meter_that_never_ends_its_parts_is_cut_short) {
    poll->start(now);
    unsigned requests = 0;
    while (poll->request()->item == kEnergy && ++requests < 1000) answer(kEnergy, Bytes(200, 0x11), true);
    CHECK(requests <= 6);
}

TEST(MeterPoll, an_item_refused_three_times_is_left_out_for_an_hour) {
    for (int i = 0; i < 3; ++i) {
        poll->start(now);
        answer(kEnergy, {0, 0, 0, 0});
        refuse(kPower);
        answer(kVoltages, {0, 0, 0, 0});
        const Report report = poll->finish();
        CHECK(report.state == DeviceState::good && report.samples[1].quality == Quality::invalid);
        STRCMP_EQUAL("/dev/ttyS1 meter 000000000161: 0x02030000: no such data (error 0x02)", report.error.c_str());
    }
    poll->start(now);
    answer(kEnergy, {0, 0, 0, 0});
    answer(kVoltages, {0, 0, 0, 0});
    CHECK_FALSE(poll->request().has_value());
    STRCMP_EQUAL(
        "/dev/ttyS1 meter 000000000161: power_w was not given three times and is asked for again within the hour",
        poll->finish().error.c_str());
    now += std::chrono::hours{1};
    whole_poll();
}

TEST(MeterPoll, a_refusal_that_may_pass_and_energies_are_asked_for_again_and_again) {
    for (int i = 0; i < 5; ++i) {
        poll->start(now);
        refuse(kEnergy);
        refuse(kPower, true);
        answer(kVoltages, {0, 0, 0, 0});
        poll->finish();
    }
}

TEST(MeterPoll, a_meter_that_refuses_everything_has_failed) {
    poll->start(now);
    refuse(kEnergy);
    refuse(kPower);
    refuse(kVoltages);
    const Report report = poll->finish();
    CHECK(report.state == DeviceState::failed && report.samples.empty());
    STRCMP_EQUAL("/dev/ttyS1 meter 000000000161: 0x00010000: no such data (error 0x02)", report.error.c_str());
}

TEST(MeterPoll, one_silence_after_an_answer_costs_one_item_and_two_running_the_rest) {
    poll->start(now);
    answer(kEnergy, {0x26, 0, 0, 0});
    silent(kPower);
    silent(kVoltages);
    CHECK_FALSE(poll->request().has_value());
    const Report report = poll->finish();
    CHECK(report.state == DeviceState::good && report.samples[0].quality == Quality::good);
    STRCMP_EQUAL("/dev/ttyS1 meter 000000000161: 0x02030000: no reply within 1500 ms (3 values are missing)",
                 report.error.c_str());
}

TEST(MeterPoll, what_was_left_unanswered_is_asked_last_in_the_next_poll) {
    poll->start(now);
    poll->fail("no reply within 1500 ms", now);
    poll->start(now);
    answer(kPower, {0, 0, 0});
    answer(kVoltages, {0, 0, 0, 0});
    answer(kEnergy, {0x26, 0, 0, 0});
    const Report report = poll->finish();
    CHECK(report.samples[0].quality == Quality::good);
    CHECK(report.at == now - milliseconds{100});
    whole_poll();  // in the usual order again
}

TEST(MeterPoll, who_answers_a_call_to_all_is_told_once_and_again_after_a_new_connection) {
    config.config.address = "AAAAAAAAAAAA";
    make();
    from = *parse_address("000000000161");
    STRCMP_EQUAL("000000000161", whole_poll().identity.c_str());
    STRCMP_EQUAL("", whole_poll().identity.c_str());
    poll->forget();
    STRCMP_EQUAL("000000000161", whole_poll().identity.c_str());
    from = *parse_address("000000000162");
    STRCMP_EQUAL("000000000162", whole_poll().identity.c_str());  // exchanged
}

TEST(MeterPoll, two_meters_that_answer_one_call_are_not_mixed) {
    config.config.address = "AAAAAAAAAAAA";
    make();
    from = *parse_address("000000000161");
    poll->start(now);
    answer(kEnergy, {0x26, 0, 0, 0});
    from = *parse_address("000000000162");
    answer(kPower, {0x26, 0, 0});
    answer(kVoltages, {0, 0, 0, 0});
    const Report report = poll->finish();
    CHECK(report.samples[0].quality == Quality::good && report.samples[1].quality == Quality::invalid);
    STRCMP_EQUAL(
        "/dev/ttyS1 meter AAAAAAAAAAAA: 0x02030000: meters 000000000161 and 000000000162 both answer (expected the "
        "address of each) (3 values are missing)",
        report.error.c_str());
}

TEST(MeterPoll, the_shipped_maps_ask_in_seven_requests) {
    Problems problems;
    for (const char* id : {"dlt645-2007", "dlt645-2007-single"}) {
        const auto path = std::string{PUED_SOURCE_DIR "/config/devices/"} + id + ".toml";
        config.map = load_register_map(path, problems).value_or(RegisterMap{});
        make();
        poll->start(now);
        int requests = 0;
        for (; poll->request(); ++requests) poll->refused({.meaning = Meaning::refusal}, now);
        LONGS_EQUAL(7, requests);
    }
    CHECK(problems.none());
}
