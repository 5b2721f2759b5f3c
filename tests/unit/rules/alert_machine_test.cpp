// The alert machine: trace F09, and every edge around it.
#include <string>
#include <string_view>
#include <vector>

#include "agent/rules/alert_machine.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace std::chrono;

namespace {

constexpr std::int64_t midnight = 1767196800;

Now at(std::int64_t second) {
    return {BootTime{seconds{second}}, UtcTime{seconds{midnight + second}}, ClockQuality::synced};
}

Condition condition_of(char letter) {
    switch (letter) {
        case 'T': return Condition::over;
        case 'H': return Condition::between;
        case 'F': return Condition::clear;
        default: return Condition::unknown;
    }
}

// One alert, evaluated once a minute.
struct Life {
    AlertSettings settings{.for_count = 3, .clear_count = 2};
    AlertState state;
    std::int64_t second = 0;

    Life() { state.dedup.assign("bc7ff42603358334"); }

    AlertStep step(char letter) {
        auto out = advance(state, condition_of(letter), at(second), settings);
        state = out.state;
        second += 60;
        return out;
    }
    void run(std::string_view letters) {
        for (const char letter : letters) step(letter);
    }
    std::string shown() const { return std::string{to_string(state.phase)} + (state.stale ? "*" : ""); }
    std::string trace(std::string_view letters) {
        std::string out;
        for (const char letter : letters) {
            step(letter);
            out += (out.empty() ? "" : " ") + shown();
        }
        return out;
    }
};

}  // namespace

TEST_GROUP(AlertMachine) { Life life; };

TEST(AlertMachine, F09_lives_the_trace_of_the_reference) {
    STRCMP_EQUAL(
        "pending pending pending firing firing* firing* firing firing firing resolved pending inactive inactive "
        "inactive",
        life.trace("TTHTUUFTFFTFFF").c_str());
}

TEST(AlertMachine, a_value_past_the_limit_at_the_first_look_counts) {
    life.settings.for_count = 1;
    const auto step = life.step('T');
    CHECK(step.state.phase == AlertPhase::firing);
    CHECK(step.publish && step.notify);
    UNSIGNED_LONGS_EQUAL(1, step.state.rev);
}

TEST(AlertMachine, nothing_happens_to_an_inactive_one_unless_over) {
    for (const char letter : {'H', 'F', 'U'}) {
        const auto step = life.step(letter);
        CHECK(step.state.phase == AlertPhase::inactive);
        CHECK_FALSE(step.publish || step.notify || step.retract);
    }
}

TEST(AlertMachine, unknown_never_resolves) {
    life.run("TTT");
    life.run(std::string(1000, 'U'));
    STRCMP_EQUAL("firing*", life.shown().c_str());
    life.run("F");
    STRCMP_EQUAL("firing", life.shown().c_str());
}

TEST(AlertMachine, unknown_between_two_clears_does_not_break_their_row) {
    life.run("TTTFUF");
    STRCMP_EQUAL("resolved", life.shown().c_str());
}

TEST(AlertMachine, the_band_of_hysteresis_breaks_the_row_of_clears) {
    life.run("TTTFHF");
    STRCMP_EQUAL("firing", life.shown().c_str());
}

TEST(AlertMachine, a_pending_one_is_given_up_after_too_many_unknowns) {
    life.settings.stale_max = 2;
    life.run("TUU");
    STRCMP_EQUAL("pending", life.shown().c_str());
    const auto step = life.step('U');
    CHECK(step.state.phase == AlertPhase::inactive);
    STRCMP_EQUAL("no-data", std::string{step.reason}.c_str());
    CHECK(step.publish);
}

TEST(AlertMachine, a_known_value_restarts_the_count_of_unknowns) {
    life.settings.stale_max = 2;
    life.run("TUUHUU");
    STRCMP_EQUAL("pending", life.shown().c_str());
}

TEST(AlertMachine, publishes_what_changed_and_nothing_else) {
    std::string published;
    for (const char letter : std::string_view{"TTTTUUTFFFF"}) published += life.step(letter).publish ? 'p' : '.';
    STRCMP_EQUAL("p.p.p.p.p..", published.c_str());  // pending, firing, stale, no longer stale, resolved
    UNSIGNED_LONGS_EQUAL(5, life.state.rev);
}

TEST(AlertMachine, people_hear_of_firing_and_resolving_only) {
    std::string heard;
    for (const char letter : std::string_view{"TTTTUUTFFFF"}) heard += life.step(letter).notify ? 'n' : '.';
    STRCMP_EQUAL("..n.....n..", heard.c_str());
}

TEST(AlertMachine, a_saved_firing_alert_neither_fires_again_nor_is_forgotten) {
    life.run("TTT");
    Life after;  // a new process, with the state as it was saved
    after.state = life.state;
    after.second = life.second + 3600;
    const auto step = after.step('T');
    CHECK(step.state.phase == AlertPhase::firing);
    CHECK_FALSE(step.publish || step.notify);
    STRCMP_EQUAL(life.state.alert_id.c_str(), step.state.alert_id.c_str());
    after.run("FF");
    STRCMP_EQUAL("resolved", after.shown().c_str());
}

TEST(AlertMachine, a_restart_at_any_place_of_the_trace_changes_nothing) {
    const std::string letters = "TTHTUUFTFFTFFF";
    Life whole;
    whole.run(letters);
    for (std::size_t cut = 0; cut <= letters.size(); ++cut) {
        Life before, after;
        before.run(letters.substr(0, cut));
        after.state = before.state;
        after.second = before.second;
        after.run(letters.substr(cut));
        STRCMP_EQUAL(whole.shown().c_str(), after.shown().c_str());
        STRCMP_EQUAL(whole.state.alert_id.c_str(), after.state.alert_id.c_str());
        UNSIGNED_LONGS_EQUAL(whole.state.rev, after.state.rev);
    }
}

TEST(AlertMachine, is_named_by_its_key_and_onset) {
    life.second = 90;
    life.run("T");
    STRCMP_EQUAL("bc7ff42603358334-20251231T160130.000Z", life.state.alert_id.c_str());
    CHECK(life.state.onset == UtcTime{seconds{midnight + 90}});
    CHECK(life.state.since == life.state.onset);
}

TEST(AlertMachine, within_24_hours_of_resolving_it_is_the_same_alert) {
    life.run("TTTFF");
    const auto name = life.state.alert_id;
    life.second += 24 * 3600 - 120;
    life.run("T");
    STRCMP_EQUAL(name.c_str(), life.state.alert_id.c_str());
    UNSIGNED_LONGS_EQUAL(1, life.state.reopen_count);
}

TEST(AlertMachine, after_24_hours_it_is_a_new_one) {
    life.run("TTTFF");
    const auto name = life.state.alert_id;
    const auto rev = life.state.rev;
    life.second += 24 * 3600 - 60;
    life.run("T");
    CHECK(name != life.state.alert_id);
    UNSIGNED_LONGS_EQUAL(0, life.state.reopen_count);
    CHECK(life.state.rev > rev);
}

TEST(AlertMachine, one_that_never_fired_does_not_reopen) {
    life.run("TF");
    const auto name = life.state.alert_id;
    life.run("T");
    CHECK(name != life.state.alert_id);
    UNSIGNED_LONGS_EQUAL(0, life.state.reopen_count);
}

TEST(AlertMachine, is_retracted_once_24_hours_after_its_end) {
    life.run("TTTFFF");
    STRCMP_EQUAL("resolved", std::string{public_state(life.state)}.c_str());
    life.second += 24 * 3600 - 180;
    CHECK_FALSE(life.step('F').retract);
    CHECK(life.step('F').retract);
    CHECK(life.state.alert_id.empty());
    CHECK_FALSE(life.step('F').retract);
}

TEST(AlertMachine, a_clock_set_back_keeps_the_alert) {
    life.run("TTTFF");
    const auto name = life.state.alert_id;
    life.second -= 7 * 24 * 3600;
    life.run("FT");
    STRCMP_EQUAL(name.c_str(), life.state.alert_id.c_str());
}

TEST(AlertMachine, flapping_is_damped_in_notifications_but_not_in_state) {
    life.settings.for_count = life.settings.clear_count = 1;
    std::string heard;
    for (int i = 0; i < 5; ++i) {  // F11: a fire each 600 s
        life.second = 600 * i;
        heard += life.step('T').notify ? 'n' : '.';
        CHECK(life.state.phase == AlertPhase::firing);
        life.step('F');
    }
    STRCMP_EQUAL("nnn..", heard.c_str());
    life.second = 2400 + 7300;
    life.step('F');
    CHECK_FALSE(life.state.damping.suppressed);
}

TEST(AlertMachine, a_count_of_zero_means_at_once) {
    life.settings.for_count = life.settings.clear_count = 0;
    STRCMP_EQUAL("firing resolved", life.trace("TF").c_str());
}

TEST_GROUP(Classify){};

TEST(Classify, an_upper_limit) {
    const auto of = [](double value) { return classify(value, 1.30, 1.29, Direction::at_most); };
    CHECK(of(1.3000001) == Condition::over);
    CHECK(of(1.30) == Condition::between);
    CHECK(of(1.2900001) == Condition::between);
    CHECK(of(1.29) == Condition::clear);
}

TEST(Classify, a_lower_limit) {
    const auto of = [](double value) { return classify(value, 0.5, 0.52, Direction::at_least); };
    CHECK(of(0.499) == Condition::over);
    CHECK(of(0.5) == Condition::between);
    CHECK(of(0.52) == Condition::clear);
}

TEST(Classify, a_clear_level_at_the_limit_leaves_no_band) {
    CHECK(classify(1.30, 1.30, 1.30, Direction::at_most) == Condition::clear);
}

TEST(Classify, no_value_and_no_number_are_unknown) {
    CHECK(classify({}, 1.3, 1.29, Direction::at_most) == Condition::unknown);
    CHECK(classify(std::strtod("nan", nullptr), 1.3, 1.29, Direction::at_most) == Condition::unknown);
    CHECK(classify(std::strtod("inf", nullptr), 1.3, 1.29, Direction::at_most) == Condition::unknown);
}
