// A run of `pued scan` over a link that a script answers: in which setting it stays, whom it takes for alive, what it
// asks twice, when it gives up. No sockets and no waiting.
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "agent/commands/scan_session.hpp"
#include "drivers/modbus/decode.hpp"
#include "tests/fakes/fakes.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

using Script = std::function<ProbeReply(const LineConfig&, const ReadRequest&)>;

class ScriptedLink final : public ProbeLink {
public:
    ScriptedLink(LineConfig line, const Script& script) : line_(std::move(line)), script_(script) {}
    ProbeReply ask(const ReadRequest& request, Duration) override { return script_(line_, request); }

private:
    LineConfig line_;
    const Script& script_;
};

ProbeReply silence() { return {ProbeOutcome::silent, 0, {}, "no reply"}; }
ProbeReply refusal(std::uint8_t exception) { return {ProbeOutcome::reply, exception, {}, {}}; }

Field field(const std::string& name, std::uint16_t address, double scale) {
    Field out;
    out.name = name;
    out.address = address;
    out.scale = scale;
    return out;
}

RegisterMap small_meter() {
    RegisterMap out;
    out.id = "small-meter";
    out.vendor = "Nobody";
    out.fields = {field("voltage_v", 0, 0.1), field("current_a", 1, 0.1), field("power_w", 2, 1),
                  field("frequency_hz", 3, 0.01), field("power_factor", 4, 0.001)};
    return out;
}

// 230 V, 10 A, 2185 W, 50 Hz, 0.95; `more` makes it another meter.
ProbeReply words_of_meter(const ReadRequest& request, unsigned more = 0) {
    const std::vector<unsigned> words{2300, 100 + more, 2185 + 22 * more, 5000, 950};
    if (request.function != 3 || request.address + request.words > words.size()) return refusal(2);
    ProbeReply out{ProbeOutcome::reply, 0, {}, {}};
    for (unsigned i = 0; i < request.words; ++i) {
        out.words.push_back(static_cast<std::uint16_t>(words[request.address + i]));
    }
    return out;
}

std::optional<double> good_value(const Field& wanted, std::span<const std::uint16_t> words,
                                 const scan::Values& helpers) {
    const auto decoded = decode(wanted, words, helpers);
    return decoded.quality == Quality::good ? std::optional{decoded.value} : std::nullopt;
}

std::vector<LineConfig> two_settings() {
    return {{"rs485", "/dev/x", 9600, 'N', 1}, {"rs485", "/dev/x", 9600, 'E', 1}};
}

}  // namespace

TEST_GROUP(ScanSession) {
    std::map<std::string, RegisterMap> maps{{"small-meter", small_meter()}};
    scan::Examiner examiner{maps, good_value, decode_identity};
    fake::FakeClock clock;
    ScanPlan plan{
        .target = {.text = {}, .host = {}}, .units = {1, 2, 3}, .addresses = {}, .settings = {{}}, .timeout = {}};
    std::map<unsigned, unsigned> asked;  // by unit
    bool stopped = false;

    ScanFindings scanned(const Script& answers) {
        const Script counted = [&](const LineConfig& line, const ReadRequest& request) {
            ++asked[request.unit];
            return answers(line, request);
        };
        ScanSession session{plan, examiner, clock, {[this] { return stopped; }, [](auto, auto, const auto&) {}}};
        return session.run([&](const LineConfig& line) -> Result<std::unique_ptr<ProbeLink>> {
            return std::unique_ptr<ProbeLink>{std::make_unique<ScriptedLink>(line, counted)};
        });
    }
};

TEST(ScanSession, a_unit_that_answers_is_examined_and_the_others_are_told_as_silent) {
    const auto found = scanned(
        [](const auto&, const auto& request) { return request.unit == 2 ? words_of_meter(request) : silence(); });
    UNSIGNED_LONGS_EQUAL(1, found.units.size());
    UNSIGNED_LONGS_EQUAL(2, found.units[0].unit);
    STRCMP_EQUAL("small-meter", found.units[0].examination.ranking.at(0).map->id.c_str());
    UNSIGNED_LONGS_EQUAL(3, found.tally.asked);
    UNSIGNED_LONGS_EQUAL(2, found.tally.silent);
    CHECK(found.error.empty());
    CHECK(found.tried.empty());  // it has no speed
}

TEST(ScanSession, the_setting_in_which_somebody_answers_is_kept_for_all_units) {
    plan.target.serial = true;
    plan.settings = two_settings();
    for (unsigned unit = 4; unit <= 12; ++unit) plan.units.push_back(unit);
    const auto found = scanned([](const LineConfig& line, const auto& request) {
        if (line.parity != 'E') return ProbeReply{ProbeOutcome::garbled, 0, {}, "garbled"};
        return request.unit == 3 || request.unit == 12 ? words_of_meter(request, request.unit) : silence();
    });
    CHECK_EQUAL('E', found.line.parity);
    UNSIGNED_LONGS_EQUAL(2, found.tried.size());
    UNSIGNED_LONGS_EQUAL(2, found.units.size());
    UNSIGNED_LONGS_EQUAL(12, found.units[1].unit);
    UNSIGNED_LONGS_EQUAL(1, asked[11]);  // in the first setting only the first eight
    UNSIGNED_LONGS_EQUAL(8, found.tally.garbled);
}

TEST(ScanSession, what_a_gateway_says_of_absent_units_is_no_life) {
    const auto found = scanned([](const auto&, const auto&) { return refusal(11); });
    UNSIGNED_LONGS_EQUAL(3, found.tally.nobody);
    CHECK(found.units.empty() && found.tally.only_exceptions.empty());
}

TEST(ScanSession, a_unit_that_refuses_everything_is_alive_but_not_found) {
    const auto found =
        scanned([](const auto&, const auto& request) { return request.unit == 1 ? refusal(2) : silence(); });
    CHECK(found.units.empty());
    CHECK(found.tally.only_exceptions == std::vector<unsigned>{1});
}

TEST(ScanSession, a_unit_that_is_there_gets_a_second_chance) {
    unsigned number = 0;
    plan.units = {1};
    const auto found = scanned([&](const auto&, const auto& request) {
        return ++number % 2 == 0 ? silence() : words_of_meter(request);  // never twice running
    });
    const auto& first = found.units.at(0).examination.ranking.at(0);
    UNSIGNED_LONGS_EQUAL(first.asked, first.answered);
}

TEST(ScanSession, a_device_that_ignores_unit_ids_is_told_once) {
    const auto found = scanned([](const auto&, const auto& request) { return words_of_meter(request); });
    UNSIGNED_LONGS_EQUAL(1, found.units.size());
    CHECK((found.units[0].also == std::vector<unsigned>{2, 3}));
}

TEST(ScanSession, three_lost_connections_running_end_it) {
    plan.units = {1, 2, 3, 4, 5, 6};
    const auto found = scanned([](const auto&, const auto&) {
        return ProbeReply{ProbeOutcome::lost, 0, {}, "unplugged"};
    });
    STRCMP_EQUAL("unplugged", found.error.c_str());
    UNSIGNED_LONGS_EQUAL(3, found.tally.asked);
    UNSIGNED_LONGS_EQUAL(0, asked[4]);
}

TEST(ScanSession, a_line_that_cannot_be_opened_is_told) {
    ScanSession session{plan, examiner, clock, {[] { return false; }, [](auto, auto, const auto&) {}}};
    const auto found = session.run(
        [](const LineConfig&) -> Result<std::unique_ptr<ProbeLink>> { return Error{"cannot open /dev/x"}; });
    STRCMP_EQUAL("cannot open /dev/x", found.error.c_str());
    UNSIGNED_LONGS_EQUAL(0, found.tally.asked);
}

TEST(ScanSession, interrupted_it_keeps_what_was_found) {
    const auto found = scanned([this](const auto&, const auto& request) {
        stopped = request.unit == 2;
        return request.unit == 1 ? words_of_meter(request) : silence();
    });
    CHECK(found.interrupted);
    UNSIGNED_LONGS_EQUAL(1, found.units.size());
    UNSIGNED_LONGS_EQUAL(0, asked[3]);
}
