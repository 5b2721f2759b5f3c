// `pued scan --protocol dlt645` over a line that a script answers: whom it finds, how meters that speak at once are
// told apart, what it never asks. No line and no waiting.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "agent/commands/meter_search.hpp"
#include "drivers/dlt645/decode.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using dlt645::Address;
using dlt645::Bytes;

namespace {

constexpr std::uint32_t kEnergy = 0x00010000, kVoltage = 0x02010100;
constexpr std::uint8_t kRead = 0x11, kReadAddress = 0x13, kReply = 0x80, kRefusal = 0xC0;

Address number(const std::string& digits) { return *dlt645::parse_address(digits); }

Field item(const std::string& name, std::uint32_t id, RegisterType type, double scale) {
    Field out;
    out.name = name;
    out.item = id;
    out.type = type;
    out.scale = scale;
    return out;
}

RegisterMap small_map() {
    RegisterMap out;
    out.protocol = MapProtocol::dlt645;
    out.id = "small";
    out.fields = {item("energy_wh", kEnergy, RegisterType::bcd32, 10),
                  item("voltage_v", kVoltage, RegisterType::bcd16, 0.1)};
    return out;
}

std::optional<double> good_item(const Field& field, std::span<const std::uint8_t> bytes) {
    const auto decoded = dlt645::decode(field, bytes, {});
    return decoded.quality == Quality::good ? std::optional{decoded.value} : std::nullopt;
}

Bytes with_item(std::uint32_t id, const Bytes& value) {
    Bytes out;
    for (unsigned shift = 0; shift < 32; shift += 8) out.push_back(static_cast<std::uint8_t>(id >> shift));
    out.insert(out.end(), value.begin(), value.end());
    return out;
}

// Meters on a line. Where more than one answers nobody is understood.
struct Line {
    std::vector<Address> meters;
    unsigned baud = 2400;
    bool only_by_number = false, knows_address_question = true, always_noisy = false;
    std::map<std::uint8_t, unsigned> asked;  // by control code

    dlt645::Heard hear(const LineConfig& setting, const Bytes& question) {
        const auto frame = *dlt645::find_frame(question).frame;
        ++asked[frame.control];
        dlt645::Heard out;
        if (setting.baud != baud) return out;
        for (const auto& meter : meters) {
            const bool meant = only_by_number ? frame.address == meter : dlt645::fits(frame.address, meter);
            if (meant && (frame.control == kRead || knows_address_question)) out.replies.push_back(reply(frame, meter));
        }
        out.noise = always_noisy || out.replies.size() > 1;
        if (out.noise) out.replies.clear();
        return out;
    }

    static dlt645::Frame reply(const dlt645::Frame& frame, const Address& meter) {
        if (frame.control == kReadAddress) return {meter, kReadAddress | kReply, Bytes(meter.begin(), meter.end())};
        if (frame.data[3] == 0) return {meter, kRead | kReply, with_item(kEnergy, {0x78, 0x56, 0x34, 0x12})};
        if (frame.data[2] == 1) return {meter, kRead | kReply, with_item(kVoltage, {0x05, 0x23})};
        return {meter, kRead | kRefusal, {2}};
    }
};

class LineLink final : public dlt645::ProbeLink {
public:
    LineLink(Line& line, LineConfig setting) : line_(line), setting_(std::move(setting)) {}
    dlt645::Heard ask(const Bytes& question, const std::function<bool(const dlt645::Frame&)>&, Duration) override {
        return line_.hear(setting_, question);
    }

private:
    Line& line_;
    LineConfig setting_;
};

std::vector<std::string> addresses(const ScanFindings& findings) {
    std::vector<std::string> out;
    for (const auto& unit : findings.units) out.push_back(unit.address);
    std::ranges::sort(out);
    return out;
}

}  // namespace

TEST_GROUP(MeterSearch) {
    std::map<std::string, RegisterMap> maps{{"small", small_map()}};
    ScanPlan plan{.target = {.serial = true, .dlt645 = true, .text = "/dev/x", .host = {}},
                  .units = {},
                  .addresses = {},
                  .settings = {{"rs485", "/dev/x", 2400, 'E', 1}, {"rs485", "/dev/x", 9600, 'E', 1}},
                  .timeout = {}};
    Line line;

    ScanFindings found_now() {
        MeterSearch search{plan, maps, good_item, {[] { return false; }, [](auto, auto, const auto&) {}}};
        return search.run([this](const LineConfig& setting) -> Result<std::unique_ptr<dlt645::ProbeLink>> {
            return std::unique_ptr<dlt645::ProbeLink>{std::make_unique<LineLink>(line, setting)};
        });
    }
    void finds(std::vector<std::string> expected) {
        const auto found = found_now();
        std::ranges::sort(expected);
        CHECK(addresses(found) == expected);
        CHECK_EQUAL(expected.size() > 1, found.several);
        for (const auto& [control, times] : line.asked) CHECK(control == kRead || control == kReadAddress);
    }
};

TEST(MeterSearch, one_meter_tells_its_number_and_its_values) {
    line.meters = {number("000000000161")};
    const auto found = found_now();
    STRCMP_EQUAL("000000000161", found.units.at(0).address.c_str());
    const auto& first = found.units[0].examination.ranking.at(0);
    STRCMP_EQUAL("small", first.map->id.c_str());
    DOUBLES_EQUAL(123456780, first.values.at("energy_wh"), 1e-3);
    DOUBLES_EQUAL(230.5, first.values.at("voltage_v"), 1e-9);
    UNSIGNED_LONGS_EQUAL(1, found.tried.size());
    UNSIGNED_LONGS_EQUAL(1, line.asked[kReadAddress]);
}

TEST(MeterSearch, settings_are_tried_until_somebody_answers) {
    line.meters = {number("000000000161")};
    line.baud = 9600;
    const auto found = found_now();
    UNSIGNED_LONGS_EQUAL(1, found.units.size());
    UNSIGNED_LONGS_EQUAL(9600, found.line.baud);
    UNSIGNED_LONGS_EQUAL(2, found.tried.size());
}

TEST(MeterSearch, a_meter_that_does_not_know_the_question_for_its_address_answers_with_its_energy) {
    line.meters = {number("202611220001")};
    line.knows_address_question = false;
    finds({"202611220001"});
}

TEST(MeterSearch, meters_that_speak_at_once_are_told_apart_by_their_last_digits) {
    line.meters = {number("000000000161"), number("000000000162"), number("110000000162"), number("110000990162")};
    finds({"000000000161", "000000000162", "110000000162", "110000990162"});
}

TEST(MeterSearch, of_given_meters_nobody_else_is_asked) {
    line.meters = {number("000000000161"), number("000000000162")};
    line.only_by_number = true;
    plan.addresses = {number("000000000162"), number("000000000163")};
    const auto found = found_now();
    CHECK(addresses(found) == std::vector<std::string>{"000000000162"});
    CHECK(found.mute == std::vector<std::string>{"000000000163"});
    UNSIGNED_LONGS_EQUAL(0, line.asked[kReadAddress]);
}

TEST(MeterSearch, a_line_that_is_never_quiet_is_given_up) {
    line.always_noisy = true;
    const auto found = found_now();
    CHECK(found.units.empty());
    CHECK(line.asked[kRead] <= 200);
}

TEST(MeterSearch, meters_that_an_interrupted_scan_did_not_come_to_are_unfinished) {
    line.meters = {number("000000000161"), number("000000000162")};
    line.only_by_number = true;
    plan.addresses = line.meters;
    bool stop = false;
    const auto at_the_second = [&](auto, auto, const std::string& doing) {
        stop = stop || doing.starts_with("meter 000000000162");
    };
    MeterSearch search{plan, maps, good_item, {[&] { return stop; }, at_the_second}};
    const auto found = search.run([this](const LineConfig& setting) -> Result<std::unique_ptr<dlt645::ProbeLink>> {
        return std::unique_ptr<dlt645::ProbeLink>{std::make_unique<LineLink>(line, setting)};
    });
    CHECK(found.interrupted);
    CHECK_FALSE(found.units.at(0).unfinished);
    CHECK_TRUE(found.units.at(1).unfinished);
    CHECK_FALSE(found_now().units.at(1).unfinished);
}

TEST(MeterSearch, an_adapter_that_lacks_a_speed_is_tried_at_the_others) {
    line.meters = {number("000000000161")};
    line.baud = 9600;
    MeterSearch search{plan, maps, good_item, {[] { return false; }, [](auto, auto, const auto&) {}}};
    const auto found = search.run([this](const LineConfig& setting) -> Result<std::unique_ptr<dlt645::ProbeLink>> {
        if (setting.baud == 2400) return Error{"no such speed"};
        return std::unique_ptr<dlt645::ProbeLink>{std::make_unique<LineLink>(line, setting)};
    });
    UNSIGNED_LONGS_EQUAL(1, found.units.size());
    CHECK(found.error.empty());
}
